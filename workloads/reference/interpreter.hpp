// SPDX-License-Identifier: Apache-2.0
// The plain oracle: runs a network operator by operator as the ONNX specification reads.
#pragma once

#include "workloads/graph/graph.hpp"

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace lodestone::reference {

/// Values by tensor name.
using Values = std::map<std::string, graph::TensorData>;

/// Outputs of one operator from its operands (null where an optional one is left out). Floating operators return each
/// element rounded once to the element type; sums inside an operator are carried in binary64. Integer and quantised
/// operators are exact. Throws UserError when values are outside what the operator accepts.
[[nodiscard]] std::vector<graph::TensorData> run_operator(const graph::Graph& graph, const graph::Operator& op,
                                                          const std::vector<const graph::TensorData*>& operands);

/// Runs a graph that `graph::verify` accepts. The graph must outlive the interpreter.
class Interpreter {
public:
    /// Called after each operator, with its outputs in order.
    using Observer = std::function<void(const graph::Operator&, const std::vector<graph::TensorData>&)>;

    explicit Interpreter(const graph::Graph& graph);

    void observe(Observer observer) { observer_ = std::move(observer); }

    /// The graph's outputs by name. `given` holds every input and every parameter without values, of the graph's type
    /// and shape; UserError names each that is missing, of another type or shape, or unknown. Parameters that have
    /// values may be given too, which replaces them for this run.
    [[nodiscard]] Values run(const Values& given) const;

private:
    const graph::Graph& graph_;
    graph::Links links_;
    Observer observer_;
};

} // namespace lodestone::reference
