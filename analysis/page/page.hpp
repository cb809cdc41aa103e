// SPDX-License-Identifier: Apache-2.0
// Results as one HTML page that needs nothing but itself.
#pragma once

#include "analysis/compare/compare.hpp"
#include "analysis/page/assets.hpp"

#include <string>
#include <vector>

namespace lodestone::page {

/// A complete document in UTF-8: no link to another file, no request to anywhere, every text of the results escaped.
/// Several results stand side by side with ratios to the first. At least one result.
[[nodiscard]] std::string to_html(const std::vector<compare::NamedResult>& results, const ChartLibrary& library);

} // namespace lodestone::page
