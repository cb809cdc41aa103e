// SPDX-License-Identifier: Apache-2.0
// What an operator means to layers: matrix work, element-wise work, or values that only move.
#pragma once

#include "workloads/graph/graph.hpp"

namespace lodestone::quantise {

/// The matrix unit does it: Conv, ConvTranspose, Gemm, MatMul.
[[nodiscard]] bool is_matrix(graph::OpKind kind);
/// Each output element comes from the elements at the same place of the operands.
[[nodiscard]] bool is_element_wise(graph::OpKind kind);
/// An element-wise operator that the vector unit can do to values that another operator just made.
[[nodiscard]] bool can_follow(graph::OpKind kind);
/// Flatten, Reshape, Squeeze, Unsqueeze: the same elements under another shape.
[[nodiscard]] bool only_renames(graph::OpKind kind);
/// Every output element is one of the input elements (or the zero of a pad): formats and scales pass through.
[[nodiscard]] bool only_moves(graph::OpKind kind);

/// Offered by the user or computed, as opposed to learnt or fixed.
[[nodiscard]] bool is_activation(const graph::Tensor& tensor);

/// The operand that stays in the matrix unit while the other streams past it, as an index into Operator::inputs.
inline constexpr std::size_t stationary_operand = 1;
inline constexpr std::size_t bias_operand = 2;

} // namespace lodestone::quantise
