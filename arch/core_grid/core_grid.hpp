// SPDX-License-Identifier: Apache-2.0
// The core grid in plain C++: cores, networks and the sequencer that takes them from phase to phase.
#pragma once

#include "arch/core_grid/core.hpp"
#include "arch/core_grid/functional.hpp"
#include "arch/core_grid/phase_plan.hpp"
#include "arch/core_grid/resources.hpp"
#include "arch/core_grid/run.hpp"
#include "arch/core_grid/traffic.hpp"
#include "arch/core_grid/weight_delivery.hpp"
#include "arch/isa/execution.hpp"

#include <optional>
#include <vector>

namespace lodestone::core_grid {

/// The sequencer: a phase begins in all cores at once; it ends when every step, flow and write of it has ended and the
/// instructions of the next one have arrived, plus the synchronisation cycles. Time comes from outside: whoever
/// implements Wakeups calls advance_core and advance_sequencer in the cycles asked for.
class CoreGrid final : public CoreEvents {
public:
    CoreGrid(const isa::Program& program, const spec::CoreGridSpec& machine, const RunOptions& options,
             Wakeups& wakeups);

    /// Cycle 0: the instructions of the first phase to run leave.
    void start();
    void advance_core(CoreId core, Cycles now);
    [[nodiscard]] std::optional<Cycles> next_wake(CoreId core) const { return cores_[core.index()].next_wake(); }
    void advance_sequencer(Cycles now);
    /// Who waits for what; empty when the last phase has ended.
    [[nodiscard]] std::vector<std::string> unfinished() const;
    /// Checks what must hold at the end of every run and hands over the result.
    [[nodiscard]] isa::Execution finish();

    void step_written(CoreId core, std::uint32_t step) override;
    void flow_leaves(const isa::Flow& flow, Cycles now) override;
    void core_done(CoreId core, Cycles end) override;
    Core& core(CoreId id) override { return cores_[id.index()]; }

private:
    void begin_phase(std::uint32_t index, Cycles now);
    void begin_cores(Cycles now);
    void copy_at_start(Cycles now);
    void copy_values(bool with_steps);
    Cycles send_instructions(std::uint32_t phase, Cycles now);
    void finish_work(Cycles now);
    void record_phase(Cycles now);
    void tally_waiting(Cycles end);

    const isa::Program& program_;
    isa::PhaseRange range_; ///< to run
    Wakeups& wakeups_;
    Resources resources_;
    WeightDelivery weights_;
    Traffic traffic_;
    std::vector<Core> cores_;
    bool wants_detail_;
    std::vector<std::vector<IssuedGather>> issued_;
    std::optional<FunctionalExecution> functional_;
    std::optional<GridTrace> trace_;

    PhasePlan plan_;
    bool running_ = false;   ///< a phase is under way
    bool work_done_ = false; ///< its work is, the barrier is not
    std::uint32_t cores_left_ = 0;
    std::vector<Cycles> core_end_;
    Cycles begin_;
    Cycles work_end_;
    Cycles instructions_arrive_;
    NetworkSnapshot networks_at_begin_;
    isa::Execution execution_;
};

} // namespace lodestone::core_grid
