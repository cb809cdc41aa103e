// SPDX-License-Identifier: Apache-2.0
// `lodestone report` of a store: a page, or its scatter as a drawing for a paper.
#pragma once

#include "analysis/explore/exploration.hpp"
#include "analysis/page/explore_plot.hpp"

#include <filesystem>
#include <string>

namespace lodestone::apps {

/// Whether a file is a store, told from its first bytes; a file that cannot be read is none.
[[nodiscard]] bool is_store(const std::filesystem::path& file);

/// Writes by the ending of `output`: .svg vectors, .png pixels (drawn by a browser), anything else the page. Throws
/// UserError: no chart library or no browser, an unknown axis, a place that cannot be written.
void write_exploration(const explore::Exploration& exploration, const page::PlotAxes& axes,
                       const std::filesystem::path& output);

} // namespace lodestone::apps
