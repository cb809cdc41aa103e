// SPDX-License-Identifier: Apache-2.0
// Guesses figures of points of a grid from points that are known.
#pragma once

#include "analysis/explore/search/space.hpp"

#include <vector>

namespace lodestone::explore {

/// One number per column that is guessed.
using Columns = std::vector<double>;

/// Kernel ridge regression (Saunders, Gammerman and Vovk, ICML 1998) over the axes of a space. The kernel is a mean
/// over the axes, each of which has its effect, and a product of them, for what they do together; values of an ordered
/// axis are alike when they are few steps apart. Only sums, products, quotients and roots, which every machine rounds
/// alike.
class Surrogate {
public:
    /// `values`: for each of the points, of which there is at least one.
    Surrogate(const std::vector<AxisShape>& axes, std::vector<Point> points, std::vector<Columns> values);

    [[nodiscard]] Columns guess(const Point& point) const;

private:
    [[nodiscard]] double likeness(const Point& a, const Point& b) const;
    [[nodiscard]] std::vector<std::vector<double>> cholesky_factor() const;

    std::vector<std::vector<double>> likeness_of_values_; ///< by axis and by distance of two values
    std::vector<Point> points_;
    Columns mean_;
    std::vector<Columns> weights_; ///< by point
};

} // namespace lodestone::explore
