// SPDX-License-Identifier: Apache-2.0
// Numbering of points, samples and Latin hypercubes.
#include "analysis/explore/search/space.hpp"

#include "sim/base/error.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cstddef>
#include <map>
#include <set>

using namespace lodestone;
using namespace lodestone::explore;

namespace {

/// How often each value of an axis is used.
std::map<std::uint32_t, std::size_t> uses(const std::vector<Point>& points, std::size_t axis) {
    std::map<std::uint32_t, std::size_t> count;
    for (const Point& point : points) {
        ++count[point[axis]];
    }
    return count;
}

} // namespace

TEST_CASE("ids count points with the last axis fastest", "[explore][search]") {
    const Space space({{2}, {3}});
    CHECK(space.points() == 6);
    CHECK(space.point(0) == Point{0, 0});
    CHECK(space.point(1) == Point{0, 1});
    CHECK(space.point(5) == Point{1, 2});
    for (std::uint64_t id = 0; id < space.points(); ++id) {
        CHECK(space.id(space.point(id)) == id);
    }
}

TEST_CASE("ids and indices beyond the space are refused", "[explore][search]") {
    const Space space({{2}, {3}});
    CHECK_THROWS_AS(space.point(6), InternalError);
    CHECK_THROWS_AS(space.id({0, 3}), InternalError);
    CHECK_THROWS_AS(space.id({0}), InternalError);
}

TEST_CASE("a space of 2^64 - 1 points can be numbered, one of 2^64 is refused", "[explore][search]") {
    CHECK(Space({{65535}, {42009217}, {6700417}}).points() == 18446744073709551615U);
    CHECK_THROWS_AS(Space({{65536}, {65536}, {65536}, {65536}}), InternalError);
    CHECK_THROWS_AS(Space({{2}, {0}}), InternalError);
    CHECK_THROWS_AS(Space(std::vector<AxisShape>{}), InternalError);
}

TEST_CASE("a random sample has different points, as many as asked for or all", "[explore][search]") {
    const auto sample = random_sample(1000, 100, 7);
    CHECK(sample.size() == 100);
    CHECK(std::set<std::uint64_t>(sample.begin(), sample.end()).size() == 100);
    CHECK(*std::max_element(sample.begin(), sample.end()) < 1000);
    auto all = random_sample(20, 21, 7);
    std::sort(all.begin(), all.end());
    CHECK(all.size() == 20);
    CHECK(all.back() == 19);
}

TEST_CASE("a smaller random sample begins a larger one of the same seed", "[explore][search]") {
    const auto small = random_sample(1000, 10, 3);
    const auto large = random_sample(1000, 500, 3);
    CHECK(std::equal(small.begin(), small.end(), large.begin()));
    CHECK(random_sample(1000, 10, 4) != small);
}

TEST_CASE("a random sample of a huge space takes memory for the sample alone", "[explore][search]") {
    CHECK(random_sample(std::uint64_t{1} << 62U, 1000, 1).size() == 1000);
}

TEST_CASE("each point of a space is sampled about equally often", "[explore][search]") {
    constexpr std::size_t samples = 4000;
    std::vector<std::size_t> count(8, 0);
    for (std::uint64_t seed = 0; seed < samples; ++seed) {
        for (const std::uint64_t id : random_sample(8, 2, seed)) {
            ++count[id];
        }
    }
    // 1000 expected, binomial deviation 27: five of them on both sides
    CHECK(*std::min_element(count.begin(), count.end()) > 865);
    CHECK(*std::max_element(count.begin(), count.end()) < 1135);
}

TEST_CASE("a Latin hypercube uses the values of an axis equally often", "[explore][search]") {
    const Space space({{4}, {5}, {3, false}, {2}, {6}});
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        const auto points = latin_hypercube(space, 60, seed);
        CHECK(std::set<Point>(points.begin(), points.end()).size() == 60);
        for (std::size_t a = 0; a < 5; ++a) {
            for (const auto& [value, count] : uses(points, a)) {
                CHECK(count == 60 / space.axes()[a].values);
            }
        }
    }
}

TEST_CASE("where points do not divide by values, each value is used the quotient or once more", "[explore][search]") {
    const Space space({{7}, {3}, {5}});
    const auto points = latin_hypercube(space, 16, 2);
    for (std::size_t a = 0; a < 3; ++a) {
        const auto count = uses(points, a);
        CHECK(count.size() == space.axes()[a].values);
        for (const auto& [value, times] : count) {
            CHECK(times >= 16 / space.axes()[a].values);
            CHECK(times <= 16 / space.axes()[a].values + 1);
        }
    }
}

TEST_CASE("with fewer points than values, no value of an axis is used twice", "[explore][search]") {
    const auto points = latin_hypercube(Space({{100}, {50}}), 20, 5);
    CHECK(uses(points, 0).size() == 20);
    CHECK(uses(points, 1).size() == 20);
}

TEST_CASE("a Latin hypercube of nearly and of all points has no point twice", "[explore][search]") {
    const Space space({{3}, {4}, {2}});
    for (const std::uint64_t count : {23U, 24U, 25U}) {
        const auto points = latin_hypercube(space, count, 9);
        CHECK(points.size() == std::min<std::uint64_t>(count, 24));
        CHECK(std::set<Point>(points.begin(), points.end()).size() == points.size());
    }
}

TEST_CASE("draws below a limit stay below it", "[explore][search]") {
    Draws draws(1);
    for (int i = 0; i < 1000; ++i) {
        CHECK(draws.below(3) < 3);
        CHECK(draws.unit() < 1);
    }
    CHECK(draws.below(1) == 0);
    CHECK_THROWS_AS(draws.below(0), InternalError);
}
