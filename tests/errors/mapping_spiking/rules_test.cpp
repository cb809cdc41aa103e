// SPDX-License-Identifier: Apache-2.0
// One negative test for each rule of trinary networks, on both sides of its limit.
#include "mapping/spiking/compile.hpp"
#include "mapping/spiking/rules.hpp"
#include "sim/base/error.hpp"

#include <catch2/catch.hpp>

using namespace lodestone;
using namespace lodestone::spiking;

namespace {

TrinaryNetwork network_of(std::uint32_t inputs, std::uint32_t features) {
    TrinaryLayer layer{.name = "fc", .features = features};
    layer.weights.assign(std::size_t{inputs} * features, 1);
    layer.weights[0] = -1;
    layer.biases.assign(features, 0);
    return {.name = "net", .input = {.channels = inputs}, .layers = {layer}};
}

void check_refusal(const TrinaryNetwork& network, const std::string& text, const spec::SpikingArraySpec& machine = {}) {
    CHECK_THROWS_WITH(compile(network, machine), Catch::Contains(text));
}

} // namespace

TEST_CASE("SPK-F1: an output with 129 inputs of both signs is refused, with 128 it is not", "[errors][spiking]") {
    check_refusal(network_of(129, 2), "SPK-F1 an output has 129 inputs");
    CHECK_NOTHROW(compile(network_of(128, 2), {}));
    TrinaryNetwork positive = network_of(256, 2);
    positive.layers[0].weights[0] = 1;
    CHECK_NOTHROW(compile(positive, {}));
    check_refusal(network_of(257, 2), "SPK-F1");
}

TEST_CASE("SPK-F2: an output that feeds more axons than a splitter has neurons is refused", "[errors][spiking]") {
    const spec::SpikingArraySpec machine{.axons = 8, .neurons = 8};
    TrinaryNetwork network = network_of(2, 2);
    TrinaryLayer wide{.name = "wide", .features = 65};
    wide.weights.assign(2 * 65, 1);
    wide.biases.assign(65, 0);
    network.layers.push_back(wide);
    check_refusal(network, "SPK-F2 an output feeds 9 axons", machine);
    network.layers[1].features = 64;
    network.layers[1].weights.resize(2 * 64);
    network.layers[1].biases.resize(64);
    CHECK_NOTHROW(compile(network, machine));
}

TEST_CASE("SPK-C1: more cores than the mesh has is refused", "[errors][spiking]") {
    check_refusal(network_of(16, 257), "SPK-C1", {.cores = {.rows = 1, .cols = 2}});
    CHECK_NOTHROW(compile(network_of(16, 257), {.cores = {.rows = 1, .cols = 3}}));
}

TEST_CASE("SPK-W1: a weight of 2 is refused", "[errors][spiking]") {
    TrinaryNetwork network = network_of(4, 2);
    network.layers[0].weights[3] = 2;
    check_refusal(network, "SPK-W1 weight 3 is 2");
}

TEST_CASE("SPK-B1: a bias beyond the leak is refused", "[errors][spiking]") {
    TrinaryNetwork network = network_of(4, 2);
    network.layers[0].biases[1] = 255;
    CHECK_NOTHROW(compile(network, {}));
    network.layers[0].biases[1] = 256;
    check_refusal(network, "SPK-B1 bias 1 is 256");
}

TEST_CASE("SPK-N1: shapes that do not fit are refused", "[errors][spiking]") {
    TrinaryNetwork network = network_of(4, 2);
    network.layers[0].groups = 3;
    check_refusal(network, "SPK-N1 has 3 groups");
    network = network_of(4, 2);
    network.layers[0].weights.pop_back();
    check_refusal(network, "SPK-N1 has 7 weights");
    network = network_of(4, 2);
    network.layers[0].kernel_rows = 2;
    check_refusal(network, "SPK-N1 has no output");
    check_refusal({.name = "empty", .input = {}, .layers = {}}, "SPK-N1 has no layer");
}

TEST_CASE("SPK-O1: more outputs than the bus can name are refused", "[errors][spiking]") {
    check_refusal(network_of(1, 65537), "SPK-O1");
}
