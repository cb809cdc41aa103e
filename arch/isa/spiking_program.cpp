// SPDX-License-Identifier: Apache-2.0
// Access to the crossbar rows of a spiking program.
#include "arch/isa/spiking_program.hpp"

namespace lodestone::isa {

std::span<const std::uint64_t> synapse_row(const SpikingProgram& program, const SpikingCoreProgram& core,
                                           std::size_t neuron) {
    const std::size_t words = program.words_per_row();
    return std::span(core.synapses).subspan(neuron * words, words);
}

void connect(const SpikingProgram& program, SpikingCoreProgram& core, std::size_t axon, std::size_t neuron) {
    core.synapses[neuron * program.words_per_row() + axon / 64] |= std::uint64_t{1} << (axon % 64);
}

std::int32_t reset_value(int sign, std::uint32_t exponent) {
    const auto magnitude = static_cast<std::int32_t>((std::uint32_t{1} << exponent) - 1);
    return sign < 0 ? -magnitude : magnitude;
}

} // namespace lodestone::isa
