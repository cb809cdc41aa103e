// SPDX-License-Identifier: Apache-2.0
// Runs a spiking program: without time at full speed, or with the timing of cores, routers and chip boundaries.
#pragma once

#include "arch/isa/event_counts.hpp"
#include "arch/isa/spiking_program.hpp"
#include "arch/spec/spiking_array.hpp"
#include "arch/spiking_array/array.hpp"
#include "arch/spiking_array/mesh.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace lodestone::spiking_array {

enum class Fidelity : std::uint8_t {
    functional, ///< spikes, counts and link loads; no time
    event       ///< the SystemC model: the same spikes, and when they happen
};

/// How a run goes on, and for how long.
struct SimulationOptions {
    Fidelity fidelity = Fidelity::functional;
    std::optional<std::uint64_t> ticks; ///< absent: until the array is silent, at most `silence_limit` ticks
    std::uint64_t silence_limit = 1'000'000;
    std::uint64_t warm_up = 0;  ///< first ticks that `counts` leave out; fewer than `ticks`
    std::uint64_t seed = 1;     ///< of all stochastic modes
    std::size_t threads = 1;    ///< of the run without time; results do not depend on it
    bool record_spikes = false; ///< keep spikes, for rasters: whole ticks, the first ones, within the two limits below
    std::uint64_t most_records = ~std::uint64_t{0}; ///< the tick that passes it is the last one
    std::uint64_t last_recorded_tick = ~std::uint64_t{0};
};

inline constexpr std::size_t max_threads = 1024;

/// What the timing model measured; cycles are those of the machine's clock, counted from the start of a tick.
struct SpikingTiming {
    Cycles tick_period;                ///< that the tick rate asks for
    Cycles longest_core;               ///< longest work of a core in one tick
    Cycles last_delivery;              ///< latest arrival of a spike at its core
    Cycles longest_tick;               ///< the larger of the two: the fastest safe tick
    Cycles total;                      ///< of the run: ticks x period, longer where ticks overran
    std::uint64_t overrun_ticks = 0;   ///< ticks whose work did not end within the period: tick_overrun
    std::uint64_t colliding_ticks = 0; ///< ticks in which a buffer filled and flits were simulated with back-pressure
    Cycles source_stall;               ///< cycles in which cores waited for the mesh to take a spike
    std::uint64_t kernel_events = 0;   ///< processes that the SystemC kernel ran
    Hertz fastest_tick_rate;           ///< clock over the longest tick

    [[nodiscard]] bool has_overrun() const { return overrun_ticks != 0; }
};

struct SpikingResult {
    SpikingCounts counts;
    std::vector<OutputSpike> outputs; ///< by row, then output
    std::vector<GridPosition> core_positions;
    std::vector<std::vector<std::uint32_t>> spike_counts; ///< [core][neuron]
    std::vector<SpikeRecord> spikes;                      ///< when recorded; rising
    LinkLoads link_loads{GridShape{}};
    std::optional<SpikingTiming> timing; ///< with Fidelity::event
    bool ended_silent = false;           ///< the run ended because nothing could change any more
};

/// Checks the program against the machine (UserError with everything found), builds the array and runs it.
/// The same program, machine and options give the same result, byte for byte, and both fidelities the same spikes
/// unless ticks overran.
[[nodiscard]] SpikingResult simulate(const isa::SpikingProgram& program, const spec::SpikingArraySpec& machine,
                                     const SimulationOptions& options = {});

/// The counts by their names, for pricing and reports; with timing also overrun_ticks, colliding_ticks and
/// source_stall_cycles. `elapsed` is the timing model's total, zero without one.
[[nodiscard]] isa::EventCounts event_counts(const SpikingCounts& counts, const SpikingTiming* timing = nullptr);

} // namespace lodestone::spiking_array
