// SPDX-License-Identifier: Apache-2.0
// What rewrites of a network share: the list of operators is taken apart and built anew, with fresh names.
#pragma once

#include "workloads/graph/graph.hpp"

#include <set>
#include <string>
#include <vector>

namespace lodestone::quantise {

/// Base of the rewrites. References to tensors end when a tensor is added.
class Rewriter {
protected:
    explicit Rewriter(graph::Graph& graph);

    /// The operators of the graph, which has none from then on.
    [[nodiscard]] std::vector<graph::Operator> take_operators();
    void keep(graph::Operator op) { graph_.operators.push_back(std::move(op)); }

    [[nodiscard]] const graph::Tensor& at(TensorId id) const { return graph_.at(id); }
    /// A result with the element type of a number of the vector unit.
    TensorId value(const std::string& name, graph::Shape shape);
    /// A result like another one.
    TensorId value_like(const std::string& name, TensorId other);
    /// A parameter computed from others; without values when one of those has none.
    TensorId parameter(const std::string& name, graph::Shape shape, std::vector<float> values);
    TensorId constant(const std::string& name, float number);
    /// A constant list.
    TensorId integers(const std::string& name, std::vector<std::int64_t> values);

    /// Appends `kind`(inputs) -> output, one of the operators that replace `origin`; the main one, with an empty
    /// `part`, keeps its name. The reference lasts until the next operator.
    graph::Operator& emit(graph::OpKind kind, const graph::Operator& origin, const std::string& part,
                          const std::vector<TensorId>& inputs, TensorId output);

    graph::Graph& graph_;

private:
    std::set<std::string> tensor_names_;
    std::set<std::string> operator_names_;
};

} // namespace lodestone::quantise
