// SPDX-License-Identifier: Apache-2.0
// Work and storage of a network: multiply-accumulates, parameters, activations.
#pragma once

#include "workloads/graph/graph.hpp"

#include <cstdint>

namespace lodestone::graph {

/// Multiply-accumulates of a convolution or matrix product, padding included, bias excluded; zero for other operators.
[[nodiscard]] Macs macs(const Graph& graph, const Operator& op);
[[nodiscard]] Macs total_macs(const Graph& graph);

/// Elements of all tensors of role `parameter`, each tensor once however often it is read.
[[nodiscard]] std::uint64_t parameter_count(const Graph& graph);
/// Elements of the operator's operands of role `parameter`.
[[nodiscard]] std::uint64_t parameter_count(const Graph& graph, const Operator& op);
/// Elements that the operator writes.
[[nodiscard]] std::uint64_t output_count(const Graph& graph, const Operator& op);

} // namespace lodestone::graph
