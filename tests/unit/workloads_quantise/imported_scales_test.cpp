// SPDX-License-Identifier: Apache-2.0
// Networks that come with quantisation operators.
#include "tests/support/network_builder.hpp"
#include "workloads/quantise/quantise.hpp"
#include "workloads/reference/quantised.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>

using namespace lodestone;
using graph::ElementType;
using graph::OpKind;
using graph::TensorData;
using testing::NetworkBuilder;

namespace {

TensorData int8s(graph::Shape shape, std::vector<std::int8_t> values) {
    return {ElementType::int8, std::move(shape), std::move(values)};
}
TensorData floats(std::vector<float> values) {
    const auto count = static_cast<std::int64_t>(values.size());
    return TensorData::of_floats({count}, std::move(values));
}

struct Pair {
    TensorId scale;
    TensorId zero;
};
Pair int8_scale(NetworkBuilder& net, const std::string& name, float scale, std::int8_t zero = 0) {
    return {net.given(name + ".scale", TensorData::scalar(scale)), net.given(name + ".zero", int8s({}, {zero}))};
}

/// x -> Q -> DQ -> MatMul(DQ(codes)) -> Q -> DQ
graph::Graph with_pairs(std::int8_t zero) {
    NetworkBuilder net;
    const Pair in = int8_scale(net, "in", 0.25F, zero);
    const Pair out = int8_scale(net, "out", 0.5F);
    const TensorId x = net.input("x", {1, 2});
    const TensorId q = net.op(OpKind::quantize_linear, "q", {x, in.scale, in.zero});
    const TensorId d = net.op(OpKind::dequantize_linear, "dq", {q, in.scale, in.zero});
    const TensorId codes = net.given("codes", int8s({2, 2}, {100, -3, 7, -128}));
    const TensorId w = net.op(OpKind::dequantize_linear, "dqw",
                              {codes, net.given("ws", floats({0.5F, 0.125F})), net.given("wz", int8s({2}, {0, 0}))},
                              {{"axis", std::int64_t{1}}});
    const TensorId y = net.op(OpKind::matmul, "mm", {d, w});
    const TensorId yq = net.op(OpKind::quantize_linear, "qy", {y, out.scale, out.zero});
    const TensorId yd = net.op(OpKind::dequantize_linear, "dqy", {yq, out.scale, out.zero});
    return net.finish({net.op(OpKind::relu, "relu", {yd})});
}

} // namespace

TEST_CASE("pairs of quantisation operators become formats with their scales", "[workloads][quantise]") {
    const auto model = quantise::quantise(with_pairs(0), quantise::QuantiseOptions{});
    REQUIRE(model.layers.size() == 1);
    const graph::Layer& layer = model.layers.front();
    CHECK(layer.name == "mm");
    CHECK(model.formats.at(layer.inputs.front().index()).scale == 0.25);
    CHECK(model.formats.at(layer.inputs.front().index()).format == numerics::FormatId::int8);
    CHECK(layer.weights->scales == std::vector<double>{0.5, 0.125});
    CHECK(layer.weights->codes == std::vector<std::uint16_t>{100, 256 - 3, 7, 128});
    CHECK(model.warnings.all().empty());
}

TEST_CASE("a zero point is replaced by a symmetric scale, with a warning", "[workloads][quantise]") {
    const auto model = quantise::quantise(with_pairs(28), quantise::QuantiseOptions{});
    const TensorId x = model.layers.front().inputs.front();
    CHECK(model.formats.at(x.index()).scale == (0.25F * 156.0) / 127.0); // -128 - 28 is the far end
    REQUIRE(model.warnings.all().size() == 1);
    CHECK(model.warnings.all().front().message.find("zero point other than 0") != std::string::npos);
}

TEST_CASE("codes that cut negative values off become a Clip", "[workloads][quantise]") {
    NetworkBuilder net;
    const TensorId scale = net.given("s", TensorData::scalar(0.5F));
    const TensorId zero = net.given("z", TensorData(ElementType::uint8, {}, std::vector<std::uint8_t>{0}));
    const TensorId x = net.input("x", {1, 4});
    const TensorId a = net.op(OpKind::matmul, "mm", {x, net.random("w", {4, 4})});
    const TensorId q = net.op(OpKind::quantize_linear, "q", {a, scale, zero});
    const TensorId d = net.op(OpKind::dequantize_linear, "dq", {q, scale, zero});
    const auto prepared = quantise::prepare(net.finish({net.op(OpKind::matmul, "mm2", {d, net.random("v", {4, 4})})}));
    REQUIRE(prepared.graph.operators.size() == 3);
    const graph::Operator& clip = prepared.graph.operators.at(1);
    CHECK(clip.kind == OpKind::clip);
    CHECK(prepared.graph.at(*clip.inputs.at(1)).data->as_float(0) == 0.0F);
    CHECK(prepared.graph.at(*clip.inputs.at(2)).data->as_float(0) == 127.5F);
    CHECK(quantise::quantise(prepared, {}).layers.size() == 2);
}

TEST_CASE("another precision keeps the range of imported scales", "[workloads][quantise]") {
    const auto model =
        quantise::quantise(with_pairs(0), quantise::QuantiseOptions{.precision = numerics::parse_precision("int4")});
    const TensorId x = model.layers.front().inputs.front();
    CHECK(model.formats.at(x.index()).scale == 0.25 * 127.0 / 7.0);
}

TEST_CASE("QLinearConv computes what its integer form says", "[workloads][quantise]") {
    NetworkBuilder net(7);
    const std::int64_t channels = 6;
    std::vector<std::int8_t> codes(static_cast<std::size_t>(channels * 3 * 3 * 3));
    for (std::size_t i = 0; i < codes.size(); ++i) {
        codes[i] = static_cast<std::int8_t>(static_cast<int>(i * 37 % 255) - 127);
    }
    const Pair in = int8_scale(net, "in", 0.02F);
    const Pair out = int8_scale(net, "out", 0.11F);
    const TensorId q = net.op(OpKind::quantize_linear, "q", {net.input("x", {1, 3, 9, 9}), in.scale, in.zero});
    const TensorId w = net.given("w", int8s({channels, 3, 3, 3}, codes));
    const TensorId ws = net.given("ws", floats({0.011F, 0.007F, 0.02F, 0.013F, 0.005F, 0.017F}));
    const TensorId wz = net.given("wz", int8s({channels}, std::vector<std::int8_t>(6, 0)));
    const TensorId bias =
        net.given("b", TensorData(ElementType::int32, {channels}, std::vector<std::int32_t>{5, -900, 0, 4000, -3, 77}));
    const TensorId y =
        net.op(OpKind::qlinear_conv, "conv", {q, in.scale, in.zero, w, ws, wz, out.scale, out.zero, bias},
               {{"strides", std::vector<std::int64_t>{2, 2}}});
    const TensorId pooled = net.op(OpKind::max_pool, "pool", {y}, {{"kernel_shape", std::vector<std::int64_t>{2, 2}}});
    const TensorId real = net.op(OpKind::dequantize_linear, "dq", {pooled, out.scale, out.zero});
    const graph::Graph network = net.finish({real});
    const auto model = quantise::quantise(network, quantise::QuantiseOptions{});
    CHECK(model.layers.size() == 2);
    std::size_t equal = 0;
    std::size_t count = 0;
    for (int sample = 0; sample < 20; ++sample) {
        const reference::Values x{{"x", net.random_values({1, 3, 9, 9})}};
        const TensorData exact = reference::Interpreter(network).run(x).begin()->second;
        const TensorData ours = reference::run_quantised(model, x).begin()->second;
        REQUIRE(ours.shape() == exact.shape());
        for (std::size_t i = 0; i < exact.size(); ++i) {
            const float steps = std::abs(ours.as_float(i) - exact.as_float(i)) / 0.11F;
            CHECK(steps < 1.5F); // the last rounding may fall to the other side
            equal += steps < 0.5F ? 1 : 0;
            ++count;
        }
    }
    CHECK(static_cast<double>(equal) > 0.995 * static_cast<double>(count));
}
