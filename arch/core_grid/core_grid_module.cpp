// SPDX-License-Identifier: Apache-2.0
// Elaboration of the grid and the two kinds of activation.
#include "arch/core_grid/core_grid_module.hpp"

namespace lodestone::core_grid {

WokenModule::WokenModule(const sc_core::sc_module_name& name, const kernel::CycleClock& clock,
                         std::function<void()> body)
    : sc_module(name), clock_(clock), body_(std::move(body)) {
    SC_METHOD(run);
    sensitive << event_;
    dont_initialize();
}

CoreGridModule::CoreGridModule(const sc_core::sc_module_name& name, const isa::Program& program,
                               const spec::CoreGridSpec& machine, const RunOptions& options)
    : sc_module(name), clock_(machine.clock),
      sequencer_("sequencer", clock_, [this] { activate([this] { grid_.advance_sequencer(clock_.now()); }); }),
      grid_(program, machine, options, *this) {
    cores_.reserve(program.grid.size());
    for (std::uint32_t core = 0; core < program.grid.size(); ++core) {
        cores_.push_back(std::make_unique<WokenModule>(("core_" + std::to_string(core)).c_str(), clock_, [this, core] {
            activate([this, core] { advance_core(CoreId(core)); });
        }));
    }
}

void CoreGridModule::advance_core(CoreId core) {
    grid_.advance_core(core, clock_.now());
    if (const std::optional<Cycles> next = grid_.next_wake(core)) {
        wake_core(core, *next);
    }
}

} // namespace lodestone::core_grid
