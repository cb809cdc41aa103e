// SPDX-License-Identifier: Apache-2.0
// Places cores on the mesh so that spikes pass few links: simulated annealing from the order of the cores.
#pragma once

#include "sim/base/id.hpp"

#include <cstdint>
#include <vector>

namespace lodestone::spiking {

/// Connections between two cores, in either direction.
struct CoreEdge {
    std::uint32_t from = 0;
    std::uint32_t to = 0;
    std::uint32_t connections = 0;
};

/// Core `cores` (one past the last) is the output bus; it is placed too.
struct PlacementProblem {
    GridShape mesh;
    std::uint32_t cores = 0;
    std::vector<CoreEdge> edges;
    std::uint64_t seed = 1;
    std::uint32_t moves_per_core = 0;
};

/// Connections x links between their cores.
[[nodiscard]] std::uint64_t total_hops(const PlacementProblem& problem, const std::vector<GridPosition>& places);
/// Row by row; the bus takes the place after the last core.
[[nodiscard]] std::vector<GridPosition> in_order(const PlacementProblem& problem);
/// Never worse than in_order(); the same seed gives the same places. The mesh must have room for cores and bus.
[[nodiscard]] std::vector<GridPosition> anneal(const PlacementProblem& problem);

} // namespace lodestone::spiking
