// SPDX-License-Identifier: Apache-2.0
// Mixed-radix placement of parts on the grid, and the tile that a core gets.
#include "arch/isa/split.hpp"

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

/// Part of [0, size) in whole blocks, without divisions where there is one part.
Interval piece_of(std::int64_t size, std::int64_t block, std::int64_t parts, std::int64_t index) {
    if (parts == 1) {
        return {.begin = 0, .end = size};
    }
    return block == 1 ? part_of(size, parts, index) : part_of_blocks(size, block, parts, index);
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
    tile.frames = piece_of(work.batch, 1, split.batch.parts(), part.batch);
    for (std::size_t axis = 0; axis < work.output.size(); ++axis) {
        tile.output[axis] =
            piece_of(work.output[axis], work.block_along(axis), split.axes[axis].parts(), part.axes[axis]);
    }
    tile.reduction = piece_of(work.reduction, work.reduction_block, split.reduction.parts(), part.reduction);
    tile.idle = tile.frames.empty() || tile.output.empty() || tile.reduction.empty();
    tile.owns_output = !tile.idle && part.reduction + 1 == split.reduction.parts();
    return tile;
}

} // namespace lodestone::isa
