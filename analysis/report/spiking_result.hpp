// SPDX-License-Identifier: Apache-2.0
// Prices a run of a spiking array, puts it into the terms of the result file, and shows it as a table.
#pragma once

#include "analysis/report/build_result.hpp"
#include "analysis/report/result.hpp"
#include "arch/cost/spiking_power.hpp"
#include "arch/isa/event_counts.hpp"
#include "arch/spec/machine.hpp"

#include <cstdint>
#include <string>

namespace lodestone::report {

struct SpikingRunFacts {
    std::string workload;
    const isa::EventCounts& events; ///< of at least one tick; `elapsed` is the time of those ticks
    const spec::MachineSpec& machine;
    const cost::SpikingEnergy& technology;
    std::uint64_t frames = 1; ///< inferences of the run: throughput and energy per frame
    std::uint64_t cores_in_use = 0;
    Hertz fastest_tick_rate{}; ///< that the timing model found safe; zero without it
};

/// All cores of the array are powered and all their rows are read in every tick, used or not; `power_of_used_cores`
/// counts only those that the network uses. Utilisation is synaptic events over all synapses of all cores in all ticks.
[[nodiscard]] Result build_spiking_result(const SpikingRunFacts& facts, const RunIdentity& identity);

/// Ticks, events, rates, power by component, energy and area of one result that has spiking figures.
[[nodiscard]] std::string spiking_table(const Result& result);

} // namespace lodestone::report
