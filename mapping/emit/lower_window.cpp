// SPDX-License-Identifier: Apache-2.0
// Pools, reductions and normalisations.
#include "mapping/emit/phase_builder.hpp"

#include "sim/base/error.hpp"
#include "workloads/graph/window.hpp"

#include <algorithm>
#include <numeric>

namespace lodestone::emit {

using graph::OpKind;

void PhaseBuilder::lower_pool() {
    const bool is_global = op_.kind == OpKind::global_max_pool || op_.kind == OpKind::global_average_pool;
    const bool is_average = op_.kind == OpKind::average_pool || op_.kind == OpKind::global_average_pool;
    if (op_.outputs.size() > 1) {
        throw UserError("the output of indices is not supported");
    }
    isa::PoolKernel kernel;
    kernel.kind = is_average ? isa::PoolKind::average : isa::PoolKind::maximum;
    kernel.count_include_pad = op_.attributes.integer("count_include_pad", 0) != 0;
    if (is_global) {
        const graph::Shape& shape = builder_.graph.required_input(op_, 0).shape;
        for (std::size_t axis = 2; axis < shape.size(); ++axis) {
            kernel.window.push_back({.size = shape[axis]});
        }
    } else {
        const graph::Window window = graph::window(builder_.graph, op_);
        for (std::size_t axis = 0; axis < window.rank(); ++axis) {
            kernel.window.push_back({.size = window.kernel[axis],
                                     .stride = window.strides[axis],
                                     .dilation = window.dilations[axis],
                                     .pad_begin = window.pads_begin[axis],
                                     .pad_end = window.pads_end[axis]});
        }
    }
    input(operand(op_, 0));
    phase_.kernel = std::move(kernel);
}

void PhaseBuilder::lower_reduce() {
    const graph::Tensor& x = builder_.graph.required_input(op_, 0);
    isa::ReduceKernel kernel;
    kernel.kind = op_.kind == OpKind::reduce_mean  ? isa::ReduceKind::mean
                  : op_.kind == OpKind::reduce_sum ? isa::ReduceKind::sum
                                                   : isa::ReduceKind::maximum;
    kernel.keep_axes = op_.attributes.integer("keepdims", 1) != 0;
    std::vector<std::int64_t> axes = integers(op_, "axes", 1);
    if (axes.empty() && op_.attributes.integer("noop_with_empty_axes", 0) == 0) {
        axes.resize(x.rank());
        std::iota(axes.begin(), axes.end(), 0);
    }
    for (const std::int64_t axis : axes) {
        kernel.axes.push_back(static_cast<std::int64_t>(axis_of(x, axis)));
    }
    std::ranges::sort(kernel.axes);
    input(operand(op_, 0));
    phase_.kernel = std::move(kernel);
}

void PhaseBuilder::lower_softmax() {
    const graph::Tensor& x = builder_.graph.required_input(op_, 0);
    input(operand(op_, 0));
    phase_.kernel =
        isa::SoftmaxKernel{.axis = static_cast<std::int64_t>(axis_of(x, op_.attributes.integer("axis", -1))),
                           .logarithm = op_.kind == OpKind::log_softmax};
}

void PhaseBuilder::lower_layer_norm() {
    const graph::Tensor& x = builder_.graph.required_input(op_, 0);
    input(operand(op_, 0));
    phase_.kernel =
        isa::LayerNormKernel{.axis = static_cast<std::int64_t>(axis_of(x, op_.attributes.integer("axis", -1))),
                             .epsilon = static_cast<double>(op_.attributes.number("epsilon", 1e-5F))};
    if (constant_scalar(op_, 1) != 1.0F) {
        append_operand(isa::EpilogueOp::multiply, operand(op_, 1), false);
    }
    if (op_.has_input(2)) {
        append_operand(isa::EpilogueOp::add, operand(op_, 2), false);
    }
}

} // namespace lodestone::emit
