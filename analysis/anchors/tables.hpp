// SPDX-License-Identifier: Apache-2.0
// Anchors for people and for programs.
#pragma once

#include "analysis/anchors/anchors.hpp"

#include <string>
#include <vector>

namespace lodestone::anchors {

/// The rows of one file alone.
[[nodiscard]] std::string to_text(const std::vector<Row>& rows);
/// The rows of one file, the latencies of its run below them, and what was calibrated.
[[nodiscard]] std::string to_text(const std::vector<Row>& rows, const Subject& subject);

/// [{"name", "published", "ours", "unit", "error_pct", "calibrated", "source", "tolerance_pct", "agrees"}…]
[[nodiscard]] std::string to_json(const std::vector<Row>& rows);

} // namespace lodestone::anchors
