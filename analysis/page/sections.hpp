// SPDX-License-Identifier: Apache-2.0
// The parts of the page that are words and tables.
#pragma once

#include "analysis/compare/compare.hpp"
#include "analysis/report/result.hpp"

#include <string>
#include <vector>

namespace lodestone::page {

/// What was run: machine, workload, precision, operating point, and the key figures large.
[[nodiscard]] std::string summary(const report::Result& result);

/// Every figure of every result with its ratio to the first; "" for a single result.
[[nodiscard]] std::string comparison(const std::vector<compare::NamedResult>& results);

/// Cycles and energy of the layers side by side, by name; "" unless there are several results.
[[nodiscard]] std::string layer_comparison(const std::vector<compare::NamedResult>& results);

/// One row per layer; columns can be sorted.
[[nodiscard]] std::string layer_rows(const report::Result& result);

/// Warnings, calibrated constants, and what else must be known to trust the figures.
[[nodiscard]] std::string remarks(const report::Result& result);

} // namespace lodestone::page
