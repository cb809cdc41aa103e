// SPDX-License-Identifier: Apache-2.0
// Packing and placement: cores, splitters and hops that can be counted by hand.
#include "mapping/spiking/compile.hpp"
#include "mapping/spiking/place.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace lodestone;
using namespace lodestone::spiking;

namespace {

/// One layer of the given shape with all weights `weight`.
TrinaryNetwork one_layer(const FeatureMap& input, TrinaryLayer layer, std::int8_t weight) {
    TrinaryNetwork network{.name = "net", .input = input, .layers = {}};
    layer.name = "layer";
    layer.weights.assign(
        std::size_t{layer.features} * input.channels / layer.groups * layer.kernel_rows * layer.kernel_cols, weight);
    layer.biases.assign(layer.features, 0);
    network.layers.push_back(std::move(layer));
    return network;
}

} // namespace

TEST_CASE("weights of one sign take one axon per input, of both signs two", "[unit][spiking]") {
    TrinaryNetwork network = one_layer({.channels = 100}, {.features = 10}, 1);
    CHECK(compile(network, {}).layers[0].axons == 100);
    network.layers[0].weights[0] = -1;
    CHECK(compile(network, {}).layers[0].axons == 101); // only input 0 is used with both signs
}

TEST_CASE("neighbouring positions share a core as long as their inputs fit its axon pairs", "[unit][spiking]") {
    TrinaryNetwork network = one_layer({.rows = 8, .cols = 8, .channels = 8},
                                       {.kernel_rows = 3, .kernel_cols = 3, .pad = 1, .features = 16}, 1);
    network.layers[0].weights[0] = -1;
    const LayerCores layer = compile(network, {}).layers[0];
    CHECK(layer.patch_rows * layer.patch_cols == 4); // 4 x 4 x 8 = 128 inputs
    CHECK(layer.cores == 16);
    CHECK(layer.unpacked_cores == 64);
}

TEST_CASE("an output that two cores read takes one neuron for each axon it drives", "[unit][spiking]") {
    TrinaryNetwork network = one_layer({.channels = 1}, {.features = 1}, 1);
    network.layers.push_back({.name = "wide",
                              .features = 300,
                              .weights = std::vector<std::int8_t>(300, 1),
                              .biases = std::vector<std::int16_t>(300, 0)});
    const CompiledNetwork compiled = compile(network, {});
    CHECK(compiled.layers[1].cores == 2); // 300 outputs
    CHECK(compiled.layers[0].cores == 1);
    CHECK(compiled.layers[0].neurons == 2);
    CHECK(compiled.layers[0].splitters == 0);
    CHECK(compiled.latency == 2);
}

TEST_CASE("outputs without room for their copies go through splitters, and all paths take the same ticks",
          "[unit][spiking]") {
    TrinaryNetwork network = one_layer({.channels = 128}, {.features = 128}, 1);
    TrinaryLayer wide{.name = "wide", .features = 1024};
    wide.weights.assign(128 * 1024, 1);
    wide.biases.assign(1024, 0);
    network.layers.push_back(wide);
    const CompiledNetwork compiled = compile(network, {});
    CHECK(compiled.layers[1].cores == 4);
    CHECK(compiled.layers[0].cores + compiled.layers[0].splitters >= 2); // 128 outputs x 4 readers = 512 neurons
    for (const isa::SpikingCoreProgram& core : compiled.program.cores) {
        CHECK(core.neurons.size() <= 256);
        CHECK(core.types.size() <= 256);
    }
    CHECK(compiled.latency == compiled.layers[0].ticks + 1);
}

TEST_CASE("annealing brings a scattered chain together and never makes it worse", "[unit][spiking]") {
    PlacementProblem chain{.mesh = {.rows = 8, .cols = 8}, .cores = 40, .seed = 3, .moves_per_core = 500};
    for (std::uint32_t core = 0; core < 40; ++core) {
        chain.edges.push_back({.from = core, .to = (core * 7 + 5) % 41, .connections = 10});
    }
    const std::uint64_t before = total_hops(chain, in_order(chain));
    const auto places = anneal(chain);
    CHECK(total_hops(chain, places) < before / 2);
    CHECK(anneal(chain) == places);
    chain.moves_per_core = 0;
    CHECK(anneal(chain) == in_order(chain));
}

TEST_CASE("no two cores get the same place, and none the bus's", "[unit][spiking]") {
    TrinaryNetwork network = one_layer({.rows = 8, .cols = 8, .channels = 8},
                                       {.kernel_rows = 3, .kernel_cols = 3, .pad = 1, .features = 16}, 1);
    const CompiledNetwork compiled = compile(network, {.cores = {.rows = 5, .cols = 5}});
    std::vector<std::uint32_t> places{compiled.program.output_bus->y * 5 + compiled.program.output_bus->x};
    for (const isa::SpikingCoreProgram& core : compiled.program.cores) {
        places.push_back(core.y * 5 + core.x);
    }
    std::ranges::sort(places);
    CHECK(std::ranges::adjacent_find(places) == places.end());
    CHECK(places.back() < 25);
}
