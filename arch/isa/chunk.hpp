// SPDX-License-Identifier: Apache-2.0
// Which weights a chunk holds.
#pragma once

#include "arch/isa/program.hpp"

namespace lodestone::isa {

/// Part of the phase's constant, in the constant's own axes, that chunk `chunk` of `group` holds: some output channels,
/// some of the reduction, all window positions. In memory it is packed in row-major order of this region.
[[nodiscard]] Region chunk_region(const Program& program, const Phase& phase, std::uint32_t group, std::uint32_t chunk);

} // namespace lodestone::isa
