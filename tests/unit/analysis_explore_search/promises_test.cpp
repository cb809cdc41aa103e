// SPDX-License-Identifier: Apache-2.0
// What is guessed of unknown points, and which of them are chosen for it.
#include "analysis/explore/search/promises.hpp"

#include "tests/support/senses.hpp"

#include <catch2/catch.hpp>

#include <cmath>
#include <set>

using namespace lodestone::explore;
using lodestone::test::down;
using lodestone::test::up;

namespace {

const std::vector<AxisShape> kAxes{{6}, {6}, {3, false}};

/// Each axis has an effect of its own.
double additive(const Point& p) {
    constexpr double of_name[] = {0, 4, 1};
    return 3.0 * p[0] + 2.0 * p[1] + of_name[p[2]];
}

std::vector<Point> sample(std::uint64_t count) {
    return latin_hypercube(Space(kAxes), count, 1);
}

std::vector<Point> all_but(const std::vector<Point>& known) {
    const Space space(kAxes);
    std::vector<Point> rest;
    for (std::uint64_t id = 0; id < space.points(); ++id) {
        if (std::ranges::find(known, space.point(id)) == known.end()) {
            rest.push_back(space.point(id));
        }
    }
    return rest;
}

/// Minimise one figure and maximise another: the best of both are at opposite ends of the second axis.
Promises::Lessons lessons() {
    Promises::Lessons lessons{.axes = kAxes,
                              .senses = {down, up},
                              .feasible = sample(24),
                              .objectives = {},
                              .violating = {},
                              .candidates = {}};
    for (const Point& p : lessons.feasible) {
        lessons.objectives.push_back({std::exp2(p[0]) * (1 + p[1]), 1.0 + p[1]});
    }
    lessons.candidates = all_but(lessons.feasible);
    return lessons;
}

} // namespace

TEST_CASE("a surrogate gives back what it knows and guesses effects that add up", "[explore][search]") {
    const std::vector<Point> known = sample(36);
    std::vector<Columns> values;
    for (const Point& p : known) {
        values.push_back({additive(p), -additive(p)});
    }
    const Surrogate surrogate(kAxes, known, values);
    for (const Point& p : known) {
        CHECK(std::abs(surrogate.guess(p)[0] - additive(p)) < 0.1);
    }
    constexpr double range = 29;
    double sum = 0;
    const std::vector<Point> rest = all_but(known);
    for (const Point& p : rest) {
        const Columns guess = surrogate.guess(p);
        CHECK(guess[1] == Approx(-guess[0]));
        sum += std::abs(guess[0] - additive(p));
    }
    CHECK(sum / static_cast<double>(rest.size()) < 0.05 * range);
}

TEST_CASE("a surrogate of one point guesses its value everywhere", "[explore][search]") {
    const Surrogate surrogate(kAxes, {{0, 0, 0}}, {{7}});
    CHECK(surrogate.guess({5, 5, 2}) == Columns{7});
}

TEST_CASE("weights lead to the end of the front that they ask for", "[explore][search]") {
    Promises promises(lessons());
    const std::optional<Point> cheap = promises.best_for({1, 0.01});
    const std::optional<Point> large = promises.best_for({0.01, 1});
    REQUIRE(cheap);
    REQUIRE(large);
    CHECK(cheap->at(0) == 0);
    CHECK(cheap->at(1) <= 1);
    CHECK(large->at(0) <= 1);
    CHECK(large->at(1) == 5);
}

TEST_CASE("every candidate is given once, by either question, and then none", "[explore][search]") {
    Promises promises(lessons());
    const std::size_t count = lessons().candidates.size();
    std::set<Point> given;
    for (std::size_t i = 0; i < count; ++i) {
        const std::optional<Point> point = i % 2 == 0 ? promises.farthest_beyond() : promises.best_for({1, 1});
        REQUIRE(point);
        given.insert(*point);
    }
    CHECK(given.size() == count);
    CHECK_FALSE(promises.farthest_beyond());
    CHECK_FALSE(promises.best_for({1, 1}));
}

TEST_CASE("points like those that violate constraints promise nothing", "[explore][search]") {
    Promises::Lessons with_limit = lessons();
    Promises::Lessons split = with_limit;
    split.feasible.clear();
    split.objectives.clear();
    for (std::size_t i = 0; i < with_limit.feasible.size(); ++i) {
        const Point& p = with_limit.feasible[i];
        if (p[1] >= 3) {
            split.violating.push_back(p);
        } else {
            split.feasible.push_back(p);
            split.objectives.push_back(with_limit.objectives[i]);
        }
    }
    Promises promises(split);
    const std::optional<Point> large = promises.best_for({0.01, 1}); // without the limit its second index is 5
    REQUIRE(large);
    CHECK(large->at(1) <= 3);
}
