// SPDX-License-Identifier: Apache-2.0
// Builds the array from a program and moves spikes from tick to tick.
#include "arch/spiking_array/array.hpp"

#include "sim/base/error.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

namespace lodestone::spiking_array {

namespace {

std::uint64_t key(std::uint32_t x, std::uint32_t y) {
    return (std::uint64_t{y} << 32) | x;
}

std::uint32_t moved(std::uint32_t from, std::int32_t by) {
    return static_cast<std::uint32_t>(static_cast<std::int32_t>(from) + by);
}

/// What a part counts, into the sum of all.
void add(const SpikingCounts& part, SpikingCounts& sum) {
    for (const auto count :
         {&SpikingCounts::axon_events, &SpikingCounts::synaptic_events, &SpikingCounts::spikes, &SpikingCounts::inputs,
          &SpikingCounts::sent, &SpikingCounts::delivered, &SpikingCounts::merged, &SpikingCounts::in_flight,
          &SpikingCounts::off_chip, &SpikingCounts::lost}) {
        sum.*count += part.*count;
    }
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
            .in_flight_before = earlier.in_flight,
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
    divide(1);
}

std::vector<std::uint32_t> SpikingArray::cores_by_chip() const {
    std::vector<std::uint32_t> order(cores_.size());
    std::iota(order.begin(), order.end(), 0U);
    const auto chip = [this](std::uint32_t core) {
        const GridPosition at = positions_[core];
        return std::pair(at.row / spec_.cores.rows, at.col / spec_.cores.cols);
    };
    std::ranges::stable_sort(order, {}, chip);
    return order;
}

void SpikingArray::divide(std::size_t parts) {
    check_invariant(parts > 0 && counts_.ticks == 0, "cores are divided before the first tick, to at least one part");
    parts_.assign(parts, {});
    part_of_.assign(cores_.size(), 0);
    for (Part& part : parts_) {
        part.pending.assign(slots_, 0);
        part.pending_merged.assign(slots_, 0);
        part.mail.resize(parts);
    }
    std::uint64_t before = 0; // neurons of the cores before
    for (const std::uint32_t core : cores_by_chip()) {
        const std::size_t part = neuron_total_ == 0 ? 0 : std::min(before * parts / neuron_total_, parts - 1);
        parts_[part].cores.push_back(core);
        part_of_[core] = static_cast<std::uint32_t>(part);
        before += cores_[core].neurons();
    }
    for (std::size_t i = 0; i < inputs_.size(); ++i) {
        parts_[part_of_[inputs_[i].core]].inputs.push_back(i);
    }
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

void SpikingArray::activate(Part& part, std::size_t slot, std::uint32_t core, std::uint32_t axon) {
    std::uint64_t& word = axon_bits_[(slot * cores_.size() + core) * words_ + axon / 64];
    const std::uint64_t bit = std::uint64_t{1} << (axon % 64);
    part.pending_merged[slot] += (word & bit) != 0 ? 1U : 0U;
    word |= bit;
    ++part.pending[slot];
    ++part.counts.in_flight;
}

void SpikingArray::begin_part(Part& part) {
    part.read_bits = 0;
    const std::size_t now = slot_after(0);
    for (; part.next_input < part.inputs.size(); ++part.next_input) {
        const PendingInput& input = inputs_[part.inputs[part.next_input]];
        if (input.tick != counts_.ticks) {
            return;
        }
        ++part.counts.inputs;
        activate(part, now, input.core, input.axon);
    }
}

void SpikingArray::begin_tick() {
    for (Part& part : parts_) {
        begin_part(part);
    }
}

std::span<std::uint64_t> SpikingArray::axon_bits(std::size_t core) {
    return {axon_bits_.data() + (slot_after(0) * cores_.size() + core) * words_, words_};
}

CoreActivity SpikingArray::fire(Part& part, std::size_t core) {
    const auto bits = axon_bits(core);
    const CoreActivity activity = cores_[core].tick(bits, part.fired);
    if (activity.axon_events != 0) {
        part.read_bits += activity.axon_events;
        part.counts.synaptic_events += activity.synaptic_events;
        std::fill(bits.begin(), bits.end(), 0);
    }
    part.counts.spikes += part.fired.size();
    if (recording_) {
        for (const std::uint16_t neuron : part.fired) {
            part.spikes.push_back({.tick = counts_.ticks, .core = static_cast<std::uint32_t>(core), .neuron = neuron});
        }
    }
    return activity;
}

std::span<const std::uint16_t> SpikingArray::tick_core(std::size_t core, std::uint32_t& axon_events) {
    Part& part = parts_.front();
    axon_events = fire(part, core).axon_events;
    for (const std::uint16_t neuron : part.fired) {
        ++targets_[first_neuron_[core] + neuron].spikes;
    }
    return part.fired;
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
    deliver(parts_.front(), targets_[first_neuron_[core] + neuron]);
}

void SpikingArray::deliver(Part& part, const Target& target) {
    if (target.core == to_nowhere) {
        return;
    }
    ++part.counts.sent;
    if (target.core == to_bus) {
        ++part.counts.off_chip;
        part.outputs.push_back({.row = counts_.ticks + 1, .output = target.axon});
        return;
    }
    if (is_of(part, target.core)) {
        activate(part, slot_after(std::uint64_t{target.delay} + 1), target.core, target.axon);
    } else {
        part.mail[part_of_[target.core]].push_back(target);
    }
}

void SpikingArray::lose(std::size_t core, std::size_t neuron) {
    check_invariant(is_connected(core, neuron), "only spikes that are sent can be lost");
    ++parts_.front().counts.sent;
    ++parts_.front().counts.lost;
}

void SpikingArray::end_part(Part& part) {
    const std::size_t now = slot_after(0);
    check_invariant(part.read_bits + part.pending_merged[now] == part.pending[now],
                    "each spike sent to this tick set an axon bit or found it set");
    part.counts.axon_events += part.read_bits;
    part.counts.delivered += part.pending[now];
    part.counts.merged += part.pending_merged[now];
    part.counts.in_flight -= part.pending[now];
    part.pending[now] = 0;
    part.pending_merged[now] = 0;
    outputs_.insert(outputs_.end(), part.outputs.begin(), part.outputs.end());
    part.outputs.clear();
    spikes_.insert(spikes_.end(), part.spikes.begin(), part.spikes.end());
    part.spikes.clear();
}

void SpikingArray::end_tick() {
    const auto first_output = static_cast<std::ptrdiff_t>(outputs_.size());
    const auto first_spike = static_cast<std::ptrdiff_t>(spikes_.size());
    SpikingCounts sum{.ticks = counts_.ticks + 1, .neuron_updates = counts_.neuron_updates + neuron_total_};
    for (Part& part : parts_) {
        end_part(part);
        add(part.counts, sum);
    }
    std::sort(outputs_.begin() + first_output, outputs_.end());
    std::sort(spikes_.begin() + first_spike, spikes_.end());
    recording_ = recording_ && spikes_.size() <= most_records_ && counts_.ticks < last_recorded_tick_;
    counts_ = sum;
    check_invariant(counts_.sent + counts_.inputs ==
                        counts_.delivered + counts_.in_flight + counts_.off_chip + counts_.lost,
                    "spikes sent are delivered, in flight, off chip or lost to an overrun");
    if (counts_.ticks == warm_up_ticks_) {
        warm_ = counts();
    }
}

void SpikingArray::record_spikes(std::uint64_t most, std::uint64_t last_tick) {
    recording_ = counts_.ticks <= last_tick;
    most_records_ = most;
    last_recorded_tick_ = last_tick;
}

void SpikingArray::prefetch(const Target& target) const {
    const std::size_t slot = slot_after(std::uint64_t{target.delay} + 1);
    __builtin_prefetch(&axon_bits_[(slot * cores_.size() + target.core) * words_ + target.axon / 64], 1);
}

void SpikingArray::pass_outboxes(Part& part) {
    for (const Target& target : part.outbox) {
        deliver(part, target);
    }
    part.outbox.clear();
    for (const std::size_t neuron : part.fired_before) {
        Target& target = targets_[neuron];
        ++target.spikes;
        part.outbox.push_back(target);
        if (target.core < cores_.size() && is_of(part, target.core)) {
            prefetch(target);
        }
    }
    part.fired_before.clear();
}

// Spikes of a core are sent while the next two cores run, so that what they touch has come into the cache.
void SpikingArray::run_part(std::size_t index) {
    Part& part = parts_[index];
    begin_part(part);
    for (std::size_t turn = 0; turn < part.cores.size(); ++turn) {
        const std::size_t core = part.cores[turn];
        if (turn + 1 < part.cores.size()) {
            cores_[part.cores[turn + 1]].prefetch(axon_bits(part.cores[turn + 1]));
        }
        fire(part, core);
        pass_outboxes(part);
        for (const std::uint16_t neuron : part.fired) {
            part.fired_before.push_back(first_neuron_[core] + neuron);
            __builtin_prefetch(&targets_[part.fired_before.back()], 1);
        }
    }
    pass_outboxes(part);
    pass_outboxes(part);
}

void SpikingArray::take_mail(std::size_t index) {
    constexpr std::size_t ahead = 16; // spikes whose axon words are on the way
    Part& part = parts_[index];
    for (Part& sender : parts_) {
        std::vector<Target>& mail = sender.mail[index];
        for (std::size_t i = 0; i < mail.size(); ++i) {
            if (i + ahead < mail.size()) {
                prefetch(mail[i + ahead]);
            }
            activate(part, slot_after(std::uint64_t{mail[i].delay} + 1), mail[i].core, mail[i].axon);
        }
        mail.clear();
    }
}

void SpikingArray::run_tick() {
    for (std::size_t part = 0; part < parts_.size(); ++part) {
        run_part(part);
    }
    for (std::size_t part = 0; part < parts_.size(); ++part) {
        take_mail(part);
    }
    end_tick();
}

bool SpikingArray::is_silent() const {
    const bool inputs_are_over =
        std::ranges::all_of(parts_, [](const Part& part) { return part.next_input == part.inputs.size(); });
    return counts_.in_flight == 0 && inputs_are_over &&
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
