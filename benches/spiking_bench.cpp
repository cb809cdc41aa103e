// SPDX-License-Identifier: Apache-2.0
// How many neuron updates per second: a chip of 4096 cores, 20 Hz, 128 synapses per neuron, one thread; and four such
// chips on one and on two threads.
//
// Method: the recurrent benchmark network with random placement, past its first ticks. One iteration is 20 ticks of
// 1,048,576 neurons; items are neuron updates. Building the network is not timed.
#include "arch/spiking_array/threaded_run.hpp"
#include "arch/spiking_array/timed_run.hpp"
#include "workloads/import/spiking_recurrent.hpp"

#include <benchmark/benchmark.h>

#include <sys/resource.h>

namespace {

using namespace lodestone;
using namespace lodestone::spiking_array;

constexpr std::uint64_t ticks_per_iteration = 20;

void report(benchmark::State& state, const SpikingArray& array) {
    const SpikingCounts counts = array.counts();
    const auto updates = static_cast<double>(counts.neuron_updates);
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    const double ticks = static_cast<double>(state.iterations()) * static_cast<double>(ticks_per_iteration);
    state.SetItemsProcessed(static_cast<std::int64_t>(ticks * updates / static_cast<double>(counts.ticks)));
    state.counters["rate_hz"] =
        static_cast<double>(counts.spikes) / updates * spec::SpikingArraySpec{}.tick_rate.count();
    state.counters["mean_hops"] = static_cast<double>(counts.hops) / static_cast<double>(counts.sent);
    state.counters["peak_mb"] = static_cast<double>(usage.ru_maxrss) / 1024.0;
}

void functional(benchmark::State& state) {
    const spec::SpikingArraySpec machine;
    SpikingArray array(import::generate({}, machine), machine, 1);
    for (auto _ : state) {
        for (std::uint64_t tick = 0; tick < ticks_per_iteration; ++tick) {
            array.run_tick();
        }
    }
    report(state, array);
}

void with_systemc_timing(benchmark::State& state) {
    const spec::SpikingArraySpec machine;
    SpikingArray array(import::generate({}, machine), machine, 1);
    SpikingTiming timing;
    for (auto _ : state) {
        timing = run_timed(array, machine, {.ticks = array.tick() + ticks_per_iteration});
    }
    report(state, array);
    state.counters["longest_tick_cycles"] = static_cast<double>(timing.longest_tick.count());
    state.counters["colliding_ticks"] = static_cast<double>(timing.colliding_ticks);
}

/// Four chips, cores placed at random over all of them, so that three of four spikes change the chip.
void four_chips(benchmark::State& state) {
    spec::SpikingArraySpec machine;
    machine.chips = {.rows = 2, .cols = 2};
    SpikingArray array(import::generate({.cores = machine.mesh()}, machine), machine, 1);
    const auto threads = static_cast<std::size_t>(state.range(0));
    array.divide(threads);
    for (auto _ : state) {
        run_threaded(array, {.ticks = array.tick() + ticks_per_iteration, .threads = threads});
    }
    report(state, array);
}

BENCHMARK(functional)->Unit(benchmark::kMillisecond);
BENCHMARK(with_systemc_timing)->Unit(benchmark::kMillisecond);
BENCHMARK(four_chips)->ArgName("threads")->Arg(1)->Arg(2)->UseRealTime()->Unit(benchmark::kMillisecond);

} // namespace
