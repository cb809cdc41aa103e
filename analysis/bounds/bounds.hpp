// SPDX-License-Identifier: Apache-2.0
// Lower bounds of a program's cycles from each resource alone, and the run that would meet them.
#pragma once

#include "analysis/bounds/known_loads.hpp"
#include "arch/isa/execution.hpp"
#include "arch/isa/program.hpp"
#include "arch/spec/core_grid.hpp"

#include <string>
#include <vector>

namespace lodestone::bounds {

/// One resource of a phase.
struct ResourceBound {
    std::string resource;
    Cycles busy;  ///< the busiest instance works so long
    Cycles bound; ///< the phase takes at least so long: busy, pipeline fill, synchronisation
};

/// Cycles that one phase takes at least, by resource: matrix, vector, memory, activation_link, model_link,
/// partial_sum_link, frame_buffer, instruction_link, io; a resource that the phase does not use is absent. Formulas:
/// docs/core_grid.md and docs/result_format.md.
struct PhaseBound {
    std::vector<ResourceBound> resources;
    std::string bound_by = "synchronisation"; ///< the resource with most; synchronisation when the phase uses none
    Cycles cycles;                            ///< its cycles
    isa::EventCounts events;                  ///< what happens in the phase; elapsed = cycles
};

/// One bound per phase. Every model in which a phase's streams overlap fully takes at least as long.
[[nodiscard]] std::vector<PhaseBound> phase_bounds(const isa::Program& program, const spec::CoreGridSpec& machine);

/// The run in which every phase takes its bound: what `--fidelity analytic` reports. No kernel events, no outputs.
[[nodiscard]] isa::Execution analytic_execution(const isa::Program& program, const spec::CoreGridSpec& machine);
/// The same, faster after runs of similar programs with the same `known`.
[[nodiscard]] isa::Execution analytic_execution(const isa::Program& program, const spec::CoreGridSpec& machine,
                                                KnownLoads& known);

} // namespace lodestone::bounds
