// SPDX-License-Identifier: Apache-2.0
// Exclusive volumes of limited sets, with a sweep at two objectives.
#include "analysis/explore/search/hypervolume.hpp"

#include "sim/base/error.hpp"

#include <algorithm>

namespace lodestone::explore {
namespace {

/// Points as gains over the reference, all positive: larger is better, the reference is the origin.
using Gains = std::vector<Objectives>;

double sweep(Gains& points) {
    std::sort(points.begin(), points.end(), std::greater<>());
    double volume = 0;
    double covered = 0; ///< gain in the second objective of the points so far
    for (const Objectives& point : points) {
        if (point[1] > covered) {
            volume += point[0] * (point[1] - covered);
            covered = point[1];
        }
    }
    return volume;
}

/// The volume of the first `dimensions` gains; the points are reordered.
double volume_of(Gains points, std::size_t dimensions);

/// What `points[k]` dominates and no later point does.
double exclusive_volume(const Gains& points, std::size_t k, std::size_t dimensions) {
    double box = 1;
    for (std::size_t m = 0; m < dimensions; ++m) {
        box *= points[k][m];
    }
    // Sorted by the last gain, later points reach at least as far there: inside the box they differ in the others only.
    Gains limited;
    for (std::size_t i = k + 1; i < points.size(); ++i) {
        Objectives corner(dimensions - 1);
        for (std::size_t m = 0; m + 1 < dimensions; ++m) {
            corner[m] = std::min(points[k][m], points[i][m]);
        }
        limited.push_back(std::move(corner));
    }
    return box - points[k][dimensions - 1] * volume_of(std::move(limited), dimensions - 1);
}

double volume_of(Gains points, std::size_t dimensions) {
    const std::vector<Sense> larger(dimensions, Sense::maximise);
    if (dimensions == 1) {
        double longest = 0;
        for (const Objectives& point : points) {
            longest = std::max(longest, point[0]);
        }
        return longest;
    }
    if (dimensions == 2) {
        return sweep(points);
    }
    Gains front;
    for (const std::size_t position : non_dominated(points, larger)) {
        front.push_back(std::move(points[position]));
    }
    std::sort(front.begin(), front.end(), [](const Objectives& a, const Objectives& b) { return a.back() < b.back(); });
    double volume = 0;
    for (std::size_t k = 0; k < front.size(); ++k) {
        volume += exclusive_volume(front, k, dimensions);
    }
    return volume;
}

} // namespace

double hypervolume(const std::vector<Objectives>& points, const Objectives& reference,
                   const std::vector<Sense>& senses) {
    check_invariant(!senses.empty() && reference.size() == senses.size(), "the reference has one value per objective");
    Gains gains;
    for (const Objectives& point : points) {
        check_invariant(point.size() == senses.size(), "every point has one value per objective");
        Objectives gain(point.size());
        for (std::size_t m = 0; m < point.size(); ++m) {
            gain[m] = senses[m] == Sense::minimise ? reference[m] - point[m] : point[m] - reference[m];
        }
        if (std::all_of(gain.begin(), gain.end(), [](double value) { return value > 0; })) {
            gains.push_back(std::move(gain));
        }
    }
    return volume_of(std::move(gains), senses.size());
}

Objectives reference_of(const std::vector<Objectives>& points, double margin, const std::vector<Sense>& senses) {
    check_invariant(!points.empty(), "a reference is taken from at least one point");
    Objectives reference(senses.size());
    for (std::size_t m = 0; m < senses.size(); ++m) {
        const auto [low, high] = std::minmax_element(
            points.begin(), points.end(), [m](const Objectives& a, const Objectives& b) { return a[m] < b[m]; });
        const double range = (*high)[m] - (*low)[m];
        const double further = margin * (range > 0 ? range : 1);
        reference[m] = senses[m] == Sense::minimise ? (*high)[m] + further : (*low)[m] - further;
    }
    return reference;
}

} // namespace lodestone::explore
