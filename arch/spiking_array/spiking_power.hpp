// SPDX-License-Identifier: Apache-2.0
// Power of a run from its event counts: leakage, memory, neurons, synaptic events and hops at any voltage and tick
// rate.
#pragma once

#include "arch/spec/spiking_array.hpp"
#include "arch/spiking_array/array.hpp"
#include "sim/base/quantity.hpp"
#include "sim/config/map_reader.hpp"
#include "sim/config/sourced.hpp"

#include <cstdint>
#include <optional>

namespace lodestone::spiking_array {

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
    config::Sourced<SquareMillimetres> chip_area;
};

/// Reads configs/tech files of this family and calls finish().
[[nodiscard]] SpikingEnergy read_spiking_energy(config::MapReader reader);

struct OperatingPoint {
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

/// `counts` of a run of at least one tick on `machine`. Dynamic energy scales with V^2, leakage with V to the exponent.
[[nodiscard]] SpikingPower average_power(const SpikingCounts& counts, const spec::SpikingArraySpec& machine,
                                         const SpikingEnergy& energy, const OperatingPoint& point);

} // namespace lodestone::spiking_array
