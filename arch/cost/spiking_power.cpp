// SPDX-License-Identifier: Apache-2.0
// Prices event counts with the constants of a technology file.
#include "arch/cost/spiking_power.hpp"

#include "sim/base/error.hpp"

#include <cmath>

namespace lodestone::cost {
namespace {

std::uint64_t spiking_count(const isa::EventCounts& counts, const char* name) {
    const auto found = counts.spiking.find(name);
    return found == counts.spiking.end() ? 0 : found->second;
}

} // namespace

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
    energy.chip_cores = reader.sourced("chip_cores", config::Interval{.min = 1});
    energy.core_neurons = reader.sourced("core_neurons", config::Interval{.min = 1});
    energy.row_bits = reader.sourced("row_bits", config::Interval{.min = 1});
    energy.row_synapses = reader.sourced("row_synapses", config::Interval{.min = 1});
    if (energy.row_synapses.value > energy.row_bits.value) {
        reader.problem("row_synapses", "are more than row_bits");
    }
    if (energy.chip_area.value / energy.chip_cores.value < energy.core_area.value) {
        reader.problem("chip_area", "is smaller than chip_cores x core_area");
    }
    reader.finish();
    return energy;
}

SpikingCoreScale core_scale(const spec::SpikingArraySpec& machine, const SpikingEnergy& energy) {
    const double parameters = energy.row_bits.value - energy.row_synapses.value;
    const double row = (machine.axons + parameters) / energy.row_bits.value;
    return {.row = row, .core = row * machine.neurons / energy.core_neurons.value};
}

SpikingPower average_power(const isa::EventCounts& counts, const spec::SpikingArraySpec& machine,
                           const SpikingEnergy& energy, const SpikingOperatingPoint& point) {
    const auto ticks = static_cast<double>(spiking_count(counts, "ticks"));
    check_invariant(ticks > 0, "an average is taken over a run that has ticks");
    const double ratio = point.voltage / energy.reference_voltage.value;
    const double cores = static_cast<double>(point.powered_cores.value_or(machine.mesh().size()));
    const double rows_per_second = cores * machine.neurons * point.tick_rate.count();
    const double per_second = point.tick_rate.count() / ticks;
    const auto events = [&counts](const char* name) { return static_cast<double>(spiking_count(counts, name)); };
    const auto dynamic = [ratio](Joules each, double rate) { return Watts(each.count() * rate * ratio * ratio); };
    const SpikingCoreScale scale = core_scale(machine, energy);
    return {.leakage = Watts(energy.leakage_per_core.value.count() * scale.core * cores *
                             std::pow(ratio, energy.leakage_voltage_exponent.value)),
            .memory = dynamic(energy.memory_row.value * scale.row, rows_per_second),
            .neurons = dynamic(energy.neuron_update.value, rows_per_second),
            .synapses = dynamic(energy.synaptic_event.value, events("synaptic_events") * per_second),
            .hops = dynamic(energy.hop.value, events("hops") * per_second)};
}

SpikingArea area(const spec::SpikingArraySpec& machine, const SpikingEnergy& energy) {
    const double cores = machine.mesh().size();
    const SquareMillimetres beside = energy.chip_area.value / energy.chip_cores.value - energy.core_area.value;
    return {.cores = energy.core_area.value * core_scale(machine, energy).core * cores, .periphery = beside * cores};
}

} // namespace lodestone::cost
