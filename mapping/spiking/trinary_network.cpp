// SPDX-License-Identifier: Apache-2.0
// Shapes, plain evaluation and drawn weights of trinary networks.
#include "mapping/spiking/trinary_network.hpp"

#include <algorithm>
#include <bit>
#include <random>

namespace lodestone::spiking {
namespace {

/// Sum of weight x input of one output.
std::int32_t weighted_sum(const TrinaryLayer& layer, const FeatureMap& in, const std::vector<std::uint8_t>& input,
                          const FeatureMap& out, std::uint32_t output) {
    const std::uint32_t feature = output % out.channels;
    const std::uint32_t col = output / out.channels % out.cols;
    const std::uint32_t row = output / out.channels / out.cols;
    const std::uint32_t channels = in.channels / layer.groups;
    const std::uint32_t first = feature / (layer.features / layer.groups) * channels;
    std::int32_t sum = 0;
    for (std::uint32_t kr = 0; kr < layer.kernel_rows; ++kr) {
        for (std::uint32_t kc = 0; kc < layer.kernel_cols; ++kc) {
            const std::int64_t r = std::int64_t{row} * layer.stride + kr - layer.pad;
            const std::int64_t c = std::int64_t{col} * layer.stride + kc - layer.pad;
            if (r < 0 || c < 0 || r >= in.rows || c >= in.cols) {
                continue;
            }
            const std::uint32_t at = in.element(static_cast<std::uint32_t>(r), static_cast<std::uint32_t>(c), first);
            for (std::uint32_t channel = 0; channel < channels; ++channel) {
                sum += layer.weight(feature, channel, kr, kc, channels) * input[at + channel];
            }
        }
    }
    return sum;
}

} // namespace

std::uint32_t TrinaryLayer::axons_per_input() const {
    std::uint32_t types = 0;
    for (const std::int8_t weight : weights) {
        types |= axon_types_of(weight);
    }
    return std::max(1U, static_cast<std::uint32_t>(std::popcount(types)));
}

bool keeps_state(const TrinaryNetwork& network) {
    return std::ranges::any_of(network.layers, [](const TrinaryLayer& layer) { return !layer.integrating.empty(); });
}

FeatureMap TrinaryLayer::output_of(const FeatureMap& input) const {
    const auto positions = [this](std::uint32_t extent, std::uint32_t kernel) {
        const std::uint32_t padded = extent + 2 * pad;
        return padded < kernel ? 0 : (padded - kernel) / stride + 1;
    };
    return {
        .rows = positions(input.rows, kernel_rows), .cols = positions(input.cols, kernel_cols), .channels = features};
}

std::vector<FeatureMap> TrinaryNetwork::maps() const {
    std::vector<FeatureMap> all{input};
    for (const TrinaryLayer& layer : layers) {
        all.push_back(layer.output_of(all.back()));
    }
    return all;
}

std::vector<std::uint8_t> evaluate(const TrinaryNetwork& network, const std::vector<std::uint8_t>& input) {
    const std::vector<FeatureMap> maps = network.maps();
    std::vector<std::uint8_t> values = input;
    for (std::size_t i = 0; i < network.layers.size(); ++i) {
        const TrinaryLayer& layer = network.layers[i];
        std::vector<std::uint8_t> next(maps[i + 1].size());
        for (std::uint32_t output = 0; output < next.size(); ++output) {
            const std::int32_t bias = layer.biases[output % layer.features];
            next[output] = weighted_sum(layer, maps[i], values, maps[i + 1], output) + bias >= 1 ? 1 : 0;
        }
        values = std::move(next);
    }
    return values;
}

void draw_weights(TrinaryNetwork& network, double density, std::uint64_t seed) {
    std::mt19937_64 engine(seed);
    const auto limit = static_cast<std::uint64_t>(density * 0x1p32); // of the upper half of a draw
    std::uint32_t channels = network.input.channels;
    for (TrinaryLayer& layer : network.layers) {
        const std::size_t fan_in = std::size_t{channels} / layer.groups * layer.kernel_rows * layer.kernel_cols;
        layer.weights.resize(layer.features * fan_in);
        for (std::int8_t& weight : layer.weights) {
            const std::uint64_t draw = engine();
            const std::int8_t sign = (draw & 1U) != 0 ? std::int8_t{1} : std::int8_t{-1};
            weight = draw >> 32 < limit ? sign : std::int8_t{0};
        }
        layer.biases.resize(layer.features);
        for (std::int16_t& bias : layer.biases) {
            bias = static_cast<std::int16_t>(static_cast<std::int64_t>(engine() >> 62) - 1); // -1 to 2
        }
        channels = layer.features;
    }
}

TrinaryNetwork one_chip_network() {
    constexpr std::uint32_t image = 32; // rows and columns
    TrinaryNetwork network{.name = "one_chip", .input = {.rows = image, .cols = image, .channels = 16}, .layers = {}};
    struct Kind {
        std::uint32_t kernel, stride, pad;
    };
    constexpr Kind same{3, 1, 1};
    constexpr Kind point{1, 1, 0};
    constexpr Kind pool{2, 2, 0};
    constexpr Kind pool_4{4, 2, 1};
    const auto add = [&network](const char* name, const Kind& kind, std::uint32_t features, std::uint32_t groups) {
        network.layers.push_back({.name = name,
                                  .kernel_rows = kind.kernel,
                                  .kernel_cols = kind.kernel,
                                  .stride = kind.stride,
                                  .pad = kind.pad,
                                  .features = features,
                                  .groups = groups,
                                  .weights = {},
                                  .biases = {}});
    };
    add("P4-252(2)", pool_4, 252, 2);
    add("N-256(2)", point, 256, 2);
    add("P-256(8)", pool, 256, 8);
    add("S-512(32)", same, 512, 32);
    for (const char* name : {"N-512(4) a", "N-512(4) b", "N-512(4) c"}) {
        add(name, point, 512, 4);
    }
    add("P-512(16)", pool, 512, 16);
    add("S-1024(64)", same, 1024, 64);
    add("N-1024(8) a", point, 1024, 8);
    add("P-1024(32)", pool, 1024, 32);
    add("N-1024(8) b", point, 1024, 8);
    add("N-1024(8) c", point, 1024, 8);
    add("N-2040(8)", point, 2040, 8);
    return network;
}

} // namespace lodestone::spiking
