// SPDX-License-Identifier: Apache-2.0
// Power by hand: constants 1, 10, 100 and few events.
#include "arch/cost/spiking_power.hpp"

#include <catch2/catch.hpp>

using namespace lodestone;
using namespace lodestone::cost;

namespace {

SpikingEnergy round_numbers() {
    SpikingEnergy energy;
    energy.reference_voltage.value = Volts(1.0);
    energy.leakage_per_core.value = Watts(1.0);
    energy.leakage_voltage_exponent.value = 3.0;
    energy.memory_row.value = Joules(1.0);
    energy.neuron_update.value = Joules(10.0);
    energy.synaptic_event.value = Joules(100.0);
    energy.hop.value = Joules(1000.0);
    energy.core_neurons.value = 3;
    energy.row_bits.value = 6;
    energy.row_synapses.value = 2;
    return energy;
}

const spec::SpikingArraySpec two_by_two{.axons = 2, .neurons = 3, .cores = {2, 2}};
const isa::EventCounts counts{.spiking = {{"ticks", 10}, {"synaptic_events", 20}, {"hops", 30}}};

} // namespace

TEST_CASE("each component draws its events per second times its energy", "[unit][spiking]") {
    const SpikingPower power =
        average_power(counts, two_by_two, round_numbers(), {.voltage = Volts(1.0), .tick_rate = Hertz(5.0)});
    CHECK(power.leakage.count() == 4.0);
    CHECK(power.memory.count() == 4 * 3 * 5.0);
    CHECK(power.neurons.count() == 4 * 3 * 5.0 * 10.0);
    CHECK(power.synapses.count() == 20.0 / 10 * 5.0 * 100.0);
    CHECK(power.hops.count() == 30.0 / 10 * 5.0 * 1000.0);
    CHECK(power.total().count() == 4.0 + 60.0 + 600.0 + 1000.0 + 15000.0);
}

TEST_CASE("dynamic power scales with the square of the voltage, leakage with its exponent", "[unit][spiking]") {
    const SpikingPower one = average_power(counts, two_by_two, round_numbers(), {.voltage = Volts(1.0)});
    const SpikingPower two = average_power(counts, two_by_two, round_numbers(), {.voltage = Volts(2.0)});
    CHECK(two.leakage.count() == Approx(8.0 * one.leakage.count()));
    CHECK(two.hops.count() == Approx(4.0 * one.hops.count()));
}

TEST_CASE("cores that are switched off neither leak nor read their rows", "[unit][spiking]") {
    const SpikingPower power = average_power(counts, two_by_two, round_numbers(),
                                             {.voltage = Volts(1.0), .tick_rate = Hertz(5.0), .powered_cores = 1});
    CHECK(power.leakage.count() == 1.0);
    CHECK(power.memory.count() == 15.0);
    CHECK(power.hops.count() == 15000.0);
}

TEST_CASE("a core's share of what a chip has beside its cores is counted per core", "[unit][spiking]") {
    SpikingEnergy energy = round_numbers();
    energy.core_area.value = SquareMillimetres(10.0);
    energy.chip_area.value = SquareMillimetres(1200.0);
    energy.chip_cores.value = 100.0;
    const SpikingArea four = area(two_by_two, energy);
    CHECK(four.cores.count() == 40.0);
    CHECK(four.periphery.count() == 8.0);
}

TEST_CASE("rows cost by their bits, leakage and area of a core by the bits of all its rows", "[unit][spiking]") {
    SpikingEnergy energy = round_numbers();
    energy.core_area.value = SquareMillimetres(10.0);
    energy.chip_area.value = SquareMillimetres(1200.0);
    energy.chip_cores.value = 100.0;
    spec::SpikingArraySpec larger = two_by_two;
    larger.axons = 8; // rows of 4 + 8 bits, twice as many as 4 + 2
    larger.neurons = 9;
    const SpikingCoreScale scale = core_scale(larger, energy);
    CHECK(scale.row == 2.0);
    CHECK(scale.core == 6.0);
    const SpikingPower power = average_power(counts, larger, energy, {.voltage = Volts(1.0), .tick_rate = Hertz(5.0)});
    CHECK(power.leakage.count() == 6 * 4.0);
    CHECK(power.memory.count() == 2 * 4 * 9 * 5.0);
    CHECK(power.neurons.count() == 4 * 9 * 5.0 * 10.0);
    CHECK(power.hops.count() == 30.0 / 10 * 5.0 * 1000.0);
    CHECK(area(larger, energy).cores.count() == 6 * 40.0);
    CHECK(area(larger, energy).periphery.count() == 8.0);
}
