// SPDX-License-Identifier: Apache-2.0
// The scatter of an exploration as a drawing for a paper.
#pragma once

#include "analysis/explore/exploration.hpp"

#include <string>

namespace lodestone::page {

inline constexpr double kPlotWidth = 680; ///< pixels, and units of the drawing
inline constexpr double kPlotHeight = 440;

/// Result keys of the two axes; empty: the first and the second objective.
struct PlotAxes {
    std::string x;
    std::string y;
};

/// Scalable vector graphics that stand alone: every done point at its highest fidelity, coloured by its precision,
/// with the front of the two figures as a line and rings around the front of the exploration. An axis whose values
/// span more than two powers of ten is logarithmic. Throws UserError when no point has both figures; an unknown key
/// is told with the known ones.
[[nodiscard]] std::string scatter_svg(const explore::Exploration& exploration, const PlotAxes& axes);

} // namespace lodestone::page
