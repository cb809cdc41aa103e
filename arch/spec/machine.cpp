// SPDX-License-Identifier: Apache-2.0
// The keys that every machine has, and the list of families.
#include "arch/spec/machine.hpp"

namespace lodestone::spec {

std::vector<std::string> family_names() {
    return {"core_grid"};
}

MachineSpec read_machine(config::MapReader& reader) {
    MachineSpec machine;
    machine.name = reader.required_string("name");
    static_cast<void>(reader.required_choice("family", family_names()));
    machine.voltage = reader.optional<Volts>("voltage", machine.voltage, {.min = Volts(0.3), .max = Volts(1.5)});
    machine.family = read_core_grid(reader);
    return machine;
}

} // namespace lodestone::spec
