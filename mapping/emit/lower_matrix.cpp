// SPDX-License-Identifier: Apache-2.0
// Convolutions and matrix products: kernels, weights and bias.
#include "mapping/emit/phase_builder.hpp"

#include "sim/base/error.hpp"
#include "workloads/graph/window.hpp"

namespace lodestone::emit {
namespace {

std::vector<isa::WindowAxis> window_axes(const graph::Window& window) {
    std::vector<isa::WindowAxis> axes;
    for (std::size_t axis = 0; axis < window.rank(); ++axis) {
        axes.push_back({.size = window.kernel[axis],
                        .stride = window.strides[axis],
                        .dilation = window.dilations[axis],
                        .pad_begin = window.pads_begin[axis],
                        .pad_end = window.pads_end[axis]});
    }
    return axes;
}

} // namespace

void PhaseBuilder::set_matrix(std::uint64_t products) {
    phase_.matrix = builder_.options.matrix_shape(phase_.weight_format, phase_.activation_format);
    phase_.accumulator_bits = accumulator_bits(phase_.weight_format, phase_.activation_format, products);
}

void PhaseBuilder::set_weights(std::int64_t output_channels, double factor) {
    const graph::QuantisedWeights& weights = *layer_.weights;
    isa::Constant constant{.name = at(weights.tensor).name,
                           .shape = at(weights.tensor).shape,
                           .format = weights.format,
                           .scales = weights.scales,
                           .codes = weights.codes,
                           .values = {},
                           .block_scales = weights.block_scales};
    for (double& scale : constant.scales) {
        scale *= factor;
    }
    isa::WeightPlan plan;
    plan.constant = builder_.add_constant(std::move(constant));
    if (layer_.has_bias) {
        isa::Constant bias{.name = layer_.name + ".bias", .shape = {output_channels}};
        bias.values = layer_.bias;
        plan.bias = builder_.add_constant(std::move(bias));
    }
    phase_.weights = std::move(plan);
}

void PhaseBuilder::lower_conv() {
    if (!layer_.weights) {
        throw UserError("the weights are computed by the network; they must be parameters");
    }
    const graph::ConvolutionExtent extent = graph::convolution_extent(builder_.graph, op_);
    isa::ConvKernel kernel{.window = window_axes(extent.window),
                           .in_channels = extent.in_channels,
                           .out_channels = extent.out_channels,
                           .groups = extent.groups};
    input(operand(op_, 0));
    set_weights(kernel.out_channels, 1.0);
    set_matrix(static_cast<std::uint64_t>(kernel.in_channels / kernel.groups * extent.window.taps()));
    phase_.kernel = std::move(kernel);
}

void PhaseBuilder::lower_gemm() {
    if (!layer_.weights) {
        throw UserError("both matrices are computed by the network; write the product as a MatMul");
    }
    const graph::Tensor& a = builder_.graph.required_input(op_, 0);
    isa::MatMulKernel kernel;
    kernel.transpose_a = op_.attributes.integer("transA", 0) != 0;
    kernel.transpose_b = op_.attributes.integer("transB", 0) != 0;
    kernel.k = a.shape.at(kernel.transpose_a ? 0 : 1);
    input(operand(op_, 0));
    set_weights(builder_.graph.output(op_).shape.at(1), static_cast<double>(op_.attributes.number("alpha", 1.0F)));
    set_matrix(static_cast<std::uint64_t>(kernel.k));
    phase_.kernel = kernel;
    if (!layer_.has_bias && op_.has_input(2)) {
        const float beta = op_.attributes.number("beta", 1.0F);
        if (beta != 1.0F) {
            throw UserError("beta is " + std::to_string(beta) +
                            "; a C that is not one value per output channel must have beta 1");
        }
        append_operand(isa::EpilogueOp::add, operand(op_, 2), false);
    }
}

void PhaseBuilder::lower_matmul() {
    const graph::Tensor& a = builder_.graph.required_input(op_, 0);
    const graph::Tensor& b = builder_.graph.required_input(op_, 1);
    if (a.rank() < 2 || b.rank() < 2) {
        throw UserError("an operand has one axis; give it a second one of size 1");
    }
    if (!is_activation(operand(op_, 0))) {
        throw UserError("the left operand is a parameter; exchange and transpose the operands");
    }
    isa::MatMulKernel kernel{.k = a.shape.back(), .b_is_input = is_activation(operand(op_, 1))};
    input(operand(op_, 0));
    if (kernel.b_is_input) {
        const std::uint32_t tensor = builder_.tensor(operand(op_, 1));
        phase_.inputs.push_back({.tensor = tensor}); // its own gather even when both operands are one tensor
    } else {
        if (b.rank() != 2) {
            throw UserError("the weights have " + std::to_string(b.rank()) +
                            " axes; a stack of matrices must be split");
        }
        set_weights(b.shape.back(), 1.0);
    }
    set_matrix(static_cast<std::uint64_t>(kernel.k));
    phase_.kernel = kernel;
}

} // namespace lodestone::emit
