// SPDX-License-Identifier: Apache-2.0
// A sweep of any size whose figures follow simple formulas, for the pages of explorations.
#pragma once

#include "analysis/explore/exploration.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

namespace lodestone::test {

/// Time, energy and area of a point; larger grids are faster and larger, wider formats cost more, and every
/// configuration has its own small extra so that no two points coincide.
inline explore::Figures sweep_figures(double cores, double memory_kib, double clock_mhz, double bits) {
    constexpr double micro = 1e-6;
    const double extra = 1 + 0.2 * std::abs(std::sin(cores * 7 + memory_kib * 3 + clock_mhz * 11 + bits));
    const double latency = 2e4 * extra / (cores * clock_mhz) * (1 + 64 / memory_kib) * bits;
    const double mac = 40 * bits * bits * micro * extra;
    const double sram = (30 * bits + memory_kib / 8) * micro;
    const double leakage = cores * latency * micro / 4;
    const double area = cores * (0.02 * memory_kib / 16 + 0.004 * bits * extra);
    return {{"latency_s", latency * micro},
            {"throughput_per_s", 1 / (latency * micro)},
            {"utilization", std::min(1.0, 0.9 / extra)},
            {"energy_j.total", mac + sram + leakage},
            {"energy_j.mac", mac},
            {"energy_j.sram", sram},
            {"energy_j.leakage", leakage},
            {"area_mm2.total", area}};
}

inline bool is_beaten(const explore::Row& row, const explore::Row& by) {
    const auto value = [](const explore::Row& of, const char* key) {
        return std::ranges::find(of.figures, key, &std::pair<std::string, double>::first)->second;
    };
    bool is_better = false;
    for (const char* key : {"latency_s", "energy_j.total", "area_mm2.total"}) {
        if (value(by, key) > value(row, key)) {
            return false;
        }
        is_better = is_better || value(by, key) < value(row, key);
    }
    return is_better;
}

/// Done rows that no other done row beats.
inline std::vector<std::uint64_t> front_of(const std::vector<explore::Row>& rows) {
    std::vector<std::uint64_t> front;
    for (const explore::Row& row : rows) {
        const auto beats = [&row](const explore::Row& other) {
            return other.status == explore::Status::done && is_beaten(row, other);
        };
        if (row.status == explore::Status::done && std::ranges::none_of(rows, beats)) {
            front.push_back(row.id);
        }
    }
    return front;
}

/// `grids` x 4 memories x 5 clocks x 5 precisions, all at event level. Every row of the smallest memory on grids of 40
/// cores and more is infeasible; row 7 failed.
inline explore::Exploration small_sweep(std::uint32_t grids) {
    using explore::Status;
    struct Format {
        const char* name;
        double bits;
    };
    constexpr Format formats[] = {{"int4", 4}, {"int8", 8}, {"fp8_e4m3", 8.8}, {"fp8_e5m2", 10}, {"fp16", 16}};
    explore::Exploration sweep{.name = "grid <and> precision",
                               .axes = {{"machine.array.cores", {}},
                                        {"machine.core.memory", {"64 KiB", "128 KiB", "256 KiB", "768 KiB"}},
                                        {"machine.clock", {"200 MHz", "300 MHz", "400 MHz", "600 MHz", "1 GHz"}},
                                        {"precision", {}}},
                               .objectives = {{"latency_s", explore::Sense::minimise},
                                              {"energy_j.total", explore::Sense::minimise},
                                              {"area_mm2.total", explore::Sense::minimise}}};
    for (const Format& format : formats) {
        sweep.axes[3].values.emplace_back(format.name);
    }
    constexpr double memories[] = {64, 128, 256, 768};
    constexpr double clocks[] = {200, 300, 400, 600, 1000};
    for (std::uint32_t grid = 0; grid < grids; ++grid) {
        const std::uint32_t cores = 4 + 4 * grid;
        sweep.axes[0].values.push_back(std::to_string(cores));
        for (std::size_t memory = 0; memory < 4; ++memory) {
            for (std::size_t clock = 0; clock < 5; ++clock) {
                for (const Format& format : formats) {
                    explore::Row row{.id = sweep.rows.size(),
                                     .hash = "h" + std::to_string(sweep.rows.size()),
                                     .values = {std::to_string(cores), sweep.axes[1].values[memory],
                                                sweep.axes[2].values[clock], format.name},
                                     .fidelity = "event",
                                     .wall_s = 0.25,
                                     .version = "1.0"};
                    if (memory == 0 && cores >= 40) {
                        row.status = Status::infeasible;
                        row.message = "layer conv1 needs 70 KiB of core memory, <64 KiB> are there";
                    } else if (row.id == 7) {
                        row.status = Status::failed;
                        row.message = "the process ended with signal 9";
                    } else {
                        row.figures = sweep_figures(cores, memories[memory], clocks[clock], format.bits);
                    }
                    sweep.rows.push_back(std::move(row));
                }
            }
        }
    }
    sweep.front = front_of(sweep.rows);
    sweep.planned = sweep.rows.size();
    return sweep;
}

} // namespace lodestone::test
