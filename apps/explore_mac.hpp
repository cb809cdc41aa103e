// SPDX-License-Identifier: Apache-2.0
// Multiply-accumulate units as points of sweeps: what they compute and what they cost.
#pragma once

#include "analysis/explore/execution_record.hpp"
#include "apps/machine_input.hpp"
#include "arch/mac/comparison.hpp"

#include <optional>
#include <string>

namespace lodestone::apps {

/// The map `mac_unit` of a sweep at a point.
struct MacPoint {
    mac::ComparisonRequest unit; ///< of one format, one accumulator and one kind
    TechnologyInput technology;
    std::optional<Volts> voltage; ///< that of the technology when absent
    std::optional<Hertz> clock;   ///< as fast as the unit's delay allows when absent
};

/// Reads and finishes the map. `known`: the technology of a map that names none.
[[nodiscard]] MacPoint read_mac_point(const config::Node& root, Problems& problems, config::ReadLog* log = nullptr,
                                      const TechnologyInput* known = nullptr);

/// What does not depend on the technology: gates, widths, and the accuracy of formats and of dot products.
[[nodiscard]] explore::ExecutionRecord mac_record(const MacPoint& point);

/// All figures, in the order of figure_keys(): area, delay and energy per multiply-accumulate, power of the whole unit.
[[nodiscard]] explore::Figures price_mac(const MacPoint& point, const explore::ExecutionRecord& record);

} // namespace lodestone::apps
