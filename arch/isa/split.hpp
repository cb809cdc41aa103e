// SPDX-License-Identifier: Apache-2.0
// How an operator's work is cut over the grid, and which core gets which piece.
#pragma once

#include "arch/isa/region.hpp"
#include "sim/base/id.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace lodestone::isa {

/// Parts that one axis is cut into: `rows` along the rows of the grid times `cols` along its columns.
struct AxisSplit {
    std::uint32_t rows = 1;
    std::uint32_t cols = 1;

    [[nodiscard]] constexpr std::uint32_t parts() const { return rows * cols; }
    friend constexpr bool operator==(AxisSplit, AxisSplit) = default;
};

/// Cut of one operator: its resident batch, every axis of its output tensor, and the reduction (input channels).
///
/// Placement: along each side of the grid the parts count like a mixed-radix number, batch most significant, then the
/// axes in order, the reduction least significant, so that the cores of one reduction are neighbours. The
/// part index of an axis is row part * cols + column part. Cores beyond the last part idle.
struct Split {
    AxisSplit batch;
    std::vector<AxisSplit> axes;
    AxisSplit reduction;

    [[nodiscard]] std::uint32_t rows_used() const;
    [[nodiscard]] std::uint32_t cols_used() const;
    [[nodiscard]] std::uint32_t cores_used() const { return rows_used() * cols_used(); }
    friend bool operator==(const Split&, const Split&) = default;
};

/// A split that uses one core and cuts nothing.
[[nodiscard]] Split whole(std::size_t rank);

/// What is cut: frames of the resident batch, the output tensor's shape, and the length of the reduced axis
/// (input channels per group; 1 when nothing is reduced).
struct WorkShape {
    std::int64_t batch = 1;
    Shape output;
    std::int64_t reduction = 1;
};

/// The part indices of a core: its digits in the placement.
struct PartIndex {
    std::uint32_t batch = 0;
    std::array<std::uint32_t, kMaxRank> axes{};
    std::uint32_t reduction = 0;
};

/// The piece of one operator that a core computes.
struct Tile {
    bool idle = true;         ///< the core is beyond the last part, or its piece is empty
    Interval frames;          ///< of the resident batch
    Region output;            ///< of the output tensor
    Interval reduction;       ///< of the reduced axis
    bool owns_output = false; ///< last of its reduction chain: finishes the values and stores them
};

[[nodiscard]] PartIndex part_index(const Split& split, GridPosition core);
[[nodiscard]] GridPosition core_of(const Split& split, const PartIndex& part);
[[nodiscard]] Tile tile_of(const Split& split, const WorkShape& work, GridPosition core);

/// The tiles of all cores, for loops over a grid: what rows and columns contribute is worked out once for each of them.
class GridTiles {
public:
    GridTiles(const GridShape& grid, const Split& split, const WorkShape& work);

    /// The same as tile_of() for the core's position.
    [[nodiscard]] Tile operator[](CoreId core) const;
    [[nodiscard]] std::uint32_t size() const { return grid_.size(); }

private:
    static constexpr std::size_t kDigits = kMaxRank + 2; ///< reduction, output axes, batch

    GridShape grid_;
    std::uint32_t rows_used_;
    std::uint32_t cols_used_;
    std::uint32_t last_reduction_;
    Region output_;
    std::vector<Interval> pieces_;                         ///< of all digits, one after the other
    std::vector<std::array<std::uint32_t, kDigits>> rows_; ///< by row: where in `pieces_` its parts begin
    std::vector<std::array<std::uint32_t, kDigits>> cols_; ///< by column: how far behind that
};

} // namespace lodestone::isa
