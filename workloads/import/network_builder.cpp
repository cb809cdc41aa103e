// SPDX-License-Identifier: Apache-2.0
// Layers of several operators, and the shapes of their parameters.
#include "workloads/import/network_builder.hpp"

#include "sim/base/error.hpp"
#include "workloads/graph/infer.hpp"

#include <cmath>
#include <utility>

namespace lodestone::import {

using graph::OpKind;
using graph::Shape;
using graph::Tensor;
using graph::TensorData;

NetworkBuilder::NetworkBuilder(std::string source, Problems& problems) : problems_(problems) {
    network_.source = std::move(source);
}

TensorId NetworkBuilder::add_input(const std::string& name, graph::ElementType type, Shape shape) {
    Tensor tensor{.name = name, .type = type, .shape = std::move(shape), .role = graph::TensorRole::input, .data = {}};
    network_.inputs.push_back(network_.add(std::move(tensor)));
    return network_.inputs.back();
}

TensorId NetworkBuilder::add_parameter(const std::string& name, Shape shape, graph::ElementType type) {
    return network_.add(Tensor{
        .name = name, .type = type, .shape = std::move(shape), .role = graph::TensorRole::parameter, .data = {}});
}

TensorId NetworkBuilder::add_constant(const std::string& name, TensorData data) {
    Tensor tensor{
        .name = name, .type = data.type(), .shape = data.shape(), .role = graph::TensorRole::constant, .data = {}};
    tensor.data = std::make_shared<const TensorData>(std::move(data));
    return network_.add(std::move(tensor));
}

std::vector<TensorId> NetworkBuilder::add(LayerDraft draft) {
    graph::Operator op{.name = draft.name,
                       .kind = draft.kind,
                       .inputs = std::move(draft.inputs),
                       .outputs = {},
                       .attributes = std::move(draft.attributes),
                       .where = draft.where};
    for (std::size_t i = 0; i < draft.outputs; ++i) {
        Tensor result;
        result.name = draft.outputs == 1 ? draft.name : draft.name + "." + std::to_string(i);
        op.outputs.push_back(network_.add(std::move(result)));
    }
    const OperatorId id = network_.add(std::move(op));
    graph::infer_operator(network_, network_.at(id), problems_);
    return network_.at(id).outputs;
}

LayerDraft NetworkBuilder::part(const LayerDraft& whole, const std::string& suffix, OpKind kind,
                                std::vector<std::optional<TensorId>> inputs) const {
    return {
        .name = whole.name + suffix, .kind = kind, .inputs = std::move(inputs), .attributes = {}, .where = whole.where};
}

TensorId NetworkBuilder::unknown(const LayerDraft& draft) {
    Tensor result;
    result.name = draft.name;
    return network_.add(std::move(result));
}

TensorId NetworkBuilder::add_convolution(LayerDraft draft, const ConvolutionDraft& convolution) {
    const Tensor input = at(draft.inputs.at(0).value());
    if (!input.is_inferred()) {
        return unknown(draft);
    }
    if (input.rank() < 3 || input.shape[1] < 1) {
        problems_.error(draft.where, draft.name,
                        "convolves " + graph::to_string(input.shape) +
                            "; the input must have batch, channels and at least one spatial dimension");
        return unknown(draft);
    }
    const std::int64_t channels = input.shape[1];
    const std::int64_t groups = convolution.groups == 0 ? channels : convolution.groups;
    const std::int64_t out_channels = convolution.out_channels == 0 ? channels : convolution.out_channels;
    if (channels % groups != 0 || out_channels % groups != 0) {
        problems_.error(draft.where, draft.name,
                        std::to_string(groups) + " groups must divide the " + std::to_string(channels) + " input and " +
                            std::to_string(out_channels) + " output channels");
        return unknown(draft);
    }
    Shape weight{out_channels, channels / groups};
    weight.insert(weight.end(), convolution.kernel.begin(), convolution.kernel.end());
    draft.kind = OpKind::conv;
    draft.inputs.resize(1);
    draft.inputs.emplace_back(add_parameter(draft.name + ".weight", weight, input.type));
    if (convolution.has_bias) {
        draft.inputs.emplace_back(add_parameter(draft.name + ".bias", {out_channels}, input.type));
    }
    draft.attributes.set("group", groups);
    return add(std::move(draft)).front();
}

TensorId NetworkBuilder::add_linear(const LayerDraft& draft, std::int64_t out_features, bool has_bias) {
    const TensorId input = draft.inputs.at(0).value();
    const Tensor x = at(input);
    if (!x.is_inferred()) {
        return unknown(draft);
    }
    if (x.rank() < 2) {
        problems_.error(draft.where, draft.name,
                        "takes " + graph::to_string(x.shape) + "; a linear layer needs batch and features");
        return unknown(draft);
    }
    const std::int64_t features = x.shape.back();
    if (x.rank() == 2) {
        LayerDraft gemm = part(draft, "", OpKind::gemm, {input});
        gemm.inputs.emplace_back(add_parameter(draft.name + ".weight", {out_features, features}, x.type));
        if (has_bias) {
            gemm.inputs.emplace_back(add_parameter(draft.name + ".bias", {out_features}, x.type));
        }
        gemm.attributes.set("transB", std::int64_t{1});
        return add(std::move(gemm)).front();
    }
    const TensorId weight = add_parameter(draft.name + ".weight", {features, out_features}, x.type);
    if (!has_bias) {
        return add(part(draft, "", OpKind::matmul, {input, weight})).front();
    }
    const TensorId product = add(part(draft, ".matmul", OpKind::matmul, {input, weight})).front();
    const TensorId bias = add_parameter(draft.name + ".bias", {out_features}, x.type);
    return add(part(draft, "", OpKind::add, {product, bias})).front();
}

TensorId NetworkBuilder::add_normalisation(LayerDraft draft) {
    const Tensor input = at(draft.inputs.at(0).value());
    if (!input.is_inferred()) {
        return unknown(draft);
    }
    const bool is_layer = draft.kind == OpKind::layer_normalization;
    if (input.rank() < 2) {
        problems_.error(draft.where, draft.name,
                        "normalises " + graph::to_string(input.shape) + "; the input needs at least two dimensions");
        return unknown(draft);
    }
    const auto axis = graph::resolve_axis(draft.attributes.integer("axis", -1), input.rank());
    Shape shape{input.shape[1]};
    if (is_layer && axis) {
        shape.assign(input.shape.begin() + static_cast<std::ptrdiff_t>(*axis), input.shape.end());
    }
    std::vector<std::string> names{".scale", ".bias"};
    if (draft.kind == OpKind::batch_normalization) {
        names.insert(names.end(), {".mean", ".variance"});
    }
    draft.inputs.resize(1);
    for (const std::string& suffix : names) {
        draft.inputs.emplace_back(add_parameter(draft.name + suffix, shape, input.type));
    }
    return add(std::move(draft)).front();
}

TensorId NetworkBuilder::add_heads(const LayerDraft& draft, TensorId projected, std::int64_t heads, bool transposed) {
    const Shape shape = at(projected).shape;
    LayerDraft split = part(draft, ".split", OpKind::reshape, {projected});
    split.attributes.set("shape", std::vector<std::int64_t>{shape[0], shape[1], heads, shape[2] / heads});
    LayerDraft turn = part(draft, ".heads", OpKind::transpose, {add(std::move(split)).front()});
    turn.attributes.set("perm",
                        transposed ? std::vector<std::int64_t>{0, 2, 3, 1} : std::vector<std::int64_t>{0, 2, 1, 3});
    return add(std::move(turn)).front();
}

TensorId NetworkBuilder::add_attention(const LayerDraft& draft, std::int64_t heads) {
    const TensorId input = draft.inputs.at(0).value();
    const Tensor x = at(input);
    if (!x.is_inferred()) {
        return unknown(draft);
    }
    if (x.rank() != 3 || x.shape[2] % heads != 0) {
        problems_.error(
            draft.where, draft.name,
            "attends over " + graph::to_string(x.shape) + " with " + std::to_string(heads) +
                " heads; the input must be batch x length x features with features a multiple of the heads");
        return unknown(draft);
    }
    const std::int64_t features = x.shape[2];
    const auto projection = [&](const std::string& name, bool transposed) {
        const LayerDraft side = part(draft, "." + name, OpKind::matmul, {input});
        return add_heads(side, add_linear(side, features, true), heads, transposed);
    };
    const TensorId query = projection("query", false);
    const TensorId key = projection("key", true);
    const TensorId value = projection("value", false);
    const TensorId raw = add(part(draft, ".scores", OpKind::matmul, {query, key})).front();
    const float factor = 1.0F / std::sqrt(static_cast<float>(features / heads));
    const TensorId scale = add_constant(draft.name + ".scale", TensorData::scalar(factor).cast_to(x.type));
    const TensorId scaled = add(part(draft, ".scaled", OpKind::mul, {raw, scale})).front();
    LayerDraft softmax = part(draft, ".softmax", OpKind::softmax, {scaled});
    softmax.attributes.set("axis", std::int64_t{-1});
    const TensorId weights = add(std::move(softmax)).front();
    const TensorId mixed = add(part(draft, ".mixed", OpKind::matmul, {weights, value})).front();
    LayerDraft back = part(draft, ".turned", OpKind::transpose, {mixed});
    back.attributes.set("perm", std::vector<std::int64_t>{0, 2, 1, 3});
    LayerDraft join = part(draft, ".joined", OpKind::reshape, {add(std::move(back)).front()});
    join.attributes.set("shape", std::vector<std::int64_t>(x.shape));
    return add_linear(part(draft, "", OpKind::matmul, {add(std::move(join)).front()}), features, true);
}

} // namespace lodestone::import
