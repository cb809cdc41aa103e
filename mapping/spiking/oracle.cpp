// SPDX-License-Identifier: Apache-2.0
// Sums rows of weights for the inputs that are 1.
#include "mapping/spiking/oracle.hpp"

namespace lodestone::spiking {

IntegerOracle::IntegerOracle(const TrinaryNetwork& network) : network_(network), maps_(network.maps()) {
    for (std::size_t index = 0; index < network.layers.size(); ++index) {
        const TrinaryLayer& layer = network.layers[index];
        const std::uint32_t channels = maps_[index].channels / layer.groups;
        const std::uint32_t features = layer.features / layer.groups;
        std::vector<std::int16_t>& rows = rows_.emplace_back();
        for (std::uint32_t kr = 0; kr < layer.kernel_rows; ++kr) {
            for (std::uint32_t kc = 0; kc < layer.kernel_cols; ++kc) {
                for (std::uint32_t channel = 0; channel < maps_[index].channels; ++channel) {
                    for (std::uint32_t f = 0; f < features; ++f) {
                        const std::uint32_t feature = channel / channels * features + f;
                        rows.push_back(layer.weight(feature, channel % channels, kr, kc, channels));
                    }
                }
            }
        }
    }
}

std::vector<std::uint8_t> IntegerOracle::layer_outputs(std::size_t index,
                                                       const std::vector<std::uint8_t>& input) const {
    const TrinaryLayer& layer = network_.layers[index];
    const FeatureMap& in = maps_[index];
    const FeatureMap& out = maps_[index + 1];
    const std::uint32_t channels = in.channels / layer.groups;
    const std::uint32_t features = layer.features / layer.groups;
    std::vector<std::uint8_t> outputs;
    outputs.reserve(out.size());
    std::vector<std::int32_t> sums;
    for (std::uint32_t position = 0; position < out.rows * out.cols; ++position) {
        sums.assign(layer.biases.begin(), layer.biases.end());
        for (std::uint32_t tap = 0; tap < layer.kernel_rows * layer.kernel_cols; ++tap) {
            const std::int64_t row =
                std::int64_t{position / out.cols} * layer.stride + tap / layer.kernel_cols - layer.pad;
            const std::int64_t col =
                std::int64_t{position % out.cols} * layer.stride + tap % layer.kernel_cols - layer.pad;
            if (row < 0 || col < 0 || row >= in.rows || col >= in.cols) {
                continue;
            }
            const std::uint8_t* values =
                &input[in.element(static_cast<std::uint32_t>(row), static_cast<std::uint32_t>(col), 0)];
            for (std::uint32_t channel = 0; channel < in.channels; ++channel) {
                if (values[channel] == 0) {
                    continue;
                }
                const std::int16_t* weights = &rows_[index][(std::size_t{tap} * in.channels + channel) * features];
                std::int32_t* of_group = &sums[std::size_t{channel / channels} * features];
                for (std::uint32_t f = 0; f < features; ++f) {
                    of_group[f] += weights[f];
                }
            }
        }
        for (const std::int32_t sum : sums) {
            outputs.push_back(sum >= 1 ? 1 : 0);
        }
    }
    return outputs;
}

std::vector<std::uint8_t> IntegerOracle::evaluate(const std::vector<std::uint8_t>& input) const {
    std::vector<std::uint8_t> values = input;
    for (std::size_t index = 0; index < network_.layers.size(); ++index) {
        values = layer_outputs(index, values);
    }
    return values;
}

} // namespace lodestone::spiking
