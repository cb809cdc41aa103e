// SPDX-License-Identifier: Apache-2.0
// Link loads by differences: a route adds at its first link and subtracts after its last.
#include "arch/spiking_array/mesh.hpp"

#include <algorithm>
#include <numeric>

namespace lodestone::spiking_array {

namespace {

std::uint32_t distance(std::uint32_t a, std::uint32_t b) {
    return a > b ? a - b : b - a;
}

} // namespace

RouteLength route_length(const spec::SpikingArraySpec& spec, GridPosition from, GridPosition to) {
    return {.hops = distance(from.col, to.col) + distance(from.row, to.row),
            .chip_crossings = distance(from.col / spec.cores.cols, to.col / spec.cores.cols) +
                              distance(from.row / spec.cores.rows, to.row / spec.cores.rows)};
}

LinkLoads::LinkLoads(GridShape mesh) : mesh_(mesh) {
    for (auto& loads : loads_) {
        loads.assign(mesh.size(), 0);
    }
}

void LinkLoads::add(GridPosition from, GridPosition to, std::uint64_t packets) {
    const auto along = [&](Port port) -> std::vector<std::uint64_t>& { return loads_[static_cast<std::size_t>(port)]; };
    const auto node = [&](std::uint32_t row, std::uint32_t col) { return std::size_t{row} * mesh_.cols + col; };
    if (to.col > from.col) { // unsigned wrap-around cancels in the running sums
        along(Port::east)[node(from.row, from.col)] += packets;
        along(Port::east)[node(from.row, to.col)] -= packets;
    } else if (to.col < from.col) {
        along(Port::west)[node(from.row, from.col)] += packets;
        along(Port::west)[node(from.row, to.col)] -= packets;
    }
    if (to.row > from.row) {
        along(Port::south)[node(from.row, to.col)] += packets;
        along(Port::south)[node(to.row, to.col)] -= packets;
    } else if (to.row < from.row) {
        along(Port::north)[node(from.row, to.col)] += packets;
        along(Port::north)[node(to.row, to.col)] -= packets;
    }
}

void LinkLoads::add(const LinkLoads& other) {
    for (std::size_t direction = 0; direction < loads_.size(); ++direction) {
        for (std::size_t router = 0; router < loads_[direction].size(); ++router) {
            loads_[direction][router] += other.loads_[direction][router];
        }
    }
}

void LinkLoads::finish() {
    const std::size_t cols = mesh_.cols;
    const std::size_t nodes = mesh_.size();
    auto& east = loads_[static_cast<std::size_t>(Port::east)];
    auto& west = loads_[static_cast<std::size_t>(Port::west)];
    auto& north = loads_[static_cast<std::size_t>(Port::north)];
    auto& south = loads_[static_cast<std::size_t>(Port::south)];
    for (std::size_t node = 0; node < nodes; ++node) {
        const std::size_t mirror = nodes - 1 - node;
        if (node % cols != 0) {
            east[node] += east[node - 1];
        }
        if (mirror % cols != cols - 1) {
            west[mirror] += west[mirror + 1];
        }
        if (node >= cols) {
            south[node] += south[node - cols];
        }
        if (mirror + cols < nodes) {
            north[mirror] += north[mirror + cols];
        }
    }
}

std::uint64_t LinkLoads::at(GridPosition from, Port port) const {
    return loads_[static_cast<std::size_t>(port)][mesh_.at(from).index()];
}

std::span<const std::uint64_t> LinkLoads::direction(Port port) const {
    return loads_[static_cast<std::size_t>(port)];
}

std::uint64_t LinkLoads::total() const {
    std::uint64_t sum = 0;
    for (const auto& loads : loads_) {
        sum = std::accumulate(loads.begin(), loads.end(), sum);
    }
    return sum;
}

std::uint64_t LinkLoads::busiest() const {
    std::uint64_t most = 0;
    for (const auto& loads : loads_) {
        most = std::max(most, *std::max_element(loads.begin(), loads.end()));
    }
    return most;
}

} // namespace lodestone::spiking_array
