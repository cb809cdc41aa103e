// SPDX-License-Identifier: Apache-2.0
// One phase of a program written out for a grid: each core's steps with their work, its chain, and what leaves when.
#pragma once

#include "arch/isa/flow.hpp"
#include "arch/isa/program.hpp"
#include "arch/isa/work.hpp"
#include "arch/spec/core_grid.hpp"

#include <optional>
#include <span>
#include <vector>

namespace lodestone::core_grid {

/// A gather whose flows leave during one phase.
struct IssuedGather {
    std::uint32_t phase = 0; ///< that gathers
    std::uint32_t input = 0;
};

/// For every phase the gathers that are issued in it, in the order of the phases that gather.
[[nodiscard]] std::vector<std::vector<IssuedGather>> gathers_by_issue(const isa::Program& program);

/// True when the flows of a gather leave step by step, as the phase that issues them produces the tensor.
[[nodiscard]] bool leaves_with_steps(const isa::Program& program, const IssuedGather& gather);

struct CorePlan {
    isa::Tile tile;
    std::uint32_t steps = 0;
    std::uint32_t steps_per_chunk = 1;
    std::uint32_t first_work = 0;
    std::uint32_t first_flow = 0; ///< place in flow_order of the flows that leave as this core's steps end
    std::uint32_t last_flow = 0;
    std::size_t first_sum = 0;        ///< place in Phase::partial_sum_slots of its first step, if it passes sums on
    std::optional<CoreId> upstream;   ///< whose partial sums it adds
    std::optional<CoreId> downstream; ///< to whom it passes its own
    Bytes step_copies{};              ///< written a second time into gathered buffers as its steps end
    Bytes start_copies{};             ///< read and written again when the phase begins
};

struct PhasePlan {
    std::uint32_t index = 0;
    std::vector<CorePlan> cores;
    std::vector<isa::StepWork> works;
    std::vector<isa::Flow> step_flows;     ///< leave as steps end
    std::vector<std::uint32_t> flow_order; ///< of them: by source, then step
    std::vector<isa::Flow> start_flows;    ///< leave when the phase begins

    [[nodiscard]] const isa::Flow& step_flow(std::uint32_t place) const { return step_flows[flow_order[place]]; }
    [[nodiscard]] std::span<const isa::StepWork> works_of(const CorePlan& core) const {
        return std::span(works).subspan(core.first_work, core.steps);
    }
};

[[nodiscard]] PhasePlan plan_phase(const isa::Program& program, const spec::CoreGridSpec& machine, std::uint32_t index,
                                   const std::vector<IssuedGather>& issued);

} // namespace lodestone::core_grid
