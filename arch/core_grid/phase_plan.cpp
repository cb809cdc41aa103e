// SPDX-License-Identifier: Apache-2.0
// Expands a phase through the shared rules of arch/isa.
#include "arch/core_grid/phase_plan.hpp"

#include "arch/isa/flow_counts.hpp"
#include "arch/isa/slots.hpp"

#include <algorithm>
#include <iterator>
#include <numeric>
#include <tuple>

namespace lodestone::core_grid {
namespace {

bool computes(const isa::Phase& phase) {
    return !std::holds_alternative<isa::LoadKernel>(phase.kernel) &&
           !std::holds_alternative<isa::StoreKernel>(phase.kernel);
}

/// The nearest core before or behind in the reduction chain whose part of the reduction is not empty.
std::optional<CoreId> chain_neighbour(const isa::Program& program, const isa::Phase& phase, const isa::GridTiles& tiles,
                                      CoreId core, int direction) {
    isa::PartIndex part = isa::part_index(phase.split, program.grid.position(core));
    for (auto next = static_cast<int>(part.reduction) + direction;
         next >= 0 && next < static_cast<int>(phase.split.reduction.parts()); next += direction) {
        part.reduction = static_cast<std::uint32_t>(next);
        const CoreId neighbour = program.grid.at(isa::core_of(phase.split, part));
        if (!tiles[neighbour].idle) {
            return neighbour;
        }
    }
    return std::nullopt;
}

void plan_core(const isa::Program& program, const spec::CoreGridSpec& machine, PhasePlan& plan,
               const isa::GridTiles& tiles, CoreId id) {
    const isa::Phase& phase = program.phases[plan.index];
    CorePlan& core = plan.cores[id.index()];
    core.tile = tiles[id];
    core.first_work = static_cast<std::uint32_t>(plan.works.size());
    if (core.tile.idle || !computes(phase)) {
        return;
    }
    core.steps = isa::step_count(phase, core.tile);
    core.steps_per_chunk = core.steps / (phase.weights ? phase.weights->chunks : 1);
    for (std::uint32_t step = 0; step < core.steps; ++step) {
        plan.works.push_back(isa::step_work(program, phase, machine, isa::step_of(program, phase, core.tile, step)));
    }
    if (phase.split.reduction.parts() > 1) {
        core.upstream = chain_neighbour(program, phase, tiles, id, -1);
        core.downstream = chain_neighbour(program, phase, tiles, id, 1);
    }
}

void plan_gather(const isa::Program& program, PhasePlan& plan, const IssuedGather& gather) {
    const bool with_steps = leaves_with_steps(program, gather);
    std::vector<isa::Flow> flows = isa::gather_flows(program, gather.phase, gather.input);
    std::ranges::move(flows, std::back_inserter(with_steps ? plan.step_flows : plan.start_flows));
    const std::vector<Bytes> copied = isa::local_copies(program, gather.phase, gather.input);
    for (std::uint32_t core = 0; core < copied.size(); ++core) {
        (with_steps ? plan.cores[core].step_copies : plan.cores[core].start_copies) += copied[core];
    }
}

void index_step_flows(PhasePlan& plan) {
    plan.flow_order.resize(plan.step_flows.size());
    std::iota(plan.flow_order.begin(), plan.flow_order.end(), 0U);
    std::ranges::stable_sort(plan.flow_order, {}, [&plan](std::uint32_t flow) {
        return std::tuple(plan.step_flows[flow].source, plan.step_flows[flow].step);
    });
    std::uint32_t next = 0;
    for (std::uint32_t core = 0; core < plan.cores.size(); ++core) {
        plan.cores[core].first_flow = next;
        while (next < plan.step_flows.size() && plan.step_flow(next).source == CoreId(core)) {
            ++next;
        }
        plan.cores[core].last_flow = next;
    }
}

} // namespace

std::vector<std::vector<IssuedGather>> gathers_by_issue(const isa::Program& program) {
    std::vector<std::vector<IssuedGather>> issued(program.phases.size());
    for (std::uint32_t phase = 0; phase < program.phases.size(); ++phase) {
        const std::vector<isa::Gather>& inputs = program.phases[phase].inputs;
        for (std::uint32_t input = 0; input < inputs.size(); ++input) {
            issued.at(inputs[input].issue_phase).push_back({.phase = phase, .input = input});
        }
    }
    return issued;
}

bool leaves_with_steps(const isa::Program& program, const IssuedGather& gather) {
    const isa::Gather& input = program.phases[gather.phase].inputs[gather.input];
    return program.tensors[input.tensor].producer == input.issue_phase;
}

PhasePlan plan_phase(const isa::Program& program, const spec::CoreGridSpec& machine, std::uint32_t index,
                     const std::vector<IssuedGather>& issued) {
    PhasePlan plan;
    plan.index = index;
    plan.cores.resize(program.grid.size());
    const isa::GridTiles tiles = isa::tiles_of(program, program.phases[index]);
    for (std::uint32_t core = 0; core < tiles.size(); ++core) {
        plan_core(program, machine, plan, tiles, CoreId(core));
    }
    std::size_t sums = 0;
    for (const isa::SumSender& sender : isa::sum_senders(program, program.phases[index])) {
        plan.cores[sender.core.index()].first_sum = sums;
        sums += sender.steps;
    }
    for (const IssuedGather& gather : issued) {
        plan_gather(program, plan, gather);
    }
    index_step_flows(plan);
    return plan;
}

} // namespace lodestone::core_grid
