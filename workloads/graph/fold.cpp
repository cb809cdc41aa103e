// SPDX-License-Identifier: Apache-2.0
// Rewrites: known values become constants, operators that change nothing go, batch normalisations merge.
#include "workloads/graph/fold.hpp"

#include "sim/base/error.hpp"

#include <algorithm>
#include <cmath>

namespace lodestone::graph {
namespace {

/// Readers of `from` read `to` instead; outputs of the graph are left alone.
void redirect(Graph& graph, TensorId from, TensorId to) {
    for (Operator& op : graph.operators) {
        std::replace(op.inputs.begin(), op.inputs.end(), std::optional(from), std::optional(to));
    }
}

bool passes_on(const Graph& graph, const Operator& op) {
    switch (op.kind) {
    case OpKind::identity:
    case OpKind::dropout:
        return true;
    case OpKind::cast:
        return graph.required_input(op, 0).type == graph.output(op).type;
    case OpKind::reshape:
    case OpKind::flatten:
    case OpKind::squeeze:
    case OpKind::expand:
        return graph.output(op).is_inferred() && graph.required_input(op, 0).shape == graph.output(op).shape;
    default:
        return false;
    }
}

bool is_read(const Links& link, TensorId id) {
    return !link.consumers[id.index()].empty();
}

bool other_outputs_unused(const Graph& graph, const Links& link, const Operator& op) {
    return std::none_of(op.outputs.begin() + 1, op.outputs.end(),
                        [&](TensorId id) { return is_read(link, id) || graph.is_output(id); });
}

/// The output of the graph made by a pass-through operator is made by the operator before it, under the same name.
bool rename_producer(Graph& graph, const Links& link, const Operator& op) {
    const TensorId from = *op.inputs[0];
    const TensorId to = op.outputs[0];
    const auto producer = link.producer[from.index()];
    if (!producer || graph.is_output(from)) {
        return false;
    }
    Operator& maker = graph.at(*producer);
    std::replace(maker.outputs.begin(), maker.outputs.end(), from, to);
    redirect(graph, from, to);
    return true;
}

bool remove_one_pass_through(Graph& graph) {
    const Links link = links(graph);
    for (std::size_t i = 0; i < graph.operators.size(); ++i) {
        const Operator op = graph.operators[i];
        if (!passes_on(graph, op) || !other_outputs_unused(graph, link, op)) {
            continue;
        }
        if (graph.is_output(op.outputs[0])) {
            if (!rename_producer(graph, link, op)) {
                continue; // the output is an input or a constant: something has to carry it
            }
        } else {
            redirect(graph, op.outputs[0], *op.inputs[0]);
        }
        graph.operators.erase(graph.operators.begin() + static_cast<std::ptrdiff_t>(i));
        return true;
    }
    return false;
}

/// What a batch normalisation does to channel c: y = x * factor[c] + offset[c].
struct Affine {
    std::vector<double> factor;
    std::vector<double> offset;
};

bool has_values(const Graph& graph, const Operator& op, std::size_t first) {
    for (std::size_t i = first; i < op.inputs.size(); ++i) {
        if (const Tensor* tensor = graph.input(op, i); tensor != nullptr && !tensor->has_data()) {
            return false;
        }
    }
    return true;
}

Affine affine_of(const Graph& graph, const Operator& norm) {
    const auto values = [&](std::size_t i) { return graph.required_input(norm, i).data; };
    const double epsilon = static_cast<double>(norm.attributes.number("epsilon", 1e-5F));
    Affine affine;
    for (std::size_t c = 0; c < values(1)->size(); ++c) {
        const double factor = values(1)->as_double(c) / std::sqrt(values(4)->as_double(c) + epsilon);
        affine.factor.push_back(factor);
        affine.offset.push_back(values(2)->as_double(c) - values(3)->as_double(c) * factor);
    }
    return affine;
}

/// The output channel that element `i` of a weight belongs to.
std::size_t channel_of(const Operator& op, const Tensor& weight, std::size_t i) {
    const auto extent = [&](std::size_t d) { return static_cast<std::size_t>(weight.shape[d]); };
    if (op.kind == OpKind::conv) {
        return i / (weight.size() / extent(0));
    }
    if (op.kind == OpKind::gemm) {
        return op.attributes.integer("transB", 0) != 0 ? i / extent(1) : i % extent(1);
    }
    // ConvTranspose: input channels x output channels of a group x taps
    const std::size_t groups = static_cast<std::size_t>(op.attributes.integer("group", 1));
    const std::size_t taps = weight.size() / (extent(0) * extent(1));
    const std::size_t group = i / (taps * extent(1)) / (extent(0) / groups);
    return group * extent(1) + i / taps % extent(1);
}

Tensor scaled_weight(const Operator& op, const Tensor& weight, const Affine& affine) {
    TensorData exact(ElementType::float64, weight.shape);
    auto& values = exact.values<double>();
    for (std::size_t i = 0; i < values.size(); ++i) {
        values[i] = weight.data->as_double(i) * affine.factor[channel_of(op, weight, i)];
    }
    Tensor scaled = weight;
    scaled.data = std::make_shared<const TensorData>(exact.cast_to(weight.type));
    return scaled;
}

Tensor merged_bias(const Graph& graph, const Operator& op, const Affine& affine, ElementType type) {
    const Tensor* bias = graph.input(op, 2);
    const auto channels = static_cast<std::int64_t>(affine.factor.size());
    TensorData exact(ElementType::float64, {channels});
    for (std::size_t c = 0; c < affine.factor.size(); ++c) {
        const double given = bias == nullptr ? 0.0 : bias->data->as_double(bias->size() == 1 ? 0 : c);
        exact.values<double>()[c] = given * affine.factor[c] + affine.offset[c];
    }
    Tensor merged;
    merged.shape = {channels};
    merged.type = type;
    merged.data = std::make_shared<const TensorData>(exact.cast_to(type));
    return merged;
}

/// alpha and beta of a Gemm would scale what is merged; only the plain form with a bias per column is taken.
bool can_take_norm(const Graph& graph, const Operator& op, const Operator& norm) {
    if (op.kind == OpKind::conv || op.kind == OpKind::conv_transpose) {
        return true;
    }
    if (op.kind != OpKind::gemm || op.attributes.number("alpha", 1.0F) != 1.0F ||
        op.attributes.number("beta", 1.0F) != 1.0F) {
        return false;
    }
    const Tensor* bias = graph.input(op, 2);
    return bias == nullptr || bias->size() == 1 || bias->shape == graph.required_input(norm, 1).shape;
}

/// A name like `wanted` that no tensor has.
std::string fresh_name(const Graph& graph, std::string wanted) {
    while (graph.find_tensor(wanted)) {
        wanted += "_";
    }
    return wanted;
}

void merge(Graph& graph, OperatorId into, OperatorId norm_id) {
    const Operator norm = graph.at(norm_id);
    const Operator op = graph.at(into);
    const Tensor weight = graph.required_input(op, 1);
    const Tensor& shift = graph.required_input(norm, 2);
    Tensor bias{.name = "", .type = weight.type, .shape = shift.shape, .role = TensorRole::parameter, .data = nullptr};
    if (has_values(graph, op, 1) && has_values(graph, norm, 1)) {
        const Affine affine = affine_of(graph, norm);
        Tensor scaled = scaled_weight(op, weight, affine);
        scaled.name = fresh_name(graph, op.name + ".weight");
        scaled.role = TensorRole::parameter;
        graph.at(into).inputs[1] = graph.add(std::move(scaled));
        bias = merged_bias(graph, op, affine, weight.type);
        bias.role = TensorRole::parameter;
    }
    bias.name = fresh_name(graph, op.name + ".bias");
    graph.at(into).inputs.resize(3);
    graph.at(into).inputs[2] = graph.add(std::move(bias));
    graph.at(into).outputs[0] = norm.outputs[0];
    graph.operators.erase(graph.operators.begin() + static_cast<std::ptrdiff_t>(norm_id.index()));
}

bool fold_one_norm(Graph& graph) {
    const Links link = links(graph);
    for (std::size_t i = 0; i < graph.operators.size(); ++i) {
        const Operator& norm = graph.operators[i];
        if (norm.kind != OpKind::batch_normalization) {
            continue;
        }
        const TensorId between = *norm.inputs[0];
        const auto producer = link.producer[between.index()];
        if (producer && link.consumers[between.index()].size() == 1 && !graph.is_output(between) &&
            can_take_norm(graph, graph.at(*producer), norm)) {
            merge(graph, *producer, OperatorId(static_cast<std::uint32_t>(i)));
            return true;
        }
    }
    return false;
}

} // namespace

void fold_constants(Graph& graph) {
    std::erase_if(graph.operators, [&](const Operator& op) {
        return std::all_of(op.outputs.begin(), op.outputs.end(), [&](TensorId id) { return graph.at(id).has_data(); });
    });
    assign_roles(graph);
}

void remove_pass_through(Graph& graph) {
    while (remove_one_pass_through(graph)) {
    }
    assign_roles(graph);
}

void fold_batch_norm(Graph& graph) {
    while (fold_one_norm(graph)) {
    }
}

void simplify(Graph& graph) {
    remove_pass_through(graph);
    fold_constants(graph);
    fold_batch_norm(graph);
    drop_unused_tensors(graph);
    assign_roles(graph);
}

} // namespace lodestone::graph
