// SPDX-License-Identifier: Apache-2.0
// A line of progress on stderr, only when somebody watches it.
#pragma once

#include <cstddef>
#include <string>

namespace lodestone::apps {

/// "[2/5] fp8_e4m3" on a terminal, overwritten by the next; nothing elsewhere. done == total clears the line.
void show_progress(const std::string& what, std::size_t done, std::size_t total);

} // namespace lodestone::apps
