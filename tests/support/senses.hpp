// SPDX-License-Identifier: Apache-2.0
// Short names for the senses of objectives.
#pragma once

#include "analysis/explore/exploration.hpp"

namespace lodestone::test {

inline constexpr explore::Sense down = explore::Sense::minimise;
inline constexpr explore::Sense up = explore::Sense::maximise;

} // namespace lodestone::test
