// SPDX-License-Identifier: Apache-2.0
// In-place detection, core by core, and issue phases.
#include "mapping/route/gathers.hpp"

#include "arch/isa/demand.hpp"

namespace lodestone::route {

bool is_in_place(const isa::Program& program, const isa::Phase& phase, std::size_t input) {
    const isa::ProgramTensor& tensor = program.tensors.at(phase.inputs.at(input).tensor);
    if (!tensor.producer) {
        return false;
    }
    const isa::Phase& producer = program.phases.at(*tensor.producer);
    const isa::GridTiles tiles = isa::tiles_of(program, phase);
    const isa::GridTiles homes = isa::tiles_of(program, producer);
    for (std::uint32_t core = 0; core < tiles.size(); ++core) {
        const isa::Tile tile = tiles[CoreId(core)];
        const isa::Region wanted = isa::demand(program, phase, input, tile);
        if (tile.idle || wanted.empty()) {
            continue;
        }
        const isa::Tile home = homes[CoreId(core)];
        if (!home.owns_output || !home.frames.contains(tile.frames) || !home.output.contains(wanted)) {
            return false;
        }
    }
    return true;
}

void plan_gathers(isa::Program& program) {
    for (std::uint32_t index = 0; index < program.phases.size(); ++index) {
        isa::Phase& phase = program.phases[index];
        const bool is_store = std::holds_alternative<isa::StoreKernel>(phase.kernel);
        for (std::size_t input = 0; input < phase.inputs.size(); ++input) {
            isa::Gather& gather = phase.inputs[input];
            gather.in_place = !is_store && is_in_place(program, phase, input);
            gather.issue_phase = is_store ? index : index - 1;
        }
    }
}

} // namespace lodestone::route
