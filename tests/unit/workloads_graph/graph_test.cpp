// SPDX-License-Identifier: Apache-2.0
// The network as a data structure: order, links, roles, rules.
#include "workloads/graph/infer.hpp"

#include <catch2/catch.hpp>

namespace {

using namespace lodestone;
using namespace lodestone::graph;

TensorId tensor(Graph& graph, const std::string& name, Shape shape = {}, bool is_known = false) {
    Tensor t{.name = name,
             .type = is_known ? ElementType::float32 : ElementType::undefined,
             .shape = std::move(shape),
             .data = {}};
    return graph.add(std::move(t));
}

OperatorId unary(Graph& graph, OpKind kind, TensorId from, TensorId to) {
    return graph.add(Operator{.name = "make_" + graph.at(to).name,
                              .kind = kind,
                              .inputs = {from},
                              .outputs = {to},
                              .attributes = {},
                              .where = {}});
}

/// x -> relu -> a -> sigmoid -> b, operators in the wrong order.
Graph backwards() {
    Graph graph;
    const TensorId x = tensor(graph, "x", {2, 3}, true);
    const TensorId a = tensor(graph, "a");
    const TensorId b = tensor(graph, "b");
    unary(graph, OpKind::sigmoid, a, b);
    unary(graph, OpKind::relu, x, a);
    graph.inputs = {x};
    graph.outputs = {b};
    assign_roles(graph);
    return graph;
}

std::string only_message(const Problems& problems) {
    REQUIRE(problems.error_count() == 1);
    return problems.all().front().path + ": " + problems.all().front().message;
}

TEST_CASE("sorting puts producers before consumers", "[workloads][graph]") {
    Graph graph = backwards();
    Problems problems;
    sort_operators(graph, problems);
    CHECK_FALSE(problems.has_errors());
    CHECK(graph.operators[0].name == "make_a");
    CHECK(graph.operators[1].name == "make_b");
}

TEST_CASE("GRF-1 an operator that reads what a later one makes is named", "[workloads][graph]") {
    CHECK(only_message(verify(backwards())) ==
          "make_b: GRF-1 reads 'a', which no operator before it makes and which is no input");
}

TEST_CASE("GRF-2 a cycle names its operators", "[workloads][graph]") {
    Graph graph;
    const TensorId a = tensor(graph, "a");
    const TensorId b = tensor(graph, "b");
    unary(graph, OpKind::relu, a, b);
    unary(graph, OpKind::relu, b, a);
    Problems problems;
    sort_operators(graph, problems);
    CHECK(only_message(problems) ==
          "make_b: GRF-2 operators wait for each other's results, in a cycle or behind one: 'make_b', 'make_a'");
}

TEST_CASE("GRF-3 a tensor made twice is refused", "[workloads][graph]") {
    Graph graph;
    const TensorId x = tensor(graph, "x", {2}, true);
    const TensorId a = tensor(graph, "a");
    unary(graph, OpKind::relu, x, a);
    graph.operators.push_back(graph.operators[0]);
    graph.operators[1].name = "again";
    graph.inputs = {x};
    graph.outputs = {a};
    assign_roles(graph);
    CHECK(only_message(verify(graph)) == "again: GRF-3 makes 'a', which exists already");
}

TEST_CASE("GRF-4 an operator with too many operands is refused", "[workloads][graph]") {
    Graph graph = backwards();
    std::swap(graph.operators[0], graph.operators[1]);
    graph.operators[0].inputs.push_back(graph.inputs[0]);
    CHECK(only_message(verify(graph)) == "make_a: GRF-4 Relu has 2 operands, it takes 1 to 1");
}

TEST_CASE("GRF-5 an attribute the operator does not have is refused", "[workloads][graph]") {
    Graph graph = backwards();
    std::swap(graph.operators[0], graph.operators[1]);
    graph.operators[0].attributes.set("alpha", 1.0F);
    CHECK(only_message(verify(graph)) == "make_a: GRF-5 attribute 'alpha' is not supported for Relu, which has none");
}

TEST_CASE("GRF-6 integers do not go into a sigmoid", "[workloads][graph]") {
    Graph graph = backwards();
    std::swap(graph.operators[0], graph.operators[1]);
    graph.at(graph.inputs[0]).type = ElementType::int32;
    CHECK(only_message(verify(graph)) == "make_b: GRF-6 'a' is int32, Sigmoid wants floating point");
}

TEST_CASE("GRF-7 shapes that do not broadcast are refused", "[workloads][graph]") {
    Graph graph;
    const TensorId x = tensor(graph, "x", {2, 3}, true);
    const TensorId y = tensor(graph, "y", {2, 4}, true);
    const TensorId z = tensor(graph, "z");
    graph.add(
        Operator{.name = "sum", .kind = OpKind::add, .inputs = {x, y}, .outputs = {z}, .attributes = {}, .where = {}});
    graph.inputs = {x, y};
    graph.outputs = {z};
    assign_roles(graph);
    CHECK(only_message(verify(graph)) ==
          "sum: GRF-7 'y' 2x4 does not broadcast with 2x3: aligned at the last dimension, "
          "extents must be equal or 1");
}

TEST_CASE("GRF-8 a result beyond the largest tensor is refused", "[workloads][graph]") {
    Graph graph;
    const TensorId x = tensor(graph, "x", {1 << 20, 1}, true);
    const TensorId y = tensor(graph, "y", {1, 1 << 20}, true);
    const TensorId z = tensor(graph, "z");
    graph.add(
        Operator{.name = "sum", .kind = OpKind::add, .inputs = {x, y}, .outputs = {z}, .attributes = {}, .where = {}});
    graph.inputs = {x, y};
    graph.outputs = {z};
    assign_roles(graph);
    CHECK(only_message(verify(graph)) ==
          "sum: GRF-8 the result 'z' would be 1048576x1048576, more than the limit of 4294967296 elements");
}

TEST_CASE("GRF-9 an output that nothing makes is refused", "[workloads][graph]") {
    Graph graph = backwards();
    std::swap(graph.operators[0], graph.operators[1]);
    graph.operators.pop_back();
    CHECK(only_message(verify(graph)) == "b: GRF-9 is an output of the network but nothing makes it");
}

TEST_CASE("GRF-10 a stated shape that the operators contradict is refused", "[workloads][graph]") {
    Graph graph = backwards();
    std::swap(graph.operators[0], graph.operators[1]);
    graph.at(graph.outputs[0]).type = ElementType::float32;
    graph.at(graph.outputs[0]).shape = {3, 2};
    CHECK(only_message(verify(graph)) ==
          "make_b: GRF-10 the result 'b' is float32 2x3 but the file states float32 3x2");
}

TEST_CASE("every operator has a row whose parameters fit its operands", "[workloads][graph]") {
    for (const OpInfo& row : op_table()) {
        INFO(row.name);
        CHECK(op_named(row.name) == row.kind);
        CHECK(row.min_inputs <= row.max_inputs);
        CHECK(row.parameters.size() <= std::max(row.max_inputs, std::size_t{1}));
        for (const AttributeInfo& attribute : attribute_infos(row.kind)) {
            CHECK(std::string("ifsIFt").find(attribute.type) != std::string::npos);
        }
    }
}

TEST_CASE("float16 rounds to nearest even and overflows to infinity", "[workloads][graph]") {
    CHECK(round_to_type(2049.0, ElementType::float16) == 2048.0);
    CHECK(round_to_type(2051.0, ElementType::float16) == 2052.0);
    CHECK(round_to_type(65519.0, ElementType::float16) == 65504.0);
    CHECK(std::isinf(round_to_type(65520.0, ElementType::float16)));
    CHECK(round_to_type(std::ldexp(1.0, -24), ElementType::float16) == std::ldexp(1.0, -24));
    CHECK(round_to_type(std::ldexp(1.0, -25), ElementType::float16) == 0.0);
}

TEST_CASE("an element count above the limit or a negative dimension is no count", "[workloads][graph]") {
    CHECK(checked_element_count({65536, 65536}) == std::size_t{1} << 32);
    CHECK_FALSE(checked_element_count({65536, 65537}).has_value());
    CHECK_FALSE(checked_element_count({-1}).has_value());
    CHECK_FALSE(checked_element_count({0, std::int64_t{1} << 40}).has_value());
    CHECK(checked_element_count({0, 5}) == 0U);
    CHECK(checked_element_count({}) == 1U);
}

} // namespace
