// SPDX-License-Identifier: Apache-2.0
// The numbers of a result, flat, as points are compared by them.
#pragma once

#include "analysis/explore/exploration.hpp"
#include "analysis/report/result.hpp"

#include <optional>
#include <string>
#include <vector>

namespace lodestone::explore {

/// Every key that a point may have, in the order of the result file.
[[nodiscard]] const std::vector<std::string>& figure_keys();

/// The unit in which a figure counts ("mm2" for area_mm2.total); "" for plain numbers.
[[nodiscard]] std::string unit_of_figure(const std::string& key);

/// The numbers of a result. Parts that the machine lacks are absent.
[[nodiscard]] Figures figures_of(const report::Result& result);

/// Into the order of figure_keys().
void sort_by_keys(Figures& figures);

[[nodiscard]] std::optional<double> find_figure(const Figures& figures, const std::string& key);

/// Sum over runs of weight times figure, over the sum of weights; keys that every run has. One run: itself.
[[nodiscard]] Figures weighted_mean(const std::vector<Figures>& runs, const std::vector<double>& weights);

} // namespace lodestone::explore
