// SPDX-License-Identifier: Apache-2.0
// Size of the instructions that every core gets before a phase.
#pragma once

#include "arch/isa/program.hpp"

#include <cstdint>

namespace lodestone::isa {

/// Descriptors that the busiest core needs for phase `index`: the phase itself, its buffers, its steps, and the flows
/// that leave during it. Each takes InstructionSpec::bytes_per_descriptor.
[[nodiscard]] std::uint64_t descriptors(const Program& program, std::uint32_t index);

} // namespace lodestone::isa
