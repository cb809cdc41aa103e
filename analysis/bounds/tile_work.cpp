// SPDX-License-Identifier: Apache-2.0
// Sums the work of a tile's steps.
#include "analysis/bounds/tile_work.hpp"

#include "arch/isa/demand.hpp"

#include <algorithm>

namespace lodestone::bounds {
namespace {

/// Kernels whose input region moves with the output region.
bool moves_with_output(const isa::Phase& phase) {
    const bool grouped = [&] {
        const auto* conv = std::get_if<isa::ConvKernel>(&phase.kernel);
        return conv != nullptr && conv->groups > 1;
    }();
    return !grouped && (std::holds_alternative<isa::ConvKernel>(phase.kernel) ||
                        std::holds_alternative<isa::MatMulKernel>(phase.kernel) ||
                        std::holds_alternative<isa::PoolKernel>(phase.kernel) ||
                        std::holds_alternative<isa::ElementwiseKernel>(phase.kernel));
}

/// By axis of the output: elements of an input along it that share a scale, so that a tile's place among them decides
/// how many scales it reads.
std::array<std::int64_t, isa::kMaxRank> shared_scales(const isa::Program& program, const isa::Phase& phase) {
    std::array<std::int64_t, isa::kMaxRank> together{};
    together.fill(1);
    const std::size_t rank = program.tensors[phase.output].shape.size();
    for (const isa::Gather& gather : phase.inputs) {
        const isa::ProgramTensor& tensor = program.tensors[gather.tensor];
        const std::size_t axis = tensor.block_axis + rank; // aligned at the last axis
        if (axis >= tensor.shape.size() && axis - tensor.shape.size() < rank) {
            std::int64_t& along = together[axis - tensor.shape.size()];
            along = std::max(along, isa::block_length(tensor.format));
        }
    }
    return together;
}

/// Distance from the scaled begin of the output interval to the begin of the input interval.
std::int64_t window_offset(const isa::Phase& phase, std::size_t axis, std::int64_t out_begin, std::int64_t in_begin) {
    const std::vector<isa::WindowAxis>* window = nullptr;
    if (const auto* conv = std::get_if<isa::ConvKernel>(&phase.kernel)) {
        window = &conv->window;
    } else if (const auto* pool = std::get_if<isa::PoolKernel>(&phase.kernel)) {
        window = &pool->window;
    }
    if (window == nullptr || axis < 2 || axis - 2 >= window->size()) {
        return 0;
    }
    return in_begin - out_begin * (*window)[axis - 2].stride;
}

void add(isa::StepWork& sum, const isa::StepWork& step) {
    sum.macs += step.macs;
    sum.matrix_cycles += step.matrix_cycles;
    sum.activation_reads += step.activation_reads;
    sum.weight_reads += step.weight_reads;
    sum.output_writes += step.output_writes;
    sum.partial_sums += step.partial_sums;
    sum.vector_ops += step.vector_ops;
    sum.function_ops += step.function_ops;
    sum.vector_cycles += step.vector_cycles;
}

} // namespace

TileWorks::TileWorks(const isa::Program& program, const isa::Phase& phase, const spec::CoreGridSpec& machine)
    : program_(program), phase_(phase), machine_(machine), shift_invariant_(moves_with_output(phase)),
      together_(shared_scales(program, phase)) {}

const TileWork& TileWorks::of(const isa::Tile& tile, GridPosition position) {
    if (!shift_invariant_) {
        latest_ = compute(tile, position);
        return latest_;
    }
    const Key key = key_of(tile);
    const auto found = std::ranges::find(known_, key, &std::pair<Key, TileWork>::first);
    if (found != known_.end()) {
        return found->second;
    }
    known_.emplace_back(key, compute(tile, position));
    return known_.back().second;
}

TileWorks::Key TileWorks::key_of(const isa::Tile& tile) const {
    Key key;
    std::size_t next = 0;
    key.values[next++] = tile.frames.size();
    key.values[next++] = tile.reduction.size();
    key.values[next++] = tile.owns_output ? 1 : 0;
    for (std::size_t axis = 0; axis < tile.output.rank(); ++axis) {
        key.values[next++] = tile.output[axis].size();
        key.values[next++] = tile.output[axis].begin % together_[axis];
    }
    if (!phase_.inputs.empty()) {
        const isa::Region input = isa::demand(program_, phase_, 0, tile);
        for (std::size_t axis = 0; axis < input.rank(); ++axis) {
            const std::int64_t begin = axis < tile.output.rank() ? tile.output[axis].begin : 0;
            key.values[next++] = input[axis].size();
            key.values[next++] = window_offset(phase_, axis, begin, input[axis].begin);
        }
    }
    return key;
}

TileWork TileWorks::compute(const isa::Tile& tile, GridPosition position) const {
    TileWork sum;
    sum.steps = isa::step_count(phase_, tile);
    const bool matrix = isa::uses_matrix_unit(phase_.kernel);
    const numerics::Format& operand = numerics::format(phase_.activation_format);
    const std::uint32_t group = phase_.weights ? isa::weight_group(program_, phase_, position) : 0;
    for (std::uint32_t index = 0; index < sum.steps; ++index) {
        const isa::Step step = isa::step_of(program_, phase_, tile, index);
        const isa::StepWork work = isa::step_work(program_, phase_, machine_, step);
        add(sum.work, work);
        sum.partial_sum_flits += ceil_div(work.partial_sums.count(), machine_.partial_sum_network.link_width.count());
        if (!matrix) {
            sum.activation_buffer_reads += work.activation_reads;
            continue;
        }
        const std::uint64_t cycles = work.matrix_cycles.count();
        sum.activation_buffer_reads += bytes_for(numerics::storage_bits(operand, cycles * phase_.matrix.inputs));
        sum.weight_buffer_reads +=
            phase_.weights ? isa::chunk_bytes(program_, phase_, group, step.chunk) : work.weight_reads;
        sum.accumulated += bytes_for(Bits(cycles * phase_.matrix.outputs * phase_.accumulator_bits));
    }
    return sum;
}

} // namespace lodestone::bounds
