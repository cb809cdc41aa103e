// SPDX-License-Identifier: Apache-2.0
// The exact sums of products of matrix operators on decoded values.
#pragma once

#include "numerics/accumulate.hpp"
#include "workloads/graph/graph.hpp"

#include <vector>

namespace lodestone::reference {

/// `literal` lists the products of each output element as the ONNX specification reads and sums them in a
/// wide accumulator; `fast` gathers windows and uses numerics::gemm. Both give the same bits.
enum class Products { fast, literal };

/// Decoded values of an operand and what is known of them.
struct Factor {
    std::vector<double> values;
    numerics::ValueGrid grid;
};

/// Sums of products, one per output element, each rounded once to binary64; bias and the scales of the formats are left
/// out. Conv, ConvTranspose, Gemm (alpha = beta = 1) and MatMul of `moving` (operand 0) and `stationary` (operand 1).
[[nodiscard]] std::vector<double> exact_products(const graph::Graph& graph, const graph::Operator& op,
                                                 const Factor& moving, const Factor& stationary, Products how);

/// Output channel of the elements of a matrix operator's output: the index of their scale and of their bias.
class OutputChannels {
public:
    OutputChannels(const graph::Graph& graph, const graph::Operator& op);
    [[nodiscard]] std::size_t of(std::size_t element) const { return element / positions_ % channels_; }

private:
    std::size_t positions_ = 1; ///< consecutive elements of one channel
    std::size_t channels_ = 1;
};

} // namespace lodestone::reference
