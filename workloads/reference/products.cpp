// SPDX-License-Identifier: Apache-2.0
// Convolutions and matrix products of floats: sums in binary64, one rounding.
#include "workloads/reference/kernels.hpp"
#include "workloads/reference/loops.hpp"

#include "sim/base/error.hpp"

namespace lodestone::reference {
namespace {

using graph::Call;
using graph::OpKind;
using graph::Shape;
using graph::TensorData;

/// Adds one value per channel to batch x channels x positions.
void add_bias(std::vector<double>& values, const TensorData* bias, const Shape& shape) {
    if (bias == nullptr || values.empty()) {
        return;
    }
    const std::size_t channels = bias->size();
    const std::size_t plane = values.size() / (static_cast<std::size_t>(shape[0]) * channels);
    for (std::size_t i = 0; i < values.size(); ++i) {
        values[i] += bias->as_double(i / plane % channels);
    }
}

Outputs conv(const Call& call) {
    const TensorData& input = call.operand(0);
    const auto extent = graph::convolution_extent(call.graph, call.op);
    std::vector<double> sums = convolve(extent, doubles(input), doubles(call.operand(1)));
    add_bias(sums, call.optional_operand(2), call.result_shape());
    return {rounded(sums, input.type(), call.result_shape())};
}

/// The window runs over the output: each input element is scattered under the taps.
void scatter_plane(const std::vector<Row>& rows, std::int64_t stride, const double* input, const double* weight,
                   double* output) {
    for (const Row& row : rows) {
        for (std::int64_t k = 0; k < row.count; ++k) {
            output[row.input + k * stride] += weight[row.tap] * input[row.output + k];
        }
    }
}

Outputs conv_transpose(const Call& call) {
    const auto c = graph::convolution_extent(call.graph, call.op);
    const graph::Window& w = c.window;
    const std::vector<Row> rows = rows_of(w);
    const std::vector<double> input = doubles(call.operand(0));
    const std::vector<double> weight = doubles(call.operand(1));
    const std::int64_t group_in = std::max<std::int64_t>(c.in_channels / c.groups, 1);
    const std::int64_t group_out = c.out_channels / c.groups;
    std::vector<double> sums(graph::element_count(call.result_shape()), 0.0);
    for (std::int64_t n = 0; n < c.batch; ++n) {
        for (std::int64_t ic = 0; ic < c.in_channels; ++ic) {
            for (std::int64_t oc = 0; oc < group_out; ++oc) {
                const std::int64_t channel = ic / group_in * group_out + oc;
                scatter_plane(rows, w.strides.back(), input.data() + (n * c.in_channels + ic) * volume(w.output),
                              weight.data() + (ic * group_out + oc) * w.taps(),
                              sums.data() + (n * c.out_channels + channel) * volume(w.input));
            }
        }
    }
    add_bias(sums, call.optional_operand(2), call.result_shape());
    return {rounded(sums, call.operand(0).type(), call.result_shape())};
}

std::vector<double> turned(const std::vector<double>& matrix, const Shape& shape) {
    const auto rows = static_cast<std::size_t>(shape[0]);
    const auto columns = static_cast<std::size_t>(shape[1]);
    std::vector<double> result(matrix.size());
    for (std::size_t i = 0; i < matrix.size(); ++i) {
        result[i % columns * rows + i / columns] = matrix[i];
    }
    return result;
}

/// alpha * op(A) * op(B) + beta * C.
Outputs gemm(const Call& call) {
    const auto& attributes = call.op.attributes;
    const auto side = [&](std::size_t i, const char* transposed) {
        const std::vector<double> values = doubles(call.operand(i));
        return attributes.integer(transposed, 0) != 0 ? turned(values, call.operand(i).shape()) : values;
    };
    const Shape& shape = call.result_shape();
    const std::int64_t inner = call.operand(0).shape()[attributes.integer("transA", 0) != 0 ? 0 : 1];
    std::vector<double> sums(graph::element_count(shape), 0.0);
    add_product(side(0, "transA").data(), side(1, "transB").data(), sums.data(), {shape[0], inner, shape[1]});
    const auto alpha = static_cast<double>(attributes.number("alpha", 1.0F));
    const auto beta = static_cast<double>(attributes.number("beta", 1.0F));
    const TensorData* addend = call.optional_operand(2);
    const auto from = graph::broadcast_indices(addend != nullptr ? addend->shape() : Shape(), shape);
    for (std::size_t i = 0; i < sums.size(); ++i) {
        sums[i] = alpha * sums[i] + (addend != nullptr ? beta * addend->as_double(from[i]) : 0.0);
    }
    return {rounded(sums, call.operand(0).type(), shape)};
}

/// Integers wrap to their element type.
Outputs matmul(const Call& call) {
    const TensorData& a = call.operand(0);
    const TensorData& b = call.operand(1);
    if (graph::is_floating(a.type())) {
        return {rounded(multiply(doubles(a), a.shape(), doubles(b), b.shape()), a.type(), call.result_shape())};
    }
    const auto unsigned_of = [](const TensorData& data) {
        const auto ints = data.as_ints();
        return std::vector<std::uint64_t>(ints.begin(), ints.end()); // sums wrap as two's complement
    };
    const auto sums = multiply(unsigned_of(a), a.shape(), unsigned_of(b), b.shape());
    return {TensorData::of_ints(call.result_shape(), {sums.begin(), sums.end()}).cast_to(a.type())};
}

} // namespace

graph::Kernel product_kernel(OpKind kind) {
    switch (kind) {
    case OpKind::conv:
        return conv;
    case OpKind::conv_transpose:
        return conv_transpose;
    case OpKind::gemm:
        return gemm;
    case OpKind::matmul:
        return matmul;
    default:
        return nullptr;
    }
}

} // namespace lodestone::reference
