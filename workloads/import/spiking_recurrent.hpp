// SPDX-License-Identifier: Apache-2.0
// Generates the recurrent benchmark network: randomly placed neurons at a chosen rate with a chosen fan-out.
#pragma once

#include "arch/isa/spiking_program.hpp"
#include "arch/spec/spiking_array.hpp"
#include "sim/base/id.hpp"
#include "sim/base/quantity.hpp"

#include <cstdint>

namespace lodestone::import {

/// Every neuron of every core drives one axon somewhere in the array, chosen so that each axon has one source
/// (random placement), after a delay drawn evenly. Each neuron listens to `synapses` random axons of its core, half of
/// them exciting and half inhibiting by the same weight, so that on average input cancels and the rate is that of a
/// constant leak against the threshold: rate = tick rate x leak / threshold, with linear reset.
struct RecurrentNetwork {
    GridShape cores{.rows = 64, .cols = 64};
    Hertz rate{20.0};                 ///< mean spikes per second of a neuron, at most the machine's tick rate
    std::uint32_t synapses = 128;     ///< per neuron; even, at most the axons of a core
    std::uint32_t longest_delay = 14; ///< of the delivery field: 0..longest, evenly
    std::uint32_t weight = 64;        ///< magnitude, how much the potentials fluctuate
    std::uint64_t seed = 1;
};

/// Throws UserError when a knob is outside what the machine can do.
[[nodiscard]] isa::SpikingProgram generate(const RecurrentNetwork& network, const spec::SpikingArraySpec& machine);

/// Gives a generated network another rate: leak, threshold and drawn potentials change, synapses and routes stay.
/// Throws UserError when the rate is above the machine's tick rate.
void set_rate(isa::SpikingProgram& program, Hertz rate, const spec::SpikingArraySpec& machine, std::uint64_t seed);

} // namespace lodestone::import
