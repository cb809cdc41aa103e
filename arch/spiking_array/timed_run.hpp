// SPDX-License-Identifier: Apache-2.0
// The entry to the SystemC model of the array, for callers that do not see SystemC.
#pragma once

#include "arch/spiking_array/simulate.hpp"

namespace lodestone::spiking_array {

/// True when the run has reached its number of ticks or, without one, its end in silence.
[[nodiscard]] bool run_is_over(const SpikingArray& array, const SimulationOptions& options);

/// Runs the array under the SystemC kernel, in a context of its own.
[[nodiscard]] SpikingTiming run_timed(SpikingArray& array, const spec::SpikingArraySpec& machine,
                                      const SimulationOptions& options);

} // namespace lodestone::spiking_array
