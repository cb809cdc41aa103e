// SPDX-License-Identifier: Apache-2.0
// What the vector unit computes between exact sums and storage, in binary32 through numerics/functions.hpp.
#pragma once

#include "numerics/accumulate.hpp"
#include "workloads/graph/graph.hpp"

#include <optional>
#include <span>
#include <vector>

namespace lodestone::reference {

/// Operands of an operator; null where an optional one is left out.
using Operands = std::vector<const graph::TensorData*>;

/// An element-wise operator on float32 operands, each element rounded to binary32. Logarithm and power are evaluated in
/// binary64 and rounded once; square root, division and reciprocal are IEEE's. Nothing for operators that the vector
/// unit does not have.
[[nodiscard]] std::optional<graph::TensorData> vector_operator(const graph::Graph& graph, const graph::Operator& op,
                                                               const Operands& operands);

/// x * Sigmoid(x) and x * HardSigmoid(x, 1/6, 1/2) of one layer are one function each, numerics::silu and
/// numerics::hard_swish. True when `gate` and `product`, which follow each other, are such a pair.
[[nodiscard]] bool is_gated(const graph::Operator& gate, const graph::Operator& product);
/// The pair applied to what `gate` reads.
[[nodiscard]] graph::TensorData gated(const graph::Operator& gate, const graph::TensorData& x);

/// Softmax and LogSoftmax (those of numerics along their axis) and LayerNormalization: mean and variance in binary64 in
/// index order, (x - mean) / sqrt(variance + epsilon) in binary64 rounded once, then * scale and + bias in binary32.
/// Nothing for others.
[[nodiscard]] std::optional<graph::TensorData> normalisation(const graph::Graph& graph, const graph::Operator& op,
                                                             const Operands& operands);

/// Decoded values of a stored tensor with the scale that makes them real.
struct ScaledValues {
    std::span<const double> values;
    numerics::ValueGrid grid;
    double scale = 1.0;
};

/// AveragePool, GlobalAveragePool, ReduceMean, ReduceSum.
[[nodiscard]] bool is_average(graph::OpKind kind);
/// float(exact sum * (scale / count)); a ReduceSum has count 1. InternalError for other operators.
[[nodiscard]] graph::TensorData average(const graph::Graph& graph, const graph::Operator& op, const ScaledValues& x);

} // namespace lodestone::reference
