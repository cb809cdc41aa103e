// SPDX-License-Identifier: Apache-2.0
// Networks of grouped convolutions with weights -1, 0, +1 and outputs 0 or 1: what a spiking array computes in one tick
// per layer.
#pragma once

#include "sim/base/diagnostics.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace lodestone::spiking {

/// Limits of what a file may ask for.
inline constexpr std::uint64_t max_side = 4096;         ///< rows and columns of a map
inline constexpr std::uint64_t max_elements = 1U << 24; ///< of one map

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

/// A neuron that adds up over ticks: V += step x sum of weight x input + bias; V >= threshold: spike, V = reset.
struct IntegratingNeuron {
    std::int16_t step = 1;
    std::int32_t threshold = 1;
    std::int32_t reset = 0;
};

/// output = 1 if sum of weight x input + bias >= 1, else 0; or integrating neurons, whose weights are -8 to 7. A fully
/// connected layer has a kernel as large as its input.
struct TrinaryLayer {
    std::string name;
    std::uint32_t kernel_rows = 1;
    std::uint32_t kernel_cols = 1;
    std::uint32_t stride = 1;
    std::uint32_t pad = 0; ///< zeros on all four sides
    std::uint32_t features = 1;
    std::uint32_t groups = 1;
    std::vector<std::int8_t> weights;           ///< [feature][channel of the group][kernel row][kernel col]
    std::vector<std::int16_t> biases;           ///< by feature
    std::vector<IntegratingNeuron> integrating; ///< by feature; empty: outputs depend on one tick alone

    /// Weights as sums of the weights of axon types: +1 and -1, or 1, 2, 4 and -8 times the neuron's step. Bit g is
    /// set when the weight needs an axon of type g.
    [[nodiscard]] std::uint32_t axon_types_of(std::int8_t weight) const {
        constexpr std::uint32_t nibble = 0xF;
        return integrating.empty() ? (weight == 0  ? 0U
                                      : weight > 0 ? 1U
                                                   : 2U)
                                   : static_cast<std::uint32_t>(weight) & nibble;
    }
    /// Axons that an input takes at most.
    [[nodiscard]] std::uint32_t axons_per_input() const;
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

/// True when some neurons add up over ticks.
[[nodiscard]] bool keeps_state(const TrinaryNetwork& network);

/// The plain rule of one tick, layer by layer, for networks that keep no state: the answer that the compiled network
/// must give. `input` has one entry per element.
[[nodiscard]] std::vector<std::uint8_t> evaluate(const TrinaryNetwork& network, const std::vector<std::uint8_t>& input);

/// A network of these layers with drawn weights: each is -1, 0 or +1 with `density` of them not zero; biases make about
/// half of the outputs fire. For sizing and tests.
void draw_weights(TrinaryNetwork& network, double density, std::uint64_t seed);

/// The one-chip convolutional network of [esser2016] without its off-chip first layer; no weights.
[[nodiscard]] TrinaryNetwork one_chip_network();

} // namespace lodestone::spiking
