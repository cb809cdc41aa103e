// SPDX-License-Identifier: Apache-2.0
// Any number of threads gives the bytes of one: spikes, outputs, counts, link loads, potentials.
#include "arch/spiking_array/simulate.hpp"
#include "sim/base/error.hpp"
#include "tests/support/random_spiking.hpp"
#include "workloads/import/spiking_recurrent.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace lodestone;
using namespace lodestone::spiking_array;
using lodestone::tests::random_spiking;

namespace {

/// `chips` of `cores` each, with room for what random_spiking() draws.
spec::SpikingArraySpec machine_of(GridShape chips, GridShape cores) {
    spec::SpikingArraySpec machine;
    machine.cores = cores;
    machine.chips = chips;
    return machine;
}

void check_same(const SpikingResult& found, const SpikingResult& one) {
    CHECK(found.counts == one.counts);
    CHECK(found.outputs == one.outputs);
    CHECK(found.spikes == one.spikes);
    CHECK(found.spike_counts == one.spike_counts);
    CHECK(found.core_positions == one.core_positions);
    CHECK(found.ended_silent == one.ended_silent);
    for (const Port port : {Port::east, Port::west, Port::north, Port::south}) {
        CHECK(std::ranges::equal(found.link_loads.direction(port), one.link_loads.direction(port)));
    }
}

/// Against one thread, and returns what one thread found.
SpikingResult check_threads(const isa::SpikingProgram& program, const spec::SpikingArraySpec& machine,
                            SimulationOptions options) {
    options.record_spikes = true;
    SpikingResult one = simulate(program, machine, options);
    for (const std::size_t threads : {2U, 3U, 4U, 7U, 40U}) {
        INFO(threads << " threads");
        options.threads = threads;
        check_same(simulate(program, machine, options), one);
    }
    return one;
}

} // namespace

TEST_CASE("any number of threads gives the bytes of one, whatever the chips and cores", "[property][spiking]") {
    struct Setting {
        GridShape chips;
        GridShape cores; ///< of a chip
        std::uint32_t axons;
        std::uint32_t neurons;
    };
    const Setting settings[] = {{{1, 1}, {4, 4}, 64, 64},  {{1, 3}, {3, 2}, 100, 37}, {{3, 1}, {2, 5}, 256, 256},
                                {{5, 1}, {1, 3}, 33, 130}, {{2, 2}, {3, 3}, 64, 5},   {{1, 1}, {1, 2}, 7, 1}};
    for (const Setting& setting : settings) {
        for (const bool stochastic : {false, true}) {
            const spec::SpikingArraySpec machine = machine_of(setting.chips, setting.cores);
            const auto program = random_spiking({.axons = setting.axons,
                                                 .neurons = setting.neurons,
                                                 .cores = machine.mesh(),
                                                 .stochastic = stochastic,
                                                 .every_mode = true,
                                                 .seed = setting.axons});
            INFO(setting.axons << " axons, " << (stochastic ? "stochastic" : "deterministic"));
            const SpikingResult one = check_threads(program, machine, {.ticks = 60, .warm_up = 20, .seed = 5});
            CHECK(one.counts.ticks == 40);
            CHECK((setting.axons < 10 || one.counts.spikes > 100));
        }
    }
}

TEST_CASE("threads end in silence when one thread does", "[property][spiking]") {
    spec::SpikingArraySpec machine = machine_of({1, 3}, {1, 3});
    auto program = random_spiking({.cores = machine.mesh(), .seed = 3});
    for (isa::SpikingCoreProgram& core : program.cores) {
        for (isa::SpikingNeuron& neuron : core.neurons) { // they spike when spoken to, and then rest
            neuron.potential = 0;
            neuron.leak = 0;
            neuron.reset = neuron.negative_reset = 0;
            neuron.positive_threshold = 40;
            neuron.reset_mode = isa::ResetMode::absolute;
            neuron.weights = {9, -6, 3, -1};
        }
    }
    const SpikingResult one = check_threads(program, machine, {.silence_limit = 400});
    CHECK(one.ended_silent);
    CHECK(one.counts.ticks > 30);
    CHECK(one.counts.ticks < 400);
}

TEST_CASE("the recurrent benchmark on odd numbers of chips is the same on every number of threads",
          "[property][spiking]") {
    const spec::SpikingArraySpec machine = machine_of({1, 3}, {3, 3});
    const auto program =
        import::generate({.cores = machine.mesh(), .rate = Hertz(100), .synapses = 64, .seed = 2}, machine);
    const SpikingResult one = check_threads(program, machine, {.ticks = 100});
    CHECK(one.counts.chip_crossings > 0);
    CHECK(one.counts.spikes > 50'000);
}

TEST_CASE("parts are about as large, and whole when there are more parts than cores", "[property][spiking]") {
    const spec::SpikingArraySpec machine = machine_of({1, 1}, {2, 2});
    const auto program = import::generate({.cores = machine.mesh(), .synapses = 2}, machine);
    SpikingArray array(program, machine, 1);
    array.divide(9);
    CHECK(array.parts() == 9);
    array.run_tick();
    CHECK(array.counts().neuron_updates == 4 * 256);
    CHECK_THROWS_AS(array.divide(2), InternalError); // too late
}

TEST_CASE("recording stops behind the tick that passes a limit", "[property][spiking]") {
    const spec::SpikingArraySpec machine = machine_of({1, 1}, {2, 2});
    const auto program = import::generate({.cores = machine.mesh(), .rate = Hertz(100), .synapses = 2}, machine);
    const auto records = [&](std::uint64_t most, std::uint64_t last_tick) {
        return simulate(program, machine,
                        {.ticks = 50, .record_spikes = true, .most_records = most, .last_recorded_tick = last_tick})
            .spikes;
    };
    const auto all = records(1'000'000, 1'000'000);
    CHECK(all.back().tick == 49);
    const auto few = records(500, 1'000'000);
    REQUIRE(few.size() > 500);
    CHECK(std::ranges::equal(few, std::span(all).first(few.size())));
    CHECK(all[few.size()].tick == few.back().tick + 1); // whole ticks
    CHECK(records(few.size(), 1'000'000).back().tick == few.back().tick + 1);
    CHECK(records(few.size() - 1, 1'000'000) == few);
    CHECK(records(1'000'000, 9).back().tick == 9);
}
