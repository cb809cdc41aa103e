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

/// PRG-S, PRG-C, PRG-F, PRG-I: phases by themselves. True when the phase's tiles and demands may be computed.
[[nodiscard]] bool verify_phase(Examination& exam, std::uint32_t phase);
/// PRG-W and PRG-G: weights and gathers of a phase whose tiles are sound.
void verify_weights(Examination& exam, std::uint32_t phase);
void verify_gathers(Examination& exam, std::uint32_t phase);
/// PRG-M: buffers and chunks in core memory, frame buffer.
void verify_memory(Examination& exam);

} // namespace lodestone::isa
