// SPDX-License-Identifier: Apache-2.0
// A network: tensors, and operators in an order in which they can run.
#pragma once

#include "sim/base/diagnostics.hpp"
#include "sim/base/id.hpp"
#include "workloads/graph/attributes.hpp"
#include "workloads/graph/op_kind.hpp"
#include "workloads/graph/tensor.hpp"

#include <optional>
#include <string>
#include <vector>

namespace lodestone::graph {

/// One computation. Operands are positional as in ONNX; an optional operand left out is empty.
struct Operator {
    std::string name; ///< unique in its graph, never empty
    OpKind kind = OpKind::identity;
    std::vector<std::optional<TensorId>> inputs;
    std::vector<TensorId> outputs;
    Attributes attributes;
    Location where; ///< where the user wrote it; line 0 when the format has no lines

    [[nodiscard]] bool has_input(std::size_t i) const { return i < inputs.size() && inputs[i].has_value(); }
};

/// The network. A tensor's id is its place in `tensors`, an operator's its place in `operators`.
struct Graph {
    std::string name;
    std::string source; ///< the file it came from, for messages
    std::vector<Tensor> tensors;
    std::vector<Operator> operators; ///< producers before consumers
    std::vector<TensorId> inputs;    ///< role `input` only; parameters without values are not among them
    std::vector<TensorId> outputs;

    [[nodiscard]] const Tensor& at(TensorId id) const { return tensors.at(id.index()); }
    [[nodiscard]] Tensor& at(TensorId id) { return tensors.at(id.index()); }
    [[nodiscard]] const Operator& at(OperatorId id) const { return operators.at(id.index()); }
    [[nodiscard]] Operator& at(OperatorId id) { return operators.at(id.index()); }

    /// Appends and returns the new id.
    TensorId add(Tensor tensor);
    OperatorId add(Operator op);

    /// Input `i` of an operator, or null when it is left out.
    [[nodiscard]] const Tensor* input(const Operator& op, std::size_t i) const;
    /// As above for an operand that must be there.
    [[nodiscard]] const Tensor& required_input(const Operator& op, std::size_t i) const;
    [[nodiscard]] const Tensor& output(const Operator& op, std::size_t i = 0) const { return at(op.outputs.at(i)); }
    [[nodiscard]] std::optional<TensorId> find_tensor(std::string_view tensor_name) const;
    [[nodiscard]] std::optional<OperatorId> find_operator(std::string_view operator_name) const;
    [[nodiscard]] bool is_output(TensorId id) const;
};

/// Who makes and who reads each tensor, indexed by tensor id. Valid until the graph changes.
struct Links {
    std::vector<std::optional<OperatorId>> producer;
    std::vector<std::vector<OperatorId>> consumers; ///< in graph order; an operator that reads twice appears once
};
[[nodiscard]] Links links(const Graph& graph);

/// Puts producers before consumers, otherwise keeping the given order. A cycle is a problem that names its operators.
void sort_operators(Graph& graph, Problems& problems);

/// Removes tensors that nothing reads, writes, takes in or gives out; ids change.
void drop_unused_tensors(Graph& graph);

/// Gives tensors without producer their role: `input` for those in Graph::inputs, `parameter` where learnt values
/// belong (also through Identity, DequantizeLinear, Transpose, Reshape, Cast) or where floats fill more than one
/// element, else `constant`; the rest are activations.
void assign_roles(Graph& graph);

/// One line per operator: name, kind, operands with shapes. Stable, for goldens and `explain`.
[[nodiscard]] std::string to_text(const Graph& graph);

} // namespace lodestone::graph
