// SPDX-License-Identifier: Apache-2.0
// Limits of numbers and of numbers with units.
#pragma once

#include <limits>
#include <string>

namespace lodestone::config {

/// Legal values of a plain number.
struct Interval {
    double min = std::numeric_limits<double>::lowest();
    double max = std::numeric_limits<double>::max();
    bool above_min = false;
    friend bool operator==(const Interval&, const Interval&) = default;
};

/// A number with a unit: `unit` is both the dimension that is required and the unit of the result.
struct Measure {
    std::string unit;
    Interval limits = {.min = 0};
    bool whole = false; ///< counted things: fractions are refused
    friend bool operator==(const Measure&, const Measure&) = default;
};

} // namespace lodestone::config
