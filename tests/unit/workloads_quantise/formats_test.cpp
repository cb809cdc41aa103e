// SPDX-License-Identifier: Apache-2.0
// Which formats and scales tensors and layers get.
#include "tests/support/network_builder.hpp"
#include "tests/support/places.hpp"
#include "workloads/import/import.hpp"
#include "workloads/quantise/quantise.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

using namespace lodestone;
using graph::OpKind;
using numerics::FormatId;
using testing::NetworkBuilder;

namespace {

graph::QuantisedModel quantised(const graph::Graph& network, const std::string& precision,
                                const std::vector<std::pair<std::string, std::string>>& layers = {}) {
    quantise::QuantiseOptions options{.precision = numerics::parse_precision(precision)};
    for (const auto& [match, name] : layers) {
        options.layers.push_back({.match = match, .precision = numerics::parse_precision(name)});
    }
    return quantise::quantise(network, options);
}

FormatId format_of(const graph::QuantisedModel& model, const std::string& tensor) {
    return model.formats.at(model.graph.find_tensor(tensor).value().index()).format;
}

const graph::Layer& layer_of(const graph::QuantisedModel& model, const std::string& name) {
    return *std::find_if(model.layers.begin(), model.layers.end(),
                         [&](const graph::Layer& layer) { return layer.name == name; });
}

/// x -> fc1+relu -> fc2 -> pool-less tail softmax
graph::Graph two_products() {
    NetworkBuilder net;
    const TensorId a = net.op(OpKind::matmul, "fc1", {net.input("x", {4, 8}), net.without_values("w1", {8, 6})});
    const TensorId b = net.op(OpKind::relu, "relu", {a});
    const TensorId c = net.op(OpKind::matmul, "fc2", {b, net.without_values("w2", {6, 3})});
    return net.finish({net.op(OpKind::softmax, "softmax", {c})});
}

} // namespace

TEST_CASE("a tensor has the activation format of the matrix layer that reads it", "[workloads][quantise]") {
    const auto model = quantised(two_products(), "int8", {{"fc2", "w2a4"}});
    CHECK(format_of(model, "x") == FormatId::int8);
    CHECK(format_of(model, "relu.out") == FormatId::int4);
    CHECK(layer_of(model, "fc2").activation_format == FormatId::int4);
    CHECK(layer_of(model, "fc2").weight_format == FormatId::int2);
    CHECK(layer_of(model, "fc2").weights->format == FormatId::int2);
    CHECK(layer_of(model, "fc1").weight_format == FormatId::int8);
}

TEST_CASE("a tensor that only other layers read has the default format and outputs are fp32", "[workloads][quantise]") {
    const auto model = quantised(two_products(), "fp8_e4m3", {{"fc2", "int4"}});
    CHECK(format_of(model, "fc2.out") == FormatId::fp8_e4m3);
    CHECK(format_of(model, "softmax.out") == FormatId::fp32);
}

TEST_CASE("a tensor of readers that differ is kept in the widest format, with a warning", "[workloads][quantise]") {
    NetworkBuilder net;
    const TensorId x = net.input("x", {4, 8});
    const TensorId a = net.op(OpKind::matmul, "a", {x, net.without_values("wa", {8, 8})});
    const TensorId b = net.op(OpKind::matmul, "b", {x, net.without_values("wb", {8, 8})});
    const auto model = quantised(net.finish({net.op(OpKind::add, "sum", {a, b})}), "int4", {{"b", "int8"}});
    CHECK(format_of(model, "x") == FormatId::int8);
    REQUIRE(model.warnings.all().size() == 1);
    CHECK(model.warnings.all().front().message.find("tensor 'x' is read by layers of different activation formats") ==
          0);
}

TEST_CASE("values that only move keep the format and the scale of what they become", "[workloads][quantise]") {
    NetworkBuilder net;
    const TensorId a = net.op(OpKind::conv, "conv", {net.input("x", {1, 2, 4, 4}), net.random("w", {3, 2, 1, 1})});
    const TensorId flat = net.op(OpKind::flatten, "flatten", {a});
    const TensorId y = net.op(OpKind::matmul, "fc", {flat, net.random("v", {48, 5})});
    quantise::QuantiseOptions options{.precision = numerics::parse_precision("int8")};
    options.layers.push_back({.match = "fc", .precision = numerics::parse_precision("int4")});
    options.ranges["flatten.out"].add(std::vector<float>{-3.5F, 1.0F});
    options.ranges["conv.out"].add(std::vector<float>{-9.0F, 1.0F});
    const auto model = quantise::quantise(net.finish({y}), options);
    CHECK(format_of(model, "conv.out") == FormatId::int4);
    const auto scale = [&](const char* name) { return model.formats.at(model.graph.find_tensor(name)->index()).scale; };
    CHECK(scale("flatten.out") == 0.5);
    CHECK(scale("conv.out") == 0.5);
}

TEST_CASE("first and last matrix layer have their own precision and a later pattern wins", "[workloads][quantise]") {
    quantise::QuantiseOptions options{.precision = numerics::parse_precision("int4"),
                                      .first_layer = numerics::parse_precision("int8"),
                                      .last_layer = numerics::parse_precision("int16")};
    auto model = quantise::quantise(two_products(), options);
    CHECK(layer_of(model, "fc1").weight_format == FormatId::int8);
    CHECK(layer_of(model, "fc2").weight_format == FormatId::int16);
    options.layers = {{.match = "fc*", .precision = numerics::parse_precision("int2")},
                      {.match = "*2", .precision = numerics::parse_precision("fp8_e5m2")}};
    model = quantise::quantise(two_products(), options);
    CHECK(layer_of(model, "fc1").weight_format == FormatId::int2);
    CHECK(layer_of(model, "fc2").weight_format == FormatId::fp8_e5m2);
}

TEST_CASE("the stationary operand of a product of activations has its tensor's format", "[workloads][quantise]") {
    NetworkBuilder net;
    const TensorId q = net.input("q", {2, 4, 8});
    const TensorId k = net.input("k", {2, 8, 4});
    const auto model = quantised(net.finish({net.op(OpKind::matmul, "scores", {q, k})}), "w4a8");
    CHECK(layer_of(model, "scores").weight_format == FormatId::int8);
    CHECK_FALSE(layer_of(model, "scores").weights.has_value());
    CHECK(layer_of(model, "scores").inputs.size() == 2);
}

TEST_CASE("a network without values gets formats only", "[workloads][quantise]") {
    const auto model = quantised(two_products(), "int8");
    CHECK_FALSE(model.has_values);
    CHECK(layer_of(model, "fc1").weights->codes.empty());
    CHECK(layer_of(model, "fc1").weights->scales == std::vector<double>{1.0});
    CHECK(model.warnings.all().empty());
}

TEST_CASE("ResNet-50 has 57 layers, all element-wise operators fused", "[workloads][quantise]") {
    const auto network = import::import_network(tests::source_folder() + "/configs/workloads/resnet50.onnx");
    const auto model = quantised(network, "int8");
    const auto is_conv = [&](const graph::Layer& layer) { return model.graph.at(layer.primary).kind == OpKind::conv; };
    CHECK(std::count_if(model.layers.begin(), model.layers.end(), is_conv) == 53);
    CHECK(model.layers.size() == 57); // and a max pool, a global average pool, a flatten, a Gemm
    std::size_t operators = 0;
    for (const graph::Layer& layer : model.layers) {
        operators += 1 + layer.fused.size();
    }
    CHECK(operators == model.graph.operators.size());
}
