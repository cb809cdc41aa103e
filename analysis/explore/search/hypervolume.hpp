// SPDX-License-Identifier: Apache-2.0
// How much of the objective space a set of points dominates.
#pragma once

#include "analysis/explore/search/dominance.hpp"

namespace lodestone::explore {

/// Exact volume of what `points` dominate up to `reference`, in the product of the objectives' units. The reference is
/// a point that every point of interest beats; points that do not beat it in every objective add nothing. 0 without
/// points. Two objectives: a sweep; more: exclusive volumes of limited sets, While, Bradstreet and Barone, "A fast way
/// of calculating exact hypervolumes", IEEE TEC 16(1), 2012 (measure and slicing: Fonseca, Paquete and Lopez-Ibanez,
/// "An improved dimension-sweep algorithm for the hypervolume indicator", CEC 2006). Meant for up to four objectives:
/// time grows with a power of the front's size near the number of objectives less one.
[[nodiscard]] double hypervolume(const std::vector<Objectives>& points, const Objectives& reference,
                                 const std::vector<Sense>& senses);

/// A reference that all `points` beat: the worst value of each objective, moved further by `margin` times the range
/// (by `margin` itself where all values are equal). Hypervolumes compare only under one reference: take it from the
/// larger set.
[[nodiscard]] Objectives reference_of(const std::vector<Objectives>& points, double margin,
                                      const std::vector<Sense>& senses);

} // namespace lodestone::explore
