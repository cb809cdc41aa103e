// SPDX-License-Identifier: Apache-2.0
// What the simple operators compute: moving values, element-by-element arithmetic, reductions. Shape arithmetic is
// folded with these while shapes are inferred; the reference interpreter runs the same functions.
#pragma once

#include "workloads/graph/graph.hpp"

#include <vector>

namespace lodestone::graph {

/// One execution of an operator whose output types and shapes have been inferred.
struct Call {
    const Graph& graph;
    const Operator& op;
    std::vector<const TensorData*> operands; ///< null where an optional operand is left out

    [[nodiscard]] const TensorData& operand(std::size_t i) const;
    /// Null when left out.
    [[nodiscard]] const TensorData* optional_operand(std::size_t i) const;
    /// Zeros of the inferred type and shape of output `i`.
    [[nodiscard]] TensorData result(std::size_t i = 0) const;
    [[nodiscard]] const Shape& result_shape(std::size_t i = 0) const;
    /// Resolves the integer attribute `axis` against `rank`.
    [[nodiscard]] std::size_t axis(std::int64_t otherwise, std::size_t rank) const;
    /// The integers of operand `i` or, when it is left out, of the attribute.
    [[nodiscard]] std::vector<std::int64_t> integers(std::size_t i, const std::string& attribute) const;
};

/// Outputs of one execution. Floats are computed in binary64 and rounded once to the element type. Throws UserError
/// when the values are outside what the operator accepts.
using Kernel = std::vector<TensorData> (*)(const Call&);

/// Null for the operators that only the reference interpreter runs (products, windows, normalisations, quantisation).
[[nodiscard]] Kernel kernel(OpKind kind);

/// Row-major strides in elements.
[[nodiscard]] std::vector<std::int64_t> strides_of(const Shape& shape);
/// The shape both broadcast to, or nothing.
[[nodiscard]] std::optional<Shape> broadcast(const Shape& a, const Shape& b);
/// For each element of `to`, in order, the element of `from` that broadcasts there.
[[nodiscard]] std::vector<std::size_t> broadcast_indices(const Shape& from, const Shape& to);

} // namespace lodestone::graph
