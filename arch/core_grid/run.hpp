// SPDX-License-Identifier: Apache-2.0
// Runs a program on a simulated core grid: the entry of this room.
#pragma once

#include "arch/isa/execution.hpp"
#include "arch/isa/program.hpp"
#include "arch/spec/core_grid.hpp"
#include "sim/base/quantity.hpp"

#include <optional>
#include <vector>

namespace lodestone::trace {
class TraceSink;
}

namespace lodestone::core_grid {

/// Values of one network input for the whole batch, row-major [batch, shape...], not quantised.
using InputValues = std::vector<float>;

/// When transfers leave, on all four networks.
enum class FlowControl {
    elastic,  ///< when their data is there; heads that meet a taken link wait in front of it, and the wait is counted
    schedule, ///< when their data is there and their whole way will be clear; the slots are handed back
    strict,   ///< at the program's slots; a link that is not free, or data that is not there, is a MachineError
};

struct RunOptions {
    FlowControl flow_control = FlowControl::elastic;
    bool functional = false;         ///< move and compute real data; needs every parameter's codes
    std::vector<InputValues> inputs; ///< functional: one per program.network_inputs, in that order
    /// Functional: the program whose weights were loaded into the homes of their chunks before the run; absent: the one
    /// that runs. Another one shows what happens when a program reads weights from where they are not.
    const isa::Program* loaded = nullptr;
    trace::TraceSink* trace = nullptr;   ///< told of phases and steps; the caller closes it
    bool detail = false;                 ///< also record where in the grid each phase worked
    std::optional<isa::PhaseRange> only; ///< run these phases, from an idle grid that holds what the others computed
    Cycles cycle_limit{};                ///< watchdogs: a run that meets one is a MachineError; zero: none
    Seconds wall_time_limit{};
};

/// Executes `program` on `machine`, event by event, and counts what happened. Throws UserError when program and machine
/// do not fit together or values are missing, MachineError when the machine would do something impossible (deadlock, a
/// weight chunk larger than the weight buffer; under FlowControl::strict a collision, with cycle, link and transfers).
/// The same arguments give the same result, bit for bit.
[[nodiscard]] isa::Execution run_core_grid(const isa::Program& program, const spec::CoreGridSpec& machine,
                                           const RunOptions& options = {});

/// The program with a start slot for every flow, weight chunk, partial sum and broadcast of instructions, so that none
/// waits in a router: the departures of a run that reserves the whole way of each before it leaves. Throws as
/// run_core_grid does.
[[nodiscard]] isa::Program scheduled(const isa::Program& program, const spec::CoreGridSpec& machine);

} // namespace lodestone::core_grid
