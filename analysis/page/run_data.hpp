// SPDX-License-Identifier: Apache-2.0
// Results as the numbers that the charts of their page are drawn from.
#pragma once

#include "analysis/compare/compare.hpp"
#include "analysis/report/result.hpp"

#include <string>
#include <vector>

namespace lodestone::page {

/// JSON, safe inside a script element: one object per result with its layers over time, energies, and what each core,
/// link and memory did where the result tells it. Lists of counts stay the short texts of the result file.
[[nodiscard]] std::string run_data(const std::vector<compare::NamedResult>& results);

/// The cycle in which each layer begins, and the end of the last.
[[nodiscard]] std::vector<Cycles> layer_begins(const report::Result& result);

/// Whether the result tells what cores and links did.
[[nodiscard]] bool has_maps(const report::Result& result);

} // namespace lodestone::page
