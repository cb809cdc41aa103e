// SPDX-License-Identifier: Apache-2.0
// What a user reads about an ONNX model that cannot be used; the models are made here.
#include "workloads/import/import.hpp"

#include <catch2/catch.hpp>
#include <onnx/onnx_pb.h>

namespace {

using namespace lodestone;
using Messages = std::vector<std::string>;
using Dims = std::vector<std::int64_t>;

void add_input(onnx::GraphProto& graph, const std::string& name, const Dims& dims) {
    auto* input = graph.add_input();
    input->set_name(name);
    auto* type = input->mutable_type()->mutable_tensor_type();
    type->set_elem_type(onnx::TensorProto::FLOAT);
    type->mutable_shape();
    for (const std::int64_t dim : dims) {
        type->mutable_shape()->add_dim()->set_dim_value(dim);
    }
}

onnx::NodeProto& add_node(onnx::GraphProto& graph, const std::string& op, const std::vector<std::string>& inputs,
                          const std::string& output) {
    auto* node = graph.add_node();
    node->set_op_type(op);
    node->set_name("node_" + output);
    for (const auto& input : inputs) {
        node->add_input(input);
    }
    node->add_output(output);
    return *node;
}

/// x (1 x 4) -> Relu -> y
onnx::ModelProto small_model() {
    onnx::ModelProto model;
    model.set_ir_version(7);
    model.add_opset_import()->set_version(13);
    auto* graph = model.mutable_graph();
    graph->set_name("small");
    add_input(*graph, "x", {1, 4});
    add_node(*graph, "Relu", {"x"}, "y");
    graph->add_output()->set_name("y");
    return model;
}

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

Messages messages(const onnx::ModelProto& model) {
    return messages_of_bytes(model.SerializeAsString());
}

TEST_CASE("the small model is good", "[workloads][errors]") {
    CHECK(messages(small_model()).empty());
}

TEST_CASE("an empty file, a cut file and garbage are told apart from models", "[workloads][errors]") {
    CHECK(messages_of_bytes("") == Messages{"net.onnx: is empty"});
    const std::string whole = small_model().SerializeAsString();
    const Messages damaged{"net.onnx: is not a whole ONNX model: the file is damaged, cut off, or of another format"};
    CHECK(messages_of_bytes(whole.substr(0, whole.size() / 2)) == damaged);
    CHECK(messages_of_bytes("\x01\x02\x03\x04garbage") == damaged);
}

TEST_CASE("opsets outside the supported ones are refused", "[workloads][errors]") {
    onnx::ModelProto model = small_model();
    model.mutable_opset_import(0)->set_version(5);
    CHECK(
        messages(model) ==
        Messages{
            "net.onnx: the model uses ONNX opset 5, supported are 6 to 20; convert it with ONNX's version converter"});
    model.mutable_opset_import(0)->set_version(21);
    CHECK(messages(model).size() == 1);
    model.clear_opset_import();
    CHECK(messages(model) == Messages{"net.onnx: the model does not say which ONNX opset it uses"});
}

TEST_CASE("all unsupported operators are named with their nodes, and the supported ones listed once",
          "[workloads][errors]") {
    onnx::ModelProto model = small_model();
    add_node(*model.mutable_graph(), "Einsum", {"y"}, "z");
    add_node(*model.mutable_graph(), "MaxPol", {"z"}, "w").set_domain("");
    add_node(*model.mutable_graph(), "FusedConv", {"w"}, "v").set_domain("com.microsoft");
    Problems problems;
    static_cast<void>(import::import_network({.content = model.SerializeAsString(), .path = "net.onnx"}, problems));
    REQUIRE(problems.all().size() == 4);
    CHECK(to_string(problems.all()[0]) == "net.onnx: node_z: operator 'Einsum' is not supported");
    CHECK(to_string(problems.all()[1])
              .starts_with("net.onnx: node_w: operator 'MaxPol' is not supported; did you mean 'MaxPool'?"));
    CHECK(to_string(problems.all()[2]) == "net.onnx: node_v: operator 'com.microsoft.FusedConv' is not supported");
    CHECK(problems.all()[3].message.starts_with("supported operators are Abs, Add, And,"));
}

TEST_CASE("a symbolic batch is 1, another symbolic dimension is named", "[workloads][errors]") {
    onnx::ModelProto model = small_model();
    auto* shape = model.mutable_graph()->mutable_input(0)->mutable_type()->mutable_tensor_type()->mutable_shape();
    shape->mutable_dim(0)->set_dim_param("N");
    CHECK(messages(model).empty());
    shape->mutable_dim(1)->set_dim_param("length");
    CHECK(messages(model) ==
          Messages{"net.onnx: input 'x': dimension 1 is symbolic ('length'); only the first may be (a "
                   "batch of 1): export the model with a fixed size"});
}

TEST_CASE("a symbolic dimension may be fixed by the caller", "[workloads][errors]") {
    onnx::ModelProto model = small_model();
    auto* shape = model.mutable_graph()->mutable_input(0)->mutable_type()->mutable_tensor_type()->mutable_shape();
    shape->mutable_dim(1)->set_dim_param("length");
    Problems problems;
    import::ImportOptions options;
    options.dimensions["length"] = 16;
    const auto network = import::import_network({.content = model.SerializeAsString(), .path = "n"}, problems, options);
    CHECK_FALSE(problems.has_errors());
    CHECK(network.at(network.outputs[0]).shape == graph::Shape{1, 16});
}

TEST_CASE("a negative dimension is refused", "[workloads][errors]") {
    onnx::ModelProto model = small_model();
    model.mutable_graph()
        ->mutable_input(0)
        ->mutable_type()
        ->mutable_tensor_type()
        ->mutable_shape()
        ->mutable_dim(1)
        ->set_dim_value(-4);
    CHECK(messages(model) ==
          Messages{
              "net.onnx: input 'x': has shape 1x-4; dimensions must be 0 or more and the product at most 4294967296"});
}

TEST_CASE("an initializer with too few values is refused", "[workloads][errors]") {
    onnx::ModelProto model = small_model();
    auto* weight = model.mutable_graph()->add_initializer();
    weight->set_name("w");
    weight->set_data_type(onnx::TensorProto::FLOAT);
    weight->add_dims(3);
    weight->set_raw_data("12345678");
    CHECK(messages(model) == Messages{"net.onnx: initializer 'w': holds 8 bytes of values, its shape needs 12"});
}

TEST_CASE("external, sparse and text values are refused by name, all at once", "[workloads][errors]") {
    onnx::ModelProto model = small_model();
    auto* external = model.mutable_graph()->add_initializer();
    external->set_name("w");
    external->set_data_type(onnx::TensorProto::FLOAT);
    external->set_data_location(onnx::TensorProto::EXTERNAL);
    auto* words = model.mutable_graph()->add_initializer();
    words->set_name("words");
    words->set_data_type(onnx::TensorProto::STRING);
    model.mutable_graph()->add_sparse_initializer()->mutable_values()->set_name("thin");
    const Messages found = messages(model);
    REQUIRE(found.size() == 3);
    CHECK(found[0] ==
          "net.onnx: initializer 'w': keeps its values in another file (external data); save the model with "
          "the values inside");
    CHECK(found[1].starts_with("net.onnx: initializer 'words': has element type STRING, which is not supported"));
    CHECK(found[2] == "net.onnx: initializer 'thin': is sparse, which is not supported; save it as a dense tensor");
}

TEST_CASE("a tensor that nothing makes is named with its reader", "[workloads][errors]") {
    onnx::ModelProto model = small_model();
    model.mutable_graph()->mutable_node(0)->set_input(0, "z");
    CHECK(messages(model) ==
          Messages{"net.onnx: node_y: GRF-1 reads 'z', which is no input, initializer or result of another operator"});
}

TEST_CASE("a cycle is named", "[workloads][errors]") {
    onnx::ModelProto model = small_model();
    add_node(*model.mutable_graph(), "Add", {"x", "b"}, "a");
    add_node(*model.mutable_graph(), "Relu", {"a"}, "b");
    const Messages found = messages(model);
    REQUIRE(found.size() == 1);
    CHECK(found[0] == "net.onnx: node_a: GRF-2 operators wait for each other's results, in a cycle or behind one: "
                      "'node_a', 'node_b'");
}

TEST_CASE("a convolution of the wrong rank is named with its operands", "[workloads][errors]") {
    onnx::ModelProto model = small_model();
    add_input(*model.mutable_graph(), "w", {4, 4, 3, 3});
    add_node(*model.mutable_graph(), "Conv", {"y", "w"}, "z");
    CHECK(messages(model) == Messages{"net.onnx: node_z: GRF-7 'y' 1x4 has rank 2, it must have rank 3 or more"});
}

TEST_CASE("a stated result that the operators contradict is refused", "[workloads][errors]") {
    onnx::ModelProto model = small_model();
    auto* type = model.mutable_graph()->mutable_output(0)->mutable_type()->mutable_tensor_type();
    type->set_elem_type(onnx::TensorProto::FLOAT);
    type->mutable_shape()->add_dim()->set_dim_value(9);
    CHECK(messages(model) ==
          Messages{"net.onnx: node_y: GRF-10 the result 'y' is float32 1x4 but the file states float32 9"});
}

} // namespace
