// SPDX-License-Identifier: Apache-2.0
// Hypervolumes and fronts against definitions written down directly.
#include "analysis/explore/search/hypervolume.hpp"

#include "analysis/explore/search/space.hpp"
#include "tests/support/senses.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <bit>

using namespace lodestone::explore;
using test::down;
using test::up;

namespace {

std::vector<Objectives> random_points(std::size_t count, std::size_t dimensions, std::uint64_t levels, Draws& draws) {
    std::vector<Objectives> points(count, Objectives(dimensions));
    for (Objectives& point : points) {
        for (double& value : point) {
            value = static_cast<double>(draws.below(levels));
        }
    }
    return points;
}

/// The volume of the union of boxes by inclusion and exclusion over all subsets, objectives minimised.
double inclusion_exclusion(const std::vector<Objectives>& points, const Objectives& reference) {
    double volume = 0;
    for (std::uint32_t subset = 1; subset < (1U << points.size()); ++subset) {
        double box = 1;
        for (std::size_t m = 0; m < reference.size(); ++m) {
            double side = reference[m];
            for (std::size_t i = 0; i < points.size(); ++i) {
                side = (subset >> i & 1U) != 0 ? std::min(side, reference[m] - points[i][m]) : side;
            }
            box *= std::max(side, 0.0);
        }
        volume += std::popcount(subset) % 2 == 1 ? box : -box;
    }
    return volume;
}

/// Rank of each point: 0 when nothing dominates it, else one more than the highest rank among its dominators.
std::size_t rank(const std::vector<Objectives>& points, std::size_t k, const std::vector<Sense>& senses) {
    std::size_t highest = 0;
    for (std::size_t i = 0; i < points.size(); ++i) {
        if (dominates(points[i], points[k], senses)) {
            highest = std::max(highest, rank(points, i, senses) + 1);
        }
    }
    return highest;
}

} // namespace

TEST_CASE("hypervolumes of one to four objectives equal inclusion and exclusion", "[explore][search]") {
    Draws draws(11);
    for (std::size_t dimensions = 1; dimensions <= 4; ++dimensions) {
        const Objectives reference(dimensions, 10);
        const std::vector<Sense> senses(dimensions, Sense::minimise);
        for (int repetition = 0; repetition < 60; ++repetition) {
            // few levels: ties, repeated and dominated points, points on and beyond the reference
            const auto points = random_points(1 + draws.below(10), dimensions, 13, draws);
            CHECK(hypervolume(points, reference, senses) == inclusion_exclusion(points, reference));
        }
    }
}

TEST_CASE("turning the sign and the sense of an objective leaves the hypervolume as it is", "[explore][search]") {
    Draws draws(5);
    for (int repetition = 0; repetition < 50; ++repetition) {
        auto points = random_points(20, 3, 100, draws);
        const double before = hypervolume(points, {90, 90, 90}, {Sense::minimise, Sense::minimise, Sense::minimise});
        for (Objectives& point : points) {
            point[1] = -point[1];
        }
        CHECK(hypervolume(points, {90, -90, 90}, {Sense::minimise, Sense::maximise, Sense::minimise}) == before);
    }
}

TEST_CASE("the rank of a point is one more than the highest rank among its dominators", "[explore][search]") {
    Draws draws(3);
    const std::vector<Sense> senses{Sense::minimise, Sense::maximise, Sense::minimise};
    for (int repetition = 0; repetition < 20; ++repetition) {
        const auto points = random_points(40, 3, 8, draws);
        const auto fronts = sort_by_dominance(points, senses);
        std::size_t placed = 0;
        for (std::size_t f = 0; f < fronts.size(); ++f) {
            placed += fronts[f].size();
            for (const std::size_t k : fronts[f]) {
                CHECK(rank(points, k, senses) == f);
            }
        }
        CHECK(placed == points.size());
        CHECK(fronts.front() == non_dominated(points, senses));
    }
}
