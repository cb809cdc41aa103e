// SPDX-License-Identifier: Apache-2.0
// Along what an operator may be cut, and in how many parts it is worth trying.
#pragma once

#include "arch/isa/program.hpp"

#include <string>
#include <vector>

namespace lodestone::tile {

/// A count in an estimate.
[[nodiscard]] inline double number(std::uint64_t value) {
    return static_cast<double>(value);
}

/// One direction in which the work of a phase can be cut.
struct Dimension {
    enum class Kind { batch, axis, reduction };
    Kind kind = Kind::axis;
    std::size_t axis = 0; ///< of the output tensor, when kind is `axis`
    std::int64_t size = 1;
    std::int64_t block = 1; ///< elements that stay together
    /// Part counts worth trying, ascending from 1: each the smallest that gives its largest part, and placeable on the
    /// grid as rows x columns.
    std::vector<std::uint32_t> options;
};

/// Dimensions longer than 1 whose cut is legal: axes that a softmax or a layer normalisation works along stay whole,
/// and only the matrix unit's reductions may be cut (over cores of one row or of one column, which are neighbours).
[[nodiscard]] std::vector<Dimension> dimensions(const isa::Program& program, const isa::Phase& phase);

/// The cut of a dimension in a split.
[[nodiscard]] isa::AxisSplit& cut(isa::Split& split, const Dimension& dimension);
[[nodiscard]] const isa::AxisSplit& cut(const isa::Split& split, const Dimension& dimension);

/// Why a split is not legal for a phase ("" when it is): too many rows or columns, more parts than elements, an axis
/// that must stay whole, a reduction cut along both sides.
[[nodiscard]] std::string reason_against(const isa::Program& program, const isa::Phase& phase, const isa::Split& split);

/// Why a tile may not be cut in blocks along an axis of the output ("" when it may): its values are computed together,
/// or weight chunks cut it already.
[[nodiscard]] std::string reason_against_blocks(const isa::Program& program, const isa::Phase& phase, std::size_t axis);

/// Names of the axes of a phase's output in mappings: "images", "output_channels", "rows", "cols", "depth", "axis0" …
[[nodiscard]] std::vector<std::string> axis_names(const isa::Program& program, const isa::Phase& phase);

} // namespace lodestone::tile
