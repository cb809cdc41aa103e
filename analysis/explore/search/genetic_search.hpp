// SPDX-License-Identifier: Apache-2.0
// A search for the front of a discrete space that evaluates a small part of its points.
#pragma once

#include "analysis/explore/search/dominance.hpp"
#include "analysis/explore/search/promises.hpp"
#include "analysis/explore/search/space.hpp"

#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

namespace lodestone::explore {

/// What the search may vary; `budget` counts every point that it asks for.
struct SearchSpec {
    std::vector<AxisShape> axes;
    std::vector<Sense> senses; ///< one per objective
    std::uint64_t budget = 0;
    std::uint64_t seed = 1;
    /// Points per generation, which may be evaluated at the same time; fewer when the budget would give few
    /// generations.
    std::size_t population = 16;
};

/// What became of a point. `violation`: 0 when every constraint holds, else by how much they are missed, summed over
/// the constraints in parts of their limits; infinite when that is unknown, as for a point that failed or timed out.
/// Objectives of a point that violates something are not looked at and may be absent.
struct Answer {
    double violation = 0;
    Objectives objectives;
};

/// Elitist genetic search after NSGA-II (Deb et al., IEEE TEC 6(2), 2002): points are ranked by front, then by
/// crowding, after any point that violates constraints, by violation; binary tournaments choose parents.
///
/// For points that take seconds, on few discrete axes, it differs from the original: no point is asked for twice; the
/// parents are chosen among all points answered so far; the first generation is a Latin hypercube; ordered axes mutate
/// by steps; and two of three points after the first generation are those of which a guess from all answers (Promises)
/// promises most, by turns for random weights of the objectives, as in ParEGO (Knowles, IEEE TEC 10(1), 2006), and
/// beyond the front. Every sixth point, or any for which variation finds only known ones, is a neighbour of the best
/// point that has an unknown neighbour.
///
/// Drive it by generations: ask(), evaluate the points in any order and on any number of workers, tell() each answer,
/// ask() again, until it returns nothing. What is asked depends on the SearchSpec and the answers alone, never on their
/// order. So an interrupted search resumes by starting anew and telling the stored answers of what it asks.
class GeneticSearch {
public:
    explicit GeneticSearch(SearchSpec spec);

    /// The next generation: all different, none asked before; empty when the budget or the space is used up. Every
    /// point of the generation before must have been told.
    [[nodiscard]] std::vector<Point> ask();
    /// The answer to a point of the last ask(), once.
    void tell(const Point& point, Answer answer);

    /// Points asked for and not told.
    [[nodiscard]] std::size_t awaited() const { return awaited_; }
    /// The told points that violate nothing and that no other dominates, in the order in which they were asked for.
    [[nodiscard]] std::vector<Point> front() const;

private:
    struct Record {
        Point point;
        Answer answer;
        bool told = false;
    };

    /// Positions of the records, best first.
    [[nodiscard]] Positions ranking() const;
    [[nodiscard]] Positions feasible() const;
    [[nodiscard]] bool is_new(const Point& point) const { return !position_.contains(space_.id(point)); }
    void add(Point point);

    [[nodiscard]] Point child_of(const Point& mother, const Point& father);
    void mutate(Point& point);
    void step(Point& point, std::size_t axis);
    /// What the answers promise of points that are unknown; nothing while too few points violate nothing.
    [[nodiscard]] std::optional<Promises> promises(const Positions& ranked);
    /// Points that promises are made of: all that are unknown, or many of them.
    [[nodiscard]] std::vector<Point> unknown_points();
    bool add_promising(Promises& promises);
    /// Adds a child of the best records; false when the attempts gave only known points.
    bool add_child(const Positions& parents);
    /// Adds a neighbour of the best record that has an unknown one; false when none has.
    bool add_neighbour(const Positions& ranked);
    void add_random();

    SearchSpec spec_;
    Space space_;
    Draws draws_;
    std::vector<Record> records_;                             ///< in the order asked
    std::unordered_map<std::uint64_t, std::size_t> position_; ///< in records_, by id; never iterated
    std::size_t awaited_ = 0;
};

} // namespace lodestone::explore
