// SPDX-License-Identifier: Apache-2.0
// What the groups of rules share: the program under examination and the list of violations. Private to the verifier.
#pragma once

#include "arch/isa/verify.hpp"

#include <cstdint>

namespace lodestone::isa {

struct Examination {
    const Program& program;
    const spec::CoreGridSpec& machine;
    std::vector<Violation> found;

    void add(Violation violation) { found.push_back(std::move(violation)); }
    [[nodiscard]] std::string core_name(CoreId core) const {
        const GridPosition position = program.grid.position(core);
        return "core[" + std::to_string(position.row) + "][" + std::to_string(position.col) + "]";
    }
};

/// False for the phases that load and store.
[[nodiscard]] inline bool computes(const Phase& phase) {
    return !std::holds_alternative<LoadKernel>(phase.kernel) && !std::holds_alternative<StoreKernel>(phase.kernel);
}

[[nodiscard]] inline std::string bytes_text(Bytes bytes) {
    return std::to_string(bytes.count()) + " B";
}

/// Calls visit(core, tile) for every core that has a part of the phase.
template <class Visit>
void for_each_tile(const Program& program, const Phase& phase, Visit visit) {
    const WorkShape work = work_shape(program, phase);
    for (std::uint32_t core = 0; core < program.grid.size(); ++core) {
        const Tile tile = tile_of(phase.split, work, program.grid.position(CoreId(core)));
        if (!tile.idle) {
            visit(CoreId(core), tile);
        }
    }
}

/// PRG-S3 of a phase that computes. True when its demands may be computed.
[[nodiscard]] bool verify_kernel(Examination& exam, const Phase& phase);
/// PRG-S4 and PRG-S5: tensors, their producers and their homes. True when producers may be trusted.
[[nodiscard]] bool verify_tensors(Examination& exam);
/// PRG-S, PRG-C, PRG-F, PRG-I: phases by themselves. True when the phase's tiles and demands may be computed.
[[nodiscard]] bool verify_phase(Examination& exam, std::uint32_t phase);
/// PRG-W and PRG-G: weights and gathers of a phase whose tiles are sound.
void verify_weights(Examination& exam, std::uint32_t phase);
void verify_gathers(Examination& exam, std::uint32_t phase);
/// PRG-M: buffers and chunks in core memory, frame buffer.
void verify_memory(Examination& exam);
/// PRG-I2 and PRG-N: size of instructions and start slots, of a program that breaks no other rule.
void verify_transfers(Examination& exam);

} // namespace lodestone::isa
