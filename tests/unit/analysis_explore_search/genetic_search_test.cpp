// SPDX-License-Identifier: Apache-2.0
// The contract of ask() and tell().
#include "analysis/explore/search/genetic_search.hpp"

#include "sim/base/error.hpp"
#include "tests/support/design_spaces.hpp"
#include "tests/support/senses.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <limits>
#include <set>

using namespace lodestone;
using namespace lodestone::explore;
using test::down;
using test::up;

namespace {

SearchSpec spec_of(const test::DesignSpace& space, std::uint64_t budget, std::uint64_t seed = 1) {
    return {.axes = space.axes, .senses = space.senses, .budget = budget, .seed = seed};
}

/// Every generation of a search, each told in reverse order if so wanted.
std::vector<std::vector<Point>> generations(const test::DesignSpace& space, const SearchSpec& spec, bool reversed) {
    GeneticSearch search(spec);
    std::vector<std::vector<Point>> all;
    for (auto points = search.ask(); !points.empty(); points = search.ask()) {
        all.push_back(points);
        if (reversed) {
            std::reverse(points.begin(), points.end());
        }
        for (const Point& point : points) {
            search.tell(point, space.evaluate(point));
        }
    }
    return all;
}

} // namespace

TEST_CASE("no point is asked for twice and the budget is used exactly", "[explore][search]") {
    for (const auto& space : test::design_spaces()) {
        std::set<Point> asked;
        std::size_t count = 0;
        for (const auto& generation : generations(space, spec_of(space, 203), false)) {
            CHECK(generation.size() <= 16);
            count += generation.size();
            asked.insert(generation.begin(), generation.end());
        }
        CHECK(count == 203);
        CHECK(asked.size() == 203);
    }
}

TEST_CASE("a budget beyond the space asks for every point once", "[explore][search]") {
    const test::DesignSpace space{"tiny", {{3}, {1}, {4, false}}, {Sense::minimise}, [](const Point& p) {
                                      return Answer{0, {1.0 * p[0] + p[2]}};
                                  }};
    std::set<Point> asked;
    std::size_t count = 0;
    for (const auto& generation : generations(space, spec_of(space, 1000), false)) {
        count += generation.size();
        asked.insert(generation.begin(), generation.end());
    }
    CHECK(count == 12);
    CHECK(asked.size() == 12);
}

TEST_CASE("what is asked does not depend on the order of the answers", "[explore][search]") {
    for (const auto& space : test::design_spaces()) {
        CHECK(generations(space, spec_of(space, 200), false) == generations(space, spec_of(space, 200), true));
    }
}

TEST_CASE("another seed asks for other points", "[explore][search]") {
    const auto space = test::design_spaces().front();
    CHECK(generations(space, spec_of(space, 100, 1), false) != generations(space, spec_of(space, 100, 2), false));
}

TEST_CASE("an interrupted search goes on where it was when the stored answers are told again", "[explore][search]") {
    const auto space = test::design_spaces().front();
    const auto whole = generations(space, spec_of(space, 160), false);
    GeneticSearch resumed(spec_of(space, 160));
    for (std::size_t g = 0; g < whole.size(); ++g) {
        const auto points = resumed.ask();
        CHECK(points == whole[g]);
        for (const Point& point : points) {
            resumed.tell(point, space.evaluate(point));
        }
    }
    CHECK(resumed.ask().empty());
}

TEST_CASE("asking before every answer was told is refused", "[explore][search]") {
    const auto space = test::design_spaces().front();
    GeneticSearch search(spec_of(space, 100));
    const auto points = search.ask();
    CHECK(search.awaited() == points.size());
    for (std::size_t i = 0; i + 1 < points.size(); ++i) {
        search.tell(points[i], space.evaluate(points[i]));
    }
    CHECK_THROWS_AS(search.ask(), InternalError);
    search.tell(points.back(), space.evaluate(points.back()));
    CHECK(search.awaited() == 0);
    CHECK_NOTHROW(search.ask());
}

TEST_CASE("an answer to a point that was not asked for, or a second one, is refused", "[explore][search]") {
    const auto space = test::design_spaces().front();
    GeneticSearch search(spec_of(space, 16));
    const auto points = search.ask();
    std::uint64_t stranger = 0;
    const Space grid(space.axes);
    while (std::find(points.begin(), points.end(), grid.point(stranger)) != points.end()) {
        ++stranger;
    }
    CHECK_THROWS_AS(search.tell(grid.point(stranger), {0, {1, 1, 1}}), InternalError);
    search.tell(points[0], {0, {1, 1, 1}});
    CHECK_THROWS_AS(search.tell(points[0], {0, {1, 1, 1}}), InternalError);
    CHECK_THROWS_AS(search.tell(points[1], {0, {1, 1}}), InternalError);
    CHECK_THROWS_AS(search.tell(points[1], {-1, {1, 1, 1}}), InternalError);
}

TEST_CASE("points that violate a constraint are not in the front, however good", "[explore][search]") {
    GeneticSearch search({.axes = {{2}, {2}}, .senses = {Sense::minimise}, .budget = 4, .population = 4});
    for (const Point& point : search.ask()) {
        search.tell(point, {.violation = point[0] == 0 ? 0.5 : 0.0, .objectives = {1.0 * point[0] + point[1]}});
    }
    CHECK(search.front() == std::vector<Point>{{1, 0}});
}

TEST_CASE("a search among failures goes on to the end", "[explore][search]") {
    const double unknown = std::numeric_limits<double>::infinity();
    const test::DesignSpace space{"broken", {{8}, {8}, {8}}, {Sense::minimise}, nullptr};
    GeneticSearch search(spec_of(space, 100));
    std::size_t count = 0;
    for (auto points = search.ask(); !points.empty(); points = search.ask()) {
        count += points.size();
        for (const Point& point : points) {
            search.tell(point, {.violation = unknown});
        }
    }
    CHECK(count == 100);
    CHECK(search.front().empty());
}

TEST_CASE("the search walks down the violation to a small feasible corner", "[explore][search]") {
    GeneticSearch search({.axes = {{16}, {16}, {16}}, .senses = {Sense::minimise}, .budget = 400});
    for (auto points = search.ask(); !points.empty(); points = search.ask()) {
        for (const Point& point : points) {
            const double missing = 45.0 - point[0] - point[1] - point[2]; // 1 of 4096 points has none
            search.tell(point, {.violation = missing, .objectives = {1}});
        }
    }
    CHECK(search.front() == std::vector<Point>{{15, 15, 15}});
}
