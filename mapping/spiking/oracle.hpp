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

    [[nodiscard]] std::vector<std::uint8_t> evaluate(const std::vector<std::uint8_t>& input) const;

private:
    [[nodiscard]] std::vector<std::uint8_t> layer_outputs(std::size_t index,
                                                          const std::vector<std::uint8_t>& input) const;

    const TrinaryNetwork& network_;
    std::vector<FeatureMap> maps_;
    std::vector<std::vector<std::int16_t>> rows_; ///< by layer: [kernel row][kernel col][channel][feature of the group]
};

} // namespace lodestone::spiking
