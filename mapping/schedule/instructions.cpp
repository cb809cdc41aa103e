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

} // namespace

std::vector<std::uint64_t> descriptors(const isa::Program& program) {
    std::vector<std::uint64_t> counts(program.phases.size(), 0);
    for (std::uint32_t index = 0; index < program.phases.size(); ++index) {
        const isa::Phase& phase = program.phases[index];
        counts[index] += 2 + phase.inputs.size(); // the phase, its output buffer, its input buffers
        if (!std::holds_alternative<isa::LoadKernel>(phase.kernel) &&
            !std::holds_alternative<isa::StoreKernel>(phase.kernel)) {
            counts[index] += isa::step_count(phase, heaviest_tile(program, phase));
        }
        for (std::uint32_t input = 0; input < phase.inputs.size(); ++input) {
            if (!phase.inputs[input].in_place) {
                counts[phase.inputs[input].issue_phase] += flows_of_busiest_core(program, index, input);
            }
        }
    }
    return counts;
}

void set_instruction_bytes(isa::Program& program, const spec::InstructionSpec& memory) {
    const std::vector<std::uint64_t> counts = descriptors(program);
    Problems problems;
    for (std::size_t index = 0; index < counts.size(); ++index) {
        isa::Phase& phase = program.phases[index];
        phase.instruction_bytes = memory.bytes_per_descriptor * counts[index];
        const Bytes before = index > 0 ? program.phases[index - 1].instruction_bytes : Bytes(0);
        const Bytes together = before + phase.instruction_bytes;
        if (together > memory.memory) {
            problems.error({}, phase.name,
                           "needs " + std::to_string(together.count()) +
                               " bytes of instruction memory together with the phase before it, a core has " +
                               std::to_string(memory.memory.count()) +
                               "; use fewer steps, a coarser split, or a larger instruction memory");
        }
    }
    problems.throw_if_errors();
}

} // namespace lodestone::schedule
