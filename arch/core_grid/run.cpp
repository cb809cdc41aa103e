// SPDX-License-Identifier: Apache-2.0
// One simulation of a program: checks, runner, result.
#include "arch/core_grid/run.hpp"

#include "arch/core_grid/core_grid_module.hpp"
#include "sim/base/error.hpp"
#include "sim/run/runner.hpp"

#include <algorithm>

namespace lodestone::core_grid {
namespace {

std::string shape_name(const GridShape& grid) {
    return std::to_string(grid.rows) + "x" + std::to_string(grid.cols);
}

void verify_match(const isa::Program& program, const spec::CoreGridSpec& machine) {
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
}

} // namespace

isa::Execution run_core_grid(const isa::Program& program, const spec::CoreGridSpec& machine,
                             const RunOptions& options) {
    verify_match(program, machine);
    isa::Execution execution;
    const run::Runner runner(machine.clock, {.cycles = options.cycle_limit, .wall_time = options.wall_time_limit});
    const run::Summary summary =
        runner.run([&] { return std::make_unique<CoreGridModule>("core_grid", program, machine, options); },
                   [&](run::Model& model) { execution = dynamic_cast<CoreGridModule&>(model).grid().finish(); });
    execution.kernel_events = summary.kernel_events;
    execution.warnings.insert(execution.warnings.end(), summary.warnings.begin(), summary.warnings.end());
    return execution;
}

} // namespace lodestone::core_grid
