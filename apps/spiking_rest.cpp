// SPDX-License-Identifier: Apache-2.0
// One run after the other, and the sum of what happened.
#include "apps/spiking_rest.hpp"

#include "analysis/report/detail.hpp"

#include <algorithm>
#include <functional>
#include <utility>

namespace lodestone::apps {
namespace {

/// Adds what happened in a run that begins at tick `offset` of all.
void append_run(spiking_array::SpikingResult& all, spiking_array::SpikingResult one, std::uint64_t offset) {
    using Totals = spiking_array::SpikingCounts;
    for (const auto count :
         {&Totals::ticks, &Totals::neuron_updates, &Totals::axon_events, &Totals::synaptic_events, &Totals::spikes,
          &Totals::inputs, &Totals::sent, &Totals::delivered, &Totals::merged, &Totals::in_flight,
          &Totals::in_flight_before, &Totals::off_chip, &Totals::lost, &Totals::hops, &Totals::chip_crossings}) {
        all.counts.*count += one.counts.*count;
    }
    for (spiking_array::OutputSpike spike : one.outputs) {
        spike.row += offset;
        all.outputs.push_back(spike);
    }
    for (spiking_array::SpikeRecord spike : one.spikes) {
        spike.tick += offset;
        if (all.spikes.size() > report::kMostRasterSpikes && spike.tick != all.spikes.back().tick) {
            break; // ticks are kept whole
        }
        all.spikes.push_back(spike);
    }
    for (std::size_t core = 0; core < one.spike_counts.size(); ++core) {
        std::ranges::transform(one.spike_counts[core], all.spike_counts[core], all.spike_counts[core].begin(),
                               std::plus{});
    }
    all.link_loads.add(one.link_loads);
    if (!all.timing || !one.timing) {
        return;
    }
    using Timing = spiking_array::SpikingTiming;
    for (const auto longest : {&Timing::longest_core, &Timing::last_delivery, &Timing::longest_tick}) {
        (*all.timing).*longest = std::max((*all.timing).*longest, (*one.timing).*longest);
    }
    all.timing->total += one.timing->total;
    all.timing->source_stall += one.timing->source_stall;
    for (const auto count : {&Timing::overrun_ticks, &Timing::colliding_ticks, &Timing::kernel_events}) {
        (*all.timing).*count += (*one.timing).*count;
    }
    all.timing->fastest_tick_rate = std::min(all.timing->fastest_tick_rate, one.timing->fastest_tick_rate);
}

} // namespace

spiking_array::SpikingResult simulate_from_rest(const isa::SpikingProgram& program,
                                                const spec::SpikingArraySpec& machine,
                                                spiking_array::SimulationOptions options,
                                                std::optional<std::uint64_t> restart_every) {
    if (!restart_every || !options.ticks) {
        return spiking_array::simulate(program, machine, options);
    }
    isa::SpikingProgram part = program;
    std::vector<isa::InputSpike> inputs = std::move(part.inputs);
    std::ranges::stable_sort(inputs, {}, &isa::InputSpike::tick);
    const std::uint64_t ticks = *options.ticks;
    std::optional<spiking_array::SpikingResult> all;
    auto next = inputs.begin();
    for (std::uint64_t first = 0; first < ticks; first += *restart_every) {
        options.ticks = std::min(*restart_every, ticks - first);
        part.inputs.clear();
        for (; next != inputs.end() && next->tick < first + *options.ticks; ++next) {
            part.inputs.push_back(*next);
            part.inputs.back().tick -= first;
        }
        spiking_array::SpikingResult one = spiking_array::simulate(part, machine, options);
        if (all) {
            append_run(*all, std::move(one), first);
        } else {
            all = std::move(one);
        }
    }
    return std::move(*all);
}

} // namespace lodestone::apps
