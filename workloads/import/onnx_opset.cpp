// SPDX-License-Identifier: Apache-2.0
// What changed in ONNX operators between opsets 6 and 17.
#include "workloads/import/onnx_opset.hpp"

#include "sim/base/error.hpp"
#include "workloads/graph/infer.hpp"

#include <algorithm>
#include <map>

namespace lodestone::import {
namespace {

using graph::Graph;
using graph::Operator;
using graph::OpKind;
using graph::Tensor;
using graph::TensorData;

constexpr std::int64_t opset_of_numpy_broadcasting = 7;
constexpr std::int64_t opset_of_resize_with_roi = 11;
constexpr std::int64_t opset_of_softmax_by_axis = 13;

TensorId add_activation(Graph& graph, const std::string& name) {
    Tensor tensor;
    tensor.name = name;
    return graph.add(std::move(tensor));
}

TensorId add_constant(Graph& graph, const std::string& name, TensorData data) {
    Tensor tensor{
        .name = name, .type = data.type(), .shape = data.shape(), .role = graph::TensorRole::constant, .data = {}};
    tensor.data = std::make_shared<const TensorData>(std::move(data));
    return graph.add(std::move(tensor));
}

/// Appends and infers, so that rewrites of later operators know shapes; problems are reported by the final inference.
void add_inferred(Graph& graph, Operator op) {
    const OperatorId id = graph.add(std::move(op));
    Problems ignored;
    graph::infer_operator(graph, graph.at(id), ignored);
}

/// A setting whose only supported value is `expected`; it goes.
void drop(Operator& op, const std::string& name, std::int64_t expected) {
    const std::int64_t value = op.attributes.integer(name, expected);
    if (value != expected) {
        throw UserError("attribute '" + name + "' is " + std::to_string(value) + ", only " + std::to_string(expected) +
                        " is supported");
    }
    op.attributes.erase(name);
}

/// Before 13, softmax ran over all dimensions from `axis` on: Flatten, Softmax of the last, Reshape back.
void add_flat_softmax(Graph& graph, Operator op) {
    const std::int64_t axis = op.attributes.integer("axis", 1);
    const TensorId input = op.inputs.at(0).value();
    const TensorId output = op.outputs.at(0);
    const TensorId flat = add_activation(graph, op.name + ".flat");
    const TensorId shares = add_activation(graph, op.name + ".shares");
    const TensorId shape = add_activation(graph, op.name + ".shape");
    const auto around = [&](const std::string& suffix, OpKind kind, std::vector<std::optional<TensorId>> inputs,
                            TensorId result) {
        return Operator{.name = op.name + suffix,
                        .kind = kind,
                        .inputs = std::move(inputs),
                        .outputs = {result},
                        .attributes = {},
                        .where = op.where};
    };
    Operator flatten = around(".flatten", OpKind::flatten, {input}, flat);
    flatten.attributes.set("axis", axis);
    graph.add(std::move(flatten));
    graph.add(around(".input_shape", OpKind::shape, {input}, shape));
    graph.add(around(".reshape", OpKind::reshape, {shares, shape}, output));
    op.inputs = {flat};
    op.outputs = {shares};
    op.attributes.set("axis", std::int64_t{-1});
    graph.add(std::move(op));
}

Operator beside(const Operator& op, const std::string& suffix, OpKind kind,
                std::vector<std::optional<TensorId>> inputs) {
    return Operator{.name = op.name + suffix,
                    .kind = kind,
                    .inputs = std::move(inputs),
                    .outputs = {},
                    .attributes = {},
                    .where = op.where};
}

void require_operands(const Operator& op, std::size_t count) {
    if (op.inputs.size() != count || op.outputs.size() != 1 ||
        std::find(op.inputs.begin(), op.inputs.end(), std::nullopt) != op.inputs.end()) {
        throw UserError("takes " + std::to_string(count) + " operands and gives one");
    }
}

/// Mish, new in 18: x * tanh(softplus(x)).
void add_mish(Graph& graph, Operator op) {
    require_operands(op, 1);
    Operator soft = beside(op, ".softplus", OpKind::softplus, {op.inputs[0]});
    soft.outputs = {add_activation(graph, op.name + ".soft")};
    Operator gate = beside(op, ".tanh", OpKind::tanh, {soft.outputs[0]});
    gate.outputs = {add_activation(graph, op.name + ".gate")};
    op.inputs = {op.inputs[0], gate.outputs[0]};
    graph.add(std::move(soft));
    graph.add(std::move(gate));
    graph.add(std::move(op));
}

/// GroupNormalization, new in 18, with scale and bias per group: an InstanceNormalization of groups.
void add_group_normalization(Graph& graph, Operator op) {
    constexpr std::size_t operands = 3;
    require_operands(op, operands);
    const std::int64_t groups = op.attributes.integer("num_groups", 0);
    if (groups < 1) {
        throw UserError("attribute 'num_groups' is " + std::to_string(groups) + ", it must be at least 1");
    }
    op.attributes.erase("num_groups");
    const TensorId shape = add_constant(graph, op.name + ".groups", TensorData::vector_of({0, groups, -1}));
    Operator apart = beside(op, ".apart", OpKind::reshape, {op.inputs[0], shape});
    apart.outputs = {add_activation(graph, op.name + ".in_groups")};
    Operator back = beside(op, ".input_shape", OpKind::shape, {op.inputs[0]});
    back.outputs = {add_activation(graph, op.name + ".shape")};
    Operator joined = beside(op, ".joined", OpKind::reshape, {std::nullopt, back.outputs[0]});
    joined.outputs = op.outputs;
    op.inputs[0] = apart.outputs[0];
    op.outputs = {add_activation(graph, op.name + ".even")};
    joined.inputs[0] = op.outputs[0];
    for (Operator* part : {&apart, &back, &op, &joined}) {
        graph.add(std::move(*part));
    }
}

/// Upsample and the first Resize scaled from the corner and took the element before.
void modernise_resize(Graph& graph, Operator& op) {
    if (const std::vector<float> scales = op.attributes.numbers("scales"); !scales.empty()) {
        const auto count = static_cast<std::int64_t>(scales.size());
        op.inputs.resize(1);
        op.inputs.emplace_back(add_constant(graph, op.name + ".scales", TensorData::of_floats({count}, scales)));
        op.attributes.erase("scales");
    }
    if (op.inputs.size() == 2) {
        op.inputs.insert(op.inputs.begin() + 1, std::nullopt);
    }
    op.attributes.set("coordinate_transformation_mode", std::string("asymmetric"));
    op.attributes.set("nearest_mode", std::string("floor"));
    if (op.attributes.text("mode", "nearest") == "bilinear") {
        op.attributes.set("mode", std::string("linear"));
    }
}

/// Constant may hold its value in one of five attributes; all become `value`.
void modernise_constant(Operator& op) {
    const auto& attributes = op.attributes;
    TensorData value = TensorData::scalar(0.0F);
    if (attributes.has("value_float")) {
        value = TensorData::scalar(attributes.number("value_float", 0.0F));
    } else if (attributes.has("value_int")) {
        value = TensorData::scalar(attributes.integer("value_int", 0));
    } else if (attributes.has("value_ints")) {
        value = TensorData::vector_of(attributes.integers("value_ints"));
    } else if (attributes.has("value_floats")) {
        const auto floats = attributes.numbers("value_floats");
        value = TensorData::of_floats({static_cast<std::int64_t>(floats.size())}, floats);
    } else {
        return;
    }
    op.attributes = {};
    op.attributes.set("value", std::make_shared<const TensorData>(std::move(value)));
}

/// Before 7, a smaller second operand needed `broadcast`, and `axis` said which dimension of the first it starts at;
/// the slope of PRelu started at the channels. Trailing dimensions of 1 say the same today.
void modernise_broadcast(Graph& graph, Operator& op) {
    const bool is_prelu = op.kind == OpKind::prelu;
    const bool by_axis = is_prelu || (op.attributes.integer("broadcast", 0) != 0 && op.attributes.has("axis"));
    const std::int64_t axis = op.attributes.integer("axis", 1);
    op.attributes.erase("broadcast");
    op.attributes.erase("axis");
    if (!by_axis || !op.has_input(0) || !op.has_input(1)) {
        return;
    }
    const Tensor& large = graph.at(*op.inputs[0]);
    const Tensor& small = graph.at(*op.inputs[1]);
    if (!large.is_inferred() || !small.is_inferred()) {
        throw UserError("broadcasts along axis " + std::to_string(axis) +
                        " of a tensor of unknown shape (opset 6); convert the model to opset 7 or later");
    }
    const auto start = graph::resolve_axis(axis, large.rank());
    if (small.size() == 1 || !start || *start + small.rank() >= large.rank()) {
        return;
    }
    std::vector<std::int64_t> axes;
    for (std::size_t d = small.rank(); d < large.rank() - *start; ++d) {
        axes.push_back(static_cast<std::int64_t>(d));
    }
    Operator widen{.name = op.name + ".widen",
                   .kind = OpKind::unsqueeze,
                   .inputs = {op.inputs[1]},
                   .outputs = {},
                   .attributes = {},
                   .where = op.where};
    widen.attributes.set("axes", axes);
    widen.outputs = {add_activation(graph, op.name + ".wide")};
    op.inputs[1] = widen.outputs[0];
    add_inferred(graph, std::move(widen));
}

void modernise_in_place(Graph& graph, Operator& op, const std::string& onnx_name, std::int64_t opset) {
    switch (op.kind) {
    case OpKind::batch_normalization:
        drop(op, "spatial", 1);
        op.attributes.erase("is_test");
        if (op.outputs.size() > 1) {
            throw UserError("has the outputs of a training step; export the network for inference");
        }
        break;
    case OpKind::dropout:
        op.attributes.erase("is_test");
        break;
    case OpKind::gemm:
        op.attributes.erase("broadcast");
        break;
    case OpKind::resize:
        if (onnx_name == "Upsample" || opset < opset_of_resize_with_roi) {
            modernise_resize(graph, op);
        }
        break;
    case OpKind::constant:
        modernise_constant(op);
        break;
    default:
        if (opset < opset_of_numpy_broadcasting && graph::info(op.kind).min_inputs == 2) {
            modernise_broadcast(graph, op);
        }
    }
    op.attributes.erase("consumed_inputs");
    op.attributes.erase("saturate"); // decides about 8-bit floats only, which are not read
}

} // namespace

std::optional<OpKind> modern_kind(const std::string& onnx_name) {
    static const std::map<std::string, OpKind> renamed{
        {"Upsample", OpKind::resize}, {"Mish", OpKind::mul}, {"GroupNormalization", OpKind::instance_normalization}};
    const auto known = renamed.find(onnx_name);
    return known != renamed.end() ? known->second : graph::op_named(onnx_name);
}

std::string reason_against(const std::string& onnx_name) {
    struct Reason {
        std::string_view why;
        std::vector<std::string_view> names;
    };
    static const std::vector<Reason> reasons{
        {"it feeds its result back to itself; export it unrolled over a fixed number of steps",
         {"LSTM", "GRU", "RNN", "Loop", "Scan"}},
        {"it decides while the network runs; export the branch that is taken", {"If"}},
        {"what it gives has an order or size that depends on values; end the network before it and leave the rest to "
         "the host",
         {"TopK", "NonMaxSuppression", "NonZero", "Unique", "Compress", "RoiAlign"}},
        {"it draws random numbers, as only training does; export the network for inference",
         {"RandomNormal", "RandomNormalLike", "RandomUniform", "RandomUniformLike", "Bernoulli", "Multinomial"}},
    };
    for (const Reason& reason : reasons) {
        if (std::find(reason.names.begin(), reason.names.end(), onnx_name) != reason.names.end()) {
            return std::string(reason.why);
        }
    }
    return {};
}

void add_modern(Graph& graph, Operator op, const std::string& onnx_name, std::int64_t opset) {
    modernise_in_place(graph, op, onnx_name, opset);
    if (onnx_name == "Mish") {
        return add_mish(graph, std::move(op));
    }
    if (onnx_name == "GroupNormalization") {
        return add_group_normalization(graph, std::move(op));
    }
    const bool is_softmax = op.kind == OpKind::softmax || op.kind == OpKind::log_softmax;
    const bool has_operands = op.inputs.size() == 1 && op.inputs[0] && op.outputs.size() == 1;
    if (is_softmax && has_operands && opset < opset_of_softmax_by_axis) {
        add_flat_softmax(graph, std::move(op));
    } else if (opset < opset_of_numpy_broadcasting) {
        add_inferred(graph, std::move(op));
    } else {
        graph.add(std::move(op));
    }
}

} // namespace lodestone::import
