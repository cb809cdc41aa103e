// SPDX-License-Identifier: Apache-2.0
// How much of the front the search finds with a part of the points, over many seeds.
#include "analysis/explore/search/genetic_search.hpp"

#include "analysis/explore/search/hypervolume.hpp"
#include "tests/support/design_spaces.hpp"

#include <catch2/catch.hpp>

using namespace lodestone;
using namespace lodestone::explore;

namespace {

constexpr std::uint64_t seeds = 20;

/// The whole space evaluated: what its front dominates. The reference lies beyond the front, not beyond the worst
/// point of the space, which would make every sample look good.
class Ground {
public:
    explicit Ground(const test::DesignSpace& space) : design_(space), space_(space.axes) {
        std::vector<Objectives> all;
        for (std::uint64_t id = 0; id < space_.points(); ++id) {
            add(all, space_.point(id));
        }
        std::vector<Objectives> front;
        for (const std::size_t k : non_dominated(all, space.senses)) {
            front.push_back(all[k]);
        }
        constexpr double margin = 0.1;
        reference_ = reference_of(front, margin, space.senses);
        volume_ = hypervolume(front, reference_, space.senses);
    }

    [[nodiscard]] std::uint64_t points() const { return space_.points(); }

    /// Part of the whole space's hypervolume that the search reaches.
    [[nodiscard]] double searched(std::uint64_t budget, std::uint64_t seed) const {
        GeneticSearch search({.axes = design_.axes, .senses = design_.senses, .budget = budget, .seed = seed});
        std::vector<Objectives> found;
        for (auto points = search.ask(); !points.empty(); points = search.ask()) {
            for (const Point& point : points) {
                add(found, point);
                search.tell(point, design_.evaluate(point));
            }
        }
        return hypervolume(found, reference_, design_.senses) / volume_;
    }

    [[nodiscard]] double sampled(std::uint64_t budget, std::uint64_t seed) const {
        std::vector<Objectives> found;
        for (const std::uint64_t id : random_sample(space_.points(), budget, seed)) {
            add(found, space_.point(id));
        }
        return hypervolume(found, reference_, design_.senses) / volume_;
    }

private:
    void add(std::vector<Objectives>& objectives, const Point& point) const {
        Answer answer = design_.evaluate(point);
        if (answer.violation == 0) {
            objectives.push_back(std::move(answer.objectives));
        }
    }

    test::DesignSpace design_;
    Space space_;
    Objectives reference_;
    double volume_ = 0;
};

} // namespace

TEST_CASE("a quarter of the points reaches 95 % of the hypervolume of all, with each of 20 seeds",
          "[explore][search]") {
    for (const auto& space : test::design_spaces()) {
        const Ground ground(space);
        CHECK(ground.points() >= 500);
        CHECK(ground.points() <= 2000);
        for (std::uint64_t seed = 0; seed < seeds; ++seed) {
            INFO(space.name << ", seed " << seed);
            CHECK(ground.searched(ground.points() / 4, seed) >= 0.95);
        }
    }
}

TEST_CASE("the search lacks less than half of what a random sample of equal size lacks", "[explore][search]") {
    constexpr std::uint64_t few = 5;
    for (const auto& space : test::design_spaces()) {
        const Ground ground(space);
        double lacking = 0;
        double lacking_at_random = 0;
        for (std::uint64_t seed = 0; seed < few; ++seed) {
            lacking += 1 - ground.searched(ground.points() / 4, seed);
            lacking_at_random += 1 - ground.sampled(ground.points() / 4, seed);
        }
        INFO(space.name << ": " << lacking / few << " against " << lacking_at_random / few);
        CHECK(lacking < lacking_at_random / 2);
    }
}
