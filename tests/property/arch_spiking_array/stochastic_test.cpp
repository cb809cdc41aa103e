// SPDX-License-Identifier: Apache-2.0
// Stochastic synapse, leak and threshold happen as often as their parameters say; the same seed gives the same bytes.
#include "arch/spiking_array/simulate.hpp"

#include <catch2/catch.hpp>

#include <array>
#include <cmath>

using namespace lodestone;
using namespace lodestone::spiking_array;

namespace {

constexpr std::uint32_t crowd = 256; ///< equal neurons
constexpr std::uint64_t ticks = 400;
constexpr double trials = static_cast<double>(crowd) * static_cast<double>(ticks);

/// A core of equal neurons; axon 0 spikes in every tick when `driven`.
isa::SpikingProgram uniform(const isa::SpikingNeuron& neuron, bool driven) {
    isa::SpikingProgram program;
    isa::SpikingCoreProgram core;
    core.neurons.assign(crowd, neuron);
    core.synapses.assign(crowd * program.words_per_row(), 0);
    for (std::size_t j = 0; j < crowd; ++j) {
        isa::connect(program, core, 0, j);
    }
    program.cores.push_back(std::move(core));
    for (std::uint64_t tick = 0; driven && tick < ticks; ++tick) {
        program.inputs.push_back({.tick = tick});
    }
    return program;
}

isa::SpikingNeuron unconnected() {
    isa::SpikingNeuron neuron;
    neuron.destination.connected = false;
    neuron.negative_threshold = -1000;
    return neuron;
}

/// Spikes per neuron and tick.
double frequency(const isa::SpikingNeuron& neuron, bool driven, std::uint64_t seed = 3) {
    const SpikingResult result =
        simulate(uniform(neuron, driven), spec::SpikingArraySpec{}, {.ticks = ticks, .seed = seed});
    return static_cast<double>(result.counts.spikes) / trials;
}

/// Five standard deviations of a mean of independent trials.
double five_sigma(double p) {
    return 5.0 * std::sqrt(p * (1.0 - p) / trials) + 1e-12;
}

} // namespace

TEST_CASE("a stochastic synapse of weight s adds its sign in (s) of 256 events", "[property][spiking]") {
    for (const int weight : {1, 16, 128, 200, 255}) {
        isa::SpikingNeuron neuron = unconnected();
        neuron.weights[0] = static_cast<std::int16_t>(weight);
        neuron.stochastic_weights = 1;
        const double p = weight / 256.0;
        CHECK(frequency(neuron, true) == Approx(p).margin(five_sigma(p)));
    }
}

TEST_CASE("a stochastic synapse of weight -256 subtracts one at every event", "[property][spiking]") {
    isa::SpikingNeuron neuron = unconnected();
    neuron.weights[0] = -256;
    neuron.stochastic_weights = 1;
    neuron.potential = 1000;
    neuron.positive_threshold = 2000;
    const auto program = uniform(neuron, true);
    SpikingArray array(program, spec::SpikingArraySpec{}, 5);
    for (int tick = 0; tick < 100; ++tick) {
        array.run_tick();
    }
    for (const std::int32_t potential : array.potentials(0)) {
        CHECK(potential == 900);
    }
}

TEST_CASE("a stochastic leak of lambda adds its sign in (lambda) of 256 ticks", "[property][spiking]") {
    for (const int leak : {3, 77, 192}) {
        isa::SpikingNeuron neuron = unconnected();
        neuron.leak = static_cast<std::int16_t>(leak);
        neuron.stochastic_leak = true;
        const double p = leak / 256.0;
        CHECK(frequency(neuron, false) == Approx(p).margin(five_sigma(p)));
    }
}

TEST_CASE("a stochastic leak that follows the sign decays towards zero and stays there", "[property][spiking]") {
    isa::SpikingNeuron neuron = unconnected();
    neuron.leak = -64;
    neuron.stochastic_leak = true;
    neuron.leak_follows_sign = true;
    neuron.potential = -40;
    neuron.positive_threshold = 100;
    SpikingArray array(uniform(neuron, false), spec::SpikingArraySpec{}, 9);
    double sum = 0.0;
    for (int tick = 0; tick < 80; ++tick) {
        array.run_tick();
    }
    for (const std::int32_t potential : array.potentials(0)) {
        CHECK(potential <= 0);
        sum += potential;
    }
    const double sigma = std::sqrt(80 * 0.25 * 0.75 / crowd);
    CHECK(sum / crowd == Approx(-20.0).margin(5 * sigma)); // 80 ticks at 64/256 are 20 steps
    for (int tick = 0; tick < 2000; ++tick) {
        array.run_tick();
    }
    for (const std::int32_t potential : array.potentials(0)) {
        CHECK(potential == 0);
    }
}

TEST_CASE("a random threshold of TM bits is met by V in (V - alpha + 1) of 2^TM ticks", "[property][spiking]") {
    for (const int excess : {0, 5, 15}) {
        isa::SpikingNeuron neuron = unconnected();
        neuron.reset_mode = isa::ResetMode::none; // V stays
        neuron.positive_threshold = 10;
        neuron.threshold_mask_bits = 4;
        neuron.potential = 10 + excess;
        const double p = (excess + 1) / 16.0;
        CHECK(frequency(neuron, false) == Approx(p).margin(five_sigma(p)));
    }
}

TEST_CASE("a random threshold lowers the floor unless the neuron saturates there", "[property][spiking]") {
    isa::SpikingNeuron neuron = unconnected();
    neuron.positive_threshold = 1000;
    neuron.negative_threshold = -10;
    neuron.threshold_mask_bits = 4;
    neuron.potential = -18; // below -(10 + eta) when eta < 8: half of the draws
    neuron.negative_reset = 500;
    SpikingArray array(uniform(neuron, false), spec::SpikingArraySpec{}, 2);
    array.run_tick();
    int reset = 0;
    for (const std::int32_t potential : array.potentials(0)) {
        CHECK((potential == 500 || potential == -18));
        reset += potential == 500 ? 1 : 0;
    }
    CHECK(reset == Approx(128).margin(40)); // five standard deviations of 256 fair draws

    neuron.saturate_at_floor = true;
    SpikingArray saturating(uniform(neuron, false), spec::SpikingArraySpec{}, 2);
    saturating.run_tick();
    for (const std::int32_t potential : saturating.potentials(0)) {
        CHECK(potential == -10);
    }
}

TEST_CASE("linear reset subtracts the random part of the threshold too", "[property][spiking]") {
    isa::SpikingNeuron neuron = unconnected();
    neuron.reset_mode = isa::ResetMode::linear;
    neuron.positive_threshold = 100;
    neuron.threshold_mask_bits = 3;
    neuron.potential = 200;
    SpikingArray array(uniform(neuron, false), spec::SpikingArraySpec{}, 4);
    array.run_tick();
    std::array<int, 8> seen{};
    for (const std::int32_t potential : array.potentials(0)) {
        REQUIRE(potential >= 93);
        REQUIRE(potential <= 100);
        ++seen[static_cast<std::size_t>(100 - potential)];
    }
    for (const int count : seen) {
        CHECK(count > 0);
    }
}

TEST_CASE("the same seed gives the same spikes and another seed gives others", "[property][spiking]") {
    isa::SpikingNeuron neuron = unconnected();
    neuron.leak = 40;
    neuron.stochastic_leak = true;
    neuron.positive_threshold = 3;
    const auto program = uniform(neuron, false);
    const auto run = [&](std::uint64_t seed) {
        return simulate(program, spec::SpikingArraySpec{}, {.ticks = 200, .seed = seed, .record_spikes = true}).spikes;
    };
    CHECK(run(11) == run(11));
    CHECK(run(11) != run(12));
}
