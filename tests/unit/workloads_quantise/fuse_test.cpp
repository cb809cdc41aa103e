// SPDX-License-Identifier: Apache-2.0
// How networks are cut into layers.
#include "tests/support/network_builder.hpp"
#include "workloads/quantise/fuse.hpp"
#include "workloads/quantise/prepare.hpp"
#include "workloads/reference/interpreter.hpp"

#include <catch2/catch.hpp>
#include <numeric>

using namespace lodestone;
using graph::OpKind;
using testing::NetworkBuilder;

namespace {

using Ints = std::vector<std::int64_t>;

/// "conv1+relu1 (x) | ..." : primary, fused operators and inputs of each layer.
std::string described(const graph::Graph& network) {
    std::string text;
    for (const graph::Layer& layer : quantise::fuse(network)) {
        text += text.empty() ? "" : " | ";
        text += layer.name;
        for (const OperatorId id : layer.fused) {
            text += "+" + network.at(id).name;
        }
        std::vector<std::string> inputs;
        for (const TensorId id : layer.inputs) {
            inputs.push_back(network.at(id).name);
        }
        text += " (" + join(inputs) + ")";
    }
    return text;
}

TensorId conv(NetworkBuilder& net, const std::string& name, TensorId x, Ints shape, Ints strides = {1, 1}) {
    const std::int64_t pad = shape.at(2) / 2;
    return net.op(OpKind::conv, name, {x, net.random(name + ".w", shape), net.random(name + ".b", {shape.at(0)})},
                  {{"pads", Ints(4, pad)}, {"strides", strides}});
}

} // namespace

TEST_CASE("a residual sum joins the branch that comes later", "[workloads][quantise]") {
    NetworkBuilder net;
    const TensorId x = net.input("x", {1, 4, 8, 8});
    const TensorId a = net.op(OpKind::relu, "relu1", {conv(net, "conv1", x, {8, 4, 3, 3}, {2, 2})});
    const TensorId b = conv(net, "conv2", a, {8, 8, 3, 3});
    const TensorId c = conv(net, "shortcut", x, {8, 4, 1, 1}, {2, 2});
    const TensorId y = net.op(OpKind::relu, "relu2", {net.op(OpKind::add, "add", {b, c})});
    const TensorId pooled = net.op(OpKind::global_average_pool, "pool", {y});
    const TensorId flat = net.op(OpKind::flatten, "flatten", {pooled});
    const TensorId out = net.op(OpKind::gemm, "fc", {flat, net.random("fc.w", {10, 8}), net.random("fc.b", {10})},
                                {{"transB", std::int64_t{1}}});
    CHECK(described(net.finish({out})) ==
          "conv1+relu1 (x) | conv2 (relu1.out) | shortcut+add+relu2 (x, conv2.out) | pool (relu2.out) | "
          "flatten (pool.out) | fc (flatten.out)");
}

TEST_CASE("a sum with the input of its own block joins the last convolution", "[workloads][quantise]") {
    NetworkBuilder net;
    const TensorId x = net.input("x", {1, 4, 8, 8});
    const TensorId a = conv(net, "conv1", x, {4, 4, 3, 3});
    const TensorId y = net.op(OpKind::relu, "relu", {net.op(OpKind::add, "add", {a, x})});
    CHECK(described(net.finish({y})) == "conv1+add+relu (x)");
}

TEST_CASE("nothing is fused across an output of the network", "[workloads][quantise]") {
    NetworkBuilder net;
    const TensorId a = conv(net, "conv1", net.input("x", {1, 4, 8, 8}), {4, 4, 3, 3});
    const TensorId y = net.op(OpKind::relu, "relu", {a});
    CHECK(described(net.finish({a, y})) == "conv1 (x) | relu (conv1.out)");
}

TEST_CASE("a value with two readers ends its layer", "[workloads][quantise]") {
    NetworkBuilder net;
    const TensorId a = conv(net, "conv1", net.input("x", {1, 4, 8, 8}), {4, 4, 3, 3});
    const TensorId b = net.op(OpKind::tanh, "tanh", {a});
    CHECK(described(net.finish({net.op(OpKind::mul, "mul", {a, b})})) == "conv1 (x) | tanh+mul (conv1.out)");
}

TEST_CASE("a gate and the product with its own operand join together", "[workloads][quantise]") {
    NetworkBuilder net;
    const TensorId a = conv(net, "conv1", net.input("x", {1, 4, 8, 8}), {4, 4, 3, 3});
    const TensorId gate = net.op(OpKind::sigmoid, "sigmoid", {a});
    CHECK(described(net.finish({net.op(OpKind::mul, "mul", {a, gate})})) == "conv1+sigmoid+mul (x)");
}

TEST_CASE("an operator that makes the value larger is a layer of its own", "[workloads][quantise]") {
    NetworkBuilder net;
    const TensorId x = net.input("x", {1, 4, 8, 8});
    const TensorId gate =
        net.op(OpKind::sigmoid, "gate",
               {conv(net, "squeeze", net.op(OpKind::global_average_pool, "pool", {x}), {4, 4, 1, 1})});
    CHECK(described(net.finish({net.op(OpKind::mul, "mul", {x, gate})})) ==
          "pool (x) | squeeze+gate (pool.out) | mul (x, gate.out)");
}

TEST_CASE("an operator that reads the value twice is a layer of its own", "[workloads][quantise]") {
    NetworkBuilder net;
    const TensorId a = conv(net, "conv1", net.input("x", {1, 4, 8, 8}), {4, 4, 3, 3});
    CHECK(described(net.finish({net.op(OpKind::mul, "square", {a, a})})) == "conv1 (x) | square (conv1.out)");
}

TEST_CASE("batch normalisation that cannot be folded becomes element-wise", "[workloads][quantise]") {
    NetworkBuilder net;
    const TensorId x = net.input("x", {1, 4, 8, 8});
    const TensorId bn = net.op(OpKind::batch_normalization, "bn",
                               {x, net.random("s", {4}), net.random("b", {4}), net.random("m", {4}),
                                net.given("v", graph::TensorData::of_floats({4}, {1, 2, 3, 4}))});
    const auto prepared = quantise::prepare(net.finish({net.op(OpKind::relu, "relu", {bn})}));
    CHECK(described(prepared.graph) == "bn+bn.Add+relu (x)");
}

TEST_CASE("a Gemm keeps a bias per channel and gives any other C to an Add", "[workloads][quantise]") {
    NetworkBuilder net;
    const TensorId x = net.input("x", {2, 3});
    const TensorId a = net.op(OpKind::gemm, "a", {x, net.random("w", {3, 4}), net.random("c", {1, 4})},
                              {{"alpha", 0.5F}, {"beta", 2.0F}});
    const TensorId b = net.op(OpKind::gemm, "b", {a, net.random("w2", {4, 4}), net.random("c2", {2, 4})});
    const auto prepared = quantise::prepare(net.finish({b}));
    CHECK(described(prepared.graph) == "a (x) | b+b.Add (a.out)");
    const graph::Operator& first = prepared.graph.operators.front();
    CHECK(prepared.graph.at(*first.inputs.at(2)).shape == graph::Shape{4});
    const auto w = net.finish({b}).find_tensor("w");
    CHECK(prepared.graph.at(*first.inputs.at(1)).data->as_float(5) == 0.5F * net.finish({b}).at(*w).data->as_float(5));
}

TEST_CASE("a Gemm of two activations becomes a MatMul", "[workloads][quantise]") {
    NetworkBuilder net;
    const TensorId a = net.input("a", {2, 3});
    const TensorId b = net.input("b", {4, 3});
    const TensorId y =
        net.op(OpKind::gemm, "g", {a, b, net.random("c", {4})}, {{"transB", std::int64_t{1}}, {"alpha", 2.0F}});
    CHECK(described(quantise::prepare(net.finish({y})).graph) == "g.transB (b) | g+g.Mul+g.Add (a, b.transposed)");
}

TEST_CASE("preparing twice changes nothing", "[workloads][quantise]") {
    NetworkBuilder net;
    const TensorId x = net.input("x", {2, 4});
    const TensorId a =
        net.op(OpKind::gemm, "a", {x, net.random("w", {4, 4}), net.random("c", {2, 4})}, {{"alpha", 0.5F}});
    const TensorId y = net.op(OpKind::mean, "mean", {a, x, net.op(OpKind::relu, "relu", {x})});
    const auto once = quantise::prepare(net.finish({y}));
    CHECK(graph::to_text(quantise::prepare(once.graph).graph) == graph::to_text(once.graph));
    CHECK(described(once.graph) == "a+a.Add+mean (x) | relu+mean.2+mean.Div (x, mean.partial1)");
}

TEST_CASE("a Split becomes Slices", "[workloads][quantise]") {
    NetworkBuilder net;
    const auto parts = net.ops(OpKind::split, "split", {net.input("x", {1, 6})}, 2, {{"axis", std::int64_t{1}}});
    const TensorId y = net.op(OpKind::add, "add", parts);
    CHECK(described(quantise::prepare(net.finish({y})).graph) == "split (x) | split.3+add (x, split.out)");
}

TEST_CASE("a product with the parameter on the left is turned round", "[workloads][quantise]") {
    NetworkBuilder net;
    const TensorId y = net.op(OpKind::matmul, "mm", {net.random("w", {5, 3}), net.input("x", {2, 3, 4})});
    const auto prepared = quantise::prepare(net.finish({y}));
    CHECK(described(prepared.graph) == "mm.turn_in (x) | mm (x.transposed) | mm.turn_out (mm.out.transposed)");
    CHECK(prepared.graph.output(prepared.graph.operators.back()).shape == graph::Shape{2, 5, 4});
}

TEST_CASE("blocks of pixels become channels and back by reshaping and transposing, with the same values",
          "[workloads][quantise]") {
    struct Case {
        OpKind kind;
        std::string mode;
        Ints shape;
    };
    for (const Case& each :
         {Case{OpKind::depth_to_space, "DCR", {1, 8, 2, 3}}, Case{OpKind::depth_to_space, "CRD", {1, 8, 2, 3}},
          Case{OpKind::space_to_depth, "", {1, 2, 4, 6}}}) {
        CAPTURE(to_string(each.kind), each.mode);
        NetworkBuilder net;
        std::vector<std::pair<std::string, graph::Attribute>> attributes{{"blocksize", std::int64_t{2}}};
        if (!each.mode.empty()) {
            attributes.emplace_back("mode", each.mode);
        }
        const graph::Graph network =
            net.finish({net.op(each.kind, "blocks", {net.input("x", each.shape)}, attributes)});
        const graph::Graph prepared = quantise::prepare(network).graph;
        std::vector<float> values(48);
        std::iota(values.begin(), values.end(), 0.0F);
        const reference::Values given{{"x", graph::TensorData::of_floats(each.shape, values)}};
        const std::string result = network.at(network.outputs.front()).name;
        CHECK(prepared.operators.size() == 3);
        CHECK(reference::Interpreter(prepared).run(given).at(result) ==
              reference::Interpreter(network).run(given).at(result));
    }
}
