// SPDX-License-Identifier: Apache-2.0
// One core as a state machine over steps: memory reads, matrix unit, vector unit, writes, and what it sends.
#pragma once

#include "arch/core_grid/grid_trace.hpp"
#include "arch/core_grid/phase_plan.hpp"
#include "arch/core_grid/resources.hpp"
#include "arch/core_grid/wakeups.hpp"
#include "arch/core_grid/weight_delivery.hpp"

#include <array>
#include <deque>
#include <optional>
#include <string>

namespace lodestone::core_grid {

class Core;

/// What happens outside of a core when it gets on.
class CoreEvents {
public:
    virtual ~CoreEvents() = default;
    /// Values of step `step` go to core memory: the moment for functional execution.
    virtual void step_written(CoreId core, std::uint32_t step) = 0;
    /// A flow leaves now.
    virtual void flow_leaves(const isa::Flow& flow, Cycles now) = 0;
    /// All steps are done at `end`, and the core knows it by now.
    virtual void core_done(CoreId core, Cycles end) = 0;
    virtual Core& core(CoreId id) = 0;
};

/// Timing contract of a step i:
/// - its memory reads are requested when step i-1 starts, behind those of step i-1;
/// - the matrix unit starts it when step i-1 has issued, its weight chunk is in the buffer, its reads have begun, and
///   the results of step i-2 have left the partial-sum buffer; it issues for `matrix_cycles` or as long as reads take;
/// - results leave the unit `pipeline_depth` later, join partial sums from the core before, and go to the next core
///   of the chain (which has room for two steps) or through the vector unit, step after step, into core memory;
/// - the flows of the step leave when its writes are done.
class Core {
public:
    Core(CoreId id, Resources& resources, WeightDelivery& weights, Wakeups& wakeups);

    /// Inputs that are still on their way have arrived at `inputs_ready`.
    void begin_phase(const isa::Program& program, const PhasePlan& plan, CoreEvents& events, Cycles inputs_ready);
    void report_to(GridTrace* trace) { trace_ = trace; }
    /// Does everything that is due.
    void advance(Cycles now);
    /// The next cycle in which something is due, as far as known.
    [[nodiscard]] std::optional<Cycles> next_wake() const;
    [[nodiscard]] bool done() const { return reported_; }
    [[nodiscard]] Cycles matrix_cycles() const { return matrix_cycles_; } ///< of the phase so far
    [[nodiscard]] Cycles vector_cycles() const { return vector_cycles_; }
    /// What it waits for, for messages.
    [[nodiscard]] std::string waits_for() const;

private:
    enum class Cause { none, weights, memory, results };
    struct Start {
        Cycles at;
        Cause cause = Cause::none;
    };
    /// Times of steps between matrix unit and memory; at most three are in flight.
    static constexpr std::size_t in_flight = 4;
    struct InFlight {
        Cycles start;
        Cycles issue_end;
        Cycles out_end;
        Cycles sums_head;
        Cycles sums_tail;
    };
    struct Pending {
        std::uint32_t step = 0;
        Cycles at;
        Cycles not_before; ///< end of the step at the earliest
    };

    InFlight& slot(std::uint32_t step) { return steps_[step % in_flight]; }
    [[nodiscard]] const InFlight& slot(std::uint32_t step) const { return steps_[step % in_flight]; }
    [[nodiscard]] const isa::StepWork& work(std::uint32_t step) const { return works_[step]; }
    [[nodiscard]] std::uint32_t chunk_of(std::uint32_t step) const { return step / core_->steps_per_chunk; }

    bool advance_matrix(Cycles now);
    bool advance_writes(Cycles now);
    bool advance_sends(Cycles now);
    [[nodiscard]] std::optional<Start> earliest_start(Cycles now);
    void start_step(Cycles now, Cause cause);
    void finish_issue(Cycles now);
    void request_reads(std::uint32_t step, Cycles earliest);
    void tally_step(const isa::StepWork& work);
    void tally_wait(Cause cause, Cycles waited);

    /// Results of the next steps, as far as their times are known.
    void advance_results();
    bool result_known(std::uint32_t step) const;
    /// When partial sums reach the next core of the chain.
    struct Arrival {
        Cycles head;
        Cycles tail;
    };
    Arrival pass_on(std::uint32_t step, Cycles head, Cycles tail);
    void finish_values(std::uint32_t step, Cycles head, Cycles tail);
    void sums_arrive(std::uint32_t step, Cycles head, Cycles tail);
    void sums_taken();
    void report_when_done();

    CoreId id_;
    Resources& resources_;
    WeightDelivery& weights_;
    Wakeups& wakeups_;

    const isa::Program* program_ = nullptr;
    const isa::Phase* phase_ = nullptr;
    const PhasePlan* plan_ = nullptr;
    const CorePlan* core_ = nullptr;
    CoreEvents* events_ = nullptr;
    GridTrace* trace_ = nullptr;
    std::span<const isa::StepWork> works_;
    Cycles matrix_depth_;

    bool issuing_ = false;
    std::uint32_t next_ = 0;    ///< step that the matrix unit starts next, or works on while issuing
    std::uint32_t started_ = 0; ///< steps started
    std::uint32_t results_ = 0; ///< steps whose results have known times
    std::uint32_t sums_ = 0;    ///< steps whose incoming partial sums have known times
    std::uint32_t next_flow_ = 0;
    Cycles ready_;        ///< the matrix unit is free
    Cycles results_free_; ///< the unit behind it is free
    memory::Grant reads_{};
    Bytes read_offset_;
    Bytes write_offset_;
    Bytes copied_;
    std::optional<Cycles> start_wake_;
    std::array<InFlight, in_flight> steps_{};
    std::deque<Pending> writes_;
    std::deque<Pending> sends_;
    std::optional<Cycles> finished_; ///< end of the last step, once known
    bool reported_ = true;
    Cycles matrix_cycles_;
    Cycles vector_cycles_;
};

} // namespace lodestone::core_grid
