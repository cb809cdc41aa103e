// SPDX-License-Identifier: Apache-2.0
// Types and shapes of every tensor from the inputs and the operators, and the rules a graph must keep.
#pragma once

#include "workloads/graph/graph.hpp"

namespace lodestone::graph {

/// The rules; a message starts with the name of its rule.
/// GRF-1 every operand exists, and is an input, has values, is a parameter, or is made by an operator
/// GRF-2 no cycles
/// GRF-3 a tensor has one producer; inputs and values have none; tensor and operator names are unique
/// GRF-4 an operator has as many operands and outputs as its kind allows
/// GRF-5 attributes are known to the operator, of their type and in range
/// GRF-6 element types fit the operator
/// GRF-7 shapes fit the operator
/// GRF-8 no tensor exceeds max_elements
/// GRF-9 every output of the graph is made
/// GRF-10 the stated type and shape of a tensor are those that the operators give, and those of its values

/// Fills type and shape of every tensor an operator makes, in graph order, and the values of those that follow from
/// shapes and constants alone (shape arithmetic). A stated type or shape that disagrees is a problem. Operators behind
/// a problem are skipped silently. Wants operators sorted.
void infer_shapes(Graph& graph, Problems& problems);

/// The same for one operator of the graph whose operands have been inferred, for those who build a graph step by step.
/// False when there is a problem or an operand is not inferred.
bool infer_operator(Graph& graph, const Operator& op, Problems& problems);

/// Checks a finished graph against all rules.
[[nodiscard]] Problems verify(const Graph& graph);

} // namespace lodestone::graph
