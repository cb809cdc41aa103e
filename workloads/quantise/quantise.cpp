// SPDX-License-Identifier: Apache-2.0
// The passes of quantisation in order.
#include "workloads/quantise/quantise.hpp"

#include "sim/base/error.hpp"
#include "workloads/quantise/fuse.hpp"
#include "workloads/quantise/layer_precision.hpp"
#include "workloads/quantise/op_class.hpp"
#include "workloads/quantise/tensor_formats.hpp"
#include "workloads/quantise/weights.hpp"

#include <algorithm>

namespace lodestone::quantise {

namespace {

using graph::Graph;
using graph::Layer;
using graph::Operator;
using graph::QuantisedModel;
using graph::Tensor;
using graph::TensorRole;

bool has_all_values(const Graph& graph) {
    return std::all_of(graph.tensors.begin(), graph.tensors.end(), [](const Tensor& tensor) {
        return (tensor.role != TensorRole::parameter && tensor.role != TensorRole::constant) || tensor.has_data();
    });
}

/// Formats, weights and bias of a matrix layer.
void fill_matrix_layer(const Graph& graph, Layer& layer, const WeightRequest& request,
                       const std::vector<graph::TensorFormat>& formats) {
    const Operator& op = graph.at(layer.primary);
    const TensorId stationary = *op.inputs.at(stationary_operand);
    if (is_activation(graph.at(stationary))) {
        layer.weight_format = formats.at(stationary.index()).format;
    } else {
        layer.weight_format = request.format;
        layer.weights = quantise_weights(graph, op, request);
    }
    if (const Tensor* bias = graph.input(op, bias_operand)) {
        layer.has_bias = true;
        if (bias->has_data()) {
            layer.bias = bias->data->as_floats();
        }
    }
}

/// Weights are stored in at most 16 bits.
void verify_weight_formats(const QuantisedModel& model, const std::vector<numerics::Precision>& precisions) {
    constexpr int widest = 16;
    Problems problems;
    for (std::size_t i = 0; i < model.layers.size(); ++i) {
        const numerics::Format& format = numerics::format(precisions[i].weights);
        if (is_matrix(model.graph.at(model.layers[i].primary).kind) && format.bits > widest) {
            problems.error({.file = model.graph.source}, model.layers[i].name,
                           "weights in " + std::string(format.name) + " take " + std::to_string(format.bits) +
                               " bits, the limit is " + std::to_string(widest) +
                               "; fp16 and bf16 are the widest floats");
        }
    }
    problems.throw_if_errors();
}

} // namespace

QuantisedModel quantise(Prepared network, const QuantiseOptions& options) {
    QuantisedModel model{.graph = std::move(network.graph),
                         .precision = options.precision.name,
                         .warnings = std::move(network.warnings)};
    const Graph& graph = model.graph;
    model.layers = fuse(graph);
    const auto precisions = layer_precisions(graph, model.layers, options);
    verify_weight_formats(model, precisions);
    const FormatRequest request{.graph = graph,
                                .layers = model.layers,
                                .precisions = precisions,
                                .options = options,
                                .imported = network.scales};
    model.formats = choose_formats(request, model.warnings);
    model.has_values = has_all_values(graph);
    for (std::size_t i = 0; i < model.layers.size(); ++i) {
        Layer& layer = model.layers[i];
        layer.activation_format = model.formats.at(layer.inputs.front().index()).format;
        layer.weight_format = layer.activation_format;
        if (is_matrix(graph.at(layer.primary).kind)) {
            const TensorId stationary = *graph.at(layer.primary).inputs.at(stationary_operand);
            const auto imported = network.scales.parameters.find(graph.at(stationary).name);
            fill_matrix_layer(graph, layer,
                              {.format = precisions[i].weights,
                               .granularity = options.weight_granularity,
                               .range = options.weight_range,
                               .imported = imported == network.scales.parameters.end() ? nullptr : &imported->second},
                              model.formats);
        }
    }
    if (options.values_matter && model.has_values && options.ranges.empty() && network.scales.activations.empty()) {
        model.warnings.warn({.file = graph.source}, "",
                            "no calibration set was given: activations have scale 1, so computed values mean little");
    }
    return model;
}

QuantisedModel quantise(Graph network, const QuantiseOptions& options) {
    return quantise(prepare(std::move(network)), options);
}

} // namespace lodestone::quantise
