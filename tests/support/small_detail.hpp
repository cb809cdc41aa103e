// SPDX-License-Identifier: Apache-2.0
// Counts of cores and links that fit the small result: a grid of 1 x 2, whose ten links carry round numbers.
#pragma once

#include "analysis/report/result.hpp"

namespace lodestone::test {

/// Links: 0 to 3 of the left router, 4 to 7 of the right one, 8 and 9 of the frame buffer.
inline report::RunDetail small_detail() {
    const report::LayerDetail first{.matrix_busy = {90, 30},
                                    .vector_busy = {5, 5},
                                    .activation_flits = {0, 0, 0, 0, 0, 0, 0, 0, 60, 0},
                                    .model_flits = {70, 0, 0, 0, 0, 0, 0, 0, 0, 0},
                                    .partial_sum_flits = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0},
                                    .home = Bytes(2000),
                                    .gathered = Bytes(1000)};
    const report::LayerDetail second{.matrix_busy = {40, 40},
                                     .vector_busy = {0, 200},
                                     .activation_flits = {120, 0, 0, 0, 0, 0, 0, 0, 0, 7},
                                     .model_flits = {0, 0, 0, 0, 0, 30, 0, 0, 0, 0},
                                     .partial_sum_flits = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0},
                                     .home = Bytes(500),
                                     .gathered = Bytes(0)};
    return {.grid = {.rows = 1, .cols = 2},
            .memory_capacity = Bytes(10'000),
            .weights = Bytes(4000),
            .layers = {first, second}};
}

/// Two cores of four neurons on a mesh of 1 x 3, three ticks.
inline report::SpikingDetail small_spiking_detail() {
    return {.mesh = {.rows = 1, .cols = 3},
            .spikes = {4, 0, 2},
            .link_packets = {3, 0, 0, 0, 2, 1, 0, 0, 0, 2, 0, 0},
            .ticks = 3,
            .neurons = 4,
            .routers = {0, 2},
            .raster = {{0, 1, 2, 5}, {}, {3, 7}}};
}

/// The result that goes with it.
inline report::Result small_spiking_result() {
    report::Result result;
    result.version = "1.0";
    result.machine = "array";
    result.workload = "spikes";
    result.precision = "w9a1";
    result.config_hash = "abc";
    result.fidelity = "functional";
    result.energy = {{"sram", Joules(1e-6)}, {"leakage", Joules(2e-6)}};
    result.events.spiking = {{"ticks", 3}, {"spikes", 6}, {"synaptic_events", 40}, {"neuron_updates", 24}, {"hops", 8}};
    result.spiking = report::SpikingFigures{.tick_rate = Hertz(1000),
                                            .energy_per_frame = Joules(3e-6),
                                            .cores_in_use = 2,
                                            .power_of_used_cores = Watts(5e-4)};
    result.spiking_detail = small_spiking_detail();
    return result;
}

} // namespace lodestone::test
