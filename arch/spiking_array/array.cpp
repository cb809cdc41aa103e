// SPDX-License-Identifier: Apache-2.0
// Builds the array from a program and moves spikes from tick to tick.
#include "arch/spiking_array/array.hpp"

#include "sim/base/error.hpp"

#include <algorithm>
#include <bit>

namespace lodestone::spiking_array {

namespace {

std::uint64_t key(std::uint32_t x, std::uint32_t y) {
    return (std::uint64_t{y} << 32) | x;
}

std::uint32_t moved(std::uint32_t from, std::int32_t by) {
    return static_cast<std::uint32_t>(static_cast<std::int32_t>(from) + by);
}

} // namespace

SpikingCounts counts_between(const SpikingCounts& earlier, const SpikingCounts& later) {
    return {.ticks = later.ticks - earlier.ticks,
            .neuron_updates = later.neuron_updates - earlier.neuron_updates,
            .axon_events = later.axon_events - earlier.axon_events,
            .synaptic_events = later.synaptic_events - earlier.synaptic_events,
            .spikes = later.spikes - earlier.spikes,
            .inputs = later.inputs - earlier.inputs,
            .sent = later.sent - earlier.sent,
            .delivered = later.delivered - earlier.delivered,
            .merged = later.merged - earlier.merged,
            .in_flight = later.in_flight,
            .off_chip = later.off_chip - earlier.off_chip,
            .lost = later.lost - earlier.lost,
            .hops = later.hops - earlier.hops,
            .chip_crossings = later.chip_crossings - earlier.chip_crossings};
}

SpikingArray::SpikingArray(const isa::SpikingProgram& program, const spec::SpikingArraySpec& spec, std::uint64_t seed)
    : spec_(spec), context_{.potential = spec.potential_range(), .floor_is_inclusive = program.floor_is_inclusive},
      words_(program.words_per_row()) {
    add_cores(program, seed);
    add_targets(program);
    add_inputs(program);
    axon_bits_.assign(slots_ * cores_.size() * words_, 0);
    pending_.assign(slots_, 0);
    pending_merged_.assign(slots_, 0);
}

std::uint32_t SpikingArray::core_at(std::uint32_t x, std::uint32_t y) {
    const auto [entry, is_new] = index_of_.try_emplace(key(x, y), static_cast<std::uint32_t>(positions_.size()));
    if (is_new) {
        positions_.push_back({.row = y, .col = x});
    }
    return entry->second;
}

void SpikingArray::add_cores(const isa::SpikingProgram& program, std::uint64_t seed) {
    for (const isa::SpikingCoreProgram& core : program.cores) {
        check_invariant(core_at(core.x, core.y) == cores_.size(), "verify_program refuses two cores in one place");
        first_neuron_.push_back(neuron_total_);
        neuron_total_ += core.neurons.size();
        cores_.emplace_back(
            program, core, CoreSettings{.context = context_, .random = RandomStream(seed, key(core.x, core.y))}, pool_);
    }
    first_neuron_.push_back(neuron_total_);
}

void SpikingArray::add_targets(const isa::SpikingProgram& program) {
    targets_.reserve(neuron_total_);
    std::uint32_t longest = 0;
    if (program.output_bus) {
        bus_ = {.row = program.output_bus->y, .col = program.output_bus->x};
    }
    for (const isa::SpikingCoreProgram& core : program.cores) {
        for (const isa::SpikingNeuron& neuron : core.neurons) {
            const isa::SpikeDestination& to = neuron.destination;
            Target target{.core = to_nowhere, .axon = to.axon, .delay = to.delay};
            if (to.connected) {
                const GridPosition at{.row = moved(core.y, to.dy), .col = moved(core.x, to.dx)};
                target.core = program.output_bus && at == bus_ ? to_bus : core_at(at.col, at.row);
                longest = std::max<std::uint32_t>(longest, to.delay);
            }
            targets_.push_back(target);
        }
    }
    slots_ = std::size_t{longest} + 2;
}

void SpikingArray::add_inputs(const isa::SpikingProgram& program) {
    for (const isa::InputSpike& input : program.inputs) {
        inputs_.push_back({.tick = input.arrival(), .core = core_at(input.x, input.y), .axon = input.axon});
    }
    std::stable_sort(inputs_.begin(), inputs_.end(),
                     [](const PendingInput& a, const PendingInput& b) { return a.tick < b.tick; });
    // Cores that spikes or inputs reach and that have no neurons exist too: their axons take the spikes.
    const isa::SpikingCoreProgram empty;
    while (cores_.size() < positions_.size()) {
        cores_.emplace_back(program, empty, CoreSettings{.context = context_, .random = RandomStream(0, 0)}, pool_);
        first_neuron_.push_back(neuron_total_);
    }
}

void SpikingArray::activate(std::size_t slot, std::uint32_t core, std::uint32_t axon) {
    std::uint64_t& word = axon_bits_[(slot * cores_.size() + core) * words_ + axon / 64];
    const std::uint64_t bit = std::uint64_t{1} << (axon % 64);
    pending_merged_[slot] += (word & bit) != 0 ? 1U : 0U;
    word |= bit;
    ++pending_[slot];
    ++counts_.in_flight;
}

void SpikingArray::begin_tick() {
    read_bits_ = 0;
    first_output_of_tick_ = outputs_.size();
    const std::size_t now = slot_after(0);
    for (; next_input_ < inputs_.size() && inputs_[next_input_].tick == counts_.ticks; ++next_input_) {
        ++counts_.inputs;
        activate(now, inputs_[next_input_].core, inputs_[next_input_].axon);
    }
}

std::span<std::uint64_t> SpikingArray::axon_bits(std::size_t core) {
    return {axon_bits_.data() + (slot_after(0) * cores_.size() + core) * words_, words_};
}

CoreActivity SpikingArray::fire(std::size_t core) {
    const auto bits = axon_bits(core);
    const CoreActivity activity = cores_[core].tick(bits, fired_);
    if (activity.axon_events != 0) {
        read_bits_ += activity.axon_events;
        counts_.synaptic_events += activity.synaptic_events;
        std::fill(bits.begin(), bits.end(), 0);
    }
    counts_.spikes += fired_.size();
    if (recording_) {
        for (const std::uint16_t neuron : fired_) {
            spikes_.push_back({.tick = counts_.ticks, .core = static_cast<std::uint32_t>(core), .neuron = neuron});
        }
    }
    return activity;
}

std::span<const std::uint16_t> SpikingArray::tick_core(std::size_t core, std::uint32_t& axon_events) {
    axon_events = fire(core).axon_events;
    for (const std::uint16_t neuron : fired_) {
        ++targets_[first_neuron_[core] + neuron].spikes;
    }
    return fired_;
}

bool SpikingArray::is_connected(std::size_t core, std::size_t neuron) const {
    return targets_[first_neuron_[core] + neuron].core != to_nowhere;
}

bool SpikingArray::leaves_array(std::size_t core, std::size_t neuron) const {
    return targets_[first_neuron_[core] + neuron].core == to_bus;
}

GridPosition SpikingArray::destination(std::size_t core, std::size_t neuron) const {
    const std::uint32_t target = targets_[first_neuron_[core] + neuron].core;
    return target == to_bus ? bus_ : positions_[target];
}

std::uint32_t SpikingArray::delay(std::size_t core, std::size_t neuron) const {
    return targets_[first_neuron_[core] + neuron].delay;
}

void SpikingArray::send(std::size_t core, std::size_t neuron) {
    deliver(targets_[first_neuron_[core] + neuron]);
}

void SpikingArray::deliver(const Target& target) {
    if (target.core == to_nowhere) {
        return;
    }
    ++counts_.sent;
    if (target.core == to_bus) {
        ++counts_.off_chip;
        outputs_.push_back({.row = counts_.ticks + 1, .output = target.axon});
        return;
    }
    activate(slot_after(std::uint64_t{target.delay} + 1), target.core, target.axon);
}

void SpikingArray::lose(std::size_t core, std::size_t neuron) {
    check_invariant(is_connected(core, neuron), "only spikes that are sent can be lost");
    ++counts_.sent;
    ++counts_.lost;
}

void SpikingArray::end_tick() {
    const std::size_t now = slot_after(0);
    check_invariant(read_bits_ + pending_merged_[now] == pending_[now],
                    "each spike sent to this tick set an axon bit or found it set");
    counts_.axon_events += read_bits_;
    counts_.delivered += pending_[now];
    counts_.merged += pending_merged_[now];
    counts_.in_flight -= pending_[now];
    pending_[now] = 0;
    pending_merged_[now] = 0;
    counts_.neuron_updates += neuron_total_;
    ++counts_.ticks;
    std::sort(outputs_.begin() + static_cast<std::ptrdiff_t>(first_output_of_tick_), outputs_.end());
    check_invariant(counts_.sent + counts_.inputs ==
                        counts_.delivered + counts_.in_flight + counts_.off_chip + counts_.lost,
                    "spikes sent are delivered, in flight, off chip or lost to an overrun");
    if (counts_.ticks == warm_up_ticks_) {
        warm_ = counts();
    }
}

void SpikingArray::pass_outboxes() {
    for (const Target& target : outbox_) {
        deliver(target);
    }
    outbox_.clear();
    for (const std::size_t neuron : fired_before_) {
        Target& target = targets_[neuron];
        ++target.spikes;
        outbox_.push_back(target);
        if (target.core < cores_.size()) {
            const std::size_t slot = slot_after(std::uint64_t{target.delay} + 1);
            __builtin_prefetch(&axon_bits_[(slot * cores_.size() + target.core) * words_ + target.axon / 64], 1);
        }
    }
    fired_before_.clear();
}

// Spikes of a core are sent while the next two cores run, so that what they touch has come into the cache.
void SpikingArray::run_tick() {
    begin_tick();
    for (std::size_t core = 0; core < cores_.size(); ++core) {
        if (core + 1 < cores_.size()) {
            cores_[core + 1].prefetch(axon_bits(core + 1));
        }
        fire(core);
        pass_outboxes();
        for (const std::uint16_t neuron : fired_) {
            fired_before_.push_back(first_neuron_[core] + neuron);
            __builtin_prefetch(&targets_[fired_before_.back()], 1);
        }
    }
    pass_outboxes();
    pass_outboxes();
    end_tick();
}

bool SpikingArray::is_silent() const {
    return counts_.in_flight == 0 && next_input_ == inputs_.size() &&
           std::all_of(cores_.begin(), cores_.end(),
                       [](const SpikingCore& core) { return core.neurons() == 0 || core.is_quiet(); });
}

SpikingCounts SpikingArray::counts() const {
    SpikingCounts counts = counts_;
    for (std::size_t core = 0; core < cores_.size(); ++core) {
        for (std::size_t neuron = 0; neuron < cores_[core].neurons(); ++neuron) {
            const std::uint64_t spikes = targets_[first_neuron_[core] + neuron].spikes;
            if (spikes != 0 && is_connected(core, neuron)) {
                const RouteLength route = route_length(spec_, positions_[core], destination(core, neuron));
                counts.hops += spikes * route.hops;
                counts.chip_crossings += spikes * route.chip_crossings;
            }
        }
    }
    return counts;
}

LinkLoads SpikingArray::link_loads() const {
    LinkLoads loads(spec_.mesh());
    for (std::size_t core = 0; core < cores_.size(); ++core) {
        for (std::size_t neuron = 0; neuron < cores_[core].neurons(); ++neuron) {
            const std::uint64_t spikes = targets_[first_neuron_[core] + neuron].spikes;
            if (spikes != 0 && is_connected(core, neuron)) {
                loads.add(positions_[core], destination(core, neuron), spikes);
            }
        }
    }
    loads.finish();
    return loads;
}

std::vector<std::uint32_t> SpikingArray::spike_counts(std::size_t core) const {
    std::vector<std::uint32_t> counts;
    counts.reserve(cores_[core].neurons());
    for (std::size_t neuron = first_neuron_[core]; neuron < first_neuron_[core + 1]; ++neuron) {
        counts.push_back(targets_[neuron].spikes);
    }
    return counts;
}

} // namespace lodestone::spiking_array
