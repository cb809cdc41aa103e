// SPDX-License-Identifier: Apache-2.0
// The neuron equation, one neuron at a time, with every mode: what a row of a core does in a tick.
#pragma once

#include "arch/isa/spiking_program.hpp"
#include "arch/spec/spiking_array.hpp"
#include "arch/spiking_array/random_stream.hpp"

#include <cstdint>

namespace lodestone::spiking_array {

/// What the comparison does to a potential: V = (V & keep) + add, keep being all ones or all zeros.
struct ResetRule {
    std::int32_t keep = 0;
    std::int32_t add = 0;
};

/// Both resets of a neuron, without the random part of the thresholds.
struct ResetRules {
    ResetRule after_spike;
    ResetRule below_floor;
};

[[nodiscard]] ResetRules reset_rules(const isa::SpikingNeuron& neuron);

/// V limited to the width of the potential.
[[nodiscard]] constexpr std::int32_t saturate(std::int32_t value, const spec::IntegerRange& range) {
    return value < range.min   ? static_cast<std::int32_t>(range.min)
           : value > range.max ? static_cast<std::int32_t>(range.max)
                               : value;
}

/// What the neurons of a core share.
struct NeuronContext {
    spec::IntegerRange potential;
    bool floor_is_inclusive = false;
};

/// The contribution of one synaptic event on an axon of type `type`; draws when the weight is stochastic.
[[nodiscard]] std::int32_t synaptic_weight(const isa::SpikingNeuron& neuron, std::size_t type, RandomStream& random);

/// Leak, comparison and reset after the synapses; `potential` is changed. True when the neuron spikes.
/// Draws, in this order: leak (when stochastic), threshold (when its mask is not empty).
[[nodiscard]] bool leak_and_fire(const isa::SpikingNeuron& neuron, const NeuronContext& context,
                                 std::int32_t& potential, RandomStream& random);

} // namespace lodestone::spiking_array
