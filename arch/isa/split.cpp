// SPDX-License-Identifier: Apache-2.0
// Mixed-radix placement of parts on the grid, and the tile that a core gets.
#include "arch/isa/split.hpp"

#include <algorithm>
#include <numeric>

namespace lodestone::isa {
namespace {

/// Takes the least significant digit of base `radix` off `number`.
std::uint32_t take_digit(std::uint32_t& number, std::uint32_t radix) {
    if (radix == 1) { // most axes are whole, and a division takes as long as all else here
        return 0;
    }
    const std::uint32_t digit = number % radix;
    number /= radix;
    return digit;
}

/// part_of(), without divisions where there is one part.
Interval piece_of(std::int64_t size, std::int64_t parts, std::int64_t index) {
    return parts == 1 ? Interval{.begin = 0, .end = size} : part_of(size, parts, index);
}

} // namespace

std::uint32_t Split::rows_used() const {
    std::uint32_t product = batch.rows * reduction.rows;
    for (const AxisSplit& axis : axes) {
        product *= axis.rows;
    }
    return product;
}

std::uint32_t Split::cols_used() const {
    std::uint32_t product = batch.cols * reduction.cols;
    for (const AxisSplit& axis : axes) {
        product *= axis.cols;
    }
    return product;
}

Split whole(std::size_t rank) {
    return {.batch = {}, .axes = std::vector<AxisSplit>(rank), .reduction = {}};
}

PartIndex part_index(const Split& split, GridPosition core) {
    PartIndex part;
    const auto next = [&core](const AxisSplit& axis) {
        const std::uint32_t row = take_digit(core.row, axis.rows);
        return row * axis.cols + take_digit(core.col, axis.cols);
    };
    part.reduction = next(split.reduction);
    for (std::size_t axis = split.axes.size(); axis-- > 0;) {
        part.axes[axis] = next(split.axes[axis]);
    }
    part.batch = next(split.batch);
    return part;
}

GridPosition core_of(const Split& split, const PartIndex& part) {
    GridPosition core;
    const auto append = [&core](const AxisSplit& axis, std::uint32_t index) {
        core.row = core.row * axis.rows + index / axis.cols;
        core.col = core.col * axis.cols + index % axis.cols;
    };
    append(split.batch, part.batch);
    for (std::size_t axis = 0; axis < split.axes.size(); ++axis) {
        append(split.axes[axis], part.axes[axis]);
    }
    append(split.reduction, part.reduction);
    return core;
}

Tile tile_of(const Split& split, const WorkShape& work, GridPosition core) {
    Tile tile;
    tile.output = Region(work.output);
    if (core.row >= split.rows_used() || core.col >= split.cols_used()) {
        return tile;
    }
    const PartIndex part = part_index(split, core);
    tile.frames = piece_of(work.batch, split.batch.parts(), part.batch);
    for (std::size_t axis = 0; axis < work.output.size(); ++axis) {
        tile.output[axis] = piece_of(work.output[axis], split.axes[axis].parts(), part.axes[axis]);
    }
    tile.reduction = piece_of(work.reduction, split.reduction.parts(), part.reduction);
    tile.idle = tile.frames.empty() || tile.output.empty() || tile.reduction.empty();
    tile.owns_output = !tile.idle && part.reduction + 1 == split.reduction.parts();
    return tile;
}

GridTiles::GridTiles(const GridShape& grid, const Split& split, const WorkShape& work)
    : grid_(grid), rows_used_(std::min(grid.rows, split.rows_used())),
      cols_used_(std::min(grid.cols, split.cols_used())), last_reduction_(split.reduction.parts() - 1),
      output_(work.output), rows_(rows_used_), cols_(cols_used_) {
    std::vector<std::uint32_t> row_left(rows_used_);
    std::vector<std::uint32_t> col_left(cols_used_);
    std::iota(row_left.begin(), row_left.end(), 0U);
    std::iota(col_left.begin(), col_left.end(), 0U);
    std::size_t digit = 0;
    const auto next = [&](const AxisSplit& axis, std::int64_t size) {
        const auto first = static_cast<std::uint32_t>(pieces_.size());
        const std::uint32_t rows = std::min(axis.rows, rows_used_); // of a legal split all of them
        const std::uint32_t cols = std::min(axis.cols, cols_used_);
        for (std::uint32_t row = 0; row < rows; ++row) {
            for (std::uint32_t col = 0; col < cols; ++col) {
                pieces_.push_back(piece_of(size, axis.parts(), std::int64_t{row} * axis.cols + col));
            }
        }
        for (std::uint32_t row = 0; row < rows_used_; ++row) {
            rows_[row][digit] = first + take_digit(row_left[row], axis.rows) * cols;
        }
        for (std::uint32_t col = 0; col < cols_used_; ++col) {
            cols_[col][digit] = take_digit(col_left[col], axis.cols);
        }
        ++digit;
    };
    next(split.reduction, work.reduction);
    for (std::size_t axis = output_.rank(); axis-- > 0;) {
        next(split.axes[axis], work.output[axis]);
    }
    next(split.batch, work.batch);
}

Tile GridTiles::operator[](CoreId core) const {
    Tile tile;
    tile.output = output_;
    const GridPosition position = grid_.position(core);
    if (position.row >= rows_used_ || position.col >= cols_used_) {
        return tile;
    }
    const auto& row = rows_[position.row];
    const auto& col = cols_[position.col];
    const std::uint32_t reduction = row[0] + col[0];
    tile.reduction = pieces_[reduction];
    std::size_t digit = 1;
    for (std::size_t axis = output_.rank(); axis-- > 0; ++digit) {
        tile.output[axis] = pieces_[row[digit] + col[digit]];
    }
    tile.frames = pieces_[row[digit] + col[digit]];
    tile.idle = tile.frames.empty() || tile.output.empty() || tile.reduction.empty();
    tile.owns_output = !tile.idle && reduction == last_reduction_;
    return tile;
}

} // namespace lodestone::isa
