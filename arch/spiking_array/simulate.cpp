// SPDX-License-Identifier: Apache-2.0
// The functional run, and the collection of results that both fidelities share.
#include "arch/spiking_array/simulate.hpp"

#include "arch/spiking_array/threaded_run.hpp"
#include "arch/spiking_array/timed_run.hpp"
#include "arch/spiking_array/verify_program.hpp"
#include "sim/base/error.hpp"

namespace lodestone::spiking_array {

namespace {

void collect(const SpikingArray& array, SpikingResult& result) {
    result.counts = array.counts_after_warm_up();
    result.outputs = array.outputs();
    result.link_loads = array.link_loads();
    result.spikes = array.spikes();
    for (std::size_t core = 0; core < array.core_count(); ++core) {
        result.core_positions.push_back(array.position(core));
        result.spike_counts.push_back(array.spike_counts(core));
    }
}

} // namespace

isa::EventCounts event_counts(const SpikingCounts& counts, const SpikingTiming* timing) {
    isa::EventCounts events;
    events.spiking = {{"ticks", counts.ticks},
                      {"neuron_updates", counts.neuron_updates},
                      {"axon_events", counts.axon_events},
                      {"synaptic_events", counts.synaptic_events},
                      {"spikes", counts.spikes},
                      {"inputs", counts.inputs},
                      {"sent", counts.sent},
                      {"delivered", counts.delivered},
                      {"merged", counts.merged},
                      {"in_flight", counts.in_flight},
                      {"in_flight_before", counts.in_flight_before},
                      {"off_chip", counts.off_chip},
                      {"lost", counts.lost},
                      {"hops", counts.hops},
                      {"chip_crossings", counts.chip_crossings}};
    if (timing != nullptr) {
        events.elapsed = timing->total;
        events.spiking["overrun_ticks"] = timing->overrun_ticks;
        events.spiking["colliding_ticks"] = timing->colliding_ticks;
        events.spiking["source_stall_cycles"] = timing->source_stall.count();
    }
    return events;
}

bool run_is_over(const SpikingArray& array, const SimulationOptions& options) {
    if (options.ticks) {
        return array.tick() >= *options.ticks;
    }
    return array.tick() >= options.silence_limit || array.is_silent();
}

SpikingResult simulate(const isa::SpikingProgram& program, const spec::SpikingArraySpec& machine,
                       const SimulationOptions& options) {
    verify_program(program, machine).throw_if_errors();
    check_invariant(options.threads > 0 && options.threads <= max_threads, "whoever asks for threads knows the limits");
    check_invariant(options.threads == 1 || options.fidelity == Fidelity::functional,
                    "the SystemC kernel runs on one thread");
    SpikingArray array(program, machine, options.seed);
    array.warm_up(options.warm_up);
    if (options.record_spikes) {
        array.record_spikes(options.most_records, options.last_recorded_tick);
    }
    SpikingResult result;
    if (options.fidelity == Fidelity::event) {
        result.timing = run_timed(array, machine, options);
    } else if (options.threads > 1) {
        array.divide(options.threads);
        run_threaded(array, options);
    } else {
        while (!run_is_over(array, options)) {
            array.run_tick();
        }
    }
    result.ended_silent = !options.ticks && array.is_silent();
    collect(array, result);
    return result;
}

} // namespace lodestone::spiking_array
