// SPDX-License-Identifier: Apache-2.0
// Simplifying a network leaves what it computes alone.
#include "workloads/graph/fold.hpp"
#include "workloads/graph/infer.hpp"
#include "workloads/import/import.hpp"
#include "workloads/reference/interpreter.hpp"

#include <catch2/catch.hpp>

#include <cmath>
#include <random>

namespace {

using namespace lodestone;

const char* const networks[] = {
    "inputs: {x: [2, 4, 9, 9]}\nlayers:\n"
    "  - {op: Conv, out_channels: 6, kernel: 3, padding: 1, groups: 2}\n  - {op: BatchNorm}\n  - {op: Relu}\n"
    "  - {op: Identity}\n  - {op: Conv, kernel: 3, groups: depthwise, stride: 2, bias: false}\n  - {op: BatchNorm}\n"
    "  - {op: GlobalAveragePool}\n  - {op: Flatten}\n  - {op: Linear, out_features: 5}\n",
    "inputs: {x: [3, 8]}\nlayers:\n"
    "  - {name: a, op: Linear, out_features: 6}\n  - {op: BatchNorm, epsilon: 0.01}\n  - {op: Reshape, shape: [3, 6]}\n"
    "  - {op: Add, inputs: [Reshape2, a]}\n  - {op: Softmax}\n",
    "inputs: {x: [1, 5, 8]}\nlayers:\n  - {op: LayerNorm}\n  - {op: Attention, heads: 2}\n  - {op: Gelu}\n"};

/// Parameters get random values; variances stay positive.
void fill(graph::Graph& network, std::mt19937& random) {
    std::uniform_real_distribution<float> uniform(-1.0F, 1.0F);
    for (graph::Tensor& tensor : network.tensors) {
        if (tensor.role == graph::TensorRole::parameter && !tensor.has_data()) {
            std::vector<float> values(tensor.size());
            for (float& value : values) {
                value = tensor.name.ends_with(".variance") ? 1.5F + uniform(random) : uniform(random);
            }
            tensor.data = std::make_shared<const graph::TensorData>(graph::TensorData::of_floats(tensor.shape, values));
        }
    }
}

TEST_CASE("a simplified network computes what the network computed", "[workloads][property]") {
    std::mt19937 random(7);
    for (const char* text : networks) {
        Problems problems;
        graph::Graph network = import::import_network(import::Source{.content = text, .path = "net.yaml"}, problems);
        problems.throw_if_errors();
        fill(network, random);
        graph::Graph simple = network;
        graph::simplify(simple);
        CHECK(simple.operators.size() <= network.operators.size());
        REQUIRE_FALSE(graph::verify(simple).has_errors());
        const graph::Tensor& x = network.at(network.inputs[0]);
        std::vector<float> values(x.size());
        for (float& value : values) {
            value = static_cast<float>(random() % 2001) / 1000.0F - 1.0F;
        }
        const reference::Values given{{"x", graph::TensorData::of_floats(x.shape, values)}};
        const auto before = reference::Interpreter(network).run(given);
        const auto after = reference::Interpreter(simple).run(given);
        REQUIRE(after.size() == before.size());
        for (const auto& [name, data] : before) {
            for (std::size_t i = 0; i < data.size(); ++i) {
                CHECK(after.at(name).as_double(i) == Approx(data.as_double(i)).margin(1e-5));
            }
        }
    }
}

} // namespace
