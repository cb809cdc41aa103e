// SPDX-License-Identifier: Apache-2.0
// Checks a spiking array description against what the model can hold.
#include "arch/spec/spiking_array.hpp"

namespace lodestone::spec {

namespace {

struct Limit {
    const char* path;
    std::uint64_t value;
    std::uint64_t min;
    std::uint64_t max;
};

constexpr std::uint64_t max_core_side = 4096; // axons or neurons of a core
constexpr std::uint64_t max_grid_side = 1024; // cores along a side of a chip, or chips along a side of the array
constexpr std::uint64_t max_mesh_cores = 1U << 22;
constexpr std::uint64_t max_timing_cycles = 1U << 20;
constexpr std::uint64_t max_tick_cycles = 1U << 26;

} // namespace

Problems verify_spec(const SpikingArraySpec& spec) {
    const Limit limits[] = {
        {"core.axons", spec.axons, 1, max_core_side},
        {"core.neurons", spec.neurons, 1, max_core_side},
        {"cores.rows", spec.cores.rows, 1, max_grid_side},
        {"cores.cols", spec.cores.cols, 1, max_grid_side},
        {"chips.rows", spec.chips.rows, 1, max_grid_side},
        {"chips.cols", spec.chips.cols, 1, max_grid_side},
        {"core.weight_bits", spec.weight_bits, 2, 16},
        {"core.leak_bits", spec.leak_bits, 2, 16},
        {"core.potential_bits", spec.potential_bits, 4, 30},
        {"core.threshold_bits", spec.threshold_bits, 1, 29},
        {"core.threshold_mask_bits", spec.threshold_mask_bits, 0, 29},
        {"core.delay_bits", spec.delay_bits, 1, 8},
        {"mesh.hop_bits", spec.hop_bits, 2, 15},
        {"core_timing.per_axon", spec.core_timing.per_axon.count(), 0, max_timing_cycles},
        {"core_timing.per_row", spec.core_timing.per_row.count(), 1, max_timing_cycles},
        {"core_timing.per_tick", spec.core_timing.per_tick.count(), 0, max_timing_cycles},
        {"core_timing.spike_exit", spec.core_timing.spike_exit.count(), 0, max_timing_cycles},
        {"router.port_occupancy", spec.router.port_occupancy.count(), 1, max_timing_cycles},
        {"router.hop_latency", spec.router.hop_latency.count(), 1, max_timing_cycles},
        {"router.buffer_packets", spec.router.buffer_packets, 1, max_timing_cycles},
        {"boundary.blocks_per_side", spec.boundary.blocks_per_side, 1, max_grid_side},
        {"boundary.packet_occupancy", spec.boundary.packet_occupancy.count(), 1, max_timing_cycles},
        {"boundary.latency", spec.boundary.latency.count(), 1, max_timing_cycles},
    };
    Problems problems;
    for (const Limit& limit : limits) {
        if (limit.value < limit.min || limit.value > limit.max) {
            problems.error({}, limit.path,
                           "is " + std::to_string(limit.value) + "; it must be between " + std::to_string(limit.min) +
                               " and " + std::to_string(limit.max));
        }
    }
    const std::uint64_t total = std::uint64_t{spec.cores.rows} * spec.cores.cols * spec.chips.rows * spec.chips.cols;
    if (!problems.has_errors() && total > max_mesh_cores) {
        problems.error({}, "chips",
                       "the array has " + std::to_string(total) + " cores; the model holds at most " +
                           std::to_string(max_mesh_cores));
    }
    const SpikingCoreTiming& timing = spec.core_timing;
    const std::uint64_t longest_row = spec.axons * timing.per_axon.count() + timing.per_row.count();
    if (!problems.has_errors() && longest_row * spec.neurons > max_tick_cycles) {
        problems.error({}, "core_timing",
                       "a core with all axons active needs " + std::to_string(longest_row * spec.neurons) +
                           " cycles for a tick; the model holds at most " + std::to_string(max_tick_cycles));
    }
    if (!(spec.tick_rate.count() > 0.0) || !(spec.clock.count() > spec.tick_rate.count())) {
        problems.error({}, "clock", "must be faster than the tick rate, and both must be positive");
    }
    return problems;
}

} // namespace lodestone::spec
