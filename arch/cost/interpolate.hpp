// SPDX-License-Identifier: Apache-2.0
// Interpolation of positive quantities that grow as powers (log-log) or exponentials (log-linear).
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>
#include <vector>

namespace lodestone::cost {

/// Points (x, y), ascending in x, all positive.
using Curve = std::vector<std::pair<double, double>>;

/// Index of the segment's first point that is used for x: the one that holds it, else the nearest end segment.
[[nodiscard]] inline std::size_t segment_of(const Curve& curve, double x) {
    std::size_t first = 0;
    while (first + 2 < curve.size() && x > curve[first + 1].first) {
        ++first;
    }
    return first;
}

/// Geometric mean of `a` and `b` with weight `share` on b.
[[nodiscard]] inline double blend(double a, double b, double share) {
    return std::exp(std::log(a) * (1 - share) + std::log(b) * share);
}

/// y is a power of x between neighbours; beyond the ends the last segment's power goes on. One point is a constant.
[[nodiscard]] inline double log_log(const Curve& curve, double x) {
    if (curve.size() == 1) {
        return curve.front().second;
    }
    const std::size_t i = segment_of(curve, x);
    const auto& [x0, y0] = curve[i];
    const auto& [x1, y1] = curve[i + 1];
    return blend(y0, y1, std::log(x / x0) / std::log(x1 / x0));
}

/// The same between the ends; beyond them y is proportional to x.
[[nodiscard]] inline double log_log_then_proportional(const Curve& curve, double x) {
    const auto& [first_x, first_y] = curve.front();
    const auto& [last_x, last_y] = curve.back();
    if (x < first_x) {
        return first_y * x / first_x;
    }
    return x > last_x ? last_y * x / last_x : log_log(curve, x);
}

/// log(y) is linear in x between neighbours; beyond the ends the last segment's slope goes on.
[[nodiscard]] inline double log_linear(const Curve& curve, double x) {
    if (curve.size() == 1) {
        return curve.front().second;
    }
    const std::size_t i = segment_of(curve, x);
    const auto& [x0, y0] = curve[i];
    const auto& [x1, y1] = curve[i + 1];
    return blend(y0, y1, (x - x0) / (x1 - x0));
}

} // namespace lodestone::cost
