// SPDX-License-Identifier: Apache-2.0
// Which of the points that nobody has evaluated yet promise to extend a front.
#pragma once

#include "analysis/explore/search/dominance.hpp"
#include "analysis/explore/search/surrogate.hpp"

#include <optional>
#include <vector>

namespace lodestone::explore {

/// What the answers so far teach. Objectives are guessed in costs: smaller is better, 0 the best and 1 the worst value
/// of the front so far.
class Promises {
public:
    /// Points with their objectives, points that violate constraints, and those to choose from. Known ones that are
    /// many are the best so many, which stand first.
    struct Lessons {
        std::vector<AxisShape> axes;
        std::vector<Sense> senses;
        std::vector<Point> feasible; ///< at least one
        std::vector<Objectives> objectives;
        std::vector<Point> violating;
        std::vector<Point> candidates;
    };
    explicit Promises(const Lessons& lessons);

    /// The point with the least cost in its worst objective, each weighed (a Chebyshev norm: every point of a front is
    /// best for some weights). It is not given again; nothing when no candidate is left.
    [[nodiscard]] std::optional<Point> best_for(const std::vector<double>& weights);
    /// The point that is farthest beyond the front and the points given before, in the objective in which it is best.
    [[nodiscard]] std::optional<Point> farthest_beyond();

private:
    struct Candidate {
        Point point;
        Columns costs;
        double gain; ///< how far it is beyond the front and the points given
    };

    template <class Merit>
    std::optional<Point> take_best(Merit merit);

    std::vector<Candidate> candidates_;
};

} // namespace lodestone::explore
