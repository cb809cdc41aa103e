// SPDX-License-Identifier: Apache-2.0
// A machine of any family, read from YAML and checked; its technology is read by arch/cost from the same file.
#pragma once

#include "arch/spec/core_grid.hpp"
#include "arch/spec/spiking_array.hpp"
#include "sim/base/quantity.hpp"
#include "sim/config/map_reader.hpp"

#include <string>
#include <variant>
#include <vector>

namespace lodestone::spec {

struct MachineSpec {
    std::string name;
    Volts voltage{0.8};
    std::variant<CoreGridSpec, SpikingArraySpec> family;
};

[[nodiscard]] std::vector<std::string> family_names();

/// Reads the keys name, family, voltage and those of the family. The caller asks for its own keys (technology) from
/// the same reader and calls finish().
[[nodiscard]] MachineSpec read_machine(config::MapReader& reader);

/// The keys of a core grid: clock, grid, core, networks, frame_buffer, io, synchronisation.
[[nodiscard]] CoreGridSpec read_core_grid(config::MapReader& reader);

} // namespace lodestone::spec
