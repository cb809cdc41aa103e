// SPDX-License-Identifier: Apache-2.0
// Hypervolumes that a person can check, and the reference point.
#include "analysis/explore/search/hypervolume.hpp"

#include "sim/base/error.hpp"
#include "tests/support/senses.hpp"

#include <catch2/catch.hpp>

using namespace lodestone;
using namespace lodestone::explore;
using test::down;
using test::up;

namespace {} // namespace

TEST_CASE("one point dominates the box between it and the reference", "[explore][search]") {
    CHECK(hypervolume({{1}}, {5}, {down}) == 4);
    CHECK(hypervolume({{1, 2}}, {5, 5}, {down, down}) == 12);
    CHECK(hypervolume({{1, 2, 3}}, {5, 5, 5}, {down, down, down}) == 24);
    CHECK(hypervolume({{1, 2, 3, 4}}, {5, 5, 5, 5}, {down, down, down, down}) == 24);
}

TEST_CASE("a volume that two points share counts once", "[explore][search]") {
    CHECK(hypervolume({{1, 3}, {3, 1}}, {4, 4}, {down, down}) == 5);
    CHECK(hypervolume({{1, 1, 2}, {1, 2, 1}, {2, 1, 1}}, {3, 3, 3}, {down, down, down}) == 4 + 4 + 4 - 3 * 2 + 1);
}

TEST_CASE("a maximised objective is measured upwards from the reference", "[explore][search]") {
    CHECK(hypervolume({{1, 7}}, {5, 5}, {down, up}) == 8);
    CHECK(hypervolume({{1, 3}}, {5, 5}, {down, up}) == 0);
}

TEST_CASE("dominated and repeated points add nothing", "[explore][search]") {
    CHECK(hypervolume({{1, 1}, {2, 2}, {1, 1}}, {4, 4}, {down, down}) == 9);
    CHECK(hypervolume({{1, 1, 1}, {2, 2, 2}, {1, 1, 1}}, {4, 4, 4}, {down, down, down}) == 27);
}

TEST_CASE("a point that does not beat the reference in every objective adds nothing", "[explore][search]") {
    CHECK(hypervolume({{4, 1}}, {4, 4}, {down, down}) == 0);
    CHECK(hypervolume({{3.5, 1}}, {4, 4}, {down, down}) == 1.5);
    CHECK(hypervolume({}, {4, 4}, {down, down}) == 0);
}

TEST_CASE("the reference lies beyond the worst values by a part of the range", "[explore][search]") {
    CHECK(reference_of({{1, 10}, {3, 30}}, 0.5, {down, down}) == Objectives{4, 40});
    CHECK(reference_of({{1, 10}, {3, 30}}, 0.5, {down, up}) == Objectives{4, 0});
    CHECK(reference_of({{2, 7}}, 0.5, {down, up}) == Objectives{2.5, 6.5});
    CHECK_THROWS_AS(reference_of({}, 0.5, {down}), InternalError);
}

TEST_CASE("a reference of the wrong length is refused", "[explore][search]") {
    CHECK_THROWS_AS(hypervolume({{1, 2}}, {5}, {down, down}), InternalError);
    CHECK_THROWS_AS(hypervolume({{1}}, {5, 5}, {down, down}), InternalError);
}
