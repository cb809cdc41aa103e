// SPDX-License-Identifier: Apache-2.0
// Quantisation and the products of 8-bit integers, exact. Rounding is to nearest even, results saturate.
#include "workloads/reference/kernels.hpp"
#include "workloads/reference/loops.hpp"

#include "sim/base/error.hpp"

#include <cmath>

namespace lodestone::reference {
namespace {

using graph::Call;
using graph::ElementType;
using graph::OpKind;
using graph::Shape;
using graph::TensorData;
using Ints = std::vector<std::int64_t>;

struct Limits {
    double low;
    double high;
};

Limits limits(ElementType type) {
    const double codes = std::ldexp(1.0, static_cast<int>(graph::width(type).count()));
    const bool is_signed = type == ElementType::int8 || type == ElementType::int16 || type == ElementType::int32;
    return is_signed ? Limits{.low = -codes / 2, .high = codes / 2 - 1} : Limits{.low = 0, .high = codes - 1};
}

/// round(value) + zero point, clamped to the codes of the type; NaN becomes the zero point.
std::int64_t quantised(double value, std::int64_t zero_point, Limits limit) {
    const double code = (std::isnan(value) ? 0.0 : std::nearbyint(value)) + static_cast<double>(zero_point);
    return static_cast<std::int64_t>(std::clamp(code, limit.low, limit.high));
}

/// Reads a scale or zero point that is one value or one per index of `axis` of a tensor of `shape`.
class PerAxis {
public:
    PerAxis(const TensorData* data, std::int64_t axis, const Shape& shape) : data_(data) {
        if (data != nullptr && data->size() > 1) {
            const std::size_t d = *graph::resolve_axis(axis, shape.size());
            stride_ = static_cast<std::size_t>(graph::strides_of(shape)[d]);
            extent_ = static_cast<std::size_t>(shape[d]);
        }
    }
    [[nodiscard]] double number(std::size_t i) const { return data_->as_double(i / stride_ % extent_); }
    [[nodiscard]] std::int64_t integer(std::size_t i) const {
        return data_ == nullptr ? 0 : data_->as_int(i / stride_ % extent_);
    }

private:
    const TensorData* data_;
    std::size_t stride_ = 1;
    std::size_t extent_ = 1;
};

/// Quotients and products of scales are binary32, as the specification's operators on binary32 tensors.
Outputs quantize_linear(const Call& call) {
    const TensorData& x = call.operand(0);
    const std::int64_t axis = call.op.attributes.integer("axis", 1);
    const PerAxis scale(call.optional_operand(1), axis, x.shape());
    const PerAxis zero(call.optional_operand(2), axis, x.shape());
    const ElementType type = call.graph.output(call.op).type;
    Ints codes(x.size());
    for (std::size_t i = 0; i < codes.size(); ++i) {
        const float quotient = x.as_float(i) / static_cast<float>(scale.number(i));
        codes[i] = quantised(static_cast<double>(quotient), zero.integer(i), limits(type));
    }
    return {TensorData::of_ints(x.shape(), std::move(codes)).cast_to(type)};
}

Outputs dequantize_linear(const Call& call) {
    const TensorData& x = call.operand(0);
    const std::int64_t axis = call.op.attributes.integer("axis", 1);
    const PerAxis scale(call.optional_operand(1), axis, x.shape());
    const PerAxis zero(call.optional_operand(2), axis, x.shape());
    std::vector<double> values(x.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
        values[i] = static_cast<double>(x.as_int(i) - zero.integer(i)) * scale.number(i);
    }
    return {rounded(values, call.operand(1).type(), x.shape())};
}

/// uint8 codes over the range of the values, widened to hold zero.
Outputs dynamic_quantize_linear(const Call& call) {
    const std::vector<float> x = call.operand(0).as_floats();
    float low = 0.0F;
    float high = 0.0F;
    for (const float value : x) {
        low = std::min(low, value);
        high = std::max(high, value);
    }
    constexpr float highest_code = 255.0F;
    const float range = high - low;
    const float scale = range == 0.0F ? 1.0F : range / highest_code;
    const Limits limit = limits(ElementType::uint8);
    const std::int64_t zero = quantised(static_cast<double>(-low / scale), 0, limit);
    Ints codes(x.size());
    for (std::size_t i = 0; i < codes.size(); ++i) {
        codes[i] = quantised(static_cast<double>(x[i] / scale), zero, limit);
    }
    return {TensorData::of_ints(call.operand(0).shape(), std::move(codes)).cast_to(ElementType::uint8),
            TensorData::scalar(scale), TensorData::scalar(zero).cast_to(ElementType::uint8)};
}

/// Codes less their zero point.
Ints centred(const TensorData& codes, const TensorData* zero, std::int64_t axis) {
    const PerAxis zero_point(zero, axis, codes.shape());
    Ints values(codes.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
        values[i] = codes.as_int(i) - zero_point.integer(i);
    }
    return values;
}

/// sums * x_scale * w_scale / y_scale in binary64, rounded to nearest even, plus the zero point.
TensorData requantised(const Call& call, const Ints& sums, std::int64_t x_axis, std::int64_t w_axis) {
    const Shape& shape = call.result_shape();
    const PerAxis x_scale(call.optional_operand(1), x_axis, shape);
    const PerAxis w_scale(call.optional_operand(4), w_axis, shape);
    const double y_scale = call.operand(6).as_double(0);
    const std::int64_t zero = call.operand(7).as_int(0);
    const ElementType type = call.operand(7).type();
    Ints codes(sums.size());
    for (std::size_t i = 0; i < codes.size(); ++i) {
        const double value = static_cast<double>(sums[i]) * (x_scale.number(i) * w_scale.number(i) / y_scale);
        codes[i] = quantised(value, zero, limits(type));
    }
    return TensorData::of_ints(shape, std::move(codes)).cast_to(type);
}

Outputs qlinear_conv(const Call& call) {
    const auto extent = graph::convolution_extent(call.graph, call.op);
    Ints sums = convolve(extent, centred(call.operand(0), call.optional_operand(2), 0),
                         centred(call.operand(3), call.optional_operand(5), 0));
    const PerAxis bias(call.optional_operand(8), 1, call.result_shape());
    for (std::size_t i = 0; i < sums.size(); ++i) {
        sums[i] += bias.integer(i);
    }
    return {requantised(call, sums, 1, 1)};
}

Outputs conv_integer(const Call& call) {
    const auto extent = graph::convolution_extent(call.graph, call.op);
    Ints sums = convolve(extent, centred(call.operand(0), call.optional_operand(2), 0),
                         centred(call.operand(1), call.optional_operand(3), 0));
    return {TensorData::of_ints(call.result_shape(), std::move(sums)).cast_to(ElementType::int32)};
}

Outputs qlinear_matmul(const Call& call) {
    const Ints a = centred(call.operand(0), call.optional_operand(2), -2);
    const Ints b = centred(call.operand(3), call.optional_operand(5), -1);
    return {requantised(call, multiply(a, call.operand(0).shape(), b, call.operand(3).shape()), -2, -1)};
}

Outputs matmul_integer(const Call& call) {
    const Ints a = centred(call.operand(0), call.optional_operand(2), -2);
    const Ints b = centred(call.operand(1), call.optional_operand(3), -1);
    Ints sums = multiply(a, call.operand(0).shape(), b, call.operand(1).shape());
    return {TensorData::of_ints(call.result_shape(), std::move(sums)).cast_to(ElementType::int32)};
}

} // namespace

graph::Kernel integer_kernel(OpKind kind) {
    switch (kind) {
    case OpKind::quantize_linear:
        return quantize_linear;
    case OpKind::dequantize_linear:
        return dequantize_linear;
    case OpKind::dynamic_quantize_linear:
        return dynamic_quantize_linear;
    case OpKind::qlinear_conv:
        return qlinear_conv;
    case OpKind::conv_integer:
        return conv_integer;
    case OpKind::qlinear_matmul:
        return qlinear_matmul;
    case OpKind::matmul_integer:
        return matmul_integer;
    default:
        return nullptr;
    }
}

} // namespace lodestone::reference
