// SPDX-License-Identifier: Apache-2.0
// Sums rows of weights for the inputs that are 1.
#include "mapping/spiking/oracle.hpp"

#include <algorithm>

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

std::vector<std::int32_t> IntegerOracle::layer_sums(std::size_t index, const std::vector<std::uint8_t>& input) const {
    const TrinaryLayer& layer = network_.layers[index];
    const FeatureMap& in = maps_[index];
    const FeatureMap& out = maps_[index + 1];
    const std::uint32_t channels = in.channels / layer.groups;
    const std::uint32_t features = layer.features / layer.groups;
    std::vector<std::int32_t> all(out.size());
    for (std::uint32_t position = 0; position < out.rows * out.cols; ++position) {
        std::int32_t* sums = &all[std::size_t{position} * layer.features];
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
    }
    return all;
}

std::vector<std::uint8_t> IntegerOracle::layer_outputs(std::size_t index,
                                                       const std::vector<std::uint8_t>& input) const {
    const TrinaryLayer& layer = network_.layers[index];
    std::vector<std::uint8_t> outputs;
    std::size_t feature = 0;
    for (const std::int32_t sum : layer_sums(index, input)) {
        outputs.push_back(sum + layer.biases[feature] >= 1 ? 1 : 0);
        feature = feature + 1 == layer.features ? 0 : feature + 1;
    }
    return outputs;
}

std::vector<std::vector<std::uint8_t>> IntegerOracle::run(const std::vector<std::vector<std::uint8_t>>& inputs,
                                                          const std::vector<std::uint32_t>& ticks,
                                                          std::int64_t floor) const {
    std::vector<std::vector<std::uint8_t>> values = inputs;
    for (std::size_t index = 0; index < network_.layers.size(); ++index) {
        const TrinaryLayer& layer = network_.layers[index];
        std::vector<std::int64_t> potentials(layer.integrating.empty() ? 0 : maps_[index + 1].size());
        for (std::vector<std::uint8_t>& tick : values) {
            if (layer.integrating.empty()) {
                tick = layer_outputs(index, tick);
                continue;
            }
            const std::vector<std::int32_t> sums = layer_sums(index, tick);
            tick.assign(sums.size(), 0);
            for (std::size_t output = 0; output < sums.size(); ++output) {
                const std::size_t feature = output % layer.features;
                const IntegratingNeuron& neuron = layer.integrating[feature];
                std::int64_t& potential = potentials[output];
                potential += std::int64_t{neuron.step} * sums[output] + layer.biases[feature];
                if (potential >= neuron.threshold) {
                    tick[output] = 1;
                    potential = neuron.reset;
                } else {
                    potential = std::max(potential, floor);
                }
            }
        }
        if (index + 1 < network_.layers.size()) { // until the first outputs arrive, the next layer has no input
            values.insert(values.begin(), ticks[index], std::vector<std::uint8_t>(maps_[index + 1].size()));
        }
    }
    values.erase(values.begin(), values.end() - static_cast<std::ptrdiff_t>(inputs.size()));
    return values;
}

std::vector<std::uint8_t> IntegerOracle::evaluate(const std::vector<std::uint8_t>& input) const {
    std::vector<std::uint8_t> values = input;
    for (std::size_t index = 0; index < network_.layers.size(); ++index) {
        values = layer_outputs(index, values);
    }
    return values;
}

} // namespace lodestone::spiking
