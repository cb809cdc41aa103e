// SPDX-License-Identifier: Apache-2.0
// The keys that every machine has, and the list of families.
#include "arch/spec/machine.hpp"

namespace lodestone::spec {

std::vector<std::string> family_names() {
    return {"core_grid", "spiking_array"};
}

MachineSpec read_machine(config::MapReader& reader) {
    MachineSpec machine;
    machine.name = reader.required_string("name");
    const std::string family = reader.required_choice("family", family_names());
    machine.voltage = reader.optional<Volts>("voltage", machine.voltage, {.min = Volts(0.3), .max = Volts(1.5)});
    if (family == "spiking_array") {
        machine.family = read_spiking_array(reader);
    } else {
        machine.family = read_core_grid(reader);
    }
    return machine;
}

} // namespace lodestone::spec
