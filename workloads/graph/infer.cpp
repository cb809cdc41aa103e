// SPDX-License-Identifier: Apache-2.0
// Shape inference operator by operator, and the verifier.
#include "workloads/graph/infer.hpp"

#include "sim/base/error.hpp"
#include "workloads/graph/evaluate.hpp"
#include "workloads/graph/infer_rules.hpp"

#include <algorithm>
#include <map>

namespace lodestone::graph {
namespace {

constexpr std::size_t largest_folded = std::size_t{1} << 24; ///< elements; larger results are left to the run

std::string rule_text(int rule, const std::string& message) {
    return "GRF-" + std::to_string(rule) + " " + message;
}

std::size_t type_letter_index(char letter) {
    return std::string_view("ifsIFt").find(letter);
}

void check_counts(const Operator& op) {
    const OpInfo& row = info(op.kind);
    const auto refuse = [&](const std::string& what, std::size_t count, std::size_t low, std::size_t high) {
        const std::string upper = high == any_number ? " or more" : " to " + std::to_string(high);
        throw RuleBroken(rule_counts, std::string(row.name) + " has " + std::to_string(count) + " " + what +
                                          ", it takes " + std::to_string(low) + upper);
    };
    if (op.inputs.size() < row.min_inputs || op.inputs.size() > row.max_inputs) {
        refuse("operands", op.inputs.size(), row.min_inputs, row.max_inputs);
    }
    if (op.outputs.empty() || op.outputs.size() > row.max_outputs) {
        refuse("outputs", op.outputs.size(), 1, row.max_outputs);
    }
    const std::size_t required = row.max_inputs == any_number ? op.inputs.size() : row.min_inputs;
    for (std::size_t i = 0; i < required; ++i) {
        if (!op.inputs[i]) {
            throw RuleBroken(rule_counts, "operand " + std::to_string(i + 1) + " is left out, " +
                                              std::string(row.name) + " needs it");
        }
    }
}

void check_attributes(const Operator& op) {
    const std::vector<AttributeInfo> known = attribute_infos(op.kind);
    for (const auto& [name, value] : op.attributes.all()) {
        const auto row =
            std::find_if(known.begin(), known.end(), [&](const AttributeInfo& a) { return a.name == name; });
        if (row == known.end()) {
            std::vector<std::string> names;
            std::transform(known.begin(), known.end(), std::back_inserter(names), [](const auto& a) { return a.name; });
            throw RuleBroken(rule_attributes, "attribute '" + name + "' is not supported for " + to_string(op.kind) +
                                                  (names.empty() ? ", which has none" : known_names(name, names)));
        }
        if (value.index() != type_letter_index(row->type)) {
            throw RuleBroken(rule_attributes,
                             "attribute '" + name + "' is a " + kind_name(value) + ", which is not its type");
        }
    }
}

/// True when all operands have types and shapes; false when one stands behind a problem reported before.
bool operands_are_inferred(const Graph& graph, const Operator& op) {
    return std::all_of(op.inputs.begin(), op.inputs.end(),
                       [&](const auto& id) { return !id || graph.at(*id).is_inferred(); });
}

std::vector<TensorType> infer(const Graph& graph, const Operator& op) {
    check_counts(op);
    check_attributes(op);
    for (const auto& rule_of : {compute_rule, elementwise_rule, movement_rule}) {
        if (const InferenceRule rule = rule_of(op.kind)) {
            Inference inference(graph, op);
            try {
                rule(inference);
            } catch (const UserError& error) { // from windows and attributes, which do not know rules
                throw RuleBroken(rule_shapes, error.problems().all().front().message);
            }
            return inference.outputs();
        }
    }
    throw InternalError("every operator kind has an inference rule");
}

void accept(Graph& graph, const Operator& op, const std::vector<TensorType>& found) {
    for (std::size_t i = 0; i < op.outputs.size(); ++i) {
        check_invariant(i < found.size(), "a rule gives every output its kind may have");
        Tensor& tensor = graph.at(op.outputs[i]);
        if (!checked_element_count(found[i].shape)) {
            throw RuleBroken(rule_sizes, "the result '" + tensor.name + "' would be " + to_string(found[i].shape) +
                                             ", more than the limit of " + std::to_string(max_elements) + " elements");
        }
        if (tensor.is_inferred() && (tensor.type != found[i].type || tensor.shape != found[i].shape)) {
            throw RuleBroken(10, "the result '" + tensor.name + "' is " + to_string(found[i].type) + " " +
                                     to_string(found[i].shape) + " but the file states " + to_string(tensor.type) +
                                     " " + to_string(tensor.shape));
        }
        tensor.type = found[i].type;
        tensor.shape = found[i].shape;
    }
}

/// Computes outputs that follow from shapes and known values alone.
void fold_values(Graph& graph, const Operator& op) {
    const Kernel run = kernel(op.kind);
    const bool from_shape = op.kind == OpKind::shape || op.kind == OpKind::size;
    if (run == nullptr || graph.output(op).has_data()) {
        return;
    }
    Call call{.graph = graph, .op = op, .operands = {}};
    for (const auto& id : op.inputs) {
        call.operands.push_back(id ? graph.at(*id).data.get() : nullptr);
        if (id && !graph.at(*id).has_data() && !from_shape) {
            return;
        }
    }
    for (const TensorId output : op.outputs) {
        if (graph.at(output).size() > largest_folded) {
            return;
        }
    }
    if (op.kind == OpKind::identity) {
        graph.at(op.outputs[0]).data = graph.at(*op.inputs[0]).data;
        return;
    }
    std::vector<TensorData> values = run(call);
    for (std::size_t i = 0; i < op.outputs.size(); ++i) {
        graph.at(op.outputs[i]).data = std::make_shared<const TensorData>(std::move(values[i]));
    }
}

void verify_names(const Graph& graph, Problems& problems) {
    std::map<std::string, std::size_t> tensors;
    for (const Tensor& tensor : graph.tensors) {
        if (++tensors[tensor.name] == 2) {
            problems.error({.file = graph.source}, tensor.name, rule_text(3, "two tensors have this name; rename one"));
        }
    }
    std::map<std::string, std::size_t> operators;
    for (const Operator& op : graph.operators) {
        if (++operators[op.name] == 2) {
            problems.error(op.where, op.name, rule_text(3, "two operators have this name; rename one"));
        }
    }
}

bool ids_exist(const Graph& graph, const Operator& op) {
    const auto exists = [&](TensorId id) { return id.index() < graph.tensors.size(); };
    return std::all_of(op.outputs.begin(), op.outputs.end(), exists) &&
           std::all_of(op.inputs.begin(), op.inputs.end(), [&](const auto& id) { return !id || exists(*id); });
}

/// Producers, order and sources of tensors. False when ids are wrong, so that nothing else can be looked at.
bool verify_structure(const Graph& graph, Problems& problems) {
    for (const Operator& op : graph.operators) {
        if (!ids_exist(graph, op)) {
            problems.error(op.where, op.name, rule_text(1, "refers to a tensor that is not in the graph"));
            return false;
        }
    }
    std::vector<bool> available(graph.tensors.size(), false);
    for (std::size_t i = 0; i < graph.tensors.size(); ++i) {
        available[i] = graph.tensors[i].role != TensorRole::activation;
    }
    for (const TensorId input : graph.inputs) {
        available[input.index()] = true;
    }
    for (const Operator& op : graph.operators) {
        for (const auto& id : op.inputs) {
            if (id && !available[id->index()]) {
                problems.error(op.where, op.name,
                               rule_text(1, "reads '" + graph.at(*id).name +
                                                "', which no operator before it makes and which is no input"));
            }
        }
        for (const TensorId id : op.outputs) {
            if (available[id.index()]) {
                problems.error(op.where, op.name,
                               rule_text(3, "makes '" + graph.at(id).name + "', which exists already"));
            }
            available[id.index()] = true;
        }
    }
    for (const TensorId id : graph.outputs) {
        if (id.index() >= graph.tensors.size() || !available[id.index()]) {
            const std::string name = id.index() < graph.tensors.size() ? graph.at(id).name : "";
            problems.error({.file = graph.source}, name,
                           rule_text(9, "is an output of the network but nothing makes it"));
        }
    }
    return true;
}

void verify_values(const Graph& graph, Problems& problems) {
    for (const Tensor& tensor : graph.tensors) {
        if (tensor.has_data() && (tensor.data->type() != tensor.type || tensor.data->shape() != tensor.shape)) {
            problems.error({.file = graph.source}, tensor.name,
                           rule_text(10, "is stated as " + to_string(tensor.type) + " " + to_string(tensor.shape) +
                                             " but its values are " + to_string(tensor.data->type()) + " " +
                                             to_string(tensor.data->shape())));
        }
        if (tensor.is_inferred() && !checked_element_count(tensor.shape)) {
            problems.error({.file = graph.source}, tensor.name,
                           rule_text(8, "is " + to_string(tensor.shape) +
                                            "; dimensions must be 0 or more and the product at most " +
                                            std::to_string(max_elements)));
        }
    }
}

} // namespace

bool infer_operator(Graph& graph, const Operator& op, Problems& problems) {
    try {
        if (operands_are_inferred(graph, op)) {
            accept(graph, op, infer(graph, op));
            fold_values(graph, op);
            return true;
        }
    } catch (const RuleBroken& broken) {
        problems.error(op.where, op.name, rule_text(broken.rule, broken.what()));
    } catch (const UserError& error) { // values that an operator refuses, found while folding
        problems.error(op.where, op.name, rule_text(rule_shapes, error.problems().all().front().message));
    }
    for (const TensorId output : op.outputs) {
        graph.at(output).type = ElementType::undefined;
    }
    return false;
}

void infer_shapes(Graph& graph, Problems& problems) {
    for (const Operator& op : graph.operators) {
        infer_operator(graph, op, problems);
    }
}

Problems verify(const Graph& graph) {
    Problems problems;
    verify_names(graph, problems);
    verify_values(graph, problems);
    if (!verify_structure(graph, problems) || problems.has_errors()) {
        return problems;
    }
    Graph copy = graph;
    infer_shapes(copy, problems);
    return problems;
}

} // namespace lodestone::graph
