// SPDX-License-Identifier: Apache-2.0
// Tiles, steps, weight groups and chunks that a program's compact description stands for.
#include "arch/isa/program.hpp"

#include "arch/isa/chunk.hpp"
#include "sim/base/error.hpp"

namespace lodestone::isa {
namespace {

/// Part `index` of an interval cut in `parts`.
Interval part_of_interval(Interval interval, std::int64_t parts, std::int64_t index) {
    const Interval part = part_of(interval.size(), parts, index);
    return {.begin = interval.begin + part.begin, .end = interval.begin + part.end};
}

/// Number of pieces that `wanted` pieces of an interval come to when none may be empty.
std::uint32_t pieces(std::uint32_t wanted, Interval interval) {
    return std::min(wanted, static_cast<std::uint32_t>(interval.size()));
}

struct StepCounts {
    std::uint32_t chunks = 1;
    std::uint32_t frame_blocks = 1;
    std::uint32_t axis_blocks = 1;
};

StepCounts step_counts(const Phase& phase, const Tile& tile) {
    StepCounts counts;
    counts.chunks = phase.weights ? phase.weights->chunks : 1;
    counts.frame_blocks = pieces(phase.steps.frame_blocks, tile.frames);
    if (tile.output.rank() > phase.steps.blocked_axis) {
        counts.axis_blocks = pieces(phase.steps.axis_blocks, tile.output[phase.steps.blocked_axis]);
    }
    return counts;
}

} // namespace

Bytes packed_bytes(const Region& region, numerics::FormatId format) {
    const auto elements = static_cast<std::uint64_t>(region.elements());
    return bytes_for(numerics::storage_bits(numerics::format(format), elements));
}

WorkShape work_shape(const Program& program, const Phase& phase) {
    WorkShape work{.batch = program.batch, .output = program.tensors.at(phase.output).shape, .reduction = 1};
    if (const auto* conv = std::get_if<ConvKernel>(&phase.kernel)) {
        work.reduction = conv->in_channels / conv->groups;
    } else if (const auto* matmul = std::get_if<MatMulKernel>(&phase.kernel)) {
        work.reduction = matmul->k;
    }
    return work;
}

GridTiles tiles_of(const Program& program, const Phase& phase) {
    return {program.grid, phase.split, work_shape(program, phase)};
}

std::size_t channel_axis(const Program& program, const Phase& phase) {
    const std::size_t rank = program.tensors.at(phase.output).shape.size();
    return std::holds_alternative<MatMulKernel>(phase.kernel) ? rank - 1 : std::min<std::size_t>(1, rank - 1);
}

std::uint32_t step_count(const Phase& phase, const Tile& tile) {
    if (tile.idle) {
        return 0;
    }
    const StepCounts counts = step_counts(phase, tile);
    return counts.chunks * counts.frame_blocks * counts.axis_blocks;
}

Step step_of(const Program& program, const Phase& phase, const Tile& tile, std::uint32_t index) {
    const StepCounts counts = step_counts(phase, tile);
    Step step{.tile = tile, .chunk = 0};
    const std::uint32_t axis_block = index % counts.axis_blocks;
    const std::uint32_t frame_block = index / counts.axis_blocks % counts.frame_blocks;
    step.chunk = index / counts.axis_blocks / counts.frame_blocks;
    step.tile.frames = part_of_interval(tile.frames, counts.frame_blocks, frame_block);
    if (counts.axis_blocks > 1) {
        Interval& blocked = step.tile.output[phase.steps.blocked_axis];
        blocked = part_of_interval(blocked, counts.axis_blocks, axis_block);
    }
    if (counts.chunks > 1) {
        Interval& channels = step.tile.output[channel_axis(program, phase)];
        channels = part_of_interval(channels, counts.chunks, step.chunk);
    }
    return step;
}

std::uint32_t weight_group(const Program& program, const Phase& phase, GridPosition core) {
    const PartIndex part = part_index(phase.split, core);
    return part.axes[channel_axis(program, phase)] * phase.split.reduction.parts() + part.reduction;
}

std::uint32_t weight_groups(const Program& program, const Phase& phase) {
    return phase.split.axes.at(channel_axis(program, phase)).parts() * phase.split.reduction.parts();
}

std::vector<std::vector<CoreId>> weight_group_members(const Program& program, const Phase& phase) {
    std::vector<std::vector<CoreId>> members(weight_groups(program, phase));
    const GridTiles tiles = tiles_of(program, phase);
    for (std::uint32_t core = 0; core < tiles.size(); ++core) {
        if (!tiles[CoreId(core)].idle) {
            members[weight_group(program, phase, program.grid.position(CoreId(core)))].push_back(CoreId(core));
        }
    }
    return members;
}

Region chunk_region(const Program& program, const Phase& phase, std::uint32_t group, std::uint32_t chunk) {
    check_invariant(phase.weights.has_value(), "only phases with parameters have weight chunks");
    const WorkShape work = work_shape(program, phase);
    const std::size_t axis = channel_axis(program, phase);
    const std::uint32_t reduction_parts = phase.split.reduction.parts();
    const Interval group_channels =
        part_of(work.output.at(axis), phase.split.axes.at(axis).parts(), group / reduction_parts);
    const Interval channels = part_of_interval(group_channels, phase.weights->chunks, chunk);
    const Interval reduction = part_of(work.reduction, reduction_parts, group % reduction_parts);
    if (const auto* matmul = std::get_if<MatMulKernel>(&phase.kernel)) {
        const std::array<Interval, 2> axes =
            matmul->transpose_b ? std::array{channels, reduction} : std::array{reduction, channels};
        return Region(axes);
    }
    std::array<Interval, kMaxRank> axes{channels, reduction};
    std::size_t rank = 2;
    if (const auto* conv = std::get_if<ConvKernel>(&phase.kernel)) {
        check_invariant(conv->window.size() + rank <= kMaxRank, "windows of more axes than a region holds are refused");
        for (const WindowAxis& window : conv->window) {
            axes[rank++] = {.begin = 0, .end = window.size};
        }
    }
    return Region(std::span(axes).first(rank));
}

Bytes chunk_bytes(const Program& program, const Phase& phase, std::uint32_t group, std::uint32_t chunk) {
    return packed_bytes(chunk_region(program, phase, group, chunk), phase.weight_format);
}

} // namespace lodestone::isa
