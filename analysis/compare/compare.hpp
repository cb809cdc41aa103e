// SPDX-License-Identifier: Apache-2.0
// Results side by side, each figure with its ratio to the first result's.
#pragma once

#include "analysis/report/result.hpp"

#include <string>
#include <vector>

namespace lodestone::compare {

struct NamedResult {
    std::string name; ///< file, or file and index in its list
    report::Result result;
};

/// Reads result files (one result or a list each). Throws UserError with the problems of all files together, and when
/// there are fewer than two results.
[[nodiscard]] std::vector<NamedResult> load(const std::vector<std::string>& files);

/// A column per result: what was run, then the figures; figures that a result lacks are "-".
[[nodiscard]] std::string to_text(const std::vector<NamedResult>& results);

/// {"results": [{"file", "machine", "workload", "precision", "batch"}…],
///  "figures": [{"name", "unit", "values": […], "ratios": […]}…]}; null where a result lacks the figure.
[[nodiscard]] std::string to_json(const std::vector<NamedResult>& results);

} // namespace lodestone::compare
