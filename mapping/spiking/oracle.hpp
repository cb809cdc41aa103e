// SPDX-License-Identifier: Apache-2.0
// The plain rule of a trinary network on integers, fast enough for thousands of images: no cores, no spikes, no ticks.
#pragma once

#include "mapping/spiking/trinary_network.hpp"

#include <cstdint>
#include <vector>

namespace lodestone::spiking {

/// Gives what evaluate() gives. Weights are kept by input, so that an input of 1 adds one row of them to all sums.
class IntegerOracle {
public:
    /// The network must pass verify_network() and outlive the oracle.
    explicit IntegerOracle(const TrinaryNetwork& network);

    /// One tick, for networks that keep no state.
    [[nodiscard]] std::vector<std::uint8_t> evaluate(const std::vector<std::uint8_t>& input) const;
    /// Outputs of each tick for the inputs of each, from rest. Layer l passes its outputs on `ticks[l]` ticks later and
    /// runs without input until the first arrive, as its biases act from the first tick on. `floor`: the potential at
    /// which integrating neurons stop.
    [[nodiscard]] std::vector<std::vector<std::uint8_t>> run(const std::vector<std::vector<std::uint8_t>>& inputs,
                                                             const std::vector<std::uint32_t>& ticks,
                                                             std::int64_t floor) const;

private:
    /// Sum of weight x input of each output; no biases.
    [[nodiscard]] std::vector<std::int32_t> layer_sums(std::size_t index, const std::vector<std::uint8_t>& input) const;
    [[nodiscard]] std::vector<std::uint8_t> layer_outputs(std::size_t index,
                                                          const std::vector<std::uint8_t>& input) const;

    const TrinaryNetwork& network_;
    std::vector<FeatureMap> maps_;
    std::vector<std::vector<std::int16_t>> rows_; ///< by layer: [kernel row][kernel col][channel][feature of the group]
};

} // namespace lodestone::spiking
