// SPDX-License-Identifier: Apache-2.0
// Which part of each input a piece of output needs: the one place that knows windows, halos and broadcasting.
#pragma once

#include "arch/isa/program.hpp"

namespace lodestone::isa {

/// Region of input `input` (index into phase.inputs) that a core needs for `tile`: windows with their halo clipped to
/// the tensor, the tile's part of the reduction, broadcasting. Covers epilogue operands too. Empty for an idle tile.
[[nodiscard]] Region demand(const Program& program, const Phase& phase, std::size_t input, const Tile& tile);

} // namespace lodestone::isa
