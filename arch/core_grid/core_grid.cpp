// SPDX-License-Identifier: Apache-2.0
// Phases, barrier, and the record of what happened in each.
#include "arch/core_grid/core_grid.hpp"

#include "sim/base/error.hpp"

#include <algorithm>

namespace lodestone::core_grid {

CoreGrid::CoreGrid(const isa::Program& program, const spec::CoreGridSpec& machine, const RunOptions& options,
                   Wakeups& wakeups)
    : program_(program), range_(options.only.value_or(isa::PhaseRange{
                             .first = 0, .last = static_cast<std::uint32_t>(program.phases.size() - 1)})),
      wakeups_(wakeups), resources_(program, machine, options.flow_control), weights_(program, resources_, wakeups),
      traffic_(program, resources_), wants_detail_(options.detail), issued_(gathers_by_issue(program)),
      core_end_(program.grid.size()) {
    cores_.reserve(program.grid.size());
    for (std::uint32_t core = 0; core < program.grid.size(); ++core) {
        cores_.emplace_back(CoreId(core), resources_, weights_, wakeups_);
    }
    if (options.functional) {
        functional_.emplace(program, machine, options);
        weights_.tell([this](const WeightDelivery::Departure& chunk) {
            functional_->deliver(chunk.phase, chunk.place, chunk.home, chunk.members);
        });
    }
    if (options.trace != nullptr) {
        trace_.emplace(*options.trace, program.grid);
        std::ranges::for_each(cores_, [this](Core& core) { core.report_to(&*trace_); });
    }
}

void CoreGrid::start() {
    weights_.open(range_.first, Cycles(0));
    wakeups_.wake_sequencer(send_instructions(range_.first, Cycles(0)));
}

void CoreGrid::advance_core(CoreId core, Cycles now) {
    resources_.advance(now);
    cores_[core.index()].advance(now);
}

void CoreGrid::advance_sequencer(Cycles now) {
    resources_.advance(now);
    if (!running_) {
        running_ = true;
        begin_phase(range_.first, now);
        return;
    }
    check_invariant(work_done_, "the sequencer is woken when the work of a phase is done");
    record_phase(now);
    if (plan_.index < range_.last) {
        begin_phase(plan_.index + 1, now);
    } else {
        running_ = false;
    }
}

void CoreGrid::begin_phase(std::uint32_t index, Cycles now) {
    plan_ = plan_phase(program_, resources_.machine, index, issued_[index]);
    work_done_ = false;
    weights_.enter_phase();
    resources_.begin_phase(index, now);
    traffic_.start_phase(plan_.start_flows, now);
    if (functional_) {
        functional_->begin_phase(index);
        std::ranges::for_each(plan_.start_flows, [this](const isa::Flow& flow) { functional_->move(flow); });
        copy_values(false);
    }
    copy_at_start(now);
    begin_cores(now);
    instructions_arrive_ = now;
    if (index + 1 < program_.phases.size()) {
        weights_.open(index + 1, now);
        instructions_arrive_ = send_instructions(index + 1, now);
    }
    if (cores_left_ == 0) {
        finish_work(now);
    }
}

void CoreGrid::begin_cores(Cycles now) {
    cores_left_ = 0;
    for (std::uint32_t core = 0; core < cores_.size(); ++core) {
        cores_left_ += plan_.cores[core].steps > 0 ? 1U : 0U;
        const Cycles inputs = traffic_.inputs_ready(CoreId(core), plan_.index);
        cores_[core].begin_phase(program_, plan_, *this, std::max(now, inputs));
    }
}

void CoreGrid::copy_at_start(Cycles now) {
    for (std::uint32_t core = 0; core < cores_.size(); ++core) {
        const Bytes amount = plan_.cores[core].start_copies;
        const memory::Grant read = resources_.memories[core].reserve(Bytes(0), amount, now);
        resources_.memories[core].reserve(Bytes(0), amount, read.end);
        resources_.tally.core_memory.read += amount;
        resources_.tally.core_memory.written += amount;
    }
}

Cycles CoreGrid::send_instructions(std::uint32_t phase, Cycles now) {
    const Bytes bytes = program_.phases[phase].instruction_bytes;
    const CoreId corner(0);
    const CoreId far_corner(program_.grid.size() - 1);
    std::vector<CoreId> all;
    for (std::uint32_t core = 0; core < program_.grid.size(); ++core) {
        all.emplace_back(core);
    }
    const std::vector<isa::LinkUse> links = isa::multicast_tree(program_.grid, corner, all);
    resources_.instruction_times.send(
        {.links = links, .bytes = bytes, .destinations = program_.grid.size(), .earliest = now, .source = corner},
        resources_.schedule.instructions(phase), [&] { return "instructions of " + program_.phases[phase].name; });
    resources_.instruction.receive(bytes * program_.grid.size());
    resources_.tally.instruction_memory.written += bytes * program_.grid.size();
    resources_.tally.instruction_memory.read += bytes * program_.grid.size();
    return resources_.instruction.tail_arrival(far_corner);
}

void CoreGrid::copy_values(bool with_steps) {
    for (const IssuedGather& gather : issued_[plan_.index]) {
        if (leaves_with_steps(program_, gather) == with_steps) {
            functional_->copy_locally(gather);
        }
    }
}

void CoreGrid::step_written(CoreId core, std::uint32_t step) {
    if (functional_) {
        functional_->compute_step(core, step);
    }
}

void CoreGrid::flow_leaves(const isa::Flow& flow, Cycles now) {
    traffic_.send(flow, now);
    if (functional_) {
        functional_->move(flow);
    }
}

void CoreGrid::core_done(CoreId core, Cycles end) {
    core_end_[core.index()] = end;
    work_end_ = std::max(work_end_, end);
    if (--cores_left_ == 0) {
        finish_work(end);
    }
}

void CoreGrid::finish_work(Cycles now) {
    if (functional_) {
        copy_values(true);
    }
    traffic_.settle_outputs();
    Cycles end = std::max({now, work_end_, traffic_.last_arrival(), instructions_arrive_});
    for (memory::BankedMemory& memory : resources_.memories) {
        end = std::max(end, memory.settle(now));
    }
    if (plan_.index == 0) {
        end = std::max(end, traffic_.inputs_in_frame_buffer());
    }
    if (plan_.index + 1 == program_.phases.size()) {
        end = std::max(end, traffic_.outputs_out());
    }
    work_done_ = true;
    wakeups_.wake_sequencer(end + resources_.machine.synchronisation);
}

void CoreGrid::tally_waiting(Cycles end) {
    for (std::uint32_t core = 0; core < cores_.size(); ++core) {
        if (plan_.cores[core].steps == 0) {
            resources_.tally.idle += (end - begin_).count();
        } else {
            resources_.tally.waiting_barrier += (end - core_end_[core]).count();
        }
    }
}

void CoreGrid::record_phase(Cycles now) {
    const isa::Phase& phase = program_.phases[plan_.index];
    tally_waiting(now);
    const NetworkSnapshot networks = resources_.snapshot();
    std::optional<isa::PhaseDetail> detail =
        wants_detail_ ? std::optional<isa::PhaseDetail>(std::in_place) : std::nullopt;
    isa::PhaseRecord record{.name = phase.name,
                            .op = phase.op,
                            .begin = begin_,
                            .end = now,
                            .events = event_counts(resources_.tally, phase, networks_at_begin_, networks),
                            .busiest = resources_.close_window(now, detail ? &*detail : nullptr)};
    record.events.elapsed = now - begin_;
    for (const Core& core : cores_) {
        record.busiest["matrix"] = std::max(record.busiest["matrix"], core.matrix_cycles());
        record.busiest["vector"] = std::max(record.busiest["vector"], core.vector_cycles());
        if (detail) {
            detail->matrix_busy.push_back(core.matrix_cycles().count());
            detail->vector_busy.push_back(core.vector_cycles().count());
        }
    }
    record.detail = std::move(detail);
    check_invariant(resources_.tally.steps == plan_.works.size(), "every step of a phase runs exactly once");
    check_invariant(resources_.tally.macs == isa::phase_macs(program_, phase),
                    "the tiles of a phase cover its multiply-accumulates exactly once");
    if (trace_) {
        trace_->phase(phase.name, begin_, now);
    }
    execution_.events += record.events;
    execution_.phases.push_back(std::move(record));
    networks_at_begin_ = networks;
    resources_.tally = {};
    begin_ = now;
}

std::vector<std::string> CoreGrid::unfinished() const {
    if (execution_.phases.size() == range_.last - range_.first + 1) {
        return {};
    }
    std::vector<std::string> waiters;
    for (const Core& core : cores_) {
        if (!core.done()) {
            waiters.push_back(core.waits_for());
        }
    }
    if (waiters.empty()) {
        waiters.push_back("the sequencer waits for phase '" + program_.phases[plan_.index].name + "' to end");
    }
    return waiters;
}

isa::Execution CoreGrid::finish() {
    resources_.verify_conservation(begin_);
    execution_.cycles = begin_;
    execution_.schedule = resources_.schedule.made();
    if (functional_) {
        execution_.outputs = functional_->outputs();
    }
    return std::move(execution_);
}

} // namespace lodestone::core_grid
