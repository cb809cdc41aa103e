// SPDX-License-Identifier: Apache-2.0
// Rewrites: what they remove and what they must leave alone.
#include "workloads/graph/fold.hpp"
#include "workloads/graph/infer.hpp"

#include <catch2/catch.hpp>

namespace {

using namespace lodestone;
using namespace lodestone::graph;

struct Net {
    Graph graph;

    TensorId tensor(const std::string& name, Shape shape = {}, bool known = false) {
        Tensor t{.name = name,
                 .type = known ? ElementType::float32 : ElementType::undefined,
                 .shape = std::move(shape),
                 .data = {}};
        return graph.add(std::move(t));
    }
    TensorId values(const std::string& name, Shape shape, std::vector<float> floats) {
        const TensorId id = tensor(name, shape, true);
        graph.at(id).data =
            std::make_shared<const TensorData>(TensorData::of_floats(std::move(shape), std::move(floats)));
        return id;
    }
    TensorId op(OpKind kind, const std::string& result, std::vector<std::optional<TensorId>> inputs,
                Attributes attributes = {}) {
        const TensorId id = tensor(result);
        graph.add(Operator{.name = result,
                           .kind = kind,
                           .inputs = std::move(inputs),
                           .outputs = {id},
                           .attributes = std::move(attributes),
                           .where = {}});
        return id;
    }
    void finish(TensorId input, TensorId output) {
        graph.inputs = {input};
        graph.outputs = {output};
        assign_roles(graph);
        Problems problems;
        infer_shapes(graph, problems);
        REQUIRE_FALSE(problems.has_errors());
        REQUIRE_FALSE(verify(graph).has_errors());
    }
};

/// x -> 1x1 convolution of two channels -> batch normalisation -> relu
Net normalised(bool with_values) {
    Net net;
    const TensorId x = net.tensor("x", {1, 2, 1, 1}, true);
    const auto parameter = [&](const std::string& name, Shape shape, std::vector<float> floats) {
        return with_values ? net.values(name, std::move(shape), std::move(floats))
                           : net.tensor(name, std::move(shape), true);
    };
    const TensorId w = parameter("w", {2, 2, 1, 1}, {1, 2, 3, 4});
    const TensorId scale = parameter("scale", {2}, {2, 3});
    const TensorId shift = parameter("shift", {2}, {10, 20});
    const TensorId mean = parameter("mean", {2}, {1, 2});
    const TensorId variance = parameter("variance", {2}, {4, 9});
    Attributes exact;
    exact.set("epsilon", 0.0F);
    const TensorId conv = net.op(OpKind::conv, "conv", {x, w});
    const TensorId norm = net.op(OpKind::batch_normalization, "norm", {conv, scale, shift, mean, variance}, exact);
    net.finish(x, net.op(OpKind::relu, "y", {norm}));
    return net;
}

TEST_CASE("a batch normalisation scales the weights and makes the bias of the convolution before it",
          "[workloads][graph]") {
    Net net = normalised(true);
    simplify(net.graph);
    REQUIRE(net.graph.operators.size() == 2);
    const Operator& conv = net.graph.operators[0];
    // factor = scale / sqrt(variance) = 1, 1; offset = shift - mean * factor = 9, 18
    CHECK(net.graph.required_input(conv, 1).data->values<float>() == std::vector<float>{1, 2, 3, 4});
    CHECK(net.graph.required_input(conv, 2).data->values<float>() == std::vector<float>{9, 18});
    CHECK_FALSE(verify(net.graph).has_errors());
}

TEST_CASE("without values a batch normalisation leaves a bias of its shape", "[workloads][graph]") {
    Net net = normalised(false);
    simplify(net.graph);
    REQUIRE(net.graph.operators.size() == 2);
    const Tensor& bias = net.graph.required_input(net.graph.operators[0], 2);
    CHECK(bias.shape == Shape{2});
    CHECK_FALSE(bias.has_data());
    CHECK(bias.role == TensorRole::parameter);
    CHECK_FALSE(verify(net.graph).has_errors());
}

TEST_CASE("a batch normalisation stays when somebody else reads the convolution", "[workloads][graph]") {
    Net net = normalised(true);
    net.graph.outputs.push_back(*net.graph.find_tensor("conv"));
    fold_batch_norm(net.graph);
    CHECK(net.graph.operators.size() == 3);
}

TEST_CASE("shape arithmetic is folded away and its reshape keeps its shape", "[workloads][graph]") {
    Net net;
    const TensorId x = net.tensor("x", {2, 3, 4}, true);
    const TensorId shape = net.op(OpKind::shape, "shape", {x});
    const TensorId first = net.tensor("first", {}, true);
    net.graph.at(first).type = ElementType::int64;
    net.graph.at(first).data = std::make_shared<const TensorData>(TensorData::vector_of({0}));
    net.graph.at(first).shape = {1};
    const TensorId batch = net.op(OpKind::gather, "batch", {shape, first});
    const TensorId rest = net.tensor("rest", {1}, true);
    net.graph.at(rest).type = ElementType::int64;
    net.graph.at(rest).data = std::make_shared<const TensorData>(TensorData::vector_of({-1}));
    Attributes axis;
    axis.set("axis", std::int64_t{0});
    const TensorId target = net.op(OpKind::concat, "target", {batch, rest}, axis);
    const TensorId y = net.op(OpKind::reshape, "y", {x, target});
    net.finish(x, net.op(OpKind::relu, "z", {y}));
    CHECK(net.graph.at(y).shape == Shape{2, 12});
    simplify(net.graph);
    CHECK(net.graph.operators.size() == 2);
    CHECK_FALSE(verify(net.graph).has_errors());
}

TEST_CASE("an identity that makes an output hands its name to the operator before it", "[workloads][graph]") {
    Net net;
    const TensorId x = net.tensor("x", {3}, true);
    const TensorId a = net.op(OpKind::relu, "a", {x});
    net.finish(x, net.op(OpKind::identity, "y", {a}));
    simplify(net.graph);
    REQUIRE(net.graph.operators.size() == 1);
    CHECK(net.graph.output(net.graph.operators[0]).name == "y");
}

TEST_CASE("an identity between an input and an output stays", "[workloads][graph]") {
    Net net;
    const TensorId x = net.tensor("x", {3}, true);
    net.finish(x, net.op(OpKind::identity, "y", {x}));
    simplify(net.graph);
    CHECK(net.graph.operators.size() == 1);
    CHECK_FALSE(verify(net.graph).has_errors());
}

} // namespace
