// SPDX-License-Identifier: Apache-2.0
// The inner loop of a core without random modes: masked adds, leak and comparison over lanes of neurons.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace lodestone::spiking_array {

/// Neurons are handled in blocks of this many; arrays are padded to it and aligned to 64 bytes.
inline constexpr std::size_t lanes_per_block = 64;

/// An axon with a spike: bit j of the column is the synapse to neuron j; weights are those of the axon's type.
struct ActiveAxon {
    const std::uint64_t* column;
    const std::int16_t* weights;
};

/// Flat arrays over the neurons of a core.
struct NeuronLanes {
    std::size_t blocks = 0;
    std::int32_t* potential = nullptr;
    const std::int16_t* leak = nullptr;
    const std::uint64_t* leak_follows_sign = nullptr; ///< bit per neuron
    const std::int32_t* threshold = nullptr;          ///< spikes at or above
    const std::int32_t* floor = nullptr;              ///< resets below
    std::int32_t lowest = 0;                          ///< limits of the potential
    std::int32_t highest = 0;
};

/// Synapses, saturation, leak, saturation, comparison. Bit j of `fired` and `sunk` (one word per block): neuron j
/// reached its threshold, or else is below its floor. Potentials are those before the reset.
using TickKernel = void (*)(const NeuronLanes& lanes, std::span<const ActiveAxon> axons, std::uint64_t* fired,
                            std::uint64_t* sunk);

struct NamedKernel {
    std::string name;
    TickKernel run;
};

/// The kernels this processor can run, fastest first; the last one is portable. All give the same bits.
[[nodiscard]] std::span<const NamedKernel> tick_kernels();

} // namespace lodestone::spiking_array
