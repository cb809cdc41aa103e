// SPDX-License-Identifier: Apache-2.0
// Networks of grouped convolutions with weights -1, 0, +1 and outputs 0 or 1: what a spiking array computes in one tick
// per layer.
#pragma once

#include "sim/base/diagnostics.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace lodestone::spiking {

/// Element (row, col, channel) has the number (row * cols + col) * channels + channel.
struct FeatureMap {
    std::uint32_t rows = 1;
    std::uint32_t cols = 1;
    std::uint32_t channels = 1;

    [[nodiscard]] std::uint32_t size() const { return rows * cols * channels; }
    [[nodiscard]] std::uint32_t element(std::uint32_t row, std::uint32_t col, std::uint32_t channel) const {
        return (row * cols + col) * channels + channel;
    }
    friend bool operator==(const FeatureMap&, const FeatureMap&) = default;
};

/// output = 1 if sum of weight x input + bias >= 1, else 0. A fully connected layer has a kernel as large as its input.
struct TrinaryLayer {
    std::string name;
    std::uint32_t kernel_rows = 1;
    std::uint32_t kernel_cols = 1;
    std::uint32_t stride = 1;
    std::uint32_t pad = 0; ///< zeros on all four sides
    std::uint32_t features = 1;
    std::uint32_t groups = 1;
    std::vector<std::int8_t> weights; ///< [feature][channel of the group][kernel row][kernel col]
    std::vector<std::int16_t> biases; ///< by feature

    [[nodiscard]] FeatureMap output_of(const FeatureMap& input) const;
    [[nodiscard]] std::int8_t weight(std::uint32_t feature, std::uint32_t channel, std::uint32_t row, std::uint32_t col,
                                     std::uint32_t channels_of_group) const {
        return weights[((std::size_t{feature} * channels_of_group + channel) * kernel_rows + row) * kernel_cols + col];
    }
};

struct TrinaryNetwork {
    std::string name;
    FeatureMap input;
    std::vector<TrinaryLayer> layers;

    /// Of the network's input, then of each layer.
    [[nodiscard]] std::vector<FeatureMap> maps() const;
};

/// The plain rule, layer by layer: the answer that the compiled network must give. `input` has one entry per element.
[[nodiscard]] std::vector<std::uint8_t> evaluate(const TrinaryNetwork& network, const std::vector<std::uint8_t>& input);

/// A network of these layers with drawn weights: each is -1, 0 or +1 with `density` of them not zero; biases make about
/// half of the outputs fire. For sizing and tests.
void draw_weights(TrinaryNetwork& network, double density, std::uint64_t seed);

/// The one-chip convolutional network of [esser2016] without its off-chip first layer; no weights.
[[nodiscard]] TrinaryNetwork one_chip_network();

} // namespace lodestone::spiking
