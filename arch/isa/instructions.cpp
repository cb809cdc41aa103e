// SPDX-License-Identifier: Apache-2.0
// Counts descriptors: steps and buffers from the plan, flows from the transfers that it implies.
#include "arch/isa/instructions.hpp"

#include "arch/isa/flow_counts.hpp"

#include <algorithm>

namespace lodestone::isa {
namespace {

std::uint32_t steps_of_busiest_core(const Program& program, const Phase& phase) {
    const GridTiles tiles = tiles_of(program, phase);
    std::uint32_t most = 0;
    for (std::uint32_t core = 0; core < program.grid.size(); ++core) {
        most = std::max(most, step_count(phase, tiles[CoreId(core)]));
    }
    return most;
}

} // namespace

std::uint64_t descriptors(const Program& program, std::uint32_t index) {
    const Phase& phase = program.phases[index];
    std::uint64_t count = 2 + phase.inputs.size(); // the phase, its output buffer, its input buffers
    if (!std::holds_alternative<LoadKernel>(phase.kernel) && !std::holds_alternative<StoreKernel>(phase.kernel)) {
        count += steps_of_busiest_core(program, phase);
    }
    for (std::uint32_t reader = index; reader < program.phases.size(); ++reader) {
        const std::vector<Gather>& inputs = program.phases[reader].inputs;
        for (std::uint32_t input = 0; input < inputs.size(); ++input) {
            if (!inputs[input].in_place && inputs[input].issue_phase == index) {
                count += flows_of_busiest_core(program, reader, input);
            }
        }
    }
    return count;
}

} // namespace lodestone::isa
