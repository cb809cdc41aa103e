// SPDX-License-Identifier: Apache-2.0
// Constraints: whether they can hold at all, and whether they hold at a point.
#pragma once

#include "analysis/explore/search/genetic_search.hpp"
#include "analysis/explore/sweep.hpp"

namespace lodestone::explore {

/// Reports constraints that no point can meet: a minimum above a maximum, or limits on axes that exclude every
/// combination of values.
void find_contradictions(const SweepSpec& sweep, Problems& problems);

/// What constraints say about a point. `amount`: by how much they are missed, in parts of the limits, summed.
struct Violation {
    double amount = 0;
    std::string message; ///< the first that does not hold; empty when all do
    [[nodiscard]] bool holds() const { return message.empty(); }
};

/// The constraints on axes, before anything is evaluated.
[[nodiscard]] Violation axis_violation(const SweepSpec& sweep, const std::vector<std::uint32_t>& point);

/// The constraints on figures; a figure that is absent violates its constraint.
[[nodiscard]] Violation figure_violation(const SweepSpec& sweep, const Figures& figures);

/// What an evaluation is worth in a sweep.
struct Judgement {
    Status status = Status::done;
    std::string message;
    Answer answer; ///< for the search: objectives when the result has them all
};

/// A finished evaluation is infeasible in a sweep when a constraint does not hold or an objective is absent.
[[nodiscard]] Judgement judge(const SweepSpec& sweep, Status status, const std::string& message,
                              const Figures& figures);

} // namespace lodestone::explore
