// SPDX-License-Identifier: Apache-2.0
// The same cost as route/estimate, counted flow by flow and link by link: for the moves that a mapping really makes.
#pragma once

#include "mapping/route/estimate.hpp"

namespace lodestone::route {

/// Gather of input `input` of phase `phase`. The splits of both ends, the producer's steps and the gather's issue phase
/// must be set; in_place of the gather is not looked at.
[[nodiscard]] Transfer measure_move(isa::Program& program, std::uint32_t phase, std::uint32_t input,
                                    const spec::CoreGridSpec& machine);

} // namespace lodestone::route
