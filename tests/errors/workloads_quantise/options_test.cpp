// SPDX-License-Identifier: Apache-2.0
// Mistakes in what the user says about number formats, and networks that cannot be quantised.
#include "sim/base/error.hpp"
#include "tests/support/network_builder.hpp"
#include "workloads/quantise/fuse.hpp"
#include "workloads/quantise/quantise.hpp"
#include "workloads/quantise/read_options.hpp"

#include <catch2/catch.hpp>

using namespace lodestone;
using graph::OpKind;
using testing::NetworkBuilder;

namespace {

template <class Function>
std::vector<std::string> problems_of(Function function) {
    try {
        function();
    } catch (const UserError& error) {
        std::vector<std::string> list;
        for (const Diagnostic& diagnostic : error.problems().all()) {
            list.push_back(to_string(diagnostic));
        }
        return list;
    }
    return {};
}

std::vector<std::string> problems_in(const std::string& section) {
    Problems problems;
    const config::Node node = config::load_text(section, "run.yaml", problems);
    [[maybe_unused]] const auto options = quantise::read_quantise_options(config::MapReader(node, problems));
    std::vector<std::string> list;
    for (const Diagnostic& diagnostic : problems.all()) {
        list.push_back(to_string(diagnostic));
    }
    return list;
}

graph::Graph two_layers() {
    NetworkBuilder net;
    const TensorId a = net.op(OpKind::matmul, "block1/fc", {net.input("x", {1, 4}), net.without_values("w", {4, 4})});
    return net.finish({net.op(OpKind::matmul, "block2/fc", {a, net.without_values("v", {4, 4})})});
}

} // namespace

TEST_CASE("each pattern without a layer is reported with the names near it", "[workloads][quantise]") {
    quantise::QuantiseOptions options;
    options.layers = {{.match = "blok1*", .precision = options.precision, .where = {"run.yaml", 3, 12}},
                      {.match = "*", .precision = options.precision},
                      {.match = "zzz", .precision = options.precision, .where = {"run.yaml", 4, 12}}};
    const auto problems = problems_of([&] { (void)quantise::quantise(two_layers(), options); });
    CHECK(problems ==
          std::vector<std::string>{"run.yaml:3:12: match: 'blok1*' matches no layer; layers are block1/fc, block2/fc",
                                   "run.yaml:4:12: match: 'zzz' matches no layer; layers are block1/fc, block2/fc"});
    options.layers = {{.match = "block3/fc", .precision = options.precision, .where = {"run.yaml", 3, 12}}};
    CHECK(problems_of([&] { (void)quantise::quantise(two_layers(), options); }) ==
          std::vector<std::string>{
              "run.yaml:3:12: match: 'block3/fc' matches no layer; layers near it: block1/fc, block2/fc"});
}

TEST_CASE("a first layer needs a matrix layer", "[workloads][quantise]") {
    NetworkBuilder net;
    const graph::Graph network = net.finish({net.op(OpKind::relu, "relu", {net.input("x", {4})})});
    quantise::QuantiseOptions options;
    options.first_layer = options.precision;
    CHECK(problems_of([&] { (void)quantise::quantise(network, options); }) ==
          std::vector<std::string>{"first_layer: names the precision of a matrix layer, but the network has none"});
}

TEST_CASE("operators that compute shapes are named", "[workloads][quantise]") {
    NetworkBuilder net;
    const TensorId x = net.input("x", {1, 4});
    graph::Graph network = net.finish({net.op(OpKind::relu, "relu", {x})});
    graph::Operator shape{.name = "dims", .kind = OpKind::shape, .inputs = {x}};
    shape.outputs = {network.add(graph::Tensor{.name = "dims.out", .type = graph::ElementType::int64, .shape = {2}})};
    network.add(shape);
    CHECK(problems_of([&] { (void)quantise::fuse(network); }) ==
          std::vector<std::string>{
              "dims: Shape computes a shape that is not known before the network runs; fix the dimensions of the "
              "network's inputs so that it can be folded away"});
}

TEST_CASE("an operator with two outputs in use is named", "[workloads][quantise]") {
    NetworkBuilder net;
    const auto parts = net.ops(OpKind::split, "split", {net.input("x", {4})}, 2);
    const graph::Graph network = net.finish(parts);
    CHECK(problems_of([&] { (void)quantise::fuse(network); }) ==
          std::vector<std::string>{
              "split: Split gives more than one output in use ('split.out1' is number 2); a layer has one"});
}

TEST_CASE("scales that exist only while the network runs are refused", "[workloads][quantise]") {
    NetworkBuilder net;
    const auto q = net.ops(OpKind::dynamic_quantize_linear, "dynamic", {net.input("x", {4, 4})}, 3);
    const TensorId y = net.op(OpKind::dequantize_linear, "dq", q);
    const graph::Graph network = net.finish({y});
    CHECK(problems_of([&] { (void)quantise::prepare(network); }) ==
          std::vector<std::string>{
              "dynamic: DynamicQuantizeLinear finds its scales while the network runs; only fixed scales can be used "
              "(export the network statically quantised or in floats)"});
}

TEST_CASE("an unknown precision is located and the nearest is named", "[workloads][quantise]") {
    const auto problems = problems_in("precision: int9\nlayers: [{match: a, precision: fp8_e4m4}]\n");
    REQUIRE(problems.size() == 2);
    CHECK(problems[0].find("run.yaml:1:12: precision: ") == 0);
    CHECK(problems[0].find("int8") != std::string::npos);
    CHECK(problems[1].find("run.yaml:2:32: layers[0].precision: ") == 0);
    CHECK(problems[1].find("fp8_e4m3") != std::string::npos);
}

TEST_CASE("an unknown key, method or a missing pattern is located", "[workloads][quantise]") {
    CHECK(problems_in("precison: int8\n").front().find("run.yaml:1:1: precison: ") == 0);
    CHECK(problems_in("weights: {range: max}\n").front().find("run.yaml:1:18: weights.range: ") == 0);
    CHECK(problems_in("layers: [{precision: int8}]\n").front().find("layers[0]") != std::string::npos);
}

TEST_CASE("weights wider than 16 bits are refused layer by layer", "[workloads][quantise]") {
    const quantise::QuantiseOptions options{.precision = numerics::parse_precision("fp32")};
    const auto problems = problems_of([&] { (void)quantise::quantise(two_layers(), options); });
    REQUIRE(problems.size() == 2);
    CHECK(problems.front() ==
          "block1/fc: weights in fp32 take 32 bits, the limit is 16; fp16 and bf16 are the widest floats");
}
