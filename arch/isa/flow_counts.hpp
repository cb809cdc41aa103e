// SPDX-License-Identifier: Apache-2.0
// Figures of a gather that can be had without making its flows.
#pragma once

#include "arch/isa/program.hpp"

#include <vector>

namespace lodestone::isa {

/// Most flows of gather_flows() that one core sends; 0 when all come from the frame buffer.
[[nodiscard]] std::uint64_t flows_of_busiest_core(const Program& program, std::uint32_t phase, std::uint32_t input);

/// local_copy_bytes() of every core.
[[nodiscard]] std::vector<Bytes> local_copies(const Program& program, std::uint32_t phase, std::uint32_t input);

} // namespace lodestone::isa
