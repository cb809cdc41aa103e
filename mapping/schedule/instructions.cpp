// SPDX-License-Identifier: Apache-2.0
// Counts descriptors: steps and buffers from the plan, flows from the transfers that it implies.
#include "mapping/schedule/instructions.hpp"

#include "arch/isa/flow.hpp"
#include "mapping/schedule/steps.hpp"
#include "sim/base/error.hpp"

#include <algorithm>

namespace lodestone::schedule {
namespace {

/// Most flows that one core sends for input `input` of phase `phase`.
std::uint64_t flows_of_busiest_core(const isa::Program& program, std::uint32_t phase, std::uint32_t input) {
    std::vector<std::uint64_t> sent(program.grid.size());
    for (const isa::Flow& flow : isa::gather_flows(program, phase, input)) {
        if (!flow.from_frame_buffer) {
            ++sent[flow.source.index()];
        }
    }
    return *std::ranges::max_element(sent);
}

/// Half as many steps: blocks of an axis first, then of frames. False when the phase has no blocks to merge.
bool merge_steps(isa::StepPlan& steps) {
    std::uint32_t& blocks = steps.axis_blocks > 1 ? steps.axis_blocks : steps.frame_blocks;
    if (blocks == 1) {
        return false;
    }
    blocks = (blocks + 1) / 2;
    return true;
}

} // namespace

std::uint64_t descriptors(const isa::Program& program, std::uint32_t index) {
    const isa::Phase& phase = program.phases[index];
    std::uint64_t count = 2 + phase.inputs.size(); // the phase, its output buffer, its input buffers
    if (!std::holds_alternative<isa::LoadKernel>(phase.kernel) &&
        !std::holds_alternative<isa::StoreKernel>(phase.kernel)) {
        count += isa::step_count(phase, heaviest_tile(program, phase));
    }
    for (std::uint32_t reader = index; reader < program.phases.size(); ++reader) {
        const std::vector<isa::Gather>& inputs = program.phases[reader].inputs;
        for (std::uint32_t input = 0; input < inputs.size(); ++input) {
            if (!inputs[input].in_place && inputs[input].issue_phase == index) {
                count += flows_of_busiest_core(program, reader, input);
            }
        }
    }
    return count;
}

void fit_instructions(isa::Program& program, const spec::InstructionSpec& memory) {
    const auto measure = [&](std::uint32_t index) {
        program.phases[index].instruction_bytes = memory.bytes_per_descriptor * descriptors(program, index);
    };
    for (std::uint32_t index = 0; index < program.phases.size(); ++index) {
        measure(index);
    }
    Problems problems;
    for (std::uint32_t index = 1; index < program.phases.size(); ++index) {
        isa::Phase& before = program.phases[index - 1];
        isa::Phase& phase = program.phases[index];
        bool can_shrink = true;
        while (before.instruction_bytes + phase.instruction_bytes > memory.memory && can_shrink) {
            const bool first = before.instruction_bytes > phase.instruction_bytes;
            const std::uint32_t longer = first ? index - 1 : index;
            const std::uint32_t shorter = first ? index : index - 1;
            if (merge_steps(program.phases[longer].steps)) {
                measure(longer);
            } else if (merge_steps(program.phases[shorter].steps)) {
                measure(shorter);
            } else {
                can_shrink = false;
            }
        }
        const Bytes together = before.instruction_bytes + phase.instruction_bytes;
        if (together > memory.memory) {
            problems.error({}, phase.name,
                           "needs " + std::to_string(together.count()) +
                               " bytes of instruction memory together with the phase before it, a core has " +
                               std::to_string(memory.memory.count()) +
                               "; use a coarser split or a larger instruction memory");
        }
    }
    problems.throw_if_errors();
}

} // namespace lodestone::schedule
