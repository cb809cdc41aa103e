// SPDX-License-Identifier: Apache-2.0
// How often a quick model puts two points in the wrong order.
#pragma once

#include "analysis/explore/exploration.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace lodestone::explore {

/// Of one objective, over all pairs of points that are done at both fidelities and differ at the higher one.
struct OrderError {
    std::string key;
    std::uint64_t pairs = 0;
    std::uint64_t inverted = 0; ///< that the analytic figures do not order so: the other way round, or equal
    [[nodiscard]] double share() const {
        return pairs == 0 ? 0 : static_cast<double>(inverted) / static_cast<double>(pairs);
    }
};

/// One entry per objective; none when no two points are done at both fidelities.
[[nodiscard]] std::vector<OrderError> order_errors(const Exploration& exploration);

} // namespace lodestone::explore
