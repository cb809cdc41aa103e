// SPDX-License-Identifier: Apache-2.0
// Making slots and keeping to them.
#include "arch/core_grid/schedule.hpp"

#include "sim/base/error.hpp"

#include <algorithm>

namespace lodestone::core_grid {

void Timetable::forget(Cycles now) {
    std::erase_if(taken_, [now](const Taken& taken) { return taken.end <= now; });
}

noc::Passage Timetable::make_slot(noc::Transfer& transfer, const Booking& booking) {
    transfer.waits_at_source = true;
    const noc::Passage passage = network_.send(transfer);
    *booking.slot = (passage.departure - booking.from).count();
    return passage;
}

noc::Passage Timetable::keep_slot(noc::Transfer& transfer, const Booking& booking, const std::string& name) {
    const Cycles start = booking.from + Cycles(*booking.slot);
    if (transfer.earliest > start) {
        throw MachineError(start, network_.name() + " network",
                           name + " has slot " + std::to_string(*booking.slot) + ", but its data comes " +
                               std::to_string((transfer.earliest - start).count()) +
                               " cycles later; schedule the program for this machine");
    }
    transfer.earliest = start;
    if (const std::optional<LinkId> link = network_.first_collision(transfer)) {
        refuse(transfer, *link, name);
    }
    const noc::Passage passage = network_.send(transfer);
    for (std::size_t i = 0; i < transfer.links.size(); ++i) {
        const Cycles head(network_.heads()[i]);
        taken_.push_back(
            {.link = transfer.links[i].link, .begin = head, .end = head + passage.duration, .transfer = name});
    }
    return passage;
}

void Timetable::refuse(const noc::Transfer& transfer, LinkId link, const std::string& name) const {
    const auto use = std::ranges::find(transfer.links, link, &isa::LinkUse::link);
    const Cycles at = transfer.earliest + spec_.hop_latency * use->depth;
    const Cycles end = at + std::max(transfer_cycles(transfer.bytes, spec_.link_width), transfer.source_cycles);
    const auto other = std::ranges::find_if(
        taken_, [&](const Taken& taken) { return taken.link == link && taken.begin < end && at < taken.end; });
    check_invariant(other != taken_.end(), "whoever takes a link of this network is noted until it is free again");
    throw MachineError(at, network_.name() + " network link " + isa::link_name(grid_, link),
                       name + " collides with " + other->transfer + ", which holds it in cycles " +
                           std::to_string(other->begin.count()) + " to " + std::to_string(other->end.count()) +
                           "; give one of them another slot");
}

Schedule::Schedule(const isa::Program& program, FlowControl flow_control)
    : flow_control_(flow_control), begins_(program.phases.size()) {
    for (std::uint32_t phase = 0; phase < program.phases.size() && flow_control != FlowControl::elastic; ++phase) {
        slots_.push_back(flow_control == FlowControl::strict ? isa::slots_of(program.phases[phase])
                                                             : isa::empty_slots(program, phase));
    }
}

void Schedule::begin_phase(std::uint32_t phase, Cycles now) {
    running_ = phase;
    begins_[phase] = now;
}

Booking Schedule::flow(const isa::Flow& flow) {
    if (slots_.empty()) {
        return {};
    }
    return {.slot = &slots_[flow.phase].gathers[flow.input][flow.index], .from = begins_[running_]};
}

Booking Schedule::chunk(std::uint32_t phase, std::size_t home) {
    if (slots_.empty()) {
        return {};
    }
    return {.slot = &slots_[phase].weights[home], .from = begin_before(phase)};
}

Booking Schedule::partial_sum(std::uint32_t phase, std::size_t place) {
    if (slots_.empty()) {
        return {};
    }
    return {.slot = &slots_[phase].partial_sums[place], .from = begins_[phase]};
}

Booking Schedule::instructions(std::uint32_t phase) {
    if (slots_.empty()) {
        return {};
    }
    return {.slot = &slots_[phase].instructions, .from = begin_before(phase)};
}

std::vector<isa::PhaseSlots> Schedule::made() const {
    return flow_control_ == FlowControl::schedule ? slots_ : std::vector<isa::PhaseSlots>{};
}

} // namespace lodestone::core_grid
