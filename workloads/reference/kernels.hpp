// SPDX-License-Identifier: Apache-2.0
// The operators that only the interpreter runs; each family returns null for an operator of another one.
#pragma once

#include "workloads/graph/evaluate.hpp"
#include "workloads/graph/window.hpp"

#include <vector>

namespace lodestone::reference {

using Outputs = std::vector<graph::TensorData>;

[[nodiscard]] graph::Kernel product_kernel(graph::OpKind kind);
[[nodiscard]] graph::Kernel integer_kernel(graph::OpKind kind);
[[nodiscard]] graph::Kernel window_kernel(graph::OpKind kind);
[[nodiscard]] graph::Kernel normalisation_kernel(graph::OpKind kind);
[[nodiscard]] graph::Kernel resize_kernel(graph::OpKind kind);

/// Floats of a binary64 vector, rounded once to `type`.
[[nodiscard]] graph::TensorData rounded(const std::vector<double>& values, graph::ElementType type,
                                        const graph::Shape& shape);
/// All elements as binary64.
[[nodiscard]] std::vector<double> doubles(const graph::TensorData& data);

} // namespace lodestone::reference
