// SPDX-License-Identifier: Apache-2.0
// A machine with its technology, as a machine file or the `machine` section of a run file gives it.
#pragma once

#include "arch/cost/spiking_power.hpp"
#include "arch/cost/technology.hpp"
#include "arch/spec/machine.hpp"
#include "sim/config/map_reader.hpp"

#include <string>
#include <variant>
#include <vector>

namespace lodestone::apps {

using TechnologyInput = std::variant<cost::Technology, cost::SpikingEnergy>;

struct MachineInput {
    spec::MachineSpec machine;
    TechnologyInput technology; ///< that of the machine's family
};

/// Reads every key of a machine map and finishes it. With `known`, a map without the key `technology` has that one: for
/// many machines in one technology.
[[nodiscard]] MachineInput read_machine_input(config::MapReader reader, const TechnologyInput* known = nullptr);

/// Reads a technology file of any kind and reports what is wrong with it.
void check_technology(const config::Node& root, Problems& problems, config::ReadLog* log = nullptr);

/// Loads a file and applies the overrides of the command line. For a machine file a path may also begin with
/// "machine.", as those of run files do.
[[nodiscard]] config::Node load_with_overrides(const std::string& file, const std::vector<std::string>& overrides,
                                               Problems& problems);

} // namespace lodestone::apps
