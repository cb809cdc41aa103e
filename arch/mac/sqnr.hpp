// SPDX-License-Identifier: Apache-2.0
// Signal to quantisation noise of a number format on a distribution, by quadrature over the cells of its grid.
#pragma once

#include "numerics/format.hpp"

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace lodestone::mac {

/// All symmetric about zero. normal, laplace and student_t (3 degrees of freedom) are cut off at 10, 10 and 100
/// standard deviations of the uncut distribution.
enum class Distribution : std::uint8_t { uniform, normal, laplace, student_t };
[[nodiscard]] std::span<const Distribution> distributions();
[[nodiscard]] std::string_view name_of(Distribution distribution);

struct Sqnr {
    double bits = 0;  ///< log2(sigma / root of the mean squared error)
    double db = 0;    ///< 20 log10 of the same ratio
    double range = 0; ///< largest value of the best scaled grid, in units of sigma; 0 for block formats
};

/// With the range (largest value of the grid) that has the least mean squared error, found by line search. Integers
/// are symmetric, ±(2^(n-1) - 1). A block format takes its scale from the largest of each block by the OCP rule and has
/// no range to choose; its error is the mean over sigma within one octave, because scales are powers of two.
[[nodiscard]] Sqnr sqnr(const numerics::Format& format, Distribution distribution);

/// Mean squared error relative to sigma^2 at one range, in units of sigma.
[[nodiscard]] double relative_error(const numerics::Format& format, Distribution distribution, double range);

} // namespace lodestone::mac
