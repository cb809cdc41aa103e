// SPDX-License-Identifier: Apache-2.0
// A result small enough to check by hand, for tests of tables, files and comparisons.
#pragma once

#include "analysis/report/result.hpp"

#include <string>

namespace lodestone::test {

/// Two layers of 100 and 300 cycles at 1 kHz, batch 2, period 250 cycles; energies in millijoules are round.
inline report::Result small_result(const std::string& precision, double factor = 1) {
    using report::LayerResult;
    constexpr double milli = 1e-3;
    report::Result r;
    r.version = "1.0";
    r.machine = "tiny";
    r.workload = "net";
    r.precision = precision;
    r.batch = 2;
    r.seed = 7;
    r.config_hash = "abc";
    r.fidelity = "event";
    r.clock = Hertz(1000);
    r.cycles = Cycles(400);
    r.latency = Seconds(0.4);
    r.throughput_per_s = 8;
    r.power = Watts(0.08 * factor);
    r.utilization = 0.25;
    r.energy = {{"mac", Joules(8 * milli * factor)}, {"sram", Joules(16 * milli * factor)}};
    r.area = {{"core_memory", SquareMillimetres(2)}, {"matrix_unit", SquareMillimetres(3 * factor)}};
    r.traffic = {{"sram_read", Bytes(4'000'000)},
                 {"sram_write", Bytes(2'000'000)},
                 {"noc", Bytes(1'000'000)},
                 {"io", Bytes(10)}};
    const LayerResult first{.name = "conv1",
                            .op = "Conv",
                            .macs = Macs(1'000'000),
                            .cycles = Cycles(100),
                            .utilization = 0.5,
                            .energy = {{"mac", Joules(6 * milli * factor)}, {"sram", Joules(4 * milli * factor)}},
                            .traffic = {{"sram_read", Bytes(3'000'000)},
                                        {"sram_write", Bytes(2'000'000)},
                                        {"noc", Bytes(0)},
                                        {"io", Bytes(10)}},
                            .bound_by = "matrix",
                            .bounds = {{"matrix", Cycles(90)}, {"memory", Cycles(20)}}};
    const LayerResult second{.name = "fc",
                             .op = "Gemm",
                             .macs = Macs(500'000),
                             .cycles = Cycles(300),
                             .utilization = 0.125,
                             .energy = {{"mac", Joules(2 * milli * factor)}, {"sram", Joules(12 * milli * factor)}},
                             .traffic = {{"sram_read", Bytes(1'000'000)},
                                         {"sram_write", Bytes(0)},
                                         {"noc", Bytes(1'000'000)},
                                         {"io", Bytes(0)}},
                             .bound_by = "model_link",
                             .bounds = {{"model_link", Cycles(280)}}};
    r.layers = {first, second};
    r.warnings = {"careful"};
    r.steady = {.period = Cycles(250),
                .io_cycles = Cycles(10),
                .utilization = 0.4,
                .energy_per_inference = {{"mac", Joules(4 * milli * factor)}, {"sram", Joules(6 * milli * factor)}}};
    r.clock_limits = {{"matrix_unit", Hertz(2000)}};
    r.technology = "12 nm";
    r.voltage = Volts(0.8);
    r.calibrated = {{.name = "area", .value = 2.5, .source = "an anchor"}};
    return r;
}

} // namespace lodestone::test
