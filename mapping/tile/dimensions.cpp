// SPDX-License-Identifier: Apache-2.0
// Legal cuts and useful part counts.
#include "mapping/tile/dimensions.hpp"

#include <algorithm>

namespace lodestone::tile {
namespace {

bool is_whole_axis(const isa::Kernel& kernel, std::size_t axis) {
    if (const auto* softmax = std::get_if<isa::SoftmaxKernel>(&kernel)) {
        return static_cast<std::size_t>(softmax->axis) == axis;
    }
    if (const auto* norm = std::get_if<isa::LayerNormKernel>(&kernel)) {
        return axis >= static_cast<std::size_t>(norm->axis);
    }
    return false;
}

bool is_placeable(std::uint32_t parts, const GridShape& grid) {
    for (std::uint32_t rows = 1; rows <= std::min(parts, grid.rows); ++rows) {
        if (parts % rows == 0 && parts / rows <= grid.cols) {
            return true;
        }
    }
    return false;
}

std::vector<std::uint32_t> part_counts(std::int64_t size, const GridShape& grid, std::uint32_t most) {
    std::vector<std::uint32_t> counts;
    std::uint64_t last = 0;
    const auto limit = static_cast<std::uint32_t>(std::min<std::int64_t>(size, most));
    for (std::uint32_t parts = 1; parts <= limit; ++parts) {
        const std::uint64_t largest = ceil_div(static_cast<std::uint64_t>(size), parts);
        if (largest != last && is_placeable(parts, grid)) {
            counts.push_back(parts);
            last = largest;
        }
    }
    return counts;
}

} // namespace

std::vector<Dimension> dimensions(const isa::Program& program, const isa::Phase& phase) {
    const isa::WorkShape work = isa::work_shape(program, phase);
    const GridShape& grid = program.grid;
    std::vector<Dimension> found;
    const auto add = [&](Dimension dimension, std::uint32_t most) {
        const std::int64_t blocks = isa::blocks_in(dimension.size, dimension.block);
        if (blocks > 1) {
            dimension.options = part_counts(blocks, grid, most);
            found.push_back(std::move(dimension));
        }
    };
    add({.kind = Dimension::Kind::batch, .size = work.batch}, grid.size());
    for (std::size_t axis = 0; axis < work.output.size(); ++axis) {
        if (!is_whole_axis(phase.kernel, axis)) {
            add({.axis = axis, .size = work.output[axis], .block = work.block_along(axis)}, grid.size());
        }
    }
    add({.kind = Dimension::Kind::reduction, .size = work.reduction, .block = work.reduction_block},
        std::max(grid.rows, grid.cols));
    return found;
}

isa::AxisSplit& cut(isa::Split& split, const Dimension& dimension) {
    switch (dimension.kind) {
    case Dimension::Kind::batch:
        return split.batch;
    case Dimension::Kind::reduction:
        return split.reduction;
    case Dimension::Kind::axis:
        break;
    }
    return split.axes.at(dimension.axis);
}

const isa::AxisSplit& cut(const isa::Split& split, const Dimension& dimension) {
    return cut(const_cast<isa::Split&>(split), dimension);
}

std::string reason_against(const isa::Program& program, const isa::Phase& phase, const isa::Split& split) {
    const isa::WorkShape work = isa::work_shape(program, phase);
    const std::vector<std::string> names = axis_names(program, phase);
    if (split.axes.size() != work.output.size()) {
        return "it cuts " + std::to_string(split.axes.size()) + " axes, the output has " +
               std::to_string(work.output.size());
    }
    const auto too_many = [](const std::string& name, std::uint32_t parts, std::int64_t size, std::int64_t block) {
        if (static_cast<std::int64_t>(parts) <= isa::blocks_in(size, block)) {
            return std::string();
        }
        return name + " is cut in " + std::to_string(parts) + " parts and has " + std::to_string(size) +
               (block == 1 ? "" : " in blocks of " + std::to_string(block) + " that share a scale");
    };
    std::string reason = too_many("batch", split.batch.parts(), work.batch, 1);
    for (std::size_t axis = 0; axis < work.output.size() && reason.empty(); ++axis) {
        reason = too_many(names[axis], split.axes[axis].parts(), work.output[axis], work.block_along(axis));
        if (reason.empty() && split.axes[axis].parts() > 1 && is_whole_axis(phase.kernel, axis)) {
            reason = names[axis] + " must stay whole: its values are computed together";
        }
    }
    if (reason.empty()) {
        reason = too_many("input_channels", split.reduction.parts(), work.reduction, work.reduction_block);
    }
    if (reason.empty() && split.reduction.rows > 1 && split.reduction.cols > 1) {
        reason = "input_channels are cut along rows and columns; partial sums pass between neighbours of one side only";
    }
    if (reason.empty() && split.rows_used() > program.grid.rows) {
        reason = "it takes " + std::to_string(split.rows_used()) + " rows of the grid, there are " +
                 std::to_string(program.grid.rows);
    }
    if (reason.empty() && split.cols_used() > program.grid.cols) {
        reason = "it takes " + std::to_string(split.cols_used()) + " columns of the grid, there are " +
                 std::to_string(program.grid.cols);
    }
    return reason;
}

std::string reason_against_blocks(const isa::Program& program, const isa::Phase& phase, std::size_t axis) {
    const std::string name = axis_names(program, phase).at(axis);
    if (is_whole_axis(phase.kernel, axis)) {
        return name + " must stay whole: its values are computed together";
    }
    if (isa::uses_matrix_unit(phase.kernel) && axis == isa::channel_axis(program, phase)) {
        return name + " is cut by weight chunks; choose another axis";
    }
    return "";
}

std::vector<std::string> axis_names(const isa::Program& program, const isa::Phase& phase) {
    const std::size_t rank = program.tensors.at(phase.output).shape.size();
    std::vector<std::string> names(rank);
    for (std::size_t axis = 0; axis < rank; ++axis) {
        names[axis] = "axis" + std::to_string(axis);
    }
    constexpr std::size_t kImageRank = 4;
    constexpr std::size_t kVolumeRank = 5;
    const bool is_product = std::holds_alternative<isa::MatMulKernel>(phase.kernel);
    const bool is_conv = std::holds_alternative<isa::ConvKernel>(phase.kernel);
    if (!is_product && (is_conv || rank == kImageRank || rank == kVolumeRank)) {
        static const std::vector<std::string> spatial{"rows", "cols"};
        names[0] = "images";
        names[1] = "output_channels";
        if (rank == kVolumeRank) {
            names[2] = "depth";
        }
        for (std::size_t axis = rank == kVolumeRank ? 3 : 2; axis < std::min(rank, kVolumeRank); ++axis) {
            names[axis] = spatial[axis - (rank == kVolumeRank ? 3 : 2)];
        }
        return names;
    }
    if (rank >= 1) {
        names[rank - 1] = "output_channels";
    }
    if (rank >= 2) {
        names[rank - 2] = "rows";
    }
    return names;
}

} // namespace lodestone::tile
