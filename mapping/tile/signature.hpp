// SPDX-License-Identifier: Apache-2.0
// Which phases ask for the same work, so that their candidates are made once.
#pragma once

#include "arch/isa/program.hpp"

#include <string>

namespace lodestone::tile {

/// Equal for phases with the same kernel, shapes, formats and epilogue; names, constants and tensors may differ.
[[nodiscard]] std::string signature(const isa::Program& program, const isa::Phase& phase);

} // namespace lodestone::tile
