// SPDX-License-Identifier: Apache-2.0
// The network as a data structure: lookup, order, roles, text.
#include "workloads/graph/graph.hpp"

#include "sim/base/error.hpp"

#include <algorithm>
#include <queue>

namespace lodestone::graph {
namespace {

/// Operators whose result is their first operand in another form: a parameter behind them is still a parameter.
bool passes_parameter(OpKind kind, std::size_t index) {
    switch (kind) {
    case OpKind::identity:
    case OpKind::transpose:
    case OpKind::reshape:
    case OpKind::cast:
    case OpKind::flatten:
    case OpKind::squeeze:
    case OpKind::unsqueeze:
    case OpKind::dequantize_linear:
    case OpKind::quantize_linear:
        return index == 0;
    default:
        return false;
    }
}

/// Tensors read where learnt values belong, directly or through operators that pass parameters on.
std::vector<bool> parameter_positions(const Graph& graph) {
    std::vector<bool> is_parameter(graph.tensors.size(), false);
    for (auto op = graph.operators.rbegin(); op != graph.operators.rend(); ++op) {
        const bool result_is_parameter = !op->outputs.empty() && is_parameter[op->outputs.front().index()];
        for (std::size_t i = 0; i < op->inputs.size(); ++i) {
            if (!op->inputs[i]) {
                continue;
            }
            if (is_parameter_operand(op->kind, i) || (result_is_parameter && passes_parameter(op->kind, i))) {
                is_parameter[op->inputs[i]->index()] = true;
            }
        }
    }
    return is_parameter;
}

std::string operand_text(const Graph& graph, const std::optional<TensorId>& id) {
    if (!id) {
        return "-";
    }
    const Tensor& tensor = graph.at(*id);
    return tensor.name + ":" +
           (tensor.is_inferred() ? to_string(tensor.type) + "[" + to_string(tensor.shape) + "]" : "?");
}

} // namespace

TensorId Graph::add(Tensor tensor) {
    tensors.push_back(std::move(tensor));
    return TensorId(static_cast<std::uint32_t>(tensors.size() - 1));
}

OperatorId Graph::add(Operator op) {
    operators.push_back(std::move(op));
    return OperatorId(static_cast<std::uint32_t>(operators.size() - 1));
}

const Tensor* Graph::input(const Operator& op, std::size_t i) const {
    return op.has_input(i) ? &at(*op.inputs[i]) : nullptr;
}

const Tensor& Graph::required_input(const Operator& op, std::size_t i) const {
    const Tensor* tensor = input(op, i);
    check_invariant(tensor != nullptr, "operand counts are verified before operands are used");
    return *tensor;
}

std::optional<TensorId> Graph::find_tensor(std::string_view tensor_name) const {
    for (std::size_t i = 0; i < tensors.size(); ++i) {
        if (tensors[i].name == tensor_name) {
            return TensorId(static_cast<std::uint32_t>(i));
        }
    }
    return std::nullopt;
}

std::optional<OperatorId> Graph::find_operator(std::string_view operator_name) const {
    for (std::size_t i = 0; i < operators.size(); ++i) {
        if (operators[i].name == operator_name) {
            return OperatorId(static_cast<std::uint32_t>(i));
        }
    }
    return std::nullopt;
}

bool Graph::is_output(TensorId id) const {
    return std::find(outputs.begin(), outputs.end(), id) != outputs.end();
}

Links links(const Graph& graph) {
    Links result;
    result.producer.resize(graph.tensors.size());
    result.consumers.resize(graph.tensors.size());
    for (std::size_t i = 0; i < graph.operators.size(); ++i) {
        const OperatorId id(static_cast<std::uint32_t>(i));
        for (const TensorId output : graph.operators[i].outputs) {
            result.producer[output.index()] = id;
        }
        for (const auto& input : graph.operators[i].inputs) {
            if (input) {
                auto& readers = result.consumers[input->index()];
                if (readers.empty() || readers.back() != id) {
                    readers.push_back(id);
                }
            }
        }
    }
    return result;
}

void sort_operators(Graph& graph, Problems& problems) {
    const Links link = links(graph);
    const std::size_t count = graph.operators.size();
    std::vector<std::size_t> waiting(count, 0); // distinct (operator, operand) pairs not made yet
    for (std::size_t tensor = 0; tensor < graph.tensors.size(); ++tensor) {
        if (link.producer[tensor]) {
            for (const OperatorId reader : link.consumers[tensor]) {
                ++waiting[reader.index()];
            }
        }
    }
    std::priority_queue<std::size_t, std::vector<std::size_t>, std::greater<>> ready; // first in the given order
    for (std::size_t i = 0; i < count; ++i) {
        if (waiting[i] == 0) {
            ready.push(i);
        }
    }
    std::vector<Operator> sorted;
    std::vector<bool> placed(count, false);
    while (!ready.empty()) {
        const std::size_t next = ready.top();
        ready.pop();
        placed[next] = true;
        for (const TensorId output : graph.operators[next].outputs) {
            if (link.producer[output.index()] != OperatorId(static_cast<std::uint32_t>(next))) {
                continue;
            }
            for (const OperatorId reader : link.consumers[output.index()]) {
                if (--waiting[reader.index()] == 0) {
                    ready.push(reader.index());
                }
            }
        }
        sorted.push_back(graph.operators[next]);
    }
    if (sorted.size() == count) {
        graph.operators = std::move(sorted);
        return;
    }
    std::vector<std::string> names;
    const Operator* first = nullptr;
    for (std::size_t i = 0; i < count; ++i) {
        if (!placed[i]) {
            first = first == nullptr ? &graph.operators[i] : first;
            names.push_back("'" + graph.operators[i].name + "'");
        }
    }
    problems.error(first->where, first->name,
                   "GRF-2 operators wait for each other's results, in a cycle or behind one: " + join(names));
}

void drop_unused_tensors(Graph& graph) {
    std::vector<bool> used(graph.tensors.size(), false);
    const auto use = [&](TensorId id) { used[id.index()] = true; };
    std::for_each(graph.inputs.begin(), graph.inputs.end(), use);
    std::for_each(graph.outputs.begin(), graph.outputs.end(), use);
    for (const Operator& op : graph.operators) {
        std::for_each(op.outputs.begin(), op.outputs.end(), use);
        for (const auto& input : op.inputs) {
            if (input) {
                use(*input);
            }
        }
    }
    std::vector<TensorId> renamed(graph.tensors.size());
    std::vector<Tensor> kept;
    for (std::size_t i = 0; i < used.size(); ++i) {
        if (used[i]) {
            renamed[i] = TensorId(static_cast<std::uint32_t>(kept.size()));
            kept.push_back(std::move(graph.tensors[i]));
        }
    }
    graph.tensors = std::move(kept);
    const auto rename = [&](TensorId& id) { id = renamed[id.index()]; };
    std::for_each(graph.inputs.begin(), graph.inputs.end(), rename);
    std::for_each(graph.outputs.begin(), graph.outputs.end(), rename);
    for (Operator& op : graph.operators) {
        std::for_each(op.outputs.begin(), op.outputs.end(), rename);
        for (auto& input : op.inputs) {
            if (input) {
                rename(*input);
            }
        }
    }
}

void assign_roles(Graph& graph) {
    const std::vector<bool> is_parameter = parameter_positions(graph);
    for (std::size_t i = 0; i < graph.tensors.size(); ++i) {
        Tensor& tensor = graph.tensors[i];
        const bool holds_many_floats = tensor.is_inferred() && is_floating(tensor.type) && tensor.size() > 1;
        tensor.role =
            is_parameter[i] || !tensor.has_data() || holds_many_floats ? TensorRole::parameter : TensorRole::constant;
    }
    for (const TensorId input : graph.inputs) {
        graph.at(input).role = TensorRole::input;
    }
    for (const Operator& op : graph.operators) {
        for (const TensorId output : op.outputs) {
            graph.at(output).role = TensorRole::activation;
        }
    }
}

std::string to_text(const Graph& graph) {
    std::string text = "graph " + graph.name + "\n";
    for (const TensorId input : graph.inputs) {
        text += "  input " + operand_text(graph, input) + "\n";
    }
    for (const Operator& op : graph.operators) {
        text += "  " + op.name + " = " + to_string(op.kind) + "(";
        for (std::size_t i = 0; i < op.inputs.size(); ++i) {
            text += (i == 0 ? "" : ", ") + operand_text(graph, op.inputs[i]);
        }
        text += ") ->";
        for (const TensorId output : op.outputs) {
            text += " " + operand_text(graph, output);
        }
        text += "\n";
    }
    for (const TensorId output : graph.outputs) {
        text += "  output " + operand_text(graph, output) + "\n";
    }
    return text;
}

} // namespace lodestone::graph
