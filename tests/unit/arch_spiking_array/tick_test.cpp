// SPDX-License-Identifier: Apache-2.0
// One tick after the other: delays, merging, order of leak and threshold, reset values, silence.
#include "arch/spiking_array/simulate.hpp"

#include <catch2/catch.hpp>

using namespace lodestone;
using namespace lodestone::spiking_array;

namespace {

/// One core whose neuron 0 listens to axon 0; it repeats what it hears.
isa::SpikingProgram repeater() {
    isa::SpikingProgram program{.columns = 2, .rows = 1};
    isa::SpikingCoreProgram core;
    core.neurons.resize(2);
    core.synapses.resize(2 * program.words_per_row());
    core.neurons[0].weights = {1, 0, 0, 0};
    core.neurons[0].destination.connected = false;
    core.neurons[1] = core.neurons[0];
    isa::connect(program, core, 0, 0);
    program.cores.push_back(core);
    program.inputs = {{.tick = 2}};
    return program;
}

std::vector<std::uint64_t> rows(const SpikingResult& result) {
    std::vector<std::uint64_t> list;
    for (const OutputSpike& spike : result.outputs) {
        list.push_back(spike.row);
    }
    return list;
}

} // namespace

TEST_CASE("a spike with delay d is active d + 1 ticks later, for every d", "[unit][spiking]") {
    for (std::uint8_t delay = 0; delay <= 15; ++delay) {
        isa::SpikingProgram program = repeater();
        program.output_bus = isa::OutputBus{.x = 1, .y = 0, .outputs = 1};
        auto& neurons = program.cores[0].neurons;
        neurons[0].destination = {.axon = 1, .delay = delay}; // to axon 1 of its own core
        isa::connect(program, program.cores[0], 1, 1);
        neurons[1].destination = {.dx = 1}; // which neuron 1 sends to the bus
        const SpikingResult result = simulate(program, {}, {.ticks = 40});
        CHECK(rows(result) == std::vector<std::uint64_t>{2U + 1U + delay + 1U}); // the bus shows it a row later
    }
}

TEST_CASE("a neuron that sinks to where it was keeps nobody awake, one that climbs does", "[unit][spiking]") {
    isa::SpikingProgram program = repeater();
    program.floor_is_inclusive = true;
    isa::SpikingNeuron& neuron = program.cores[0].neurons[1]; // at its floor of 0 in every tick
    CHECK(simulate(program, {}).ended_silent);
    neuron.negative_reset = 1; // which is its threshold: it spikes in the tick after
    CHECK_FALSE(simulate(program, {}, {.silence_limit = 50}).ended_silent);
    neuron.positive_threshold = 2;
    CHECK(simulate(program, {}).ended_silent); // it rests at 1
    neuron.negative_reset = -1;                // where it sinks to itself
    CHECK(simulate(program, {}).ended_silent);
    neuron.negative_threshold = -5; // linear: 0 is above the floor
    neuron.potential = -8;
    neuron.reset_mode = isa::ResetMode::linear;
    CHECK(simulate(program, {}).ended_silent);
}

TEST_CASE("two spikes to one axon in one tick act as one and are counted as merged", "[unit][spiking]") {
    isa::SpikingProgram program = repeater();
    program.cores[0].neurons[0].positive_threshold = 2; // one event is not enough
    program.inputs = {{.tick = 2}, {.tick = 1, .delay = 1}};
    const SpikingResult result = simulate(program, {}, {.ticks = 5});
    CHECK(result.counts.spikes == 0);
    CHECK(result.counts.merged == 1);
    CHECK(result.counts.delivered == 2);
    CHECK(result.counts.axon_events == 1);
    CHECK(result.counts.synaptic_events == 1);
}

TEST_CASE("an array without leak and without spikes under way is silent", "[unit][spiking]") {
    const SpikingResult result = simulate(repeater(), {});
    CHECK(result.ended_silent);
    CHECK(result.counts.spikes == 1);
    CHECK(result.counts.ticks == 4); // the spike of tick 2, and one tick in which nothing happened
    isa::SpikingProgram leaking = repeater();
    leaking.cores[0].neurons[1].leak = 1;
    CHECK_FALSE(simulate(leaking, {}, {.silence_limit = 50}).ended_silent);
}

TEST_CASE("the reset value of a chip is a signed power of two less one", "[unit][spiking]") {
    CHECK(isa::reset_value(1, 0) == 0);
    CHECK(isa::reset_value(1, 5) == 31);
    CHECK(isa::reset_value(-1, 19) == -524287);
}

TEST_CASE("the potential saturates at 20 bits after the synapses and after the leak", "[unit][spiking]") {
    isa::SpikingProgram program = repeater();
    isa::SpikingNeuron& neuron = program.cores[0].neurons[0];
    neuron.potential = 524'286;
    neuron.weights[0] = 255;
    neuron.leak = -7;
    neuron.reset_mode = isa::ResetMode::none;
    program.inputs = {{.tick = 0}};
    SpikingArray array(program, {}, 1);
    array.run_tick();
    CHECK(array.potentials(0)[0] == 524'287 - 7);
}

TEST_CASE("a leak that follows the sign stops at zero", "[unit][spiking]") {
    isa::SpikingProgram program = repeater();
    isa::SpikingNeuron& neuron = program.cores[0].neurons[0];
    neuron.potential = -5;
    neuron.leak = -3;
    neuron.leak_follows_sign = true;
    neuron.negative_threshold = -100;
    program.inputs.clear();
    SpikingArray array(program, {}, 1);
    std::vector<std::int32_t> course;
    for (int tick = 0; tick < 3; ++tick) {
        array.run_tick();
        course.push_back(array.potentials(0)[0]);
    }
    CHECK(course == std::vector<std::int32_t>{-2, 0, 0});
}

TEST_CASE("a core that spikes only reach takes them", "[unit][spiking]") {
    isa::SpikingProgram program = repeater();
    program.cores[0].neurons[0].destination = {.dx = 1, .axon = 7};
    const SpikingResult result = simulate(program, {}, {.ticks = 10});
    CHECK(result.core_positions.size() == 2);
    CHECK(result.counts.delivered == 2);
    CHECK(result.counts.hops == 1);
}
