// SPDX-License-Identifier: Apache-2.0
// Size of the instructions that every core gets before a phase.
#pragma once

#include "arch/isa/program.hpp"

namespace lodestone::schedule {

/// Descriptors that the busiest core needs for each phase: the phase itself, its buffers, its steps, and the flows that
/// leave during it. Splits, steps and gathers must be planned.
[[nodiscard]] std::vector<std::uint64_t> descriptors(const isa::Program& program);

/// Sets instruction_bytes of every phase. Throws UserError when the instruction memory cannot hold a phase and the
/// next one together; the message names both and the size that would do.
void set_instruction_bytes(isa::Program& program, const spec::InstructionSpec& memory);

} // namespace lodestone::schedule
