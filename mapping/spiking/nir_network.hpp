// SPDX-License-Identifier: Apache-2.0
// From a NIR graph to layers of integrating neurons with whole weights; nodes that the cores cannot do are refused.
#pragma once

#include "arch/spec/spiking_array.hpp"
#include "mapping/spiking/trinary_network.hpp"
#include "workloads/import/nir_format.hpp"

#include <string>
#include <vector>

namespace lodestone::spiking {

struct NirNetwork {
    TrinaryNetwork network;
    std::vector<std::string> warnings; ///< what was rounded or inferred
};

/// A chain Input -> weights -> IF -> … -> IF -> Output. Weights: Linear, Affine, Conv2d, SumPool2d, AvgPool2d, with
/// Scale behind them; Flatten and nested graphs are opened. NIR's IF, one tick per unit of time: v += r x (W s + b);
/// v > v_threshold: spike, v = v_reset (0 when absent). Per neuron, r x W becomes -8 to 7 steps: exactly when it can,
/// rounded with a warning when not. Throws UserError with file and node of everything that does not fit.
[[nodiscard]] NirNetwork from_nir(const import::NirGraph& graph, const std::string& file,
                                  const spec::SpikingArraySpec& machine);

/// Where value `index` of a sample in NIR's order [channel][row][col] stands in the order of a FeatureMap.
[[nodiscard]] std::size_t element_of_nir(const FeatureMap& map, std::size_t index);

} // namespace lodestone::spiking
