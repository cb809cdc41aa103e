// SPDX-License-Identifier: Apache-2.0
// Element-wise operators and normalisations of the vector unit.
#include "workloads/reference/quantised_vector.hpp"

#include "numerics/functions.hpp"
#include "workloads/graph/evaluate.hpp"

#include <cmath>
#include <limits>

namespace lodestone::reference {

namespace {

using graph::Graph;
using graph::Operator;
using graph::OpKind;
using graph::TensorData;

template <class Function>
std::vector<float> each(const std::vector<float>& x, Function function) {
    std::vector<float> y(x.size());
    for (std::size_t i = 0; i < x.size(); ++i) {
        y[i] = function(x[i]);
    }
    return y;
}

std::vector<float> broadcast_to(const TensorData& data, const graph::Shape& shape) {
    if (data.shape() == shape) {
        return data.values<float>();
    }
    const std::vector<float>& values = data.values<float>();
    std::vector<float> wide;
    for (const std::size_t i : graph::broadcast_indices(data.shape(), shape)) {
        wide.push_back(values[i]);
    }
    return wide;
}

std::optional<std::vector<float>> unary(const Operator& op, const std::vector<float>& x) {
    const auto number = [&](const char* name, float otherwise) { return op.attributes.number(name, otherwise); };
    switch (op.kind) {
    case OpKind::relu:
        return each(x, numerics::relu);
    case OpKind::leaky_relu:
        return each(x, [slope = number("alpha", 0.01F)](float v) { return numerics::leaky_relu(v, slope); });
    case OpKind::sigmoid:
        return each(x, numerics::sigmoid);
    case OpKind::hard_sigmoid:
        return each(x, [alpha = number("alpha", 0.2F), beta = number("beta", 0.5F)](float v) {
            return numerics::hard_sigmoid(v, alpha, beta);
        });
    case OpKind::hard_swish:
        return each(x, numerics::hard_swish);
    case OpKind::gelu:
        return each(x, op.attributes.text("approximate", "none") == "tanh" ? numerics::gelu_tanh : numerics::gelu);
    case OpKind::elu:
        return each(x, [alpha = number("alpha", 1.0F)](float v) { return numerics::elu(v, alpha); });
    case OpKind::softplus:
        return each(x, numerics::softplus);
    case OpKind::tanh:
        return each(x, numerics::tanh);
    case OpKind::erf:
        return each(x, numerics::erf);
    case OpKind::exp:
        return each(x, numerics::exp);
    case OpKind::log:
        return each(x, [](float v) { return static_cast<float>(std::log(static_cast<double>(v))); });
    case OpKind::sqrt:
        return each(x, [](float v) { return std::sqrt(v); });
    case OpKind::reciprocal:
        return each(x, [](float v) { return 1.0F / v; });
    case OpKind::abs:
        return each(x, [](float v) { return std::fabs(v); });
    case OpKind::neg:
        return each(x, [](float v) { return -v; });
    case OpKind::floor:
        return each(x, [](float v) { return std::floor(v); });
    case OpKind::ceil:
        return each(x, [](float v) { return std::ceil(v); });
    case OpKind::round:
        return each(x, [](float v) { return std::nearbyint(v); });
    default:
        return std::nullopt;
    }
}

std::vector<float> clip(const Operator& op, const Operands& operands) {
    const auto limit = [&](std::size_t i, const char* attribute, float otherwise) {
        return i < operands.size() && operands[i] != nullptr ? operands[i]->as_float(0)
                                                             : op.attributes.number(attribute, otherwise);
    };
    constexpr float infinity = std::numeric_limits<float>::infinity();
    const float low = limit(1, "min", -infinity);
    const float high = limit(2, "max", infinity);
    return each(operands[0]->values<float>(), [&](float v) { return numerics::clip(v, low, high); });
}

std::optional<float (*)(float, float)> binary_function(OpKind kind) {
    switch (kind) {
    case OpKind::add:
        return [](float a, float b) { return a + b; };
    case OpKind::sub:
        return [](float a, float b) { return a - b; };
    case OpKind::mul:
        return [](float a, float b) { return a * b; };
    case OpKind::div:
        return [](float a, float b) { return a / b; };
    case OpKind::pow:
        return [](float a, float b) {
            return static_cast<float>(std::pow(static_cast<double>(a), static_cast<double>(b)));
        };
    case OpKind::prelu:
        return numerics::leaky_relu;
    case OpKind::max: // NaN wins
        return [](float a, float b) { return std::isnan(a) || a > b ? a : b; };
    case OpKind::min:
        return [](float a, float b) { return std::isnan(a) || a < b ? a : b; };
    default:
        return std::nullopt;
    }
}

/// Lines of a tensor along one axis.
struct Lines {
    std::size_t count = 1; ///< outer * inner
    std::size_t length = 1;
    std::size_t inner = 1;

    Lines(const graph::Shape& shape, std::size_t axis) {
        for (std::size_t i = 0; i < shape.size(); ++i) {
            (i == axis ? length : count) *= static_cast<std::size_t>(shape[i]);
            inner *= i > axis ? static_cast<std::size_t>(shape[i]) : 1;
        }
    }
    [[nodiscard]] std::size_t place(std::size_t line, std::size_t i) const {
        return (line / inner * length + i) * inner + line % inner;
    }
};

TensorData softmax(const Operator& op, const TensorData& x) {
    const std::size_t axis = graph::resolve_axis(op.attributes.integer("axis", -1), x.shape().size()).value_or(0);
    const Lines lines(x.shape(), axis);
    TensorData y = x;
    std::vector<float> line(lines.length);
    for (std::size_t n = 0; n < lines.count; ++n) {
        for (std::size_t i = 0; i < lines.length; ++i) {
            line[i] = x.values<float>()[lines.place(n, i)];
        }
        (op.kind == OpKind::log_softmax ? numerics::log_softmax : numerics::softmax)(line, line);
        for (std::size_t i = 0; i < lines.length; ++i) {
            y.values<float>()[lines.place(n, i)] = line[i];
        }
    }
    return y;
}

TensorData layer_normalisation(const Operator& op, const Operands& operands) {
    const TensorData& x = *operands.at(0);
    const std::size_t axis = graph::resolve_axis(op.attributes.integer("axis", -1), x.shape().size()).value_or(0);
    std::size_t length = 1;
    for (std::size_t i = axis; i < x.shape().size(); ++i) {
        length *= static_cast<std::size_t>(x.shape()[i]);
    }
    const double epsilon = static_cast<double>(op.attributes.number("epsilon", 1e-5F));
    const graph::Shape normalised(x.shape().begin() + static_cast<std::ptrdiff_t>(axis), x.shape().end());
    const std::vector<float> scale = broadcast_to(*operands.at(1), normalised);
    const std::vector<float> bias =
        operands.size() > 2 && operands[2] != nullptr ? broadcast_to(*operands[2], normalised) : std::vector<float>{};
    TensorData y = x;
    std::vector<float>& values = y.values<float>();
    for (std::size_t first = 0; first < values.size(); first += length) {
        double sum = 0.0;
        for (std::size_t i = first; i < first + length; ++i) {
            sum += static_cast<double>(values[i]);
        }
        const double mean = sum / static_cast<double>(length);
        double squares = 0.0;
        for (std::size_t i = first; i < first + length; ++i) {
            const double difference = static_cast<double>(values[i]) - mean;
            squares += difference * difference;
        }
        const double deviation = std::sqrt(squares / static_cast<double>(length) + epsilon);
        for (std::size_t i = 0; i < length; ++i) {
            float& v = values[first + i];
            v = static_cast<float>((static_cast<double>(v) - mean) / deviation) * scale[i];
            v = bias.empty() ? v : v + bias[i];
        }
    }
    return y;
}

} // namespace

std::optional<TensorData> vector_operator(const Graph& graph, const Operator& op, const Operands& operands) {
    const graph::Shape& shape = graph.output(op).shape;
    if (graph.output(op).type != graph::ElementType::float32 || operands.at(0)->type() != graph::ElementType::float32) {
        return std::nullopt;
    }
    if (op.kind == OpKind::clip) {
        return TensorData::of_floats(shape, clip(op, operands));
    }
    const auto function = binary_function(op.kind);
    if (function && operands.size() == 2) {
        std::vector<float> a = broadcast_to(*operands[0], shape);
        const std::vector<float> b = broadcast_to(*operands[1], shape);
        for (std::size_t i = 0; i < a.size(); ++i) {
            a[i] = (*function)(a[i], b[i]);
        }
        return TensorData::of_floats(shape, std::move(a));
    }
    auto values = unary(op, operands[0]->values<float>());
    return values ? std::optional(TensorData::of_floats(shape, std::move(*values))) : std::nullopt;
}

bool is_gated(const Operator& gate, const Operator& product) {
    constexpr float sixth = 1.0F / 6.0F;
    constexpr float half = 0.5F;
    const bool is_gate = gate.kind == OpKind::sigmoid ||
                         (gate.kind == OpKind::hard_sigmoid && gate.attributes.number("alpha", 0.2F) == sixth &&
                          gate.attributes.number("beta", half) == half);
    if (!is_gate || product.kind != OpKind::mul) {
        return false;
    }
    const std::optional<TensorId> x = gate.inputs.at(0);
    const std::optional<TensorId> opened = gate.outputs.at(0);
    return (product.inputs.at(0) == x && product.inputs.at(1) == opened) ||
           (product.inputs.at(0) == opened && product.inputs.at(1) == x);
}

TensorData gated(const Operator& gate, const TensorData& x) {
    return TensorData::of_floats(
        x.shape(), each(x.values<float>(), gate.kind == OpKind::sigmoid ? numerics::silu : numerics::hard_swish));
}

std::optional<TensorData> normalisation(const Graph& graph, const Operator& op, const Operands& operands) {
    if (graph.output(op).type != graph::ElementType::float32) {
        return std::nullopt;
    }
    switch (op.kind) {
    case OpKind::softmax:
    case OpKind::log_softmax:
        return softmax(op, *operands.at(0));
    case OpKind::layer_normalization:
        return layer_normalisation(op, operands);
    default:
        return std::nullopt;
    }
}

} // namespace lodestone::reference
