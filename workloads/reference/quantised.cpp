// SPDX-License-Identifier: Apache-2.0
// Layers of a quantised network, one after another.
#include "workloads/reference/quantised.hpp"

#include "numerics/functions.hpp"
#include "sim/base/error.hpp"
#include "workloads/reference/quantised_vector.hpp"

#include <algorithm>
#include <list>

namespace lodestone::reference {

namespace {

using graph::Graph;
using graph::Layer;
using graph::Operator;
using graph::OpKind;
using graph::TensorData;

bool is_matrix(OpKind kind) {
    return kind == OpKind::conv || kind == OpKind::conv_transpose || kind == OpKind::gemm || kind == OpKind::matmul;
}

/// The operands of an operator as the vector unit reads them, kept alive together.
class RealOperands {
public:
    template <class Find>
    RealOperands(const Graph& graph, const Operator& op, Find find) {
        for (const auto& id : op.inputs) {
            if (!id) {
                pointers_.push_back(nullptr);
            } else if (const TensorData* ready = find(*id, made_)) {
                pointers_.push_back(ready);
            } else {
                check_invariant(graph.at(*id).has_data(), "an operand is an activation that was made or has values");
                pointers_.push_back(graph.at(*id).data.get());
            }
        }
    }
    [[nodiscard]] const Operands& list() const { return pointers_; }

private:
    std::list<TensorData> made_;
    Operands pointers_;
};

TensorData apply(const Graph& graph, const Operator& op, const Operands& operands) {
    if (auto result = vector_operator(graph, op, operands)) {
        return std::move(*result);
    }
    if (auto result = normalisation(graph, op, operands)) {
        return std::move(*result);
    }
    return std::move(run_operator(graph, op, operands).at(0));
}

} // namespace

QuantisedInterpreter::QuantisedInterpreter(const graph::QuantisedModel& model, Products products)
    : model_(model), products_(products) {
    if (!model.has_values) {
        throw UserError({.file = model.graph.source}, model.graph.name,
                        "the network came without weights, so its values cannot be computed; give a file with weights");
    }
    for (const Layer& layer : model.layers) {
        Factor factor;
        if (layer.weights) {
            const StoredTensor weights = stored_weights(model.graph, *layer.weights);
            factor.values = weights.decoded();
            factor.grid = weights.grid(factor.values);
        }
        weights_.push_back(std::move(factor));
    }
}

QuantisedInterpreter::Tensors QuantisedInterpreter::stored_inputs(const Values& inputs) const {
    Problems problems;
    const Graph& graph = model_.graph;
    std::vector<std::string> names;
    Tensors tensors;
    for (const TensorId id : graph.inputs) {
        const graph::Tensor& tensor = graph.at(id);
        names.push_back(tensor.name);
        const auto given = inputs.find(tensor.name);
        if (given == inputs.end()) {
            problems.error({}, tensor.name, "input is missing; give its values");
        } else if (given->second.shape() != tensor.shape) {
            problems.error({}, tensor.name,
                           "input has shape " + graph::to_string(given->second.shape()) + ", the network wants " +
                               graph::to_string(tensor.shape));
        } else {
            const bool is_converted = graph::is_floating(tensor.type) && given->second.type() != tensor.type;
            tensors.emplace(id, store(is_converted ? given->second.cast_to(tensor.type) : given->second,
                                      model_.formats.at(id.index())));
        }
    }
    for (const auto& [name, data] : inputs) {
        if (std::find(names.begin(), names.end(), name) == names.end()) {
            problems.error({}, name, "is no input of the network" + known_names(name, names));
        }
    }
    problems.throw_if_errors();
    return tensors;
}

Values QuantisedInterpreter::run(const Values& inputs) const {
    Tensors tensors = stored_inputs(inputs);
    if (observer_) {
        for (const auto& [id, tensor] : tensors) {
            observer_(id, tensor);
        }
    }
    for (std::size_t i = 0; i < model_.layers.size(); ++i) {
        const TensorId output = model_.layers[i].output;
        const auto made = tensors.insert_or_assign(output, run_layer(i, tensors)).first;
        if (observer_) {
            observer_(output, made->second);
        }
    }
    Values outputs;
    for (const TensorId id : model_.graph.outputs) {
        outputs.emplace(model_.graph.at(id).name, tensors.at(id).real());
    }
    return outputs;
}

StoredTensor QuantisedInterpreter::run_layer(std::size_t index, const Tensors& tensors) const {
    const Graph& graph = model_.graph;
    const Layer& layer = model_.layers.at(index);
    std::optional<TensorData> value = exact_primary(index, tensors);
    TensorId name = graph.at(layer.primary).outputs.at(0); // of `value`
    std::vector<OperatorId> steps = layer.fused;
    if (!value) {
        steps.insert(steps.begin(), layer.primary);
    }
    for (std::size_t i = 0; i < steps.size(); ++i) {
        const Operator& op = graph.at(steps[i]);
        const RealOperands operands(graph, op, [&](TensorId id, std::list<TensorData>& made) -> const TensorData* {
            if (value && id == name) {
                return &*value;
            }
            const auto stored = tensors.find(id);
            return stored == tensors.end() ? nullptr : &made.emplace_back(stored->second.real());
        });
        if (i + 1 < steps.size() && is_gated(op, graph.at(steps[i + 1]))) {
            value = gated(op, *operands.list().at(0));
            ++i;
        } else {
            value = apply(graph, op, operands.list());
        }
        name = graph.at(steps[i]).outputs.at(0);
    }
    return store(std::move(*value), model_.formats.at(layer.output.index()));
}

std::optional<TensorData> QuantisedInterpreter::exact_primary(std::size_t index, const Tensors& tensors) const {
    const Graph& graph = model_.graph;
    const Operator& op = graph.at(model_.layers.at(index).primary);
    if (is_matrix(op.kind)) {
        return matrix_product(index, tensors);
    }
    const auto stored = op.has_input(0) ? tensors.find(*op.inputs.at(0)) : tensors.end();
    if (stored == tensors.end() || !is_average(op.kind) || !graph::is_floating(graph.output(op).type)) {
        return std::nullopt;
    }
    const std::vector<double> values = stored->second.decoded();
    return average(graph, op,
                   {.values = values, .grid = stored->second.grid(values), .scale = stored->second.format.scale});
}

TensorData QuantisedInterpreter::matrix_product(std::size_t index, const Tensors& tensors) const {
    const Graph& graph = model_.graph;
    const Layer& layer = model_.layers.at(index);
    const Operator& op = graph.at(layer.primary);
    const auto factor_of = [&](TensorId id) {
        const StoredTensor& stored = tensors.at(id);
        Factor factor{.values = stored.decoded(), .grid = {}};
        factor.grid = stored.grid(factor.values);
        return factor;
    };
    const StoredTensor& moving = tensors.at(*op.inputs.at(0));
    std::vector<double> scales{1.0};
    std::vector<double> sums;
    if (layer.weights) {
        scales = layer.weights->scales;
        sums = exact_products(graph, op, factor_of(*op.inputs.at(0)), weights_.at(index), products_);
    } else {
        const TensorId stationary = *op.inputs.at(1);
        scales = {tensors.at(stationary).format.scale};
        sums = exact_products(graph, op, factor_of(*op.inputs.at(0)), factor_of(stationary), products_);
    }
    for (double& scale : scales) {
        scale = moving.format.scale * scale;
    }
    const OutputChannels channels(graph, op);
    std::vector<float> values(sums.size());
    for (std::size_t i = 0; i < sums.size(); ++i) {
        const std::size_t channel = channels.of(i);
        values[i] = numerics::requantise(sums[i], scales.size() == 1 ? scales.front() : scales.at(channel),
                                         layer.bias.empty() ? 0.0F : layer.bias.at(channel));
    }
    return TensorData::of_floats(graph.output(op).shape, std::move(values));
}

Values run_quantised(const graph::QuantisedModel& model, const Values& inputs) {
    return QuantisedInterpreter(model).run(inputs);
}

} // namespace lodestone::reference
