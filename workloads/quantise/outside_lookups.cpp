// SPDX-License-Identifier: Apache-2.0
// From the positions back to the inputs.
#include "workloads/quantise/outside_lookups.hpp"

#include "workloads/quantise/op_class.hpp"

#include <algorithm>
#include <set>

namespace lodestone::quantise {

namespace {

using graph::Graph;
using graph::Operator;
using graph::OpKind;
using graph::TensorRole;

/// The input that only moves and Casts lie between; nothing when something is computed on the way.
std::optional<TensorId> input_behind(const Graph& graph, const graph::Links& links, TensorId id) {
    while (graph.at(id).role != TensorRole::input) {
        const auto producer = links.producer.at(id.index());
        if (!producer) {
            return std::nullopt;
        }
        const Operator& op = graph.at(*producer);
        const bool passes = op.kind == OpKind::cast || only_renames(op.kind) || op.kind == OpKind::identity;
        if (!passes || !op.has_input(0)) {
            return std::nullopt;
        }
        id = *op.inputs[0];
    }
    return id;
}

/// Removes what computes only what nobody reads.
void drop_unread(Graph& graph) {
    for (bool again = true; again;) {
        const graph::Links links = graph::links(graph);
        const std::size_t before = graph.operators.size();
        std::erase_if(graph.operators, [&](const Operator& op) {
            return std::all_of(op.outputs.begin(), op.outputs.end(), [&](TensorId id) {
                return links.consumers.at(id.index()).empty() && !graph.is_output(id);
            });
        });
        again = graph.operators.size() != before;
    }
}

} // namespace

void look_up_outside(Graph& graph, Problems& warnings) {
    const graph::Links links = graph::links(graph);
    std::set<TensorId> positions;
    std::vector<TensorId> looked_up;
    for (const Operator& op : graph.operators) {
        if (op.kind != OpKind::gather || is_activation(graph.required_input(op, 0))) {
            continue;
        }
        const auto input = input_behind(graph, links, *op.inputs[1]);
        const TensorId result = op.outputs.at(0);
        if (!input || graph.is_output(result)) {
            continue;
        }
        graph::Tensor& values = graph.at(result);
        values.role = TensorRole::input;
        positions.insert(*input);
        looked_up.push_back(result);
        warnings.warn(op.where, op.name,
                      "the table '" + graph.required_input(op, 0).name + "' is looked up outside, by input '" +
                          graph.at(*input).name + "'; what it gives, '" + values.name + "' of " +
                          graph::to_string(values.shape) + ", is the network's input instead");
    }
    if (looked_up.empty()) {
        return;
    }
    std::erase_if(graph.operators, [&](const Operator& op) {
        return std::find(looked_up.begin(), looked_up.end(), op.outputs.at(0)) != looked_up.end();
    });
    drop_unread(graph);
    const graph::Links left = graph::links(graph);
    std::erase_if(graph.inputs, [&](TensorId id) {
        return positions.contains(id) && left.consumers.at(id.index()).empty() && !graph.is_output(id);
    });
    graph.inputs.insert(graph.inputs.begin(), looked_up.begin(), looked_up.end());
    graph::drop_unused_tensors(graph);
}

} // namespace lodestone::quantise
