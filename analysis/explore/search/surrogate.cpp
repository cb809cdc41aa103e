// SPDX-License-Identifier: Apache-2.0
// The kernel, its factor, and the weights of the known points.
#include "analysis/explore/search/surrogate.hpp"

#include <algorithm>
#include <cmath>

namespace lodestone::explore {
namespace {

// Chosen on the sweeps of the gallery and the spaces of tests/support/design_spaces.hpp, where a factor of two in any
// of them changes little.
constexpr double weight_of_product = 0.3;
constexpr double likeness_of_names = 0.5; ///< of two values of an axis without order
constexpr double reach = 2;               ///< from one end of an ordered axis to the other
constexpr double ridge = 1e-3;            ///< part of a figure that the axes do not explain

} // namespace

Surrogate::Surrogate(const std::vector<AxisShape>& axes, std::vector<Point> points, std::vector<Columns> values)
    : points_(std::move(points)), mean_(values.front().size()), weights_(std::move(values)) {
    for (const AxisShape& axis : axes) {
        std::vector<double>& likeness = likeness_of_values_.emplace_back();
        for (std::uint32_t steps = 0; steps < axis.values; ++steps) {
            const double distance = reach * steps / std::max(1.0, axis.values - 1.0);
            const double named = steps == 0 ? 1 : likeness_of_names;
            likeness.push_back(axis.ordered ? 1 / (1 + distance * distance) : named);
        }
    }
    const std::size_t count = points_.size();
    for (std::size_t c = 0; c < mean_.size(); ++c) {
        for (const Columns& row : weights_) {
            mean_[c] += row[c] / static_cast<double>(count);
        }
    }
    const std::vector<std::vector<double>> factor = cholesky_factor();
    for (std::size_t c = 0; c < mean_.size(); ++c) {
        for (std::size_t i = 0; i < count; ++i) { // forwards through the factor
            double rest = weights_[i][c] - mean_[c];
            for (std::size_t k = 0; k < i; ++k) {
                rest -= factor[i][k] * weights_[k][c];
            }
            weights_[i][c] = rest / factor[i][i];
        }
        for (std::size_t i = count; i-- > 0;) { // and backwards through its transpose
            for (std::size_t k = i + 1; k < count; ++k) {
                weights_[i][c] -= factor[k][i] * weights_[k][c];
            }
            weights_[i][c] /= factor[i][i];
        }
    }
}

/// Of the likenesses of all pairs of points, with the ridge on the diagonal, which keeps it positive.
std::vector<std::vector<double>> Surrogate::cholesky_factor() const {
    std::vector<std::vector<double>> factor(points_.size(), std::vector<double>(points_.size()));
    for (std::size_t i = 0; i < points_.size(); ++i) {
        for (std::size_t j = 0; j <= i; ++j) {
            double rest = likeness(points_[i], points_[j]) + (i == j ? ridge : 0);
            for (std::size_t k = 0; k < j; ++k) {
                rest -= factor[i][k] * factor[j][k];
            }
            factor[i][j] = i == j ? std::sqrt(rest) : rest / factor[j][j];
        }
    }
    return factor;
}

double Surrogate::likeness(const Point& a, const Point& b) const {
    double sum = 0;
    double product = 1;
    for (std::size_t axis = 0; axis < a.size(); ++axis) {
        const std::uint32_t steps = a[axis] > b[axis] ? a[axis] - b[axis] : b[axis] - a[axis];
        const double likeness = likeness_of_values_[axis][steps];
        sum += likeness;
        product *= likeness;
    }
    return sum / static_cast<double>(a.size()) + weight_of_product * product;
}

Columns Surrogate::guess(const Point& point) const {
    Columns guess = mean_;
    for (std::size_t i = 0; i < points_.size(); ++i) {
        const double near = likeness(points_[i], point);
        for (std::size_t c = 0; c < guess.size(); ++c) {
            guess[c] += near * weights_[i][c];
        }
    }
    return guess;
}

} // namespace lodestone::explore
