// SPDX-License-Identifier: Apache-2.0
// Encoders and decoders, and the fast oracle beside the plain one.
#include "mapping/spiking/coding.hpp"
#include "mapping/spiking/oracle.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>
#include <random>

using namespace lodestone::spiking;

namespace {

std::size_t spikes_of(const std::vector<Frame>& frames, std::size_t element) {
    std::size_t count = 0;
    for (const Frame& frame : frames) {
        count += frame.at(element);
    }
    return count;
}

std::optional<std::uint32_t> decoded(DecodingKind kind, const std::vector<std::vector<std::uint32_t>>& outputs) {
    return decode({.kind = kind, .classes = 3}, outputs);
}

} // namespace

TEST_CASE("a threshold encoder sets an element for each level that a value reaches", "[spiking]") {
    const std::vector<float> values{0.0F, 0.25F, 0.24F, 1.0F};
    const auto frames = encode_sample({.levels = {0.25, 0.75}}, values, 0);
    REQUIRE(frames.size() == 1);
    CHECK(frames[0] == Frame{0, 0, 1, 0, 0, 0, 1, 1});
}

TEST_CASE("a threshold encoder offers the same frame for as many ticks as asked", "[spiking]") {
    const auto frames = encode_sample({.levels = {0.5}, .ticks = 3}, std::vector{0.5F, 0.4F}, 0);
    CHECK(frames == std::vector<Frame>(3, Frame{1, 0}));
}

TEST_CASE("an even rate spikes in value x ticks of the ticks, as far apart as possible", "[spiking]") {
    const std::vector<float> values{0.0F, 0.25F, 0.5F, 1.0F, 2.0F, -1.0F};
    const auto frames = encode_sample({.kind = EncodingKind::rate, .ticks = 8}, values, 0);
    REQUIRE(frames.size() == 8);
    CHECK(spikes_of(frames, 0) == 0);
    CHECK(spikes_of(frames, 1) == 2);
    CHECK(spikes_of(frames, 2) == 4);
    CHECK(spikes_of(frames, 3) == 8);
    CHECK(spikes_of(frames, 4) == 8);
    CHECK(spikes_of(frames, 5) == 0);
    CHECK(frames[3][1] == 1);
    CHECK(frames[7][1] == 1);
}

TEST_CASE("a random rate has the value's frequency, and the same spikes for the same seed and sample", "[spiking]") {
    const std::vector<float> values{0.3F, 0.0F, 1.0F};
    Encoding encoding{.kind = EncodingKind::rate, .ticks = 20000, .spread = Spread::random, .seed = 4};
    const auto frames = encode_sample(encoding, values, 7);
    constexpr double deviation = 65; // of 20,000 draws with probability 0.3
    CHECK(std::abs(static_cast<double>(spikes_of(frames, 0)) - 6000.0) < 4 * deviation);
    CHECK(spikes_of(frames, 1) == 0);
    CHECK(spikes_of(frames, 2) == 20000);
    CHECK(encode_sample(encoding, values, 7) == frames);
    CHECK(encode_sample(encoding, values, 8) != frames);
    encoding.seed = 5;
    CHECK(encode_sample(encoding, values, 7) != frames);
}

TEST_CASE("a spike count decides for the class with most spikes, of equal ones for the lowest", "[spiking]") {
    CHECK(decoded(DecodingKind::count, {{0}, {1, 4}, {2}}) == 1U);
    CHECK(decoded(DecodingKind::count, {{2}, {1}}) == 1U);
}

TEST_CASE("the first spike decides before more spikes of other classes", "[spiking]") {
    CHECK(decoded(DecodingKind::first_spike, {{}, {2}, {0, 3, 1}}) == 2U);
    CHECK(decoded(DecodingKind::first_spike, {{}, {2, 1, 4}}) == 1U);
}

TEST_CASE("without output spikes there is no class", "[spiking]") {
    CHECK_FALSE(decoded(DecodingKind::count, {{}, {}}));
    CHECK_FALSE(decoded(DecodingKind::first_spike, {{}, {}}));
}

TEST_CASE("the fast oracle gives what the plain rule gives", "[spiking]") {
    TrinaryNetwork network{.name = "net", .input = {.rows = 7, .cols = 6, .channels = 4}, .layers = {}};
    network.layers.push_back({.name = "a", .kernel_rows = 3, .kernel_cols = 3, .pad = 1, .features = 8, .groups = 2});
    network.layers.push_back({.name = "b", .kernel_rows = 2, .kernel_cols = 3, .stride = 2, .features = 12});
    network.layers.push_back({.name = "c", .kernel_rows = 3, .kernel_cols = 2, .features = 20, .groups = 4});
    draw_weights(network, 0.6, 2);
    const IntegerOracle oracle(network);
    std::mt19937_64 engine(1);
    std::size_t firing = 0;
    for (int image = 0; image < 20; ++image) {
        Frame input(network.input.size());
        for (std::uint8_t& value : input) {
            value = static_cast<std::uint8_t>(engine() >> 63);
        }
        const Frame outputs = oracle.evaluate(input);
        CHECK(outputs == evaluate(network, input));
        firing += static_cast<std::size_t>(std::ranges::count(outputs, 1));
    }
    CHECK(firing > 0);
    CHECK(firing < 20 * network.maps().back().size());
}
