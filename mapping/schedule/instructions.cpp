// SPDX-License-Identifier: Apache-2.0
// Fewer steps where instructions do not fit.
#include "mapping/schedule/instructions.hpp"

#include "arch/isa/instructions.hpp"
#include "sim/base/error.hpp"

#include <algorithm>

namespace lodestone::schedule {
namespace {

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

void fit_instructions(isa::Program& program, const spec::InstructionSpec& memory) {
    const auto measure = [&](std::uint32_t index) {
        program.phases[index].instruction_bytes = memory.bytes_per_descriptor * isa::descriptors(program, index);
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
