// SPDX-License-Identifier: Apache-2.0
// Which points are better: dominance, ranks, fronts, and how crowded a front is.
#pragma once

#include "analysis/explore/exploration.hpp"

#include <cstddef>
#include <vector>

namespace lodestone::explore {

/// One value per objective, finite, all in the same order of objectives.
using Objectives = std::vector<double>;
/// Positions in a list of points.
using Positions = std::vector<std::size_t>;

/// No worse in every objective and better in at least one.
[[nodiscard]] bool dominates(const Objectives& a, const Objectives& b, const std::vector<Sense>& senses);

/// Positions of the points that no other dominates, ascending; equal points all stay.
[[nodiscard]] Positions non_dominated(const std::vector<Objectives>& points, const std::vector<Sense>& senses);

/// All points by rank: front 0 is non_dominated(), front k is that of what is left without the fronts before it;
/// positions ascend within a front. The result is that of Deb et al., "A fast and elitist multiobjective genetic
/// algorithm: NSGA-II", IEEE TEC 6(2), 2002, section III-A; found by the sequential search of Zhang et al., "An
/// efficient approach to nondominated sorting", IEEE TEC 19(2), 2015.
[[nodiscard]] std::vector<Positions> sort_by_dominance(const std::vector<Objectives>& points,
                                                       const std::vector<Sense>& senses);

/// Room around each point of one front: the sum over objectives of the distance between its two neighbours, each
/// objective scaled to the range of the front; infinite at the ends (Deb et al. 2002, section III-B). Points that are
/// equal in an objective are neighbours in their given order. One value per position of `front`.
[[nodiscard]] std::vector<double> crowding_distance(const std::vector<Objectives>& points, const Positions& front);

} // namespace lodestone::explore
