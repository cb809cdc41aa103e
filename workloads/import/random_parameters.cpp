// SPDX-License-Identifier: Apache-2.0
// Uniform bits to values; sums of uniform values stand for normal ones, because the library's differ between systems.
#include "workloads/import/random_parameters.hpp"

#include <algorithm>
#include <cmath>
#include <memory>
#include <random>

namespace lodestone::import {
namespace {

using graph::OpKind;
using graph::Tensor;

constexpr double kSmall = 0.02; ///< deviation of embeddings and biases, and of scales from 1: usual before training

/// Mean 0, deviation 1.
class ValueSource {
public:
    explicit ValueSource(const RandomParameters& random) : engine_(random.seed), distribution_(random.distribution) {}

    double next() {
        if (distribution_ == Distribution::uniform) {
            return (unit() - 0.5) * std::sqrt(kTerms);
        }
        double sum = -kTerms / 2;
        for (int i = 0; i < static_cast<int>(kTerms); ++i) {
            sum += unit();
        }
        return sum;
    }

private:
    static constexpr double kTerms = 12; ///< uniform values whose sum has variance 1

    double unit() {
        constexpr int mantissa_bits = 53;
        return std::ldexp(static_cast<double>(engine_() >> (64 - mantissa_bits)), -mantissa_bits);
    }

    std::mt19937_64 engine_;
    Distribution distribution_;
};

/// What a parameter's values are drawn about.
struct Spread {
    double mean = 0;
    double deviation = kSmall;
};

double product(const graph::Shape& shape, std::size_t first) {
    double elements = 1;
    for (std::size_t axis = first; axis < shape.size(); ++axis) {
        elements *= static_cast<double>(shape[axis]);
    }
    return elements;
}

/// Inputs of one output when the operator multiplies by this operand, else 0.
double inputs_of_one_output(const graph::Operator& op, std::size_t operand, const Tensor& tensor) {
    if (operand != 1 || tensor.shape.size() < 2) {
        return 0;
    }
    const std::size_t rank = tensor.shape.size();
    switch (op.kind) {
    case OpKind::conv:
        return product(tensor.shape, 1);
    case OpKind::matmul:
        return static_cast<double>(tensor.shape[rank - 2]);
    case OpKind::gemm:
        return static_cast<double>(tensor.shape[op.attributes.integer("transB", 0) != 0 ? 1 : 0]);
    default:
        return 0;
    }
}

bool is_normalisation(OpKind kind) {
    return kind == OpKind::batch_normalization || kind == OpKind::layer_normalization ||
           kind == OpKind::instance_normalization;
}

Spread shape_of(const graph::Operator& op, std::size_t operand, const Tensor& tensor) {
    constexpr std::size_t scale = 1;
    constexpr std::size_t variance = 4; // of a batch normalisation
    if (is_normalisation(op.kind) && (operand == scale || operand == variance)) {
        return {.mean = 1, .deviation = kSmall};
    }
    const double inputs = inputs_of_one_output(op, operand, tensor);
    return inputs > 0 ? Spread{.mean = 0, .deviation = 1 / std::sqrt(inputs)} : Spread{};
}

} // namespace

void fill_parameters(graph::Graph& graph, const RandomParameters& random) {
    std::vector<Spread> shapes(graph.tensors.size());
    for (const graph::Operator& op : graph.operators) {
        for (std::size_t operand = 0; operand < op.inputs.size(); ++operand) {
            if (op.inputs[operand]) {
                shapes[op.inputs[operand]->index()] = shape_of(op, operand, graph.at(*op.inputs[operand]));
            }
        }
    }
    ValueSource source(random);
    for (std::size_t index = 0; index < graph.tensors.size(); ++index) {
        Tensor& tensor = graph.tensors[index];
        if (tensor.role != graph::TensorRole::parameter || tensor.has_data() || !graph::is_floating(tensor.type)) {
            continue;
        }
        std::vector<float> values(tensor.size());
        std::ranges::generate(
            values, [&] { return static_cast<float>(shapes[index].mean + shapes[index].deviation * source.next()); });
        tensor.data = std::make_shared<const graph::TensorData>(
            graph::TensorData::of_floats(tensor.shape, std::move(values)).cast_to(tensor.type));
    }
}

} // namespace lodestone::import
