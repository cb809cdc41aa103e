// SPDX-License-Identifier: Apache-2.0
// Results side by side, each figure with its ratio to the first result's.
#pragma once

#include "analysis/report/result.hpp"

#include <optional>
#include <string>
#include <vector>

namespace lodestone::compare {

struct NamedResult {
    std::string name; ///< file, or file and index in its list
    report::Result result;
};

/// One figure of every result, in SI units; nothing where a result lacks it.
struct Figure {
    std::string name; ///< "energy", or "energy.mac" for a part of it
    std::string unit; ///< empty for shares
    std::vector<std::optional<double>> values;

    /// To the first result's figure; nothing when one of them is missing or the first is 0.
    [[nodiscard]] std::optional<double> ratio(std::size_t column) const;
};

/// Totals first, each followed by its parts.
[[nodiscard]] std::vector<Figure> figures_of(const std::vector<NamedResult>& results);

/// Reads result files (one result or a list each). Throws UserError with the problems of all files together, and when
/// there are fewer than `at_least` results.
[[nodiscard]] std::vector<NamedResult> load(const std::vector<std::string>& files, std::size_t at_least = 2);

/// A column per result: what was run, then the figures; figures that a result lacks are "-".
[[nodiscard]] std::string to_text(const std::vector<NamedResult>& results);

/// {"results": [{"file", "machine", "workload", "precision", "batch"}…],
///  "figures": [{"name", "unit", "values": […], "ratios": […]}…]}; null where a result lacks the figure.
[[nodiscard]] std::string to_json(const std::vector<NamedResult>& results);

} // namespace lodestone::compare
