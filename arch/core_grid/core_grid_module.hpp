// SPDX-License-Identifier: Apache-2.0
// The core grid on SystemC: one method per core and one for the sequencer, each called when it asked for it.
#pragma once

#include "arch/core_grid/core_grid.hpp"
#include "sim/kernel/cycle_clock.hpp"
#include "sim/run/model.hpp"

#include <memory>
#include <systemc>
#include <vector>

namespace lodestone::core_grid {

/// A method and the event that calls it.
class WokenModule : public sc_core::sc_module {
public:
    SC_HAS_PROCESS(WokenModule);
    WokenModule(const sc_core::sc_module_name& name, const kernel::CycleClock& clock, std::function<void()> body);
    /// At `cycle`, or in this cycle when that is past. An earlier call replaces a later one that is pending; the body
    /// asks again for what it still needs.
    void wake(Cycles cycle) { event_.notify(clock_.until(cycle)); }

private:
    void run() { body_(); }

    const kernel::CycleClock& clock_;
    std::function<void()> body_;
    sc_core::sc_event event_;
};

/// Events: about three per step of a core, one per phase for the sequencer; none per cycle, flit or transfer.
class CoreGridModule final : public sc_core::sc_module, public run::Model, private Wakeups {
public:
    CoreGridModule(const sc_core::sc_module_name& name, const isa::Program& program, const spec::CoreGridSpec& machine,
                   const RunOptions& options);

    [[nodiscard]] std::vector<std::string> unfinished() const override { return grid_.unfinished(); }
    [[nodiscard]] CoreGrid& grid() { return grid_; }

private:
    void start_of_simulation() override { grid_.start(); }
    void wake_core(CoreId core, Cycles cycle) override { cores_[core.index()]->wake(cycle); }
    void wake_sequencer(Cycles cycle) override { sequencer_.wake(cycle); }
    void advance_core(CoreId core);

    kernel::CycleClock clock_;
    WokenModule sequencer_;
    std::vector<std::unique_ptr<WokenModule>> cores_;
    CoreGrid grid_;
};

} // namespace lodestone::core_grid
