// SPDX-License-Identifier: Apache-2.0
// From a point of the space to the run that evaluates it.
#pragma once

#include "analysis/explore/search/space.hpp"
#include "analysis/explore/sweep.hpp"

#include <string>
#include <vector>

namespace lodestone::explore {

[[nodiscard]] Space space_of(const SweepSpec& sweep);

/// The axis values at a point, as texts.
[[nodiscard]] std::vector<std::string> values_at(const SweepSpec& sweep, const Point& point);

/// The run with the values of the axes and the derived fields laid over it. A derived value that cannot be written
/// (a unit that no field has) is a problem at its expression.
[[nodiscard]] config::Node run_at(const SweepSpec& sweep, const Point& point, Problems& problems);

/// True when an axis or a derived field changes the field or a part of it, or a map that holds it.
[[nodiscard]] bool varies(const SweepSpec& sweep, const std::string& path);

} // namespace lodestone::explore
