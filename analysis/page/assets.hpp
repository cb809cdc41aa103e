// SPDX-License-Identifier: Apache-2.0
// What the command carries for its pages: sheet, scripts, and the chart library with its licences.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace lodestone::page {

/// Apache ECharts, which draws the charts of a page, and the texts that must go wherever it goes.
struct ChartLibrary {
    std::string_view script;
    std::string licences;
};

/// Nothing in a build that was configured before `npm ci` had fetched the library.
[[nodiscard]] std::optional<ChartLibrary> chart_library();

[[nodiscard]] std::string_view page_style();
[[nodiscard]] std::string_view run_script();
/// Elements that the script of an exploration fills.
[[nodiscard]] std::string_view explore_body();
[[nodiscard]] std::string_view explore_script();

} // namespace lodestone::page
