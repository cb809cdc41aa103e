// SPDX-License-Identifier: Apache-2.0
// The scale of a set of values in a format: where the largest magnitude lands, or where the squared error is least.
#pragma once

#include "numerics/format.hpp"
#include "workloads/quantise/calibrate.hpp"
#include "workloads/quantise/options.hpp"

#include <span>

namespace lodestone::quantise {

/// Scales tried by the search: the one of min_max times 1/80, 2/80 … 80/80.
inline constexpr int scale_candidates = 80;

/// Sum of (value - stored value)^2 when the values are stored with `scale`, in binary64 in order.
[[nodiscard]] double squared_error(const numerics::Format& format, double scale, std::span<const float> values);

/// Scale of the values; 1 when all are 0. With `mse` the largest of the candidates with the least squared error,
/// never worse than min_max, which is one of them. Not for block formats: InternalError.
[[nodiscard]] double choose_scale(const numerics::Format& format, std::span<const float> values, RangeMethod method);

/// The same for what was observed of an activation; each bin of the histogram counts as its mean.
[[nodiscard]] double choose_scale(const numerics::Format& format, const MagnitudeHistogram& seen, RangeMethod method);

} // namespace lodestone::quantise
