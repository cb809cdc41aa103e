// SPDX-License-Identifier: Apache-2.0
// One simulation of a program: checks, runner, result.
#include "arch/core_grid/run.hpp"

#include "arch/core_grid/core_grid_module.hpp"
#include "arch/isa/slots.hpp"
#include "sim/base/error.hpp"
#include "sim/run/runner.hpp"

#include <algorithm>

namespace lodestone::core_grid {
namespace {

std::string shape_name(const GridShape& grid) {
    return std::to_string(grid.rows) + "x" + std::to_string(grid.cols);
}

/// Strict runs need a slot for every transfer.
void verify_slots(const isa::Program& program, Problems& problems) {
    for (std::uint32_t phase = 0; phase < program.phases.size(); ++phase) {
        for (const std::string& missing : isa::missing_slots(program, phase)) {
            problems.error({}, program.phases[phase].name,
                           missing + "; schedule the program for this machine, or run it elastically");
        }
    }
}

void verify_match(const isa::Program& program, const spec::CoreGridSpec& machine, const RunOptions& options) {
    Problems problems;
    if (program.grid != machine.grid) {
        problems.error({}, program.workload,
                       "the program is compiled for a grid of " + shape_name(program.grid) +
                           " cores, the machine has " + shape_name(machine.grid) + "; compile it for this machine");
    }
    if (program.phases.empty()) {
        problems.error({}, program.workload, "the program has no phases");
    }
    problems.throw_if_errors();
    if (options.only) {
        check_invariant(options.only->first <= options.only->last && options.only->last < program.phases.size() &&
                            !options.functional,
                        "who asks for some phases alone knows the program, and moves no values");
    }
    if (options.flow_control == FlowControl::strict) {
        verify_slots(program, problems);
        problems.throw_if_errors();
    }
}

} // namespace

isa::Execution run_core_grid(const isa::Program& program, const spec::CoreGridSpec& machine,
                             const RunOptions& options) {
    verify_match(program, machine, options);
    isa::Execution execution;
    const run::Runner runner(machine.clock, {.cycles = options.cycle_limit, .wall_time = options.wall_time_limit});
    const run::Summary summary =
        runner.run([&] { return std::make_unique<CoreGridModule>("core_grid", program, machine, options); },
                   [&](run::Model& model) { execution = dynamic_cast<CoreGridModule&>(model).grid().finish(); });
    execution.kernel_events = summary.kernel_events;
    execution.warnings.insert(execution.warnings.end(), summary.warnings.begin(), summary.warnings.end());
    return execution;
}

isa::Program scheduled(const isa::Program& program, const spec::CoreGridSpec& machine) {
    isa::Program result = program;
    RunOptions options;
    options.flow_control = FlowControl::schedule;
    std::vector<isa::PhaseSlots> slots = run_core_grid(program, machine, options).schedule;
    for (std::size_t phase = 0; phase < slots.size(); ++phase) {
        isa::set_slots(result.phases[phase], std::move(slots[phase]));
    }
    return result;
}

} // namespace lodestone::core_grid
