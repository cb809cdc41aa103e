// SPDX-License-Identifier: Apache-2.0
// Compiled networks, one image per tick, spike by spike against the plain rule, in both fidelities.
#include "arch/spiking_array/simulate.hpp"
#include "mapping/spiking/compile.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <random>

using namespace lodestone;
using namespace lodestone::spiking;

namespace {

using Image = std::vector<std::uint8_t>;

std::vector<Image> draw_images(std::uint32_t elements, std::size_t count, std::uint64_t seed) {
    std::mt19937_64 engine(seed);
    std::vector<Image> images(count, Image(elements));
    for (Image& image : images) {
        for (std::uint8_t& value : image) {
            value = static_cast<std::uint8_t>(engine() >> 63);
        }
    }
    return images;
}

/// Every output of every image; returns how many fire.
std::size_t check_against_oracle(const TrinaryNetwork& network, const spec::SpikingArraySpec& machine,
                                 std::size_t count) {
    CompiledNetwork compiled = compile(network, machine);
    const std::vector<Image> images = draw_images(network.input.size(), count, 9);
    compiled.program.inputs = encode(compiled, images);
    std::size_t firing = 0;
    for (const auto fidelity : {spiking_array::Fidelity::functional, spiking_array::Fidelity::event}) {
        const auto found = spiking_array::simulate(compiled.program, machine,
                                                   {.fidelity = fidelity, .ticks = images.size() + compiled.latency});
        std::vector<Image> outputs(images.size(), Image(network.maps().back().size()));
        for (const spiking_array::OutputSpike& spike : found.outputs) {
            if (spike.row >= compiled.latency && spike.row < compiled.latency + images.size()) {
                outputs[spike.row - compiled.latency][spike.output] = 1;
            }
        }
        firing = 0;
        for (std::size_t i = 0; i < images.size(); ++i) {
            INFO("image " << i);
            const Image wanted = evaluate(network, images[i]);
            CHECK(outputs[i] == wanted);
            firing += static_cast<std::size_t>(std::count(wanted.begin(), wanted.end(), 1));
        }
    }
    return firing;
}

} // namespace

TEST_CASE("grouped convolutions with padding and strides compute the plain rule in every tick", "[system][spiking]") {
    for (const std::uint64_t seed : {1U, 2U, 3U}) {
        TrinaryNetwork network{.name = "convolutions", .input = {.rows = 7, .cols = 6, .channels = 4}, .layers = {}};
        network.layers.push_back(
            {.name = "a", .kernel_rows = 3, .kernel_cols = 3, .pad = 1, .features = 8, .groups = 2});
        network.layers.push_back({.name = "b", .kernel_rows = 2, .kernel_cols = 3, .stride = 2, .features = 12});
        network.layers.push_back({.name = "c", .kernel_rows = 3, .kernel_cols = 2, .features = 20});
        draw_weights(network, 0.6, seed);
        const std::size_t firing = check_against_oracle(network, {}, 6);
        CHECK(firing > 0);
        CHECK(firing < 6 * network.maps().back().size());
    }
}

TEST_CASE("spikes through splitters arrive with those that take none", "[system][spiking]") {
    TrinaryNetwork network{.name = "splitters", .input = {.channels = 8}, .layers = {}};
    network.layers.push_back({.name = "a", .features = 8});
    network.layers.push_back({.name = "b", .features = 12});
    network.layers.push_back({.name = "c", .features = 60}); // four cores that read both signs of b's outputs
    draw_weights(network, 0.7, 4);
    const spec::SpikingArraySpec small{.axons = 24, .neurons = 16, .cores = {.rows = 8, .cols = 8}};
    const CompiledNetwork compiled = compile(network, small);
    CHECK(compiled.layers[1].splitters > 0);
    CHECK(compiled.layers[1].ticks == 2);
    CHECK(compiled.latency == 4);
    CHECK(check_against_oracle(network, small, 20) > 0);
}
