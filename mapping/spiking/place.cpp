// SPDX-License-Identifier: Apache-2.0
// Swaps of two places, accepted by the Metropolis rule under a falling temperature.
#include "mapping/spiking/place.hpp"

#include "sim/base/error.hpp"

#include <cmath>
#include <cstdlib>
#include <random>

namespace lodestone::spiking {
namespace {

constexpr std::uint32_t nobody = 0xFFFFFFFFU;

std::int64_t distance(GridPosition a, GridPosition b) {
    return std::abs(std::int64_t{a.row} - b.row) + std::abs(std::int64_t{a.col} - b.col);
}

class Annealer {
public:
    explicit Annealer(const PlacementProblem& problem)
        : problem_(problem), engine_(problem.seed), places_(in_order(problem)), at_(problem.mesh.size(), nobody),
          neighbours_(problem.cores + 1) {
        for (std::uint32_t core = 0; core <= problem.cores; ++core) {
            at_[problem.mesh.at(places_[core]).value] = core;
        }
        for (const CoreEdge& edge : problem.edges) {
            if (edge.from != edge.to) {
                neighbours_[edge.from].push_back({edge.to, edge.connections});
                neighbours_[edge.to].push_back({edge.from, edge.connections});
            }
        }
    }

    std::vector<GridPosition> run() {
        std::int64_t now = static_cast<std::int64_t>(total_hops(problem_, places_));
        std::int64_t best = now;
        std::vector<GridPosition> best_places = places_;
        const std::uint64_t moves = std::uint64_t{problem_.moves_per_core} * problem_.cores;
        const double hottest =
            1.0 + static_cast<double>(now) / (problem_.cores + 1.0) / 4; // a quarter of a core's hops
        constexpr double coldest = 0.5;
        const double cooling = moves == 0 ? 1 : std::pow(coldest / hottest, 1.0 / static_cast<double>(moves));
        double temperature = hottest;
        for (std::uint64_t move = 0; move < moves; ++move, temperature *= cooling) {
            now += try_swap(temperature);
            if (now < best && (move % problem_.cores == 0 || move + problem_.cores >= moves)) {
                best = now;
                best_places = places_;
            }
        }
        return now < best ? places_ : best_places;
    }

private:
    struct Neighbour {
        std::uint32_t core;
        std::uint32_t connections;
    };

    std::uint32_t below(std::uint32_t limit) { return static_cast<std::uint32_t>(((engine_() >> 32) * limit) >> 32); }

    std::int64_t hops_of(std::uint32_t core) const {
        std::int64_t hops = 0;
        if (core != nobody) {
            for (const Neighbour& neighbour : neighbours_[core]) {
                hops += distance(places_[core], places_[neighbour.core]) * neighbour.connections;
            }
        }
        return hops;
    }

    void exchange(std::uint32_t place, std::uint32_t other) {
        std::swap(at_[place], at_[other]);
        for (const std::uint32_t where : {place, other}) {
            if (at_[where] != nobody) {
                places_[at_[where]] = problem_.mesh.position(CoreId(where));
            }
        }
    }

    /// The change of the cost: 0 when the swap was taken back. The edge between the two counts twice on both sides.
    std::int64_t try_swap(double temperature) {
        const std::uint32_t core = below(problem_.cores + 1);
        const std::uint32_t place = problem_.mesh.at(places_[core]).value;
        const std::uint32_t other = below(problem_.mesh.size());
        const std::uint32_t resident = at_[other];
        if (place == other) {
            return 0;
        }
        const std::int64_t before = hops_of(core) + hops_of(resident);
        exchange(place, other);
        const std::int64_t change = hops_of(core) + hops_of(resident) - before;
        const double chance = static_cast<double>(engine_() >> 11) * 0x1p-53; // 53 random bits below 1
        if (change > 0 && chance >= std::exp(-static_cast<double>(change) / temperature)) {
            exchange(place, other);
            return 0;
        }
        return change;
    }

    const PlacementProblem& problem_;
    std::mt19937_64 engine_;
    std::vector<GridPosition> places_;
    std::vector<std::uint32_t> at_; ///< by place
    std::vector<std::vector<Neighbour>> neighbours_;
};

} // namespace

std::uint64_t total_hops(const PlacementProblem& problem, const std::vector<GridPosition>& places) {
    std::uint64_t hops = 0;
    for (const CoreEdge& edge : problem.edges) {
        hops += static_cast<std::uint64_t>(distance(places[edge.from], places[edge.to])) * edge.connections;
    }
    return hops;
}

std::vector<GridPosition> in_order(const PlacementProblem& problem) {
    check_invariant(problem.cores < problem.mesh.size(), "the mesh has room for all cores and the output bus");
    std::vector<GridPosition> places;
    for (std::uint32_t core = 0; core <= problem.cores; ++core) {
        places.push_back(problem.mesh.position(CoreId(core)));
    }
    return places;
}

std::vector<GridPosition> anneal(const PlacementProblem& problem) {
    return Annealer(problem).run();
}

} // namespace lodestone::spiking
