// SPDX-License-Identifier: Apache-2.0
// A grid of discrete axes: numbering of its points, samples of it, and the random draws they are made of.
#pragma once

#include <cstdint>
#include <random>
#include <vector>

namespace lodestone::explore {

/// An axis as the search sees it. `ordered`: neighbouring values have similar effects (numbers); otherwise they are
/// names, and no value is nearer than another.
struct AxisShape {
    std::uint32_t values = 1;
    bool ordered = true;
};

/// One index per axis, below the axis's number of values.
using Point = std::vector<std::uint32_t>;

/// All points of some axes. Ids count them like nested loops: the last axis runs fastest.
class Space {
public:
    /// At least one axis, each with at least one value; the product of the values must fit 64 bits.
    explicit Space(std::vector<AxisShape> axes);

    [[nodiscard]] const std::vector<AxisShape>& axes() const { return axes_; }
    [[nodiscard]] std::uint64_t points() const { return points_; }
    [[nodiscard]] Point point(std::uint64_t id) const;
    [[nodiscard]] std::uint64_t id(const Point& point) const;

private:
    std::vector<AxisShape> axes_;
    std::uint64_t points_ = 1;
};

/// Random draws that are the same on every platform (those of the standard library's distributions are not).
class Draws {
public:
    explicit Draws(std::uint64_t seed) : engine_(seed) {}
    /// Uniform in [0, limit); `limit` is at least 1.
    [[nodiscard]] std::uint64_t below(std::uint64_t limit);
    /// Uniform in [0, 1).
    [[nodiscard]] double unit();
    [[nodiscard]] bool happens(double probability) { return unit() < probability; }

private:
    std::mt19937_64 engine_;
};

/// `count` different ids below `points` (all of them, shuffled, when count is larger), in the order drawn: a smaller
/// sample with the same seed is the beginning of a larger one. Memory grows with the sample, not with the space.
[[nodiscard]] std::vector<std::uint64_t> random_sample(std::uint64_t points, std::uint64_t count, std::uint64_t seed);

/// A Latin hypercube of `count` different points (McKay, Beckman and Conover, Technometrics 21(2), 1979) on discrete
/// axes: on each axis every value is used floor(count / values) times or once more; with fewer points than values, the
/// used values are evenly spread. Points that coincide exchange values with others; where no exchange helps, because
/// the sample is nearly the whole space, they are replaced by points of a random sample and the counts are no longer
/// even. All points when `count` is not below their number.
[[nodiscard]] std::vector<Point> latin_hypercube(const Space& space, std::uint64_t count, std::uint64_t seed);

} // namespace lodestone::explore
