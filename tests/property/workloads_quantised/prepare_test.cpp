// SPDX-License-Identifier: Apache-2.0
// Operators taken apart for mapping compute what they computed whole.
#include "tests/support/network_builder.hpp"
#include "workloads/quantise/prepare.hpp"
#include "workloads/reference/interpreter.hpp"

#include <catch2/catch.hpp>
#include <cmath>

namespace {

using namespace lodestone;
using graph::OpKind;
using graph::TensorData;
using Ints = std::vector<std::int64_t>;

/// Prepares a network of input x and compares its first output.
void check_same(testing::NetworkBuilder& net, TensorId output, const graph::Shape& x, OpKind gone) {
    const graph::Graph network = net.finish({output});
    const quantise::Prepared prepared = quantise::prepare(network);
    for (const graph::Operator& op : prepared.graph.operators) {
        CHECK(op.kind != gone);
    }
    const reference::Values given{{"x", net.random_values(x)}};
    const TensorData before = reference::Interpreter(network).run(given).begin()->second;
    const TensorData after = reference::Interpreter(prepared.graph).run(given).begin()->second;
    REQUIRE(after.shape() == before.shape());
    for (std::size_t i = 0; i < before.size(); ++i) {
        REQUIRE(after.as_double(i) == Approx(before.as_double(i)).margin(2e-5));
    }
}

} // namespace

TEST_CASE("element-wise operators and reductions taken apart keep their results", "[workloads][property]") {
    const graph::Shape shape{2, 3, 4, 5};
    for (const OpKind kind : {OpKind::selu, OpKind::celu, OpKind::softsign, OpKind::reduce_min, OpKind::reduce_l1,
                              OpKind::reduce_l2, OpKind::reduce_sum_square}) {
        CAPTURE(graph::to_string(kind));
        testing::NetworkBuilder net;
        const bool reduces = graph::to_string(kind).starts_with("Reduce");
        const TensorId x = net.input("x", shape);
        check_same(net, reduces ? net.op(kind, "op", {x}, {{"axes", Ints{1, 3}}}) : net.op(kind, "op", {x}), shape,
                   kind);
    }
}

TEST_CASE("normalisations taken apart keep their results", "[workloads][property]") {
    const graph::Shape shape{2, 7, 4, 5};
    testing::NetworkBuilder instance;
    check_same(instance,
               instance.op(OpKind::instance_normalization, "op",
                           {instance.input("x", shape), instance.random("s", {7}), instance.random("b", {7})}),
               shape, OpKind::instance_normalization);
    for (const std::int64_t size : {1, 4, 5}) {
        CAPTURE(size);
        testing::NetworkBuilder local;
        check_same(local,
                   local.op(OpKind::lrn, "op", {local.input("x", shape)},
                            {{"size", size}, {"alpha", 0.5F}, {"beta", 0.6F}, {"bias", 1.5F}}),
                   shape, OpKind::lrn);
    }
}

TEST_CASE("Where, Tile and Gather taken apart keep their results", "[workloads][property]") {
    const graph::Shape shape{2, 3, 4};
    const auto number = [](testing::NetworkBuilder& net, const std::string& name, float value) {
        return net.given(name, TensorData::scalar(value), graph::TensorRole::constant);
    };
    TensorData mask =
        TensorData::of_ints({3, 4}, {1, 0, 0, 1, 1, 1, 0, 0, 1, 0, 1, 0}).cast_to(graph::ElementType::boolean);
    for (const bool swapped : {false, true}) {
        testing::NetworkBuilder net;
        const TensorId x = net.input("x", shape);
        const TensorId condition = net.given("mask", mask, graph::TensorRole::constant);
        const TensorId low = number(net, "low", -INFINITY);
        const TensorId chosen = swapped ? net.op(OpKind::where, "op", {condition, low, x})
                                        : net.op(OpKind::where, "op", {condition, x, low});
        check_same(net, net.op(OpKind::softmax, "soft", {chosen}), shape, OpKind::where);
    }
    testing::NetworkBuilder both;
    const TensorId x = both.input("x", shape);
    check_same(both,
               both.op(OpKind::where, "op",
                       {both.given("mask", mask, graph::TensorRole::constant), x, both.op(OpKind::neg, "neg", {x})}),
               shape, OpKind::where);
    testing::NetworkBuilder copies;
    check_same(copies,
               copies.op(OpKind::tile, "op",
                         {copies.input("x", shape),
                          copies.given("repeats", TensorData::vector_of({2, 1, 3}), graph::TensorRole::constant)}),
               shape, OpKind::tile);
    for (const TensorData& positions : {TensorData::of_ints({}, {-2}), TensorData::of_ints({2, 2}, {0, 2, -1, 1}),
                                        TensorData::of_ints({2}, {1, 2})}) {
        testing::NetworkBuilder net;
        check_same(net,
                   net.op(OpKind::gather, "op",
                          {net.input("x", shape), net.given("at", positions, graph::TensorRole::constant)},
                          {{"axis", std::int64_t{1}}}),
                   shape, positions.shape().size() == 2 ? OpKind::where : OpKind::gather);
    }
}

TEST_CASE("a ConvTranspose as a Conv keeps its results for all strides, paddings, dilations and groups",
          "[workloads][property]") {
    std::mt19937 random(5);
    const auto pick = [&](std::int64_t low, std::int64_t high) {
        return low + static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(high - low + 1));
    };
    for (int round = 0; round < 200; ++round) {
        CAPTURE(round);
        testing::NetworkBuilder net;
        const std::int64_t groups = pick(1, 3);
        graph::Shape x{pick(1, 2), groups * pick(1, 3)};
        graph::Shape w{x[1], pick(1, 3)};
        Ints strides;
        Ints dilations;
        Ints extra;
        Ints begins;
        Ints ends;
        for (std::int64_t axis = pick(1, 2); axis > 0; --axis) {
            x.push_back(pick(2, 6));
            w.push_back(pick(1, 5));
            strides.push_back(pick(1, 4));
            dilations.push_back(pick(1, 3));
            extra.push_back(pick(0, strides.back() - 1));
            begins.push_back(pick(0, std::min<std::int64_t>(2, (w.back() - 1) * dilations.back())));
            ends.push_back(pick(0, 1) * begins.back());
        }
        Ints pads = begins;
        pads.insert(pads.end(), ends.begin(), ends.end());
        std::vector<TensorId> inputs{net.input("x", x), net.random("w", w)};
        if (pick(0, 1) == 0) {
            inputs.push_back(net.random("b", {w[1] * groups}));
        }
        const TensorId y = net.op(OpKind::conv_transpose, "op", inputs,
                                  {{"group", groups},
                                   {"strides", strides},
                                   {"dilations", dilations},
                                   {"output_padding", extra},
                                   {"pads", pads}});
        check_same(net, y, x, OpKind::conv_transpose);
    }
}

TEST_CASE("a table that an input looks up leaves the network, and a warning says so", "[workloads][property]") {
    graph::Graph network;
    const auto add = [&](graph::Tensor tensor) { return network.add(std::move(tensor)); };
    const TensorId ids =
        add({.name = "ids", .type = graph::ElementType::int64, .shape = {1, 3}, .role = graph::TensorRole::input});
    const TensorId table = add(
        {.name = "table", .type = graph::ElementType::float32, .shape = {10, 4}, .role = graph::TensorRole::parameter});
    const TensorId rows = add({.name = "rows"});
    const TensorId out = add({.name = "out"});
    network.add(graph::Operator{.name = "look_up", .kind = OpKind::gather, .inputs = {table, ids}, .outputs = {rows}});
    network.add(graph::Operator{.name = "relu", .kind = OpKind::relu, .inputs = {rows}, .outputs = {out}});
    network.inputs = {ids};
    network.outputs = {out};
    Problems problems;
    graph::infer_shapes(network, problems);
    const quantise::Prepared prepared = quantise::prepare(network);
    REQUIRE(prepared.graph.inputs.size() == 1);
    CHECK(prepared.graph.at(prepared.graph.inputs[0]).name == "rows");
    CHECK(prepared.graph.at(prepared.graph.inputs[0]).shape == graph::Shape{1, 3, 4});
    REQUIRE(prepared.warnings.all().size() == 1);
    CHECK(prepared.warnings.all()[0].message.find("'table' is looked up outside, by input 'ids'") != std::string::npos);
    CHECK_FALSE(prepared.graph.find_tensor("table"));
}
