// SPDX-License-Identifier: Apache-2.0
// The program of a spiking core array: per core axon types, crossbar rows and neurons; input spikes; the output bus.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace lodestone::isa {

inline constexpr std::size_t axon_types = 4;

/// What a threshold does to the potential: set it, subtract the threshold, or leave it (gamma = 0, 1, 2).
enum class ResetMode : std::uint8_t { absolute, linear, none };

/// Where a neuron's spike goes: the core dx columns to the right and dy rows down, always along x first.
/// It makes `axon` active in tick t + 1 + delay, t being the tick of the spike.
struct SpikeDestination {
    std::int16_t dx = 0;
    std::int16_t dy = 0;
    std::uint16_t axon = 0;
    std::uint8_t delay = 0;
    bool connected = true; ///< false: the spike is not sent
};

/// Parameters of one neuron. In a tick: V += sum of the weights of its active synapses; saturate; V += leak; saturate;
/// then compare. F(s, p) = 1 if |s| >= p with p drawn evenly from 1..256: a stochastic weight or leak s adds sgn(s)
/// with probability |s| / 256.
struct SpikingNeuron {
    std::int32_t potential = 0;                     ///< V before the first tick
    std::array<std::int16_t, axon_types> weights{}; ///< s by axon type
    std::uint8_t stochastic_weights = 0;            ///< bit g: the weight of axon type g is stochastic (b_g)
    std::uint8_t threshold_mask_bits = 0;           ///< TM: both thresholds move by a draw of TM bits, eta
    std::int16_t leak = 0;                          ///< lambda
    bool leak_follows_sign = false;                 ///< epsilon: leak is multiplied by sgn(V) and stops at 0
    bool stochastic_leak = false;                   ///< c
    ResetMode reset_mode = ResetMode::absolute;     ///< gamma
    bool saturate_at_floor = false;                 ///< kappa: below the negative threshold V becomes it
    std::int32_t positive_threshold = 1;            ///< alpha: V >= alpha + eta spikes
    std::int32_t negative_threshold = 0;            ///< -beta: below it (less eta unless kappa) V resets
    std::int32_t reset = 0;                         ///< R: V after a spike, absolute mode
    std::int32_t negative_reset = 0;                ///< V after the negative threshold, absolute mode (the chip's: -R)
    SpikeDestination destination;
};

/// One core. Synapse rows have words_per_row() words of 64 bits; bit i of a row is axon i.
struct SpikingCoreProgram {
    std::uint32_t x = 0;             ///< column in the mesh
    std::uint32_t y = 0;             ///< row in the mesh
    std::vector<std::uint8_t> types; ///< by axon, 0..3; axons past the end are of type 0
    std::vector<std::uint64_t> synapses;
    std::vector<SpikingNeuron> neurons; ///< may be fewer than the rows of the core: the rest do not exist
};

/// A spike from outside: `axon` of core (x, y) is active in tick `tick + delay`.
struct InputSpike {
    std::uint64_t tick = 0;
    std::uint32_t x = 0;
    std::uint32_t y = 0;
    std::uint16_t axon = 0;
    std::uint8_t delay = 0;

    [[nodiscard]] std::uint64_t arrival() const { return tick + delay; }
};

/// The place in the mesh where spikes leave the array: `axon` is the output's number.
struct OutputBus {
    std::uint32_t x = 0;
    std::uint32_t y = 0;
    std::uint32_t outputs = 0;
};

struct SpikingProgram {
    std::string name;
    std::uint32_t axons = 256;       ///< per core; at most those of the machine
    std::uint32_t neurons = 256;     ///< per core; at most those of the machine
    std::uint32_t columns = 1;       ///< of the part of the mesh in use, from column 0
    std::uint32_t rows = 1;          ///< of the part of the mesh in use, from row 0
    bool floor_is_inclusive = false; ///< V <= negative threshold resets, instead of V <
    std::vector<SpikingCoreProgram> cores;
    std::vector<InputSpike> inputs;
    std::optional<OutputBus> output_bus;

    [[nodiscard]] std::size_t words_per_row() const { return (axons + 63U) / 64U; }
};

/// The crossbar row of neuron `neuron` of `core`.
[[nodiscard]] std::span<const std::uint64_t> synapse_row(const SpikingProgram& program, const SpikingCoreProgram& core,
                                                         std::size_t neuron);
/// Adds the synapse from `axon` to `neuron`; the rows must have been sized for the core's neurons.
void connect(const SpikingProgram& program, SpikingCoreProgram& core, std::size_t axon, std::size_t neuron);

/// sigma * (2^exponent - 1): the reset values a chip can hold.
[[nodiscard]] std::int32_t reset_value(int sign, std::uint32_t exponent);

} // namespace lodestone::isa
