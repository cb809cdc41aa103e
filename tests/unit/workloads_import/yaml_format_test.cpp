// SPDX-License-Identifier: Apache-2.0
// Networks written by hand.
#include "workloads/graph/statistics.hpp"
#include "workloads/import/import.hpp"
#include "workloads/reference/interpreter.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>

namespace {

using namespace lodestone;

graph::Graph read(const std::string& text) {
    Problems problems;
    graph::Graph network = import::import_network(import::Source{.content = text, .path = "net.yaml"}, problems);
    for (const Diagnostic& problem : problems.all()) {
        UNSCOPED_INFO(to_string(problem));
    }
    REQUIRE_FALSE(problems.has_errors());
    return network;
}

const char* const encoder = R"(
network: encoder
inputs: {tokens: [1, 128, 768]}
parameters: {position: [1, 128, 768]}
layers:
  - {name: embedded, op: Add, inputs: [tokens, position]}
  - name: block
    repeat: 12
    layers:
      - {name: norm1, op: LayerNorm}
      - {name: attention, op: Attention, heads: 12}
      - {name: sum1, op: Add, inputs: [attention, in]}
      - {name: norm2, op: LayerNorm}
      - {name: widen, op: Linear, out_features: 3072}
      - {name: gelu, op: Gelu}
      - {name: narrow, op: Linear, out_features: 768}
      - {name: sum2, op: Add, inputs: [narrow, sum1]}
  - {name: norm, op: LayerNorm, inputs: block}
)";

TEST_CASE("a transformer encoder of 12 blocks is written in twelve layers", "[workloads][import]") {
    const graph::Graph network = read(encoder);
    CHECK(network.name == "encoder");
    REQUIRE(network.outputs.size() == 1);
    CHECK(network.at(network.outputs[0]).shape == graph::Shape{1, 128, 768});
    const std::uint64_t projections = 128ULL * 768 * (4 * 768 + 2 * 3072);
    const std::uint64_t attention = 2ULL * 12 * 128 * 128 * 64;
    CHECK(graph::total_macs(network).count() == 12 * (projections + attention));
    CHECK(network.find_operator("block.11.sum2").has_value());
}

TEST_CASE("a repeated block feeds its result to its next repetition", "[workloads][import]") {
    const graph::Graph network = read(encoder);
    const graph::Operator& norm = network.at(*network.find_operator("block.1.norm1"));
    CHECK(network.required_input(norm, 0).name == "block.0.sum2");
}

TEST_CASE("a convolutional network takes its shapes from plain settings", "[workloads][import]") {
    const graph::Graph network = read(R"(
inputs: {image: [1, 3, 32, 32]}
layers:
  - {name: stem, op: Conv, out_channels: 16, kernel: 3, stride: 2, padding: 1, bias: false}
  - {op: BatchNorm}
  - {op: Relu}
  - {name: depthwise, op: Conv, kernel: 3, padding: same, groups: depthwise}
  - {op: HardSwish}
  - {name: pool, op: MaxPool, kernel: [2, 2], stride: 2}
  - {op: GlobalAveragePool}
  - {op: Flatten}
  - {name: logits, op: Linear, out_features: 10}
)");
    const auto shape = [&](const char* name) { return network.at(*network.find_tensor(name)).shape; };
    CHECK(shape("stem") == graph::Shape{1, 16, 16, 16});
    CHECK(shape("depthwise.weight") == graph::Shape{16, 1, 3, 3});
    CHECK(shape("depthwise") == graph::Shape{1, 16, 16, 16});
    CHECK(shape("pool") == graph::Shape{1, 16, 8, 8});
    CHECK(shape("logits") == graph::Shape{1, 10});
    CHECK(graph::total_macs(network).count() == 16ULL * 256 * 27 + 16ULL * 256 * 9 + 160);
}

TEST_CASE("a number among the operands is a constant", "[workloads][import]") {
    const graph::Graph network = read("inputs: {x: [2]}\nlayers:\n  - {name: y, op: Mul, inputs: [x, 0.5]}\n");
    const auto results = reference::Interpreter(network).run({{"x", graph::TensorData::of_floats({2}, {3.0F, -1.0F})}});
    CHECK(results.at("y").values<float>() == std::vector<float>{1.5F, -0.5F});
}

TEST_CASE("a split has as many results as it says", "[workloads][import]") {
    const graph::Graph network = read(R"(
inputs: {x: [1, 6]}
layers:
  - {name: parts, op: Split, axis: 1, split: [2, 4]}
  - {name: again, op: Concat, axis: 1, inputs: [parts.1, parts.0]}
)");
    CHECK(network.at(*network.find_tensor("parts.1")).shape == graph::Shape{1, 4});
    CHECK(network.at(network.outputs[0]).shape == graph::Shape{1, 6});
}

} // namespace

TEST_CASE("drawn weights fill every parameter, with the same bits for the same seed", "[workloads][import]") {
    const auto drawn = [](const std::string& random) {
        return read("inputs: {x: [1, 64]}\nlayers:\n  - {name: l, op: Linear, out_features: 256}\n"
                    "  - {name: n, op: LayerNorm}\nweights: {random: {" +
                    random + "}}\n");
    };
    const graph::Graph network = drawn("seed: 7");
    const auto values = [](const graph::Graph& graph, const char* name) {
        return graph.at(*graph.find_tensor(name)).data->as_floats();
    };
    const std::vector<float> weights = values(network, "l.weight");
    double squares = 0;
    for (const float weight : weights) {
        squares += static_cast<double>(weight) * static_cast<double>(weight);
    }
    CHECK(squares / static_cast<double>(weights.size()) == Approx(1.0 / 64).epsilon(0.05)); // 64 inputs
    CHECK(values(network, "n.scale").front() == Approx(1.0).margin(0.2));
    CHECK(values(drawn("seed: 7"), "l.weight") == weights);
    CHECK(values(drawn("seed: 8"), "l.weight") != weights);
    const std::vector<float> uniform = values(drawn("seed: 7, distribution: uniform"), "l.weight");
    CHECK(*std::max_element(uniform.begin(), uniform.end()) <= std::sqrt(3.0F) / 8); // sqrt(3) deviations
}
