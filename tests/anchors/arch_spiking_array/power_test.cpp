// SPDX-License-Identifier: Apache-2.0
// Published power of the chip: our figure next to each, from the counts of the simulated benchmark network.
#include "arch/cost/spiking_power.hpp"
#include "arch/spiking_array/simulate.hpp"
#include "sim/config/map_reader.hpp"
#include "tests/support/places.hpp"
#include "workloads/import/spiking_recurrent.hpp"

#include <catch2/catch.hpp>

#include <cmath>
#include <cstdio>

using namespace lodestone;
using namespace lodestone::spiking_array;

namespace {

#ifdef NDEBUG
constexpr std::uint64_t ticks = 100;
#else
constexpr std::uint64_t ticks = 4;
#endif
constexpr std::uint64_t longest_delay = 15; // ticks until spikes arrive as often as they are sent

cost::SpikingEnergy technology() {
    Problems problems;
    const config::Node root = config::load_file(tests::source_folder() + "/configs/tech/truenorth_28nm.yaml", problems);
    cost::SpikingEnergy energy = cost::read_spiking_energy(config::MapReader(root, problems));
    problems.throw_if_errors();
    return energy;
}

/// Counts of the benchmark network at this rate in its steady state; no synapses and no spikes at 0 Hz.
SpikingCounts steady_counts(double rate_hz) {
    const spec::SpikingArraySpec machine;
    const auto program = import::generate({.rate = Hertz(rate_hz), .synapses = rate_hz == 0.0 ? 0U : 128U}, machine);
    SpikingArray array(program, machine, 1);
    for (std::uint64_t tick = 0; tick < longest_delay; ++tick) {
        array.run_tick();
    }
    const SpikingCounts start = array.counts();
    for (std::uint64_t tick = 0; tick < ticks; ++tick) {
        array.run_tick();
    }
    const SpikingCounts counts = counts_between(start, array.counts());
    const double rate =
        static_cast<double>(counts.spikes) / static_cast<double>(counts.neuron_updates) * machine.tick_rate.count();
    CHECK(rate == Approx(rate_hz).epsilon(0.02));
    return counts;
}

/// Prints our power next to the published one and returns the error in percent.
double error_percent(const SpikingCounts& counts, double volts, double published_mw) {
    const cost::SpikingPower power =
        cost::average_power(event_counts(counts), spec::SpikingArraySpec{}, technology(), {.voltage = Volts(volts)});
    const double ours = power.total().count() * 1e3;
    const double error = (ours / published_mw - 1.0) * 100.0;
    std::printf("%.3f V: published %.0f mW, ours %.1f mW, error %+.1f %%\n", volts, published_mw, ours, error);
    return error;
}

} // namespace

TEST_CASE("the power of the benchmark network at 0.8 V is within 5 % of the published one", "[anchors][spiking]") {
    CHECK(std::abs(error_percent(steady_counts(11.58), 0.8, 68)) < 5.0);
    CHECK(std::abs(error_percent(steady_counts(95.93), 0.8, 94)) < 5.0);
}

TEST_CASE("the idle power at 0.70 V is within 5 % of the published one", "[anchors][spiking]") {
    CHECK(std::abs(error_percent(steady_counts(0.0), 0.70, 42)) < 5.0);
}

TEST_CASE("two published powers disagree with the others by about a tenth and are reported", "[anchors][spiking]") {
    const SpikingCounts counts = steady_counts(20.0);
    CHECK(std::abs(error_percent(counts, 0.775, 72)) < 13.0);
    CHECK(std::abs(error_percent(counts, 0.75, 65)) < 13.0);
}
