// SPDX-License-Identifier: Apache-2.0
// Machine and technology from one map.
#include "apps/machine_input.hpp"

#include "sim/config/node.hpp"

namespace lodestone::apps {

MachineInput read_machine_input(config::MapReader reader, const TechnologyInput* known) {
    MachineInput input;
    input.machine = spec::read_machine(reader);
    if (known != nullptr && !reader.has("technology")) {
        input.technology = *known;
        reader.finish();
        return input;
    }
    config::MapReader technology = reader.required_map("technology");
    if (std::holds_alternative<spec::SpikingArraySpec>(input.machine.family)) {
        input.technology = cost::read_spiking_energy(technology);
    } else {
        input.technology = cost::read_technology(technology);
        technology.finish();
    }
    reader.finish();
    return input;
}

void check_technology(const config::Node& root, Problems& problems, config::ReadLog* log) {
    config::MapReader reader(root, problems, log);
    cost::check_technology_file(reader);
}

config::Node load_with_overrides(const std::string& file, const std::vector<std::string>& overrides,
                                 Problems& problems) {
    constexpr std::string_view in_run_files = "machine.";
    config::Node root = config::load_file(file, problems);
    const bool is_machine = root.find("family") != nullptr;
    for (const std::string& assignment : overrides) {
        const bool is_long = is_machine && assignment.starts_with(in_run_files);
        config::apply_override(root, is_long ? assignment.substr(in_run_files.size()) : assignment, problems);
    }
    return root;
}

} // namespace lodestone::apps
