// SPDX-License-Identifier: Apache-2.0
// Normalisations: batch, layer, instance, local response, softmax. All in binary64 with one rounding.
#include "workloads/reference/kernels.hpp"

#include "sim/base/error.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace lodestone::reference {
namespace {

using graph::Call;
using graph::OpKind;
using graph::Shape;
using graph::TensorData;

double epsilon(const Call& call) {
    return static_cast<double>(call.op.attributes.number("epsilon", 1e-5F));
}

/// Elements from one index of dimension 1 to the next.
std::size_t channel_plane(const Shape& shape) {
    return shape.size() > 1 ? static_cast<std::size_t>(graph::strides_of(shape)[1]) : 1;
}

Outputs batch_normalization(const Call& call) {
    std::vector<double> x = doubles(call.operand(0));
    const std::size_t plane = channel_plane(call.operand(0).shape());
    const std::size_t channels = call.operand(1).size();
    for (std::size_t i = 0; i < x.size(); ++i) {
        const std::size_t c = i / plane % channels;
        const double deviation = std::sqrt(call.operand(4).as_double(c) + epsilon(call));
        x[i] = call.operand(1).as_double(c) * (x[i] - call.operand(3).as_double(c)) / deviation +
               call.operand(2).as_double(c);
    }
    return {rounded(x, call.operand(0).type(), call.operand(0).shape())};
}

struct Moments {
    double mean;
    double inverse_deviation;
};

/// Subtracts the mean of `count` elements and divides by their standard deviation.
Moments normalise(double* x, std::size_t count, double eps) {
    double mean = 0.0;
    for (std::size_t i = 0; i < count; ++i) {
        mean += x[i];
    }
    mean /= static_cast<double>(count);
    double variance = 0.0;
    for (std::size_t i = 0; i < count; ++i) {
        variance += (x[i] - mean) * (x[i] - mean);
    }
    const double inverse = 1.0 / std::sqrt(variance / static_cast<double>(count) + eps);
    for (std::size_t i = 0; i < count; ++i) {
        x[i] = (x[i] - mean) * inverse;
    }
    return {.mean = mean, .inverse_deviation = inverse};
}

Outputs instance_normalization(const Call& call) {
    const Shape& shape = call.operand(0).shape();
    std::vector<double> x = doubles(call.operand(0));
    const std::size_t plane = channel_plane(shape);
    for (std::size_t start = 0; start < x.size(); start += plane) {
        normalise(x.data() + start, plane, epsilon(call));
        const std::size_t c = start / plane % call.operand(1).size();
        for (std::size_t i = start; i < start + plane; ++i) {
            x[i] = x[i] * call.operand(1).as_double(c) + call.operand(2).as_double(c);
        }
    }
    return {rounded(x, call.operand(0).type(), shape)};
}

Outputs layer_normalization(const Call& call) {
    const Shape& shape = call.operand(0).shape();
    const std::size_t axis = call.axis(-1, shape.size());
    const Shape normalised(shape.begin() + static_cast<std::ptrdiff_t>(axis), shape.end());
    const std::size_t count = graph::element_count(normalised);
    std::vector<double> x = doubles(call.operand(0));
    const TensorData* bias = call.optional_operand(2);
    const auto from_scale = graph::broadcast_indices(call.operand(1).shape(), normalised);
    const auto from_bias = graph::broadcast_indices(bias != nullptr ? bias->shape() : Shape(), normalised);
    std::vector<double> means;
    std::vector<double> inverses;
    for (std::size_t start = 0; start < x.size(); start += count) {
        const Moments moments = normalise(x.data() + start, count, epsilon(call));
        means.push_back(moments.mean);
        inverses.push_back(moments.inverse_deviation);
        for (std::size_t i = 0; i < count; ++i) {
            x[start + i] = x[start + i] * call.operand(1).as_double(from_scale[i]) +
                           (bias != nullptr ? bias->as_double(from_bias[i]) : 0.0);
        }
    }
    Outputs outputs{rounded(x, call.operand(0).type(), shape)};
    if (call.op.outputs.size() > 1) {
        outputs.push_back(rounded(means, call.graph.output(call.op, 1).type, call.result_shape(1)));
    }
    if (call.op.outputs.size() > 2) {
        outputs.push_back(rounded(inverses, call.graph.output(call.op, 2).type, call.result_shape(2)));
    }
    return outputs;
}

/// x / (bias + alpha / size * sum of squares of the `size` channels around)^beta.
Outputs lrn(const Call& call) {
    const auto& attributes = call.op.attributes;
    const Shape& shape = call.operand(0).shape();
    const std::vector<double> x = doubles(call.operand(0));
    const auto size = attributes.integer("size", 1);
    const auto alpha = static_cast<double>(attributes.number("alpha", 1e-4F));
    const auto beta = static_cast<double>(attributes.number("beta", 0.75F));
    const auto bias = static_cast<double>(attributes.number("bias", 1.0F));
    const auto plane = static_cast<std::int64_t>(channel_plane(shape));
    std::vector<double> y(x.size());
    for (std::size_t i = 0; i < x.size(); ++i) {
        const std::int64_t c = static_cast<std::int64_t>(i) / plane % shape[1];
        const std::int64_t first = std::max<std::int64_t>(c - (size - 1) / 2, 0);
        const std::int64_t last = std::min<std::int64_t>(c + size / 2, shape[1] - 1);
        double squares = 0.0;
        for (std::int64_t near = first; near <= last; ++near) {
            const double value = x[static_cast<std::size_t>(static_cast<std::int64_t>(i) + (near - c) * plane)];
            squares += value * value;
        }
        y[i] = x[i] / std::pow(bias + alpha / static_cast<double>(size) * squares, beta);
    }
    return {rounded(y, call.operand(0).type(), shape)};
}

/// Softmax, or its logarithm, of `count` elements `stride` apart.
void softmax_line(double* x, std::size_t count, std::size_t stride, bool logarithm) {
    double largest = -std::numeric_limits<double>::infinity();
    for (std::size_t i = 0; i < count; ++i) {
        largest = std::max(largest, x[i * stride]);
    }
    double total = 0.0;
    for (std::size_t i = 0; i < count; ++i) {
        total += std::exp(x[i * stride] - largest);
    }
    for (std::size_t i = 0; i < count; ++i) {
        double& value = x[i * stride];
        value = logarithm ? value - largest - std::log(total) : std::exp(value - largest) / total;
    }
}

Outputs softmax(const Call& call) {
    const Shape& shape = call.operand(0).shape();
    std::vector<double> x = doubles(call.operand(0));
    const std::size_t axis = call.axis(-1, shape.size());
    const auto stride = static_cast<std::size_t>(graph::strides_of(shape)[axis]);
    const auto count = static_cast<std::size_t>(shape[axis]);
    for (std::size_t i = 0; i < x.size(); ++i) {
        if (i / stride % count == 0) {
            softmax_line(x.data() + i, count, stride, call.op.kind == OpKind::log_softmax);
        }
    }
    return {rounded(x, call.operand(0).type(), shape)};
}

} // namespace

graph::Kernel normalisation_kernel(OpKind kind) {
    switch (kind) {
    case OpKind::batch_normalization:
        return batch_normalization;
    case OpKind::instance_normalization:
        return instance_normalization;
    case OpKind::layer_normalization:
        return layer_normalization;
    case OpKind::lrn:
        return lrn;
    case OpKind::softmax:
    case OpKind::log_softmax:
        return softmax;
    default:
        return nullptr;
    }
}

} // namespace lodestone::reference
