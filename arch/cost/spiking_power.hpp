// SPDX-License-Identifier: Apache-2.0
// Power of a spiking array from its event counts: leakage, memory, neurons, synapses, hops at any voltage and rate.
#pragma once

#include "arch/isa/event_counts.hpp"
#include "arch/spec/spiking_array.hpp"
#include "sim/base/quantity.hpp"
#include "sim/config/map_reader.hpp"
#include "sim/config/sourced.hpp"

#include <cstdint>
#include <optional>

namespace lodestone::cost {

/// Constants of one technology, at `reference_voltage`.
struct SpikingEnergy {
    config::Sourced<Volts> reference_voltage;
    config::Sourced<Watts> leakage_per_core;
    config::Sourced<double> leakage_voltage_exponent;
    config::Sourced<Joules> memory_row;     ///< a neuron's row read and written back
    config::Sourced<Joules> neuron_update;  ///< per neuron and tick
    config::Sourced<Joules> synaptic_event; ///< a weight added to a potential
    config::Sourced<Joules> hop;            ///< a packet over one link
    config::Sourced<SquareMillimetres> core_area;
    config::Sourced<SquareMillimetres> chip_area; ///< with `chip_cores` cores
    config::Sourced<double> chip_cores;
    config::Sourced<double> core_neurons; ///< rows of the core that the constants are of
    config::Sourced<double> row_bits;     ///< of its memory
    config::Sourced<double> row_synapses; ///< bits among them that are synapses, one per axon
};

/// A machine's core beside the core that the constants are of. A row holds a bit per axon and the neuron's parameters;
/// the energy of a row goes with its bits, leakage and area of a core with the bits of all its rows.
struct SpikingCoreScale {
    double row = 1;
    double core = 1;
};
[[nodiscard]] SpikingCoreScale core_scale(const spec::SpikingArraySpec& machine, const SpikingEnergy& energy);

/// Reads configs/tech files of this family and calls finish().
[[nodiscard]] SpikingEnergy read_spiking_energy(config::MapReader reader);

struct SpikingOperatingPoint {
    Volts voltage{0.8};
    Hertz tick_rate{1000.0};
    std::optional<std::uint64_t> powered_cores; ///< absent: all cores of the array
};

/// Average power by what draws it. A powered core reads and writes all its rows and updates all its neurons in every
/// tick, whatever their activity.
struct SpikingPower {
    Watts leakage;
    Watts memory;
    Watts neurons;
    Watts synapses;
    Watts hops;

    [[nodiscard]] Watts total() const { return leakage + memory + neurons + synapses + hops; }
};

/// Reads `ticks`, `synaptic_events` and `hops` of the spiking counts of a run of at least one tick on `machine`.
/// Dynamic energy scales with V^2, leakage with V to the exponent.
[[nodiscard]] SpikingPower average_power(const isa::EventCounts& counts, const spec::SpikingArraySpec& machine,
                                         const SpikingEnergy& energy, const SpikingOperatingPoint& point);

/// Area of all cores, and of what a chip has beside them (by the share per core of the technology's chip).
struct SpikingArea {
    SquareMillimetres cores;
    SquareMillimetres periphery;
};

[[nodiscard]] SpikingArea area(const spec::SpikingArraySpec& machine, const SpikingEnergy& energy);

} // namespace lodestone::cost
