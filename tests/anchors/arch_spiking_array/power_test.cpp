// SPDX-License-Identifier: Apache-2.0
// Published power of the chip: our figure next to each, from the counts of the simulated benchmark network.
#include "arch/spiking_array/simulate.hpp"
#include "arch/spiking_array/spiking_power.hpp"
#include "sim/config/map_reader.hpp"
#include "workloads/import/spiking_recurrent.hpp"

#include <catch2/catch.hpp>

#include <cstdio>

using namespace lodestone;
using namespace lodestone::spiking_array;

namespace {

#ifdef NDEBUG
constexpr std::uint64_t ticks = 100;
#else
constexpr std::uint64_t ticks = 3;
#endif

SpikingEnergy technology() {
    Problems problems;
    const config::Node root = config::load_file(LODESTONE_SOURCE_DIR "/configs/tech/truenorth_28nm.yaml", problems);
    SpikingEnergy energy = read_spiking_energy(config::MapReader(root, problems));
    problems.throw_if_errors();
    return energy;
}

struct Anchor {
    double volts;
    double rate_hz;
    double published_mw;
};

double error_percent(const Anchor& anchor) {
    const spec::SpikingArraySpec machine;
    const bool is_idle = anchor.rate_hz == 0.0;
    const auto program = import::generate({.rate = Hertz(anchor.rate_hz), .synapses = is_idle ? 0U : 128U}, machine);
    const SpikingResult result = simulate(program, machine, {.ticks = ticks});
    const double rate = static_cast<double>(result.counts.spikes) / static_cast<double>(result.counts.neuron_updates) *
                        machine.tick_rate.count();
    CHECK(rate == Approx(anchor.rate_hz).epsilon(0.02));
    const SpikingPower power = average_power(result.counts, machine, technology(), {.voltage = Volts(anchor.volts)});
    const double ours = power.total().count() * 1e3;
    const double error = (ours / anchor.published_mw - 1.0) * 100.0;
    std::printf("%.3f V, %5.2f Hz: published %.0f mW, ours %.1f mW, error %+.1f %%\n", anchor.volts, anchor.rate_hz,
                anchor.published_mw, ours, error);
    return error;
}

} // namespace

TEST_CASE("the power of the benchmark network at 0.8 V is within 5 % of the published one", "[anchors][spiking]") {
    CHECK(std::abs(error_percent({.volts = 0.8, .rate_hz = 11.58, .published_mw = 68})) < 5.0);
    CHECK(std::abs(error_percent({.volts = 0.8, .rate_hz = 95.93, .published_mw = 94})) < 5.0);
}

TEST_CASE("the idle power at 0.70 V is within 5 % of the published one", "[anchors][spiking]") {
    CHECK(std::abs(error_percent({.volts = 0.70, .rate_hz = 0.0, .published_mw = 42})) < 5.0);
}

TEST_CASE("two published powers disagree with the others by about a tenth and are reported", "[anchors][spiking]") {
    CHECK(std::abs(error_percent({.volts = 0.775, .rate_hz = 20.0, .published_mw = 72})) < 13.0);
    CHECK(std::abs(error_percent({.volts = 0.75, .rate_hz = 20.0, .published_mw = 65})) < 13.0);
}
