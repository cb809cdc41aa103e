// SPDX-License-Identifier: Apache-2.0
// The streams of a core: reads and matrix unit; results, chain and vector unit; writes and flows.
#include "arch/core_grid/core.hpp"

#include "sim/base/error.hpp"

#include <algorithm>

namespace lodestone::core_grid {
namespace {

/// Part of `total` that falls to step `step` of `steps`, so that the parts add up.
Bytes share(Bytes total, std::uint32_t step, std::uint32_t steps) {
    return total * (std::uint64_t{step} + 1) / steps - total * step / steps;
}

std::uint64_t sum_bytes(const isa::Phase& phase, std::uint64_t sums) {
    return bytes_for(Bits(sums * phase.accumulator_bits)).count();
}

} // namespace

Core::Core(CoreId id, Resources& resources, WeightDelivery& weights, Wakeups& wakeups)
    : id_(id), resources_(resources), weights_(weights), wakeups_(wakeups) {}

void Core::begin_phase(const isa::Program& program, const PhasePlan& plan, CoreEvents& events, Cycles inputs_ready) {
    program_ = &program;
    phase_ = &program.phases[plan.index];
    plan_ = &plan;
    core_ = &plan.cores[id_.index()];
    events_ = &events;
    works_ = plan.works_of(*core_);
    matrix_depth_ = isa::uses_matrix_unit(phase_->kernel) ? resources_.machine.matrix.pipeline_depth : Cycles(0);
    issuing_ = false;
    next_ = started_ = results_ = sums_ = 0;
    next_flow_ = core_->first_flow;
    ready_ = results_free_ = inputs_ready;
    read_offset_ = write_offset_ = copied_ = Bytes(0);
    start_wake_.reset();
    matrix_cycles_ = vector_cycles_ = Cycles(0);
    finished_.reset();
    reported_ = works_.empty();
    if (!works_.empty()) {
        request_reads(0, inputs_ready);
        wakeups_.wake_core(id_, inputs_ready);
    }
}

void Core::advance(Cycles now) {
    bool progress = true;
    while (progress) {
        progress = advance_matrix(now);
        progress = advance_writes(now) || progress;
        progress = advance_sends(now) || progress;
    }
}

std::optional<Cycles> Core::next_wake() const {
    std::optional<Cycles> wake = issuing_ ? std::optional(ready_) : start_wake_;
    const auto consider = [&wake](const std::deque<Pending>& queue) {
        if (!queue.empty() && (!wake || queue.front().at < *wake)) {
            wake = queue.front().at;
        }
    };
    consider(writes_);
    consider(sends_);
    return wake;
}

bool Core::advance_matrix(Cycles now) {
    if (issuing_) {
        if (ready_ > now) {
            return false;
        }
        finish_issue(now);
    }
    start_wake_.reset();
    if (next_ == works_.size()) {
        return false;
    }
    const std::optional<Start> start = earliest_start(now);
    if (!start) {
        return false; // whoever knows more wakes the core
    }
    if (start->at > now) {
        start_wake_ = start->at;
        return false;
    }
    start_step(now, start->cause);
    return true;
}

std::optional<Core::Start> Core::earliest_start(Cycles now) {
    Start start{.at = ready_, .cause = Cause::none};
    const auto wait_until = [&start](Cycles cycle, Cause cause) {
        if (cycle > start.at) {
            start = {.at = cycle, .cause = cause};
        }
    };
    if (phase_->weights) {
        const std::optional<Cycles> arrival = weights_.arrival(id_, chunk_of(next_), now);
        if (!arrival) {
            return std::nullopt;
        }
        wait_until(*arrival, Cause::weights);
    }
    wait_until(reads_.begin + resources_.machine.memory.access_latency, Cause::memory);
    if (next_ >= 2) {
        if (results_ < next_ - 1) {
            return std::nullopt;
        }
        wait_until(slot(next_ - 2).out_end, Cause::results);
    }
    return start;
}

void Core::start_step(Cycles now, Cause cause) {
    const isa::StepWork& step = work(next_);
    tally_wait(cause, now - ready_);
    const Cycles issued = now + step.matrix_cycles;
    ready_ = std::max(issued, reads_.end + resources_.machine.memory.access_latency);
    resources_.tally.waiting_memory += (ready_ - issued).count();
    issuing_ = true;
    InFlight& times = slot(next_);
    times.start = now;
    times.issue_end = ready_;
    ++started_;
    tally_step(step);
    if (trace_ != nullptr && step.matrix_cycles > Cycles(0)) {
        trace_->matrix(id_, phase_->name, now, ready_);
    }
    if (started_ < works_.size()) {
        request_reads(started_, std::max(now, reads_.end));
    }
    advance_results();
}

void Core::finish_issue(Cycles now) {
    issuing_ = false;
    const std::uint32_t chunk = chunk_of(next_);
    ++next_;
    if (phase_->weights && chunk_of(next_) != chunk) {
        weights_.release(id_, chunk, now);
    }
    report_when_done();
}

void Core::request_reads(std::uint32_t step, Cycles earliest) {
    const Bytes amount = work(step).activation_reads + work(step).weight_reads;
    Bytes address = read_offset_;
    if (!phase_->inputs.empty()) {
        address += program_->buffers[phase_->inputs.front().buffer].address;
    }
    reads_ = resources_.memories[id_.index()].reserve(address, amount, earliest);
    read_offset_ += amount;
}

void Core::tally_step(const isa::StepWork& step) {
    Tally& tally = resources_.tally;
    matrix_cycles_ += step.matrix_cycles;
    vector_cycles_ += step.vector_cycles;
    tally.macs += step.macs;
    tally.matrix_slots += step.matrix_cycles.count() * phase_->matrix.macs_per_cycle().count();
    tally.matrix_busy += step.matrix_cycles.count();
    tally.vector_busy += step.vector_cycles.count();
    tally.vector_ops += step.vector_ops;
    tally.function_ops += step.function_ops;
    tally.core_memory.read += step.activation_reads + step.weight_reads;
    tally.activation_buffer.written += step.activation_reads;
    tally.weight_buffer.written += step.weight_reads;
    ++tally.steps;
    if (!isa::uses_matrix_unit(phase_->kernel)) {
        tally.activation_buffer.read += step.activation_reads;
        return;
    }
    const std::uint64_t operands = step.matrix_cycles.count() * phase_->matrix.inputs;
    tally.activation_buffer.read +=
        bytes_for(numerics::storage_bits(numerics::format(phase_->activation_format), operands));
    tally.weight_buffer.read += phase_->weights ? weights_.chunk_bytes(id_, chunk_of(next_)) : step.weight_reads;
    const Bytes sums(sum_bytes(*phase_, step.matrix_cycles.count() * phase_->matrix.outputs));
    tally.partial_sum_buffer.read += sums;
    tally.partial_sum_buffer.written += sums;
}

void Core::tally_wait(Cause cause, Cycles waited) {
    Tally& tally = resources_.tally;
    if (cause == Cause::weights) {
        tally.waiting_weights += waited.count();
    } else if (cause == Cause::memory) {
        tally.waiting_memory += waited.count();
    } else if (cause == Cause::results && (core_->upstream || core_->downstream)) {
        tally.waiting_partial_sums += waited.count();
    }
}

void Core::advance_results() {
    while (results_ < started_ && result_known(results_)) {
        const std::uint32_t step = results_;
        const InFlight& times = slot(step);
        Cycles head = std::max(times.start + matrix_depth_, results_free_);
        Cycles tail = times.issue_end + matrix_depth_;
        if (core_->upstream) {
            head = std::max(head, times.sums_head);
            tail = std::max(tail, times.sums_tail);
        }
        std::optional<Arrival> passed;
        if (core_->downstream) {
            passed = pass_on(step, head, tail);
        } else {
            finish_values(step, head, tail);
        }
        results_free_ = slot(step).out_end;
        ++results_;
        // Own state first: the neighbours may get on at once and call back.
        if (passed) {
            events_->core(*core_->downstream).sums_arrive(step, passed->head, passed->tail);
        }
        if (core_->upstream) {
            events_->core(*core_->upstream).sums_taken();
        }
    }
    if (core_->downstream && results_ == works_.size() && !finished_) {
        finished_ = results_free_;
        report_when_done();
    }
}

bool Core::result_known(std::uint32_t step) const {
    if (core_->upstream && sums_ <= step) {
        return false;
    }
    // The next core of the chain holds the partial sums of two steps.
    return !core_->downstream || step < 2 || events_->core(*core_->downstream).results_ + 2 > step;
}

Core::Arrival Core::pass_on(std::uint32_t step, Cycles head, Cycles tail) {
    const Core& next = events_->core(*core_->downstream);
    if (step >= 2) {
        head = std::max(head, next.slot(step - 2).out_end);
    }
    const Bytes bytes = work(step).partial_sums;
    const std::vector<isa::LinkUse> links = isa::multicast_tree(resources_.grid, id_, {next.id_});
    const noc::Transfer transfer{.links = links,
                                 .bytes = bytes,
                                 .destinations = 1,
                                 .earliest = head,
                                 .source = id_,
                                 .source_cycles = tail > head ? tail - head : Cycles(0)};
    const noc::Passage passage = resources_.partial_sum_times.send(
        transfer, resources_.schedule.partial_sum(plan_->index, core_->first_sum + step), [&] {
            return "step " + std::to_string(step) + " of " + phase_->name + " from " + core_name(resources_.grid, id_);
        });
    resources_.partial_sum.receive(bytes);
    resources_.tally.partial_sum_buffer.read += bytes;
    resources_.tally.partial_sum_buffer.written += bytes;
    slot(step).out_end = passage.departure + passage.duration;
    return {.head = resources_.partial_sum.head_arrival(next.id_),
            .tail = resources_.partial_sum.tail_arrival(next.id_)};
}

void Core::sums_arrive(std::uint32_t step, Cycles head, Cycles tail) {
    check_invariant(step == sums_, "the core before passes its steps on in order");
    slot(step).sums_head = head;
    slot(step).sums_tail = tail;
    ++sums_;
    const std::uint32_t known = results_;
    advance_results();
    if (results_ != known) {
        wakeups_.wake_core(id_, Cycles(0));
    }
}

void Core::sums_taken() {
    const std::uint32_t known = results_;
    advance_results();
    if (results_ != known) {
        wakeups_.wake_core(id_, Cycles(0));
    }
}

void Core::finish_values(std::uint32_t step, Cycles head, Cycles tail) {
    const Cycles depth = resources_.machine.vector.pipeline_depth;
    const Cycles out_end = std::max(head + work(step).vector_cycles, tail);
    const Bytes written = work(step).output_writes + share(core_->step_copies, step, core_->steps);
    const Cycles port = transfer_cycles(written, resources_.machine.memory.width);
    const Cycles last = out_end + depth;
    const Cycles streamed = last > port ? last - port : Cycles(0); // a start at which writing ends with the last value
    slot(step).out_end = out_end;
    if (trace_ != nullptr) {
        trace_->vector(id_, phase_->name, head, out_end);
    }
    writes_.push_back({.step = step, .at = std::max(head + depth, streamed), .not_before = last});
}

bool Core::advance_writes(Cycles now) {
    if (writes_.empty() || writes_.front().at > now) {
        return false;
    }
    const Pending write = writes_.front();
    writes_.pop_front();
    const Bytes written = work(write.step).output_writes + share(core_->step_copies, write.step, core_->steps);
    const Bytes address = program_->buffers[phase_->output_buffer].address + write_offset_;
    const memory::Grant grant = resources_.memories[id_.index()].reserve(address, written, now);
    write_offset_ += written;
    resources_.tally.core_memory.written += written;
    events_->step_written(id_, write.step);
    const Cycles end = std::max(grant.end, write.not_before);
    const bool has_flows = next_flow_ < core_->last_flow && plan_->step_flow(next_flow_).step <= write.step;
    if (has_flows || !sends_.empty()) {
        sends_.push_back({.step = write.step, .at = end, .not_before = end});
    } else if (write.step + 1 == works_.size()) {
        finished_ = end;
        report_when_done();
    }
    return true;
}

bool Core::advance_sends(Cycles now) {
    if (sends_.empty() || sends_.front().at > now) {
        return false;
    }
    const Pending send = sends_.front();
    sends_.pop_front();
    while (next_flow_ < core_->last_flow && plan_->step_flow(next_flow_).step <= send.step) {
        events_->flow_leaves(plan_->step_flow(next_flow_), now);
        ++next_flow_;
    }
    if (send.step + 1 == works_.size()) {
        finished_ = send.at;
        report_when_done();
    }
    return true;
}

void Core::report_when_done() {
    if (finished_ && next_ == works_.size() && !reported_) {
        reported_ = true;
        events_->core_done(id_, *finished_);
    }
}

std::string Core::waits_for() const {
    const std::string step =
        core_name(resources_.grid, id_) + " step " + std::to_string(next_) + " of '" + phase_->name + "' waits for ";
    if (results_ < started_ && core_->upstream && sums_ <= results_) {
        return step + "partial sums of " + core_name(resources_.grid, *core_->upstream);
    }
    if (results_ < started_ && core_->downstream) {
        return step + "room for its partial sums in " + core_name(resources_.grid, *core_->downstream);
    }
    if (phase_->weights && next_ < works_.size()) {
        return step + "weight chunk " + std::to_string(chunk_of(next_));
    }
    return step + "its results";
}

} // namespace lodestone::core_grid
