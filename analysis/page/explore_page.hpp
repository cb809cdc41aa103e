// SPDX-License-Identifier: Apache-2.0
// An exploration as one HTML page that needs nothing but itself.
#pragma once

#include "analysis/explore/exploration.hpp"
#include "analysis/page/assets.hpp"

#include <string>

namespace lodestone::page {

/// Scatter with front and pairs, parallel coordinates, filters, points with their energy, table, rows without a result.
/// A complete document in UTF-8; an exploration without rows has its page, too.
[[nodiscard]] std::string to_html(const explore::Exploration& exploration, const ChartLibrary& library);

} // namespace lodestone::page
