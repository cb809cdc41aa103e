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

void add(std::string& key, std::uint64_t number) {
    key.append(reinterpret_cast<const char*>(&number), sizeof number);
}

/// How a phase is cut, in space and in steps.
void add(std::string& key, const isa::Phase& phase) {
    for (const isa::AxisSplit& axis : phase.split.axes) {
        add(key, std::uint64_t{axis.rows} << 32 | axis.cols);
    }
    add(key, std::uint64_t{phase.split.batch.rows} << 32 | phase.split.batch.cols);
    add(key, std::uint64_t{phase.split.reduction.rows} << 32 | phase.split.reduction.cols);
    add(key, std::uint64_t{phase.steps.frame_blocks} << 32 | phase.steps.axis_blocks);
    add(key, std::uint64_t{phase.steps.blocked_axis} << 32 | (phase.weights ? phase.weights->chunks : 0));
}

} // namespace

std::uint64_t DescriptorCounts::of(const isa::Program& program, std::uint32_t index) {
    std::string key;
    add(key, index);
    add(key, program.phases[index]);
    for (std::uint32_t reader = index; reader < program.phases.size(); ++reader) {
        const std::vector<isa::Gather>& inputs = program.phases[reader].inputs;
        for (std::uint32_t input = 0; input < inputs.size(); ++input) {
            if (inputs[input].issue_phase != index || inputs[input].in_place) {
                continue;
            }
            add(key, std::uint64_t{reader} << 32 | input);
            add(key, program.phases[reader]);
            if (const auto producer = program.tensors[inputs[input].tensor].producer) {
                add(key, program.phases[*producer]);
            }
        }
    }
    const auto [entry, is_new] = known_.try_emplace(std::move(key), 0);
    if (is_new) {
        entry->second = isa::descriptors(program, index);
    }
    return entry->second;
}

void fit_instructions(isa::Program& program, const spec::InstructionSpec& memory) {
    DescriptorCounts counts;
    fit_instructions(program, memory, counts);
}

void fit_instructions(isa::Program& program, const spec::InstructionSpec& memory, DescriptorCounts& counts) {
    const auto measure = [&](std::uint32_t index) {
        program.phases[index].instruction_bytes = memory.bytes_per_descriptor * counts.of(program, index);
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
