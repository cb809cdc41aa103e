// SPDX-License-Identifier: Apache-2.0
// Sorting by dominance, best objectives first, so that a point is dominated only by points before it.
#include "analysis/explore/search/dominance.hpp"

#include "sim/base/error.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace lodestone::explore {
namespace {

bool better(double a, double b, Sense sense) {
    return sense == Sense::minimise ? a < b : a > b;
}

void verify_shape(const std::vector<Objectives>& points, const std::vector<Sense>& senses) {
    for (const Objectives& point : points) {
        check_invariant(point.size() == senses.size(), "every point has one value per objective");
        check_invariant(std::all_of(point.begin(), point.end(), [](double value) { return std::isfinite(value); }),
                        "a point without finite figures is infeasible or failed and has no place in a front");
    }
}

/// Positions in lexicographic order, best first: no point is dominated by a later one.
Positions best_first(const std::vector<Objectives>& points, const std::vector<Sense>& senses) {
    Positions order(points.size());
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        for (std::size_t m = 0; m < senses.size(); ++m) {
            if (points[a][m] != points[b][m]) {
                return better(points[a][m], points[b][m], senses[m]);
            }
        }
        return false;
    });
    return order;
}

} // namespace

bool dominates(const Objectives& a, const Objectives& b, const std::vector<Sense>& senses) {
    bool strictly = false;
    for (std::size_t m = 0; m < senses.size(); ++m) {
        if (better(b[m], a[m], senses[m])) {
            return false;
        }
        strictly = strictly || better(a[m], b[m], senses[m]);
    }
    return strictly;
}

Positions non_dominated(const std::vector<Objectives>& points, const std::vector<Sense>& senses) {
    verify_shape(points, senses);
    Positions front;
    for (const std::size_t candidate : best_first(points, senses)) {
        if (std::none_of(front.begin(), front.end(),
                         [&](std::size_t kept) { return dominates(points[kept], points[candidate], senses); })) {
            front.push_back(candidate);
        }
    }
    std::sort(front.begin(), front.end());
    return front;
}

std::vector<Positions> sort_by_dominance(const std::vector<Objectives>& points, const std::vector<Sense>& senses) {
    verify_shape(points, senses);
    std::vector<Positions> fronts;
    for (const std::size_t candidate : best_first(points, senses)) {
        const auto home = std::find_if(fronts.begin(), fronts.end(), [&](const Positions& front) {
            // from the back: the neighbour in the order is the likeliest to dominate
            return std::none_of(front.rbegin(), front.rend(),
                                [&](std::size_t kept) { return dominates(points[kept], points[candidate], senses); });
        });
        if (home == fronts.end()) {
            fronts.push_back({candidate});
        } else {
            home->push_back(candidate);
        }
    }
    for (Positions& front : fronts) {
        std::sort(front.begin(), front.end());
    }
    return fronts;
}

std::vector<double> crowding_distance(const std::vector<Objectives>& points, const Positions& front) {
    constexpr double infinite = std::numeric_limits<double>::infinity();
    std::vector<double> distance(front.size(), 0.0);
    if (front.empty()) {
        return distance;
    }
    Positions order(front.size());
    for (std::size_t m = 0; m < points[front.front()].size(); ++m) {
        std::iota(order.begin(), order.end(), 0);
        std::stable_sort(order.begin(), order.end(),
                         [&](std::size_t a, std::size_t b) { return points[front[a]][m] < points[front[b]][m]; });
        const double range = points[front[order.back()]][m] - points[front[order.front()]][m];
        distance[order.front()] = infinite;
        distance[order.back()] = infinite;
        for (std::size_t i = 1; i + 1 < order.size() && range > 0; ++i) {
            distance[order[i]] += (points[front[order[i + 1]]][m] - points[front[order[i - 1]]][m]) / range;
        }
    }
    return distance;
}

} // namespace lodestone::explore
