// SPDX-License-Identifier: Apache-2.0
// Dominance, fronts and crowding on points that a person can check.
#include "analysis/explore/search/dominance.hpp"

#include "sim/base/error.hpp"
#include "tests/support/senses.hpp"

#include <catch2/catch.hpp>

#include <cmath>
#include <limits>

using namespace lodestone;
using namespace lodestone::explore;
using test::down;
using test::up;

namespace {

/// Three fronts under (minimise, minimise): {0, 1, 2}, {3, 4}, {5}.
const std::vector<Objectives> staircase{{1, 3}, {2, 2}, {3, 1}, {2, 3}, {3, 2}, {3, 3}};

} // namespace

TEST_CASE("a point dominates another when it is no worse anywhere and better somewhere", "[explore][search]") {
    CHECK(dominates({1, 2}, {1, 3}, {down, down}));
    CHECK_FALSE(dominates({1, 3}, {1, 2}, {down, down}));
    CHECK_FALSE(dominates({1, 3}, {2, 2}, {down, down}));
}

TEST_CASE("equal points do not dominate each other", "[explore][search]") {
    CHECK_FALSE(dominates({1, 2}, {1, 2}, {down, down}));
    CHECK(non_dominated({{1, 2}, {1, 2}, {2, 2}}, {down, down}) == Positions{0, 1});
}

TEST_CASE("the sense of an objective decides which value is better", "[explore][search]") {
    CHECK(dominates({1, 9}, {1, 3}, {down, up}));
    CHECK_FALSE(dominates({1, 9}, {1, 3}, {down, down}));
    CHECK(non_dominated({{1, 5}, {2, 9}, {2, 4}}, {down, up}) == Positions{0, 1});
}

TEST_CASE("the front is what nothing dominates, in the given order", "[explore][search]") {
    CHECK(non_dominated(staircase, {down, down}) == Positions{0, 1, 2});
    CHECK(non_dominated(staircase, {up, up}) == Positions{5});
    CHECK(non_dominated({}, {down, down}).empty());
}

TEST_CASE("sorting by dominance peels one front after another", "[explore][search]") {
    CHECK(sort_by_dominance(staircase, {down, down}) == std::vector<Positions>{{0, 1, 2}, {3, 4}, {5}});
    CHECK(sort_by_dominance({}, {down}).empty());
}

TEST_CASE("a point without a finite figure is refused", "[explore][search]") {
    const double infinite = std::numeric_limits<double>::infinity();
    CHECK_THROWS_AS(non_dominated({{1, infinite}}, {down, down}), InternalError);
    CHECK_THROWS_AS(sort_by_dominance({{std::nan(""), 1}}, {down, down}), InternalError);
    CHECK_THROWS_AS(non_dominated({{1}}, {down, down}), InternalError);
}

TEST_CASE("the ends of a front have infinite room, others the scaled distance of their neighbours",
          "[explore][search]") {
    const std::vector<Objectives> points{{0, 10}, {1, 6}, {4, 0}, {2, 4}};
    const std::vector<double> room = crowding_distance(points, {0, 1, 2, 3});
    CHECK(std::isinf(room[0]));
    CHECK(std::isinf(room[2]));
    CHECK(room[1] == Approx((2.0 - 0.0) / 4 + (10.0 - 4.0) / 10));
    CHECK(room[3] == Approx((4.0 - 1.0) / 4 + (6.0 - 0.0) / 10));
}

TEST_CASE("an objective that does not vary adds no room", "[explore][search]") {
    const std::vector<Objectives> points{{0, 7}, {1, 7}, {4, 7}};
    CHECK(crowding_distance(points, {0, 1, 2})[1] == Approx(1.0));
    CHECK(std::isinf(crowding_distance(points, {1})[0]));
    CHECK(crowding_distance(points, {}).empty());
}
