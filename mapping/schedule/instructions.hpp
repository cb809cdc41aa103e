// SPDX-License-Identifier: Apache-2.0
// Instructions that fit the memory for them.
#pragma once

#include "arch/isa/program.hpp"

namespace lodestone::schedule {

/// Sets instruction_bytes of every phase. Where a phase and the next one together exceed the instruction memory, the
/// longer of them gets fewer steps (each step has flows of its own). Throws UserError, with both names and the size
/// that would do, when that is not enough.
void fit_instructions(isa::Program& program, const spec::InstructionSpec& memory);

} // namespace lodestone::schedule
