// SPDX-License-Identifier: Apache-2.0
// Small spaces of made-up machines in closed form, shaped like sweeps of hardware: figures that trade off, steps,
// categories, points that do not fit.
#pragma once

#include "analysis/explore/search/genetic_search.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

namespace lodestone::test {

/// A space that can be evaluated at once.
struct DesignSpace {
    std::string name;
    std::vector<explore::AxisShape> axes;
    std::vector<explore::Sense> senses;
    explore::Answer (*evaluate)(const explore::Point&);
};

/// The element of `values` that the axis index picks.
inline double pick(const std::vector<double>& values, std::uint32_t index) {
    return values.at(index);
}

namespace detail {

using explore::Answer;
using explore::Point;
constexpr auto minimise = explore::Sense::minimise;
constexpr auto maximise = explore::Sense::maximise;

/// Rows, columns, memory, clock, precision, sizing of a grid of cores: latency, energy, area.
inline Answer core_grid(const Point& p) {
    const double cores = pick({4, 8, 12, 16}, p[0]) * pick({4, 8, 12, 16}, p[1]);
    const double memory = pick({256, 512, 768}, p[2]);
    const double clock = pick({200, 400, 600, 800}, p[3]);
    const double bits = pick({2, 4, 8, 9}, p[4]); // names: the last is a float of 8 bits
    const double lanes = p[5] == 0 ? 1024 : 8192 / bits;
    const double voltage = 0.6 + clock / 2000;
    const double spill = std::max(0.0, 3e4 * bits - cores * memory) * 4;
    const double cycles = std::ceil(4e9 / (cores * lanes)) + 3000 + 40 * std::sqrt(cores) + spill;
    const double dynamic = 4e9 * bits * bits * 2e-15 * voltage * voltage + spill * 4e-10;
    const double area = cores * (memory * 0.002 + lanes * bits * bits * 4e-6 + 0.3);
    const double latency = cycles / (clock * 1e6);
    return {.objectives = {latency, dynamic + area * 0.02 * voltage * latency, area}};
}

/// Rows, columns, buffer, memory channels, dataflow, format of an array: latency, energy, area; some do not fit.
inline Answer mac_array(const Point& p) {
    const double rows = pick({8, 16, 32, 64, 128}, p[0]);
    const double columns = pick({8, 16, 32, 64, 128}, p[1]);
    const double buffer = pick({64, 128, 256, 512}, p[2]);
    const double channels = pick({1, 2, 4}, p[3]);
    const double format = pick({1, 1.35}, p[5]);
    const double used = p[4] == 0 ? 64.0 / std::max(64.0, rows) : p[4] == 1 ? 48.0 / std::max(48.0, columns) : 0.8;
    const double compute = 2e8 / (rows * columns * used) + rows + columns;
    const double traffic = 4e6 * (1 + 300 / buffer) * (p[4] == 2 ? 0.8 : 1);
    const double cycles = std::max(compute, traffic / (channels * 16));
    const double area = rows * columns * 0.0006 * format + buffer * 0.004 + channels * 1.5;
    const double energy = 2e8 * 0.4e-12 * format + traffic * (60e-12) + area * cycles * 2e-11;
    const double needed = (rows + columns) * 2;
    return {.violation = needed > buffer ? needed / buffer - 1 : 0, .objectives = {cycles, energy, area}};
}

/// The grid under a limit on area and power, two objectives: throughput (larger is better) and energy.
inline Answer limited_grid(const Point& p) {
    const Answer free = core_grid(p);
    const double area_limit = 150;
    const double power_limit = 3;
    const double power = free.objectives[1] / free.objectives[0];
    const double violation =
        std::max(0.0, free.objectives[2] / area_limit - 1) + std::max(0.0, power / power_limit - 1);
    return {.violation = violation, .objectives = {1 / free.objectives[0], free.objectives[1]}};
}

/// Axons, neurons, cores, tick, precision of weights, routing of a spiking chip: latency, energy, area, accuracy.
inline Answer spiking(const Point& p) {
    const double axons = pick({64, 128, 256, 512}, p[0]);
    const double neurons = pick({64, 128, 256, 512}, p[1]);
    const double ticks = pick({1, 2, 4, 8}, p[2]);
    const double rate = pick({1, 2, 4}, p[3]);
    const double weight_bits = pick({1, 2, 4}, p[4]);
    const double cores = std::ceil(4096 / neurons) * std::ceil(1024 / axons);
    const double hops = std::sqrt(cores) * (p[5] == 0 ? 1 : 0.7);
    const double area = cores * (axons * neurons * weight_bits * 1e-6 + 0.01 + (p[5] == 0 ? 0.002 : 0.006));
    const double energy = ticks * (4e5 * weight_bits * 0.1 + 5e4 * hops) * (0.5 + rate / 4) + area * 100 * ticks;
    const double accuracy = 1 - 0.3 / (ticks * weight_bits) - 0.02 * (neurons / axons);
    return {.objectives = {ticks / rate + hops * 0.01, energy, area, accuracy}};
}

} // namespace detail

inline std::vector<DesignSpace> design_spaces() {
    using namespace detail;
    return {
        {"core grid", {{4}, {4}, {3}, {4}, {4, false}, {2, false}}, {minimise, minimise, minimise}, core_grid},
        {"MAC array", {{5}, {5}, {4}, {3}, {3, false}, {2, false}}, {minimise, minimise, minimise}, mac_array},
        {"grid under limits", {{4}, {4}, {3}, {4}, {4, false}, {2, false}}, {maximise, minimise}, limited_grid},
        {"spiking", {{4}, {4}, {4}, {3}, {3}, {2, false}}, {minimise, minimise, minimise, maximise}, spiking},
    };
}

} // namespace lodestone::test
