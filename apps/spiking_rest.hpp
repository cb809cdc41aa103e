// SPDX-License-Identifier: Apache-2.0
// Runs whose samples each begin from rest, as one result.
#pragma once

#include "arch/isa/spiking_program.hpp"
#include "arch/spec/spiking_array.hpp"
#include "arch/spiking_array/simulate.hpp"

#include <cstdint>
#include <optional>

namespace lodestone::apps {

/// simulate(), or, with `restart_every`, a run from rest for each so many of the program's ticks, one after the other;
/// `options.ticks` is then their sum, at least one. Inputs reach the run of their own ticks.
[[nodiscard]] spiking_array::SpikingResult simulate_from_rest(const isa::SpikingProgram& program,
                                                              const spec::SpikingArraySpec& machine,
                                                              spiking_array::SimulationOptions options,
                                                              std::optional<std::uint64_t> restart_every);

} // namespace lodestone::apps
