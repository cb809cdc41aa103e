// SPDX-License-Identifier: Apache-2.0
// When each input of a phase is gathered, and which need not be because every core already holds what it reads.
#pragma once

#include "arch/isa/program.hpp"

namespace lodestone::route {

/// True when every core's own output tile of the producer contains what it needs of input `input` of `phase`.
[[nodiscard]] bool is_in_place(const isa::Program& program, const isa::Phase& phase, std::size_t input);

/// Sets `in_place` and `issue_phase` of every gather of a program whose splits are chosen: a tensor is gathered while
/// the phase before its consumer runs, and stored in the last phase itself.
void plan_gathers(isa::Program& program);

} // namespace lodestone::route
