// SPDX-License-Identifier: Apache-2.0
// Why points of an exploration have no place on its front, alike reasons together.
#pragma once

#include "analysis/explore/exploration.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace lodestone::explore {

/// Points with the same status whose messages differ in numbers alone.
struct Reason {
    Status status = Status::infeasible;
    std::uint64_t points = 0;
    std::uint64_t first = 0; ///< the least id of a point with it
    std::string message;     ///< of that point, its first line
};

/// Of all points that are not done, each by its highest fidelity; that of most points first, then by the first point.
[[nodiscard]] std::vector<Reason> reasons(const Exploration& exploration);

} // namespace lodestone::explore
