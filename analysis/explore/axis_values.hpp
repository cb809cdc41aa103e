// SPDX-License-Identifier: Apache-2.0
// The values of an axis as a sweep file gives them: a list, a range or a logarithmic range.
#pragma once

#include "analysis/explore/sweep.hpp"

namespace lodestone::explore {

/// Reads `values`, `range` or `log_range` of an axis that has `paths.size()` fields. No values after a problem.
[[nodiscard]] std::vector<AxisValue> read_axis_values(config::MapReader& reader, std::size_t fields);

} // namespace lodestone::explore
