// SPDX-License-Identifier: Apache-2.0
// Ranking, variation and the generations.
#include "analysis/explore/search/genetic_search.hpp"

#include "sim/base/error.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace lodestone::explore {
namespace {

constexpr double crossover_probability = 0.9; ///< Deb et al. 2002, section V
// Shares of points, chosen on the gallery's sweeps and the spaces of tests/support/design_spaces.hpp.
constexpr std::size_t bred_every = 3; ///< the others are promising ones
constexpr std::size_t neighbour_every = 2 * bred_every;
constexpr std::size_t fewest_feasible = 3; ///< to guess from
constexpr std::size_t most_lessons = 128;  ///< of each kind: guessing takes time with their cube
constexpr std::uint64_t most_candidates = 8192;
constexpr double least_weight = 0.05;            ///< of an objective, beside a random number below 1
constexpr double longer_step_probability = 0.25; ///< of each further step of a mutation on an ordered axis
constexpr std::size_t attempts_per_child = 20;   ///< then neighbours are asked for

constexpr std::uint64_t fewest_generations = 6; ///< else nothing is learnt between them
constexpr std::uint64_t least_population = 4;
constexpr std::uint64_t first_share = 12; ///< part of the budget that the first generation is at least

bool violates(const Answer& answer) {
    return answer.violation > 0;
}

} // namespace

GeneticSearch::GeneticSearch(SearchSpec spec) : spec_(std::move(spec)), space_(spec_.axes), draws_(spec_.seed) {
    spec_.population =
        std::min(spec_.population, std::max<std::uint64_t>(least_population, spec_.budget / fewest_generations));
    check_invariant(!spec_.senses.empty(), "the reader of sweeps refuses a search without objectives");
    check_invariant(spec_.population > 1, "a tournament takes two");
}

std::vector<Point> GeneticSearch::ask() {
    check_invariant(awaited_ == 0, "a generation is told completely before the next is asked for");
    const std::uint64_t limit = std::min(spec_.budget, space_.points());
    const std::size_t before = records_.size();
    const std::uint64_t size = before > 0 ? spec_.population : std::max(spec_.population, spec_.budget / first_share);
    const std::size_t wanted = std::min<std::uint64_t>(before + size, limit);
    if (before == 0) {
        for (Point& point : latin_hypercube(space_, wanted, spec_.seed)) {
            add(std::move(point));
        }
    }
    const Positions ranked = ranking();
    const Positions parents(ranked.begin(),
                            ranked.begin() + static_cast<std::ptrdiff_t>(std::min(ranked.size(), spec_.population)));
    std::optional<Promises> promised = promises(ranked);
    while (records_.size() < wanted) {
        if (records_.size() % bred_every != 0 && promised && add_promising(*promised)) {
            continue;
        }
        const bool vary = records_.size() % neighbour_every != 0;
        if (!(vary && add_child(parents)) && !add_neighbour(ranked)) {
            add_random();
        }
    }
    std::vector<Point> generation;
    for (std::size_t k = before; k < records_.size(); ++k) {
        generation.push_back(records_[k].point);
    }
    awaited_ = generation.size();
    return generation;
}

void GeneticSearch::tell(const Point& point, Answer answer) {
    const auto found = position_.find(space_.id(point));
    check_invariant(found != position_.end() && !records_[found->second].told, "only what was asked for is told, once");
    check_invariant(answer.violation >= 0, "a violation is 0 or says by how much");
    check_invariant(violates(answer) || answer.objectives.size() == spec_.senses.size(),
                    "a point that violates nothing has every objective");
    records_[found->second].answer = std::move(answer);
    records_[found->second].told = true;
    --awaited_;
}

Positions GeneticSearch::feasible() const {
    Positions positions;
    for (std::size_t k = 0; k < records_.size(); ++k) {
        if (records_[k].told && !violates(records_[k].answer)) {
            positions.push_back(k);
        }
    }
    return positions;
}

std::vector<Point> GeneticSearch::front() const {
    const Positions candidates = feasible();
    std::vector<Objectives> objectives;
    for (const std::size_t k : candidates) {
        objectives.push_back(records_[k].answer.objectives);
    }
    std::vector<Point> points;
    for (const std::size_t i : non_dominated(objectives, spec_.senses)) {
        points.push_back(records_[candidates[i]].point);
    }
    return points;
}

Positions GeneticSearch::ranking() const {
    const Positions candidates = feasible();
    std::vector<Objectives> objectives;
    for (const std::size_t k : candidates) {
        objectives.push_back(records_[k].answer.objectives);
    }
    Positions ranked;
    for (const Positions& front : sort_by_dominance(objectives, spec_.senses)) {
        const std::vector<double> room = crowding_distance(objectives, front);
        Positions order(front.size());
        std::iota(order.begin(), order.end(), 0);
        std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return room[a] > room[b]; });
        for (const std::size_t i : order) {
            ranked.push_back(candidates[front[i]]);
        }
    }
    Positions violating;
    for (std::size_t k = 0; k < records_.size(); ++k) {
        if (records_[k].told && violates(records_[k].answer)) {
            violating.push_back(k);
        }
    }
    std::stable_sort(violating.begin(), violating.end(), [&](std::size_t a, std::size_t b) {
        return records_[a].answer.violation < records_[b].answer.violation;
    });
    ranked.insert(ranked.end(), violating.begin(), violating.end());
    return ranked;
}

void GeneticSearch::add(Point point) {
    position_.emplace(space_.id(point), records_.size());
    records_.push_back({.point = std::move(point)});
}

Point GeneticSearch::child_of(const Point& mother, const Point& father) {
    Point child = mother;
    if (draws_.happens(crossover_probability)) {
        for (std::size_t a = 0; a < child.size(); ++a) {
            child[a] = draws_.below(2) == 0 ? mother[a] : father[a];
        }
    }
    mutate(child);
    return child;
}

/// Each axis with the probability that changes one axis on average.
void GeneticSearch::mutate(Point& point) {
    for (std::size_t a = 0; a < point.size(); ++a) {
        if (draws_.happens(1.0 / static_cast<double>(point.size()))) {
            step(point, a);
        }
    }
}

void GeneticSearch::step(Point& point, std::size_t axis) {
    const auto [values, ordered] = spec_.axes[axis];
    if (values < 2) {
        return;
    }
    if (!ordered) {
        const auto other = static_cast<std::uint32_t>(draws_.below(values - 1)); // any but the present one
        point[axis] = other < point[axis] ? other : other + 1;
        return;
    }
    std::uint32_t length = 1;
    while (length < values - 1 && draws_.happens(longer_step_probability)) {
        ++length;
    }
    const bool upwards = draws_.below(2) == 0;
    if (upwards) {
        point[axis] = point[axis] + std::min(length, values - 1 - point[axis]);
    } else {
        point[axis] = point[axis] - std::min(length, point[axis]);
    }
}

std::optional<Promises> GeneticSearch::promises(const Positions& ranked) {
    Promises::Lessons lessons;
    lessons.axes = spec_.axes;
    lessons.senses = spec_.senses;
    for (const std::size_t k : ranked) {
        const Record& record = records_[k];
        if (violates(record.answer)) {
            lessons.violating.push_back(record.point);
        } else if (lessons.feasible.size() < most_lessons) {
            lessons.feasible.push_back(record.point);
            lessons.objectives.push_back(record.answer.objectives);
        }
    }
    if (lessons.feasible.size() < fewest_feasible) {
        return std::nullopt;
    }
    lessons.violating.resize(std::min(lessons.violating.size(), most_lessons));
    lessons.candidates = unknown_points();
    return Promises(lessons);
}

std::vector<Point> GeneticSearch::unknown_points() {
    std::vector<Point> points;
    const bool takes_all = space_.points() <= most_candidates;
    for (std::uint64_t i = 0; i < std::min(space_.points(), most_candidates); ++i) {
        Point point = space_.point(takes_all ? i : draws_.below(space_.points()));
        if (is_new(point)) {
            points.push_back(std::move(point));
        }
    }
    return points;
}

bool GeneticSearch::add_promising(Promises& promises) {
    std::vector<double> weights(spec_.senses.size());
    for (double& weight : weights) {
        weight = least_weight + draws_.unit();
    }
    const bool goes_beyond = records_.size() % 2 == 0;
    std::optional<Point> point = goes_beyond ? promises.farthest_beyond() : promises.best_for(weights);
    while (point && !is_new(*point)) { // bred meanwhile, or drawn twice
        point = promises.best_for(weights);
    }
    if (point) {
        add(std::move(*point));
    }
    return point.has_value();
}

bool GeneticSearch::add_child(const Positions& parents) {
    if (parents.empty()) {
        return false;
    }
    // parents are in order of rank: the smaller of two positions wins the tournament
    const auto winner = [&] {
        const std::uint64_t first = draws_.below(parents.size());
        return parents[std::min(first, draws_.below(parents.size()))];
    };
    for (std::size_t attempt = 0; attempt < attempts_per_child; ++attempt) {
        const std::size_t mother = winner();
        Point child = child_of(records_[mother].point, records_[winner()].point);
        if (is_new(child)) {
            add(std::move(child));
            return true;
        }
    }
    return false;
}

bool GeneticSearch::add_neighbour(const Positions& ranked) {
    for (const std::size_t k : ranked) {
        std::vector<Point> unknown;
        for (std::size_t a = 0; a < space_.axes().size(); ++a) {
            for (std::uint32_t value = 0; value < spec_.axes[a].values; ++value) {
                Point neighbour = records_[k].point;
                const std::uint32_t distance = value > neighbour[a] ? value - neighbour[a] : neighbour[a] - value;
                neighbour[a] = value;
                if ((distance == 1 || !spec_.axes[a].ordered) && is_new(neighbour)) {
                    unknown.push_back(std::move(neighbour));
                }
            }
        }
        if (!unknown.empty()) {
            add(std::move(unknown[draws_.below(unknown.size())]));
            return true;
        }
    }
    return false;
}

/// From a random point on, the first that is unknown; there is one, because fewer than all were asked for.
void GeneticSearch::add_random() {
    std::uint64_t id = draws_.below(space_.points());
    while (position_.contains(id)) {
        id = (id + 1) % space_.points();
    }
    add(space_.point(id));
}

} // namespace lodestone::explore
