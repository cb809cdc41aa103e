// SPDX-License-Identifier: Apache-2.0
// Packs the layers of a trinary network into cores that have no place in the mesh yet.
#pragma once

#include "arch/isa/spiking_program.hpp"
#include "arch/spec/spiking_array.hpp"
#include "mapping/spiking/compile.hpp"
#include "mapping/spiking/trinary_network.hpp"

#include <cstdint>
#include <vector>

namespace lodestone::spiking {

/// Stands for the output bus where a core's number is expected; the axon is the output's number.
inline constexpr std::uint32_t to_bus = 0xFFFFFFFFU;

struct AxonAddress {
    std::uint32_t core = 0;
    std::uint16_t axon = 0;
};

/// A core and where each of its neurons sends its spikes; dx and dy in the program are not set.
struct PackedCore {
    isa::SpikingCoreProgram program;
    std::vector<std::uint32_t> destinations; ///< core by neuron; axon and delay are in the program
};

struct PackedNetwork {
    std::vector<PackedCore> cores; ///< those of the last layer first
    std::vector<LayerCores> layers;
    std::vector<std::vector<AxonAddress>> inputs; ///< by input element
};

/// The network must have passed verify_network(). `format` gives the size of synapse rows. Throws UserError with rule
/// SPK-F2 or SPK-C1.
[[nodiscard]] PackedNetwork pack(const TrinaryNetwork& network, const spec::SpikingArraySpec& machine,
                                 const isa::SpikingProgram& format);

} // namespace lodestone::spiking
