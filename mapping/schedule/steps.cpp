// SPDX-License-Identifier: Apache-2.0
// Chunks and blocks.
#include "mapping/schedule/steps.hpp"

#include "arch/isa/storage.hpp"
#include <algorithm>

namespace lodestone::schedule {
namespace {

constexpr std::uint64_t kLeastStepCycles = 64; ///< about four times the fill of the pipelines
constexpr std::uint64_t kMostSteps = 8;        ///< beyond, a shorter tail gains less than the descriptors cost

/// Most elements of one of `parts` parts of whole blocks.
std::int64_t ceil_part(std::int64_t size, std::int64_t block, std::uint32_t parts) {
    const std::uint64_t blocks = ceil_div(static_cast<std::uint64_t>(isa::blocks_in(size, block)), parts);
    return std::min(size, static_cast<std::int64_t>(blocks) * block);
}

/// Fewest elements of one of `parts` parts of whole blocks.
std::int64_t smallest_part(std::int64_t size, std::int64_t block, std::uint32_t parts) {
    std::int64_t smallest = size / parts;
    for (std::uint32_t index = 0; block > 1 && index < parts; ++index) { // the last block may be short
        smallest = std::min(smallest, isa::part_of_blocks(size, block, parts, index).size());
    }
    return smallest;
}

/// Index of a largest part, nearest to the middle; where the last block is short there may be none as large as that.
std::uint32_t heaviest_part(std::int64_t size, std::int64_t block, std::uint32_t parts) {
    const std::int64_t largest = ceil_part(size, block, parts);
    const std::uint32_t middle = parts / 2;
    for (std::uint32_t distance = 0; distance < parts; ++distance) {
        for (const std::uint32_t index : {middle + distance, middle - distance}) {
            if (index < parts && isa::part_of_blocks(size, block, parts, index).size() == largest) {
                return index;
            }
        }
    }
    return parts - 1;
}

std::int64_t window_positions(const isa::Kernel& kernel) {
    std::int64_t positions = 1;
    if (const auto* conv = std::get_if<isa::ConvKernel>(&kernel)) {
        for (const isa::WindowAxis& axis : conv->window) {
            positions *= axis.size;
        }
    }
    return positions;
}

/// True for axes whose values are computed together.
bool is_whole_axis(const isa::Kernel& kernel, std::size_t axis) {
    if (const auto* softmax = std::get_if<isa::SoftmaxKernel>(&kernel)) {
        return static_cast<std::size_t>(softmax->axis) == axis;
    }
    if (const auto* norm = std::get_if<isa::LayerNormKernel>(&kernel)) {
        return axis >= static_cast<std::size_t>(norm->axis);
    }
    return false;
}

/// The axis to block: convolutions along their first image axis, so that a block's halo is a row; products along
/// the rows of A; anything else along its outermost axis.
std::size_t axis_to_block(const isa::Program& program, const isa::Phase& phase, const isa::Tile& tile) {
    const std::size_t channels = isa::channel_axis(program, phase);
    const bool is_matrix = isa::uses_matrix_unit(phase.kernel);
    std::size_t chosen = tile.output.rank();
    for (std::size_t axis = 0; axis < tile.output.rank(); ++axis) {
        const bool allowed = !is_whole_axis(phase.kernel, axis) && !(is_matrix && axis == channels);
        const bool better = chosen == tile.output.rank() || (std::holds_alternative<isa::MatMulKernel>(phase.kernel) &&
                                                             tile.output[axis].size() > tile.output[chosen].size());
        if (allowed && better && tile.output[axis].size() > 1) {
            chosen = axis;
        }
    }
    return chosen;
}

/// Blocks of an axis of a tile: up to `wanted`, none of which cuts elements apart that share a scale.
std::uint32_t axis_blocks(std::int64_t size, std::int64_t together, std::uint64_t wanted) {
    std::int64_t blocks = std::min(static_cast<std::int64_t>(wanted), isa::blocks_in(size, together));
    while (together > 1 && blocks > 1 && size % (blocks * together) != 0) {
        --blocks;
    }
    return static_cast<std::uint32_t>(blocks);
}

} // namespace

isa::Tile heaviest_tile(const isa::Program& program, const isa::Phase& phase) {
    const isa::WorkShape work = isa::work_shape(program, phase);
    isa::PartIndex part;
    part.batch = heaviest_part(work.batch, 1, phase.split.batch.parts());
    for (std::size_t axis = 0; axis < work.output.size(); ++axis) {
        part.axes[axis] = heaviest_part(work.output[axis], work.block_along(axis), phase.split.axes[axis].parts());
    }
    part.reduction = phase.split.reduction.parts() - 1; // the last part is always a largest one
    return isa::tile_of(phase.split, work, isa::core_of(phase.split, part));
}

Bytes largest_chunk(const isa::Program& program, const isa::Phase& phase, std::uint32_t chunks) {
    const isa::WorkShape work = isa::work_shape(program, phase);
    const std::size_t axis = isa::channel_axis(program, phase);
    const std::int64_t slice = ceil_part(work.output[axis], work.block_along(axis), phase.split.axes[axis].parts());
    const std::int64_t channels = ceil_part(slice, 1, chunks);
    const std::int64_t reduction = ceil_part(work.reduction, work.reduction_block, phase.split.reduction.parts());
    const isa::Region chunk(isa::Shape{channels * window_positions(phase.kernel), reduction});
    return isa::packed_bytes(chunk, phase.weight_format, 1);
}

std::optional<ChunkRange> chunk_range(const isa::Program& program, const isa::Phase& phase,
                                      const spec::CoreGridSpec& machine) {
    const isa::WorkShape work = isa::work_shape(program, phase);
    const std::size_t axis = isa::channel_axis(program, phase);
    const std::uint32_t parts = phase.split.axes[axis].parts();
    const auto most = static_cast<std::uint32_t>(
        std::max<std::int64_t>(1, smallest_part(work.output[axis], work.block_along(axis), parts)));
    const Bytes limit = machine.matrix.weight_buffer / 2;
    if (largest_chunk(program, phase, most) > limit) {
        return std::nullopt;
    }
    std::uint32_t fewest = 1;
    if (limit.count() > 0) {
        const std::uint64_t start = ceil_div(largest_chunk(program, phase, 1).count(), limit.count());
        fewest = static_cast<std::uint32_t>(std::min<std::uint64_t>(most, std::max<std::uint64_t>(1, start)));
    }
    while (largest_chunk(program, phase, fewest) > limit) {
        ++fewest;
    }
    return ChunkRange{.fewest = fewest, .most = most};
}

isa::StepPlan plan_steps(const isa::Program& program, const isa::Phase& phase, Cycles work) {
    isa::StepPlan plan;
    const std::uint64_t chunks = phase.weights ? phase.weights->chunks : 1;
    const std::uint64_t wanted = std::min(kMostSteps, work.count() / kLeastStepCycles);
    std::uint64_t blocks = wanted / chunks;
    if (blocks < 2) {
        return plan;
    }
    const isa::Tile tile = heaviest_tile(program, phase);
    plan.frame_blocks = static_cast<std::uint32_t>(std::min(blocks, static_cast<std::uint64_t>(tile.frames.size())));
    blocks /= plan.frame_blocks;
    const std::size_t axis = axis_to_block(program, phase, tile);
    if (blocks > 1 && axis < tile.output.rank()) {
        plan.blocked_axis = static_cast<std::uint32_t>(axis);
        const isa::WorkShape shape = isa::work_shape(program, phase);
        plan.axis_blocks = axis_blocks(tile.output[axis].size(), shape.block_along(axis), blocks);
    }
    return plan;
}

} // namespace lodestone::schedule
