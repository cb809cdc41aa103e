// SPDX-License-Identifier: Apache-2.0
// Instructions that fit the memory for them.
#pragma once

#include "arch/isa/program.hpp"

#include <string>
#include <unordered_map>

namespace lodestone::schedule {

/// Descriptors of the phases of one program under the splits and steps that they had so far: to count them means to
/// expand every flow, and mappings that are tried one after the other differ in a few phases.
class DescriptorCounts {
public:
    /// isa::descriptors() of phase `index`.
    [[nodiscard]] std::uint64_t of(const isa::Program& program, std::uint32_t index);

private:
    std::unordered_map<std::string, std::uint64_t> known_;
};

/// Sets instruction_bytes of every phase. Where a phase and the next one together exceed the instruction memory, the
/// longer of them gets fewer steps (each step has flows of its own). Throws UserError, with both names and the size
/// that would do, when that is not enough.
void fit_instructions(isa::Program& program, const spec::InstructionSpec& memory, DescriptorCounts& counts);
void fit_instructions(isa::Program& program, const spec::InstructionSpec& memory);

} // namespace lodestone::schedule
