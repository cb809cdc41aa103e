// SPDX-License-Identifier: Apache-2.0
// Which part of each input a piece of output needs: the one place that knows windows, halos and broadcasting.
#pragma once

#include "arch/isa/program.hpp"

namespace lodestone::isa {

/// Number of inputs that belong to the kernel itself; the rest are operands of epilogue steps.
[[nodiscard]] std::size_t kernel_inputs(const Program& program, const Phase& phase);

/// Region of input `input` (index into phase.inputs) that a core needs for `tile`: windows with their halo clipped to
/// the tensor, the tile's part of the reduction, broadcasting. Covers epilogue operands too. Empty for an idle tile.
[[nodiscard]] Region demand(const Program& program, const Phase& phase, std::size_t input, const Tile& tile);

} // namespace lodestone::isa
