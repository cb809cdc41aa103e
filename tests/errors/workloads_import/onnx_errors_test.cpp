// SPDX-License-Identifier: Apache-2.0
// What a user reads about an ONNX model that cannot be used; the models are made here.
#include "tests/errors/workloads_import/onnx_bytes.hpp"
#include "workloads/import/import.hpp"

#include <catch2/catch.hpp>

namespace {

using namespace lodestone;
using Messages = std::vector<std::string>;
using namespace onnx_bytes;

Messages messages_of_bytes(const std::string& bytes) {
    Problems problems;
    static_cast<void>(import::import_network(import::Source{.content = bytes, .path = "net.onnx"}, problems));
    Messages found;
    for (const Diagnostic& problem : problems.all()) {
        if (problem.severity == Severity::error) {
            found.push_back(to_string(problem));
        }
    }
    return found;
}

Messages messages(const Model& model) {
    return messages_of_bytes(model.bytes());
}

TEST_CASE("the small model is good", "[workloads][errors]") {
    CHECK(messages(Model()).empty());
}

TEST_CASE("an empty file, a cut file and garbage are told apart from models", "[workloads][errors]") {
    CHECK(messages_of_bytes("") == Messages{"net.onnx: is empty"});
    const std::string whole = Model().bytes();
    const Messages damaged{"net.onnx: is not a whole ONNX model: the file is damaged, cut off, or of another format"};
    CHECK(messages_of_bytes(whole.substr(0, whole.size() / 2)) == damaged);
    CHECK(messages_of_bytes("\x01\x02\x03\x04garbage") == damaged);
}

TEST_CASE("opsets outside the supported ones are refused", "[workloads][errors]") {
    Model model;
    model.opset = block(8, number(2, 5));
    CHECK(
        messages(model) ==
        Messages{
            "net.onnx: the model uses ONNX opset 5, supported are 6 to 20; convert it with ONNX's version converter"});
    model.opset = block(8, number(2, 21));
    CHECK(messages(model).size() == 1);
    model.opset.clear();
    CHECK(messages(model) == Messages{"net.onnx: the model does not say which ONNX opset it uses"});
}

TEST_CASE("all unsupported operators are named with their nodes, and the supported ones listed once",
          "[workloads][errors]") {
    Model model;
    model.nodes.push_back({.op = "Einsum", .inputs = {"y"}, .output = "z"});
    model.nodes.push_back({.op = "MaxPol", .inputs = {"z"}, .output = "w", .domain = ""});
    model.nodes.push_back({.op = "FusedConv", .inputs = {"w"}, .output = "v", .domain = "com.microsoft"});
    Problems problems;
    static_cast<void>(import::import_network({.content = model.bytes(), .path = "net.onnx"}, problems));
    REQUIRE(problems.all().size() == 4);
    CHECK(to_string(problems.all()[0]) == "net.onnx: node_z: operator 'Einsum' is not supported");
    CHECK(to_string(problems.all()[1])
              .starts_with("net.onnx: node_w: operator 'MaxPol' is not supported; did you mean 'MaxPool'?"));
    CHECK(to_string(problems.all()[2]) == "net.onnx: node_v: operator 'com.microsoft.FusedConv' is not supported");
    CHECK(problems.all()[3].message.starts_with("supported operators are Abs, Add, And,"));
}

TEST_CASE("an operator that cannot be had says why and what to do", "[workloads][errors]") {
    Model model;
    model.nodes.push_back({.op = "LSTM", .inputs = {"y"}, .output = "z"});
    model.nodes.push_back({.op = "TopK", .inputs = {"z"}, .output = "w"});
    const std::vector<std::string> found = messages(model);
    REQUIRE(found.size() >= 2);
    CHECK(found[0] == "net.onnx: node_z: operator 'LSTM' is not supported: it feeds its result back to itself; export "
                      "it unrolled over a fixed number of steps");
    CHECK(found[1].find("TopK' is not supported: what it gives has an order or size that depends on values") !=
          std::string::npos);
}

TEST_CASE("a symbolic batch is 1, another symbolic dimension is named", "[workloads][errors]") {
    Model model;
    model.inputs = {value_info("x", {symbolic("N"), fixed(4)})};
    CHECK(messages(model).empty());
    model.inputs = {value_info("x", {symbolic("N"), symbolic("length")})};
    CHECK(messages(model) ==
          Messages{"net.onnx: input 'x': dimension 1 is symbolic ('length'); only the first may be (a "
                   "batch of 1): export the model with a fixed size"});
}

TEST_CASE("a symbolic dimension may be fixed by the caller", "[workloads][errors]") {
    Model model;
    model.inputs = {value_info("x", {fixed(1), symbolic("length")})};
    Problems problems;
    import::ImportOptions options;
    options.dimensions["length"] = 16;
    const auto network = import::import_network({.content = model.bytes(), .path = "n"}, problems, options);
    CHECK_FALSE(problems.has_errors());
    CHECK(network.at(network.outputs[0]).shape == graph::Shape{1, 16});
}

TEST_CASE("a negative dimension is refused", "[workloads][errors]") {
    Model model;
    model.inputs = {value_info("x", {fixed(1), fixed(-4)})};
    CHECK(messages(model) ==
          Messages{
              "net.onnx: input 'x': has shape 1x-4; dimensions must be 0 or more and the product at most 4294967296"});
}

TEST_CASE("an initializer with too few values is refused", "[workloads][errors]") {
    Model model;
    model.initializers = {number(1, 3) + number(2, 1) + block(8, "w") + block(9, "12345678")};
    CHECK(messages(model) == Messages{"net.onnx: initializer 'w': holds 8 bytes of values, its shape needs 12"});
}

TEST_CASE("external, sparse and text values are refused by name, all at once", "[workloads][errors]") {
    Model model;
    const std::string external = number(2, 1) + block(8, "w") + number(14, 1);
    const std::string words = number(2, 8) + block(8, "words");
    model.initializers = {external, words};
    model.sparse = {"thin"};
    const Messages found = messages(model);
    REQUIRE(found.size() == 3);
    CHECK(found[0] ==
          "net.onnx: initializer 'w': keeps its values in another file (external data); save the model with "
          "the values inside");
    CHECK(found[1].starts_with("net.onnx: initializer 'words': has element type STRING, which is not supported"));
    CHECK(found[2] == "net.onnx: initializer 'thin': is sparse, which is not supported; save it as a dense tensor");
}

TEST_CASE("a tensor that nothing makes is named with its reader", "[workloads][errors]") {
    Model model;
    model.nodes[0].inputs = {"z"};
    CHECK(messages(model) ==
          Messages{"net.onnx: node_y: GRF-1 reads 'z', which is no input, initializer or result of another operator"});
}

TEST_CASE("a cycle is named", "[workloads][errors]") {
    Model model;
    model.nodes.push_back({.op = "Add", .inputs = {"x", "b"}, .output = "a"});
    model.nodes.push_back({.op = "Relu", .inputs = {"a"}, .output = "b"});
    const Messages found = messages(model);
    REQUIRE(found.size() == 1);
    CHECK(found[0] == "net.onnx: node_a: GRF-2 operators wait for each other's results, in a cycle or behind one: "
                      "'node_a', 'node_b'");
}

TEST_CASE("a convolution of the wrong rank is named with its operands", "[workloads][errors]") {
    Model model;
    model.inputs.push_back(value_info("w", {fixed(4), fixed(4), fixed(3), fixed(3)}));
    model.nodes.push_back({.op = "Conv", .inputs = {"y", "w"}, .output = "z"});
    CHECK(messages(model) == Messages{"net.onnx: node_z: GRF-7 'y' 1x4 has rank 2, it must have rank 3 or more"});
}

TEST_CASE("a stated result that the operators contradict is refused", "[workloads][errors]") {
    Model model;
    model.output = value_info("y", {fixed(9)});
    CHECK(messages(model) ==
          Messages{"net.onnx: node_y: GRF-10 the result 'y' is float32 1x4 but the file states float32 9"});
}

} // namespace
