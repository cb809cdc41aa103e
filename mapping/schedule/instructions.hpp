// SPDX-License-Identifier: Apache-2.0
// Size of the instructions that every core gets before a phase.
#pragma once

#include "arch/isa/program.hpp"

namespace lodestone::schedule {

/// Descriptors that the busiest core needs for phase `index`: the phase itself, its buffers, its steps, and the flows
/// that leave during it. Splits, steps and gathers must be planned.
[[nodiscard]] std::uint64_t descriptors(const isa::Program& program, std::uint32_t index);

/// Sets instruction_bytes of every phase. Where a phase and the next one together exceed the instruction memory, the
/// longer of them gets fewer steps (each step has flows of its own). Throws UserError, with both names and the size
/// that would do, when that is not enough.
void fit_instructions(isa::Program& program, const spec::InstructionSpec& memory);

} // namespace lodestone::schedule
