// SPDX-License-Identifier: Apache-2.0
// Prices event counts with the constants of a technology file.
#include "arch/spiking_array/spiking_power.hpp"

#include "sim/base/error.hpp"

#include <cmath>

namespace lodestone::spiking_array {

SpikingEnergy read_spiking_energy(config::MapReader reader) {
    static_cast<void>(reader.required_choice("kind", {"spiking_energy"}));
    SpikingEnergy energy;
    static_cast<void>(reader.required_source());
    energy.reference_voltage = reader.sourced<Volts>("reference_voltage", config::positive<Volts>());
    energy.leakage_per_core = reader.sourced<Watts>("leakage_per_core");
    constexpr double steepest = 10.0;
    energy.leakage_voltage_exponent =
        reader.sourced("leakage_voltage_exponent", config::Interval{.min = 0.0, .max = steepest});
    energy.memory_row = reader.sourced<Joules>("memory_row");
    energy.neuron_update = reader.sourced<Joules>("neuron_update");
    energy.synaptic_event = reader.sourced<Joules>("synaptic_event");
    energy.hop = reader.sourced<Joules>("hop");
    energy.core_area = reader.sourced<SquareMillimetres>("core_area");
    energy.chip_area = reader.sourced<SquareMillimetres>("chip_area");
    reader.finish();
    return energy;
}

SpikingPower average_power(const SpikingCounts& counts, const spec::SpikingArraySpec& machine,
                           const SpikingEnergy& energy, const OperatingPoint& point) {
    check_invariant(counts.ticks != 0, "an average is taken over a run that has ticks");
    const double ratio = point.voltage / energy.reference_voltage.value;
    const double cores = static_cast<double>(point.powered_cores.value_or(machine.mesh().size()));
    const double rows_per_second = cores * machine.neurons * point.tick_rate.count();
    const double per_second = point.tick_rate.count() / static_cast<double>(counts.ticks);
    const auto dynamic = [ratio](Joules each, double rate) { return Watts(each.count() * rate * ratio * ratio); };
    return {.leakage = Watts(energy.leakage_per_core.value.count() * cores *
                             std::pow(ratio, energy.leakage_voltage_exponent.value)),
            .memory = dynamic(energy.memory_row.value, rows_per_second),
            .neurons = dynamic(energy.neuron_update.value, rows_per_second),
            .synapses = dynamic(energy.synaptic_event.value, static_cast<double>(counts.synaptic_events) * per_second),
            .hops = dynamic(energy.hop.value, static_cast<double>(counts.hops) * per_second)};
}

} // namespace lodestone::spiking_array
