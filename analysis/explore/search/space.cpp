// SPDX-License-Identifier: Apache-2.0
// Mixed-radix numbering, Fisher-Yates without the array, and Latin hypercubes with repaired coincidences.
#include "analysis/explore/search/space.hpp"

#include "sim/base/error.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <set>
#include <unordered_map>

namespace lodestone::explore {

Space::Space(std::vector<AxisShape> axes) : axes_(std::move(axes)) {
    check_invariant(!axes_.empty(), "a space has an axis; the reader of sweeps refuses others");
    for (const AxisShape& axis : axes_) {
        check_invariant(axis.values > 0, "the reader of sweeps refuses empty axes");
        check_invariant(points_ <= std::numeric_limits<std::uint64_t>::max() / axis.values,
                        "the reader of sweeps refuses spaces that cannot be numbered");
        points_ *= axis.values;
    }
}

Point Space::point(std::uint64_t id) const {
    check_invariant(id < points_, "ids count the points of the space");
    Point point(axes_.size());
    for (std::size_t a = axes_.size(); a-- > 0;) {
        point[a] = static_cast<std::uint32_t>(id % axes_[a].values);
        id /= axes_[a].values;
    }
    return point;
}

std::uint64_t Space::id(const Point& point) const {
    check_invariant(point.size() == axes_.size(), "a point has one index per axis");
    std::uint64_t id = 0;
    for (std::size_t a = 0; a < axes_.size(); ++a) {
        check_invariant(point[a] < axes_[a].values, "an index lies on its axis");
        id = id * axes_[a].values + point[a];
    }
    return id;
}

std::uint64_t Draws::below(std::uint64_t limit) {
    check_invariant(limit > 0, "something is drawn from at least one value");
    constexpr std::uint64_t top = std::numeric_limits<std::uint64_t>::max();
    const std::uint64_t fair = top - top % limit; // draws from here on would favour small results
    std::uint64_t draw = engine_();
    while (draw >= fair) {
        draw = engine_();
    }
    return draw % limit;
}

double Draws::unit() {
    constexpr int mantissa_bits = 53;
    return std::ldexp(static_cast<double>(engine_() >> (64 - mantissa_bits)), -mantissa_bits);
}

std::vector<std::uint64_t> random_sample(std::uint64_t points, std::uint64_t count, std::uint64_t seed) {
    Draws draws(seed);
    std::unordered_map<std::uint64_t, std::uint64_t> moved; // cells of the shuffled array that differ from their index
    const auto cell = [&](std::uint64_t index) {
        const auto found = moved.find(index);
        return found == moved.end() ? index : found->second;
    };
    std::vector<std::uint64_t> sample;
    for (std::uint64_t i = 0; i < std::min(count, points); ++i) {
        const std::uint64_t other = i + draws.below(points - i);
        sample.push_back(cell(other));
        moved[other] = cell(i);
    }
    return sample;
}

namespace {

/// One axis of the hypercube: evenly spaced values from a random offset, in random order.
std::vector<std::uint32_t> stratified(std::uint32_t values, std::uint64_t count, Draws& draws) {
    std::vector<std::uint32_t> column(count);
    const double offset = draws.unit();
    for (std::uint64_t i = 0; i < count; ++i) {
        const double value = (static_cast<double>(i) + offset) * values / static_cast<double>(count);
        column[i] = std::min(static_cast<std::uint32_t>(value), values - 1);
    }
    for (std::uint64_t i = count; i > 1; --i) {
        std::swap(column[i - 1], column[draws.below(i)]);
    }
    return column;
}

/// Exchanges one value between each point that coincides with another and a random point, until all differ or the
/// attempts are used up.
void part_coincidences(const Space& space, std::vector<Point>& points, Draws& draws) {
    constexpr std::size_t attempts_per_point = 64;
    std::multiset<Point> present(points.begin(), points.end());
    for (std::size_t k = 0; k < points.size(); ++k) {
        for (std::size_t attempt = 0; attempt < attempts_per_point && present.count(points[k]) > 1; ++attempt) {
            const std::size_t other = draws.below(points.size());
            const std::size_t axis = draws.below(space.axes().size());
            Point mine = points[k];
            Point theirs = points[other];
            std::swap(mine[axis], theirs[axis]);
            if (mine == theirs || present.count(mine) != 0 || present.count(theirs) != 0) {
                continue;
            }
            present.erase(present.find(points[k]));
            present.erase(present.find(points[other]));
            points[k] = *present.insert(std::move(mine));
            points[other] = *present.insert(std::move(theirs));
        }
    }
}

/// Replaces what still coincides by unused points.
void replace_coincidences(const Space& space, std::vector<Point>& points, std::uint64_t seed) {
    std::set<Point> present;
    std::vector<std::size_t> surplus;
    for (std::size_t k = 0; k < points.size(); ++k) {
        if (!present.insert(points[k]).second) {
            surplus.push_back(k);
        }
    }
    if (surplus.empty()) {
        return;
    }
    // Of points.size() different points, no more than present.size() are taken: enough for the surplus.
    auto next = surplus.begin();
    for (const std::uint64_t id : random_sample(space.points(), points.size(), seed)) {
        Point candidate = space.point(id);
        if (next != surplus.end() && present.insert(candidate).second) {
            points[*next++] = std::move(candidate);
        }
    }
}

} // namespace

std::vector<Point> latin_hypercube(const Space& space, std::uint64_t count, std::uint64_t seed) {
    std::vector<Point> points(std::min(count, space.points()), Point(space.axes().size()));
    if (points.size() == space.points()) {
        for (std::uint64_t id = 0; id < space.points(); ++id) {
            points[id] = space.point(id);
        }
        return points;
    }
    Draws draws(seed);
    for (std::size_t a = 0; a < space.axes().size(); ++a) {
        const std::vector<std::uint32_t> column = stratified(space.axes()[a].values, points.size(), draws);
        for (std::size_t k = 0; k < points.size(); ++k) {
            points[k][a] = column[k];
        }
    }
    part_coincidences(space, points, draws);
    replace_coincidences(space, points, seed);
    return points;
}

} // namespace lodestone::explore
