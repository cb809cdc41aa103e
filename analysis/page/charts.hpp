// SPDX-License-Identifier: Apache-2.0
// Drawings of one result over time or by layer, as HTML with its legend. `width` is in the units of the drawing: at
// that many pixels its text has the size of the page's small text.
#pragma once

#include "analysis/compare/compare.hpp"
#include "analysis/report/result.hpp"

#include <string>
#include <vector>

namespace lodestone::page {

/// Layers one after the other: what binds each, and its utilisation.
[[nodiscard]] std::string timeline(const report::Result& result, double width);

/// Energy of every layer by component, with the run's total in the legend.
[[nodiscard]] std::string layer_energy(const report::Result& result, double width);

/// Energy of one inference in steady state by component, a bar for each result.
[[nodiscard]] std::string energy_bars(const std::vector<compare::NamedResult>& results, double width);

/// What the fullest core keeps in each layer; needs the run's details.
[[nodiscard]] std::string memory_over_time(const report::Result& result, double width);

/// The cycle in which each layer begins, and the end of the last.
[[nodiscard]] std::vector<Cycles> layer_begins(const report::Result& result);

} // namespace lodestone::page
