// SPDX-License-Identifier: Apache-2.0
// Input regions of each kernel: windows, halos, permutations, broadcasting.
#include "arch/isa/demand.hpp"

#include "arch/isa/resample.hpp"
#include "sim/base/error.hpp"

#include <algorithm>

namespace lodestone::isa {
namespace {

Interval clipped(Interval interval, std::int64_t size) {
    return intersect(interval, {.begin = 0, .end = size});
}

/// Input positions that a window reads for output positions `out`.
Interval window_input(const WindowAxis& window, Interval out, std::int64_t size) {
    const std::int64_t begin = out.begin * window.stride - window.pad_begin;
    const std::int64_t last = (out.end - 1) * window.stride - window.pad_begin + (window.size - 1) * window.dilation;
    return clipped({.begin = begin, .end = last + 1}, size);
}

/// The part of an operand of shape `shape` that is broadcast onto `output` (aligned at the last axis).
Region broadcast_input(const Shape& shape, const Region& output) {
    Region region(shape);
    const std::size_t offset = output.rank() - shape.size();
    for (std::size_t axis = 0; axis < shape.size(); ++axis) {
        if (shape[axis] != 1) {
            region[axis] = output[axis + offset];
        }
    }
    return region;
}

Region conv_input(const ConvKernel& conv, const Shape& shape, const Tile& tile) {
    Region region(shape);
    region[0] = tile.output[0];
    region[1] = tile.reduction;
    if (conv.groups > 1) {
        const std::int64_t out_per_group = conv.out_channels / conv.groups;
        const std::int64_t in_per_group = conv.in_channels / conv.groups;
        const std::int64_t first = tile.output[1].begin / out_per_group;
        const std::int64_t last = (tile.output[1].end - 1) / out_per_group;
        region[1] = {.begin = first * in_per_group + tile.reduction.begin,
                     .end = last * in_per_group + tile.reduction.end};
    }
    for (std::size_t axis = 0; axis < conv.window.size(); ++axis) {
        region[axis + 2] = window_input(conv.window[axis], tile.output[axis + 2], shape[axis + 2]);
    }
    return region;
}

Region matmul_input(const MatMulKernel& matmul, std::size_t input, const Shape& shape, const Tile& tile) {
    Region region = broadcast_input(shape, tile.output); // leading axes; the last two are set below
    const std::size_t rank = shape.size();
    const std::size_t out_rank = tile.output.rank();
    const Interval outer = tile.output[input == 0 ? out_rank - 2 : out_rank - 1]; // M of A, N of B
    const bool reduction_last = (input == 0) != (input == 0 ? matmul.transpose_a : matmul.transpose_b);
    region[rank - 1] = reduction_last ? tile.reduction : outer;
    region[rank - 2] = reduction_last ? outer : tile.reduction;
    return region;
}

Region pool_input(const PoolKernel& pool, const Shape& shape, const Region& output) {
    Region region(shape);
    region[0] = output[0];
    region[1] = output[1];
    for (std::size_t axis = 0; axis < pool.window.size(); ++axis) {
        region[axis + 2] = window_input(pool.window[axis], output[axis + 2], shape[axis + 2]);
    }
    return region;
}

Region reduce_input(const ReduceKernel& reduce, const Shape& shape, const Region& output) {
    Region region(shape);
    std::size_t out_axis = 0;
    for (std::size_t axis = 0; axis < shape.size(); ++axis) {
        const bool reduced = std::ranges::find(reduce.axes, static_cast<std::int64_t>(axis)) != reduce.axes.end();
        if (!reduced) {
            region[axis] = output[out_axis];
        }
        out_axis += reduced && !reduce.keep_axes ? 0 : 1;
    }
    return region;
}

/// Whole axes from `first` to `last`, the rest as in the output.
Region with_whole_axes(const Shape& shape, const Region& output, std::size_t first, std::size_t last) {
    Region region = output;
    for (std::size_t axis = first; axis <= last; ++axis) {
        region[axis] = {.begin = 0, .end = shape[axis]};
    }
    return region;
}

Region concat_input(const Program& program, const Phase& phase, std::size_t input, const Region& output) {
    const auto axis = static_cast<std::size_t>(std::get<ConcatKernel>(phase.kernel).axis);
    std::int64_t offset = 0;
    for (std::size_t before = 0; before < input; ++before) {
        offset += program.tensors.at(phase.inputs[before].tensor).shape.at(axis);
    }
    Region region = output;
    const std::int64_t size = program.tensors.at(phase.inputs[input].tensor).shape.at(axis);
    region[axis] = clipped({.begin = output[axis].begin - offset, .end = output[axis].end - offset}, size);
    return region;
}

Region slice_input(const SliceKernel& slice, const Region& output) {
    Region region = output;
    for (std::size_t axis = 0; axis < output.rank(); ++axis) {
        const std::int64_t first = slice.starts[axis] + output[axis].begin * slice.steps[axis];
        const std::int64_t last = slice.starts[axis] + (output[axis].end - 1) * slice.steps[axis];
        region[axis] = {.begin = std::min(first, last), .end = std::max(first, last) + 1};
    }
    return region;
}

/// The box from the first to the last position that is picked.
Region pick_input(const PickKernel& pick, const Shape& shape, const Region& output) {
    Region region = output;
    const auto axis = static_cast<std::size_t>(pick.axis);
    const auto first = pick.indices.begin() + output[axis].begin;
    const auto [low, high] = std::minmax_element(first, first + output[axis].size());
    region[axis] = output[axis].empty() ? Interval{} : clipped({.begin = *low, .end = *high + 1}, shape[axis]);
    return region;
}

Region transpose_input(const TransposeKernel& transpose, const Region& output) {
    Region region = output;
    for (std::size_t axis = 0; axis < output.rank(); ++axis) {
        region[static_cast<std::size_t>(transpose.order[axis])] = output[axis];
    }
    return region;
}

/// Smallest box of `shape` (axes [first, last)) that holds the flat positions [begin, end] of those axes.
void set_hull(Region& region, const Shape& shape, Interval axes, Interval flat) {
    std::int64_t inner = 1;
    for (auto axis = axes.begin; axis < axes.end; ++axis) {
        inner *= shape[static_cast<std::size_t>(axis)];
    }
    bool same_so_far = true;
    for (auto axis = static_cast<std::size_t>(axes.begin); axis < static_cast<std::size_t>(axes.end); ++axis) {
        inner /= shape[axis];
        const std::int64_t first = flat.begin / inner % shape[axis];
        const std::int64_t last = (flat.end - 1) / inner % shape[axis];
        region[axis] =
            same_so_far ? Interval{.begin = first, .end = last + 1} : Interval{.begin = 0, .end = shape[axis]};
        same_so_far = same_so_far && first == last;
    }
}

/// Flat positions, within axes [first, last) of `shape`, of the first and one past the last element of a region.
Interval flat_range(const Region& region, const Shape& shape, Interval axes) {
    Interval flat{.begin = 0, .end = 0};
    for (auto axis = static_cast<std::size_t>(axes.begin); axis < static_cast<std::size_t>(axes.end); ++axis) {
        flat.begin = flat.begin * shape[axis] + region[axis].begin;
        flat.end = flat.end * shape[axis] + region[axis].end - 1;
    }
    return {.begin = flat.begin, .end = flat.end + 1};
}

/// Walks both shapes in runs of axes with equal products, so that only the run that was regrouped loses its box.
Region reshape_input(const Shape& in, const Shape& out, const Region& output) {
    Region region(in);
    std::size_t i = 0;
    std::size_t o = 0;
    while (i < in.size()) {
        const std::size_t first_in = i;
        const std::size_t first_out = o;
        std::int64_t in_product = in[i++];
        std::int64_t out_product = o < out.size() ? out[o++] : 1;
        while (in_product != out_product) {
            if (in_product < out_product) {
                in_product *= in[i++];
            } else {
                out_product *= out[o++];
            }
        }
        const Interval in_axes{.begin = static_cast<std::int64_t>(first_in), .end = static_cast<std::int64_t>(i)};
        const Interval out_axes{.begin = static_cast<std::int64_t>(first_out), .end = static_cast<std::int64_t>(o)};
        set_hull(region, in, in_axes, flat_range(output, out, out_axes));
    }
    return region;
}

/// Hull of the input positions that map(out index) names; positions outside the tensor are padding.
template <class Map>
Interval hull(Interval out, std::int64_t size, Map map) {
    Interval found{.begin = size, .end = 0};
    for (std::int64_t index = out.begin; index < out.end; ++index) {
        const Interval read = clipped(map(index), size);
        if (!read.empty()) {
            found = {.begin = std::min(found.begin, read.begin), .end = std::max(found.end, read.end)};
        }
    }
    return found;
}

Region pad_input(const PadKernel& pad, const Shape& shape, const Region& output) {
    Region region(shape);
    for (std::size_t axis = 0; axis < shape.size(); ++axis) {
        region[axis] = hull(output[axis], shape[axis], [&](std::int64_t index) {
            const std::int64_t source = pad_source(pad, axis, index, shape[axis]);
            return Interval{.begin = source, .end = source + 1};
        });
    }
    return region;
}

Region resize_input(const ResizeKernel& resize, const Shape& shape, const Shape& out, const Region& output) {
    Region region(shape);
    for (std::size_t axis = 0; axis < shape.size(); ++axis) {
        const ResizeAxis geometry{.scale = resize.scales[axis], .in = shape[axis], .out = out[axis]};
        if (geometry.scale == 1.0 && geometry.in == geometry.out) {
            region[axis] = output[axis]; // no neighbour is needed, even where positions are interpolated
            continue;
        }
        region[axis] =
            hull(output[axis], shape[axis], [&](std::int64_t index) { return resize_source(resize, geometry, index); });
    }
    return region;
}

struct KernelDemand {
    const Program& program;
    const Phase& phase;
    std::size_t input;
    const Shape& shape;
    const Tile& tile;

    Region operator()(const ConvKernel& k) const { return conv_input(k, shape, tile); }
    Region operator()(const MatMulKernel& k) const { return matmul_input(k, input, shape, tile); }
    Region operator()(const PoolKernel& k) const { return pool_input(k, shape, tile.output); }
    Region operator()(const ReduceKernel& k) const { return reduce_input(k, shape, tile.output); }
    Region operator()(const SoftmaxKernel& k) const {
        const auto axis = static_cast<std::size_t>(k.axis);
        return with_whole_axes(shape, tile.output, axis, axis);
    }
    Region operator()(const LayerNormKernel& k) const {
        return with_whole_axes(shape, tile.output, static_cast<std::size_t>(k.axis), shape.size() - 1);
    }
    Region operator()(const ElementwiseKernel&) const { return broadcast_input(shape, tile.output); }
    Region operator()(const ConcatKernel&) const { return concat_input(program, phase, input, tile.output); }
    Region operator()(const SliceKernel& k) const { return slice_input(k, tile.output); }
    Region operator()(const PickKernel& k) const { return pick_input(k, shape, tile.output); }
    Region operator()(const TransposeKernel& k) const { return transpose_input(k, tile.output); }
    Region operator()(const ReshapeKernel&) const {
        return reshape_input(shape, program.tensors.at(phase.output).shape, tile.output);
    }
    Region operator()(const PadKernel& k) const { return pad_input(k, shape, tile.output); }
    Region operator()(const ResizeKernel& k) const {
        return resize_input(k, shape, program.tensors.at(phase.output).shape, tile.output);
    }
    Region operator()(const LoadKernel&) const { return nothing(); }
    Region operator()(const StoreKernel&) const { return nothing(); }

    [[nodiscard]] Region nothing() const {
        Region region(shape);
        for (std::size_t axis = 0; axis < shape.size(); ++axis) {
            region[axis] = {};
        }
        return region;
    }
};

} // namespace

std::size_t kernel_inputs(const Program& program, const Phase& phase) {
    if (const auto* matmul = std::get_if<MatMulKernel>(&phase.kernel)) {
        return matmul->b_is_input ? 2 : 1;
    }
    if (const auto* concat = std::get_if<ConcatKernel>(&phase.kernel)) {
        const auto axis = static_cast<std::size_t>(concat->axis);
        const Shape& output = program.tensors.at(phase.output).shape;
        std::int64_t left = axis < output.size() ? output[axis] : 0;
        std::size_t parts = 0; // as many as fill the axis, whatever the epilogue reads
        for (; left > 0 && parts < phase.inputs.size(); ++parts) {
            const Shape& part = program.tensors.at(phase.inputs[parts].tensor).shape;
            left -= axis < part.size() ? part[axis] : left; // parts of another rank fit no concatenation
        }
        return parts;
    }
    return 1;
}

Region demand(const Program& program, const Phase& phase, std::size_t input, const Tile& tile) {
    const Shape& shape = program.tensors.at(phase.inputs.at(input).tensor).shape;
    const KernelDemand of_kernel{program, phase, input, shape, tile};
    if (tile.idle) {
        return of_kernel.nothing();
    }
    if (input >= kernel_inputs(program, phase)) {
        // Operands of the epilogue are read where the reduction chain ends.
        return tile.owns_output ? broadcast_input(shape, tile.output) : of_kernel.nothing();
    }
    return std::visit(of_kernel, phase.kernel);
}

} // namespace lodestone::isa
