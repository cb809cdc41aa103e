// SPDX-License-Identifier: Apache-2.0
// Real weights and thresholds of neurons to the whole numbers of a core.
#pragma once

#include "arch/spec/spiking_array.hpp"
#include "mapping/spiking/trinary_network.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace lodestone::spiking {

/// A layer before its weights are whole numbers; fields as in TrinaryLayer.
struct RealLayer {
    std::uint32_t kernel_rows = 1;
    std::uint32_t kernel_cols = 1;
    std::uint32_t stride = 1;
    std::uint32_t pad = 0;
    std::uint32_t groups = 1;
    std::uint32_t features = 1;
    std::vector<double> weights; ///< [feature][channel of the group][kernel row][kernel col]
    std::vector<double> biases;  ///< by feature
};
/// The same shape without values.
[[nodiscard]] TrinaryLayer shape_of(const RealLayer& layer);

/// By feature: v += resistance x input; v > threshold: spike, v = reset.
struct NeuronReals {
    std::vector<double> resistance;
    std::vector<double> threshold;
    std::vector<double> reset;
};

struct WholeLayer {
    TrinaryLayer layer;
    std::string warning; ///< "" when every number is exact
};

/// Where errors are reported.
struct NirPlace {
    std::string file;
    std::string node;
};

/// Per neuron, weights become -8 to 7 times a unit: the largest unit that makes all of them whole, or else that at
/// which the largest weight is 7 or -8. Threshold, reset and bias are counted in the largest fraction of the unit, down
/// to the 32nd, that makes them whole, or else in 32nds. Throws UserError when a value is not finite or a threshold is
/// larger than the machine's.
[[nodiscard]] WholeLayer to_whole_numbers(const RealLayer& layer, const NeuronReals& neurons,
                                          const spec::SpikingArraySpec& machine, const NirPlace& place);

} // namespace lodestone::spiking
