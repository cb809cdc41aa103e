// SPDX-License-Identifier: Apache-2.0
// The run without time on several threads: each advances its cores, then takes the spikes of the others, tick by tick.
#pragma once

#include "arch/spiking_array/simulate.hpp"

namespace lodestone::spiking_array {

/// Runs the array, which was divided among `options.threads`, until run_is_over(). The results are those of run_tick()
/// on one thread, byte for byte. What a thread throws ends the run and is thrown here.
void run_threaded(SpikingArray& array, const SimulationOptions& options);

} // namespace lodestone::spiking_array
