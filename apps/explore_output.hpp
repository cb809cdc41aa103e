// SPDX-License-Identifier: Apache-2.0
// An exploration as tables, JSON and CSV.
#pragma once

#include "analysis/explore/exploration.hpp"

#include <string>

namespace lodestone::apps {

/// How many points ended how, each by its highest fidelity.
struct PointCounts {
    std::uint64_t points = 0;
    std::uint64_t done = 0;
    std::uint64_t failed = 0; ///< timed out ones too
    std::uint64_t infeasible = 0;
};
[[nodiscard]] PointCounts count_points(const explore::Exploration& exploration);

/// {"name", "points", "done", "failed", "infeasible", "planned", "front": [{"id", "fidelity", "axes", "objectives"}…],
/// "order_errors":
/// [{"key", "pairs", "inverted"}…], "reasons": [{"status", "points", "first", "message"}…]}, indented.
[[nodiscard]] std::string front_json(const explore::Exploration& exploration);
/// The front, a row per point, ordered by the first objective.
[[nodiscard]] std::string front_table(const explore::Exploration& exploration);
/// "200 points: 180 done, 2 failed, 18 infeasible; 12 on the front", and how often the analytic order was wrong when
/// points were evaluated at both fidelities, and why points are not done; a line each
[[nodiscard]] std::string summary(const explore::Exploration& exploration);

/// Every row: id, fidelity, axes, status, message, figures, wall time, version, hash.
[[nodiscard]] std::string rows_csv(const explore::Exploration& exploration);
[[nodiscard]] std::string rows_json(const explore::Exploration& exploration);

} // namespace lodestone::apps
