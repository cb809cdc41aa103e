// SPDX-License-Identifier: Apache-2.0
// Counts of multiply-accumulates, parameters and results.
#include "workloads/graph/statistics.hpp"

#include "workloads/graph/window.hpp"

#include <limits>
#include <set>

namespace lodestone::graph {
namespace {

/// Saturates, so that absurd networks count as the most that can be counted.
std::uint64_t times(std::uint64_t a, std::uint64_t b) {
    const bool overflows = b != 0 && a > std::numeric_limits<std::uint64_t>::max() / b;
    return overflows ? std::numeric_limits<std::uint64_t>::max() : a * b;
}

std::uint64_t count(std::int64_t value) {
    return static_cast<std::uint64_t>(value);
}

} // namespace

Macs macs(const Graph& graph, const Operator& op) {
    switch (op.kind) {
    case OpKind::conv:
    case OpKind::conv_integer:
    case OpKind::qlinear_conv:
    case OpKind::gemm:
    case OpKind::matmul:
    case OpKind::matmul_integer:
    case OpKind::qlinear_matmul: {
        const ConvolutionExtent extent = convolution_extent(graph, op);
        const std::uint64_t per_output = times(count(extent.in_channels / extent.groups), count(extent.window.taps()));
        return Macs(times(output_count(graph, op), per_output));
    }
    case OpKind::conv_transpose: { // every input element meets every tap of its group
        const ConvolutionExtent extent = convolution_extent(graph, op);
        const std::uint64_t per_input = times(count(extent.out_channels / extent.groups), count(extent.window.taps()));
        return Macs(times(graph.required_input(op, 0).size(), per_input));
    }
    default:
        return Macs(0);
    }
}

Macs total_macs(const Graph& graph) {
    Macs total(0);
    for (const Operator& op : graph.operators) {
        total += macs(graph, op);
    }
    return total;
}

std::uint64_t parameter_count(const Graph& graph) {
    std::uint64_t total = 0;
    for (const Tensor& tensor : graph.tensors) {
        total += tensor.role == TensorRole::parameter ? tensor.size() : 0;
    }
    return total;
}

std::uint64_t parameter_count(const Graph& graph, const Operator& op) {
    std::set<TensorId> seen;
    std::uint64_t total = 0;
    for (const auto& id : op.inputs) {
        if (id && graph.at(*id).role == TensorRole::parameter && seen.insert(*id).second) {
            total += graph.at(*id).size();
        }
    }
    return total;
}

std::uint64_t output_count(const Graph& graph, const Operator& op) {
    std::uint64_t total = 0;
    for (const TensorId id : op.outputs) {
        total += graph.at(id).size();
    }
    return total;
}

} // namespace lodestone::graph
