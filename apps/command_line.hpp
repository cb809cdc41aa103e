// SPDX-License-Identifier: Apache-2.0
// The command line of `lodestone`: commands, options, help.
#pragma once

#include "apps/arguments.hpp"

#include <variant>

namespace lodestone::apps {

/// Parses the command line. Prints help or the problem itself; then the result is the exit code (0 or 2).
[[nodiscard]] std::variant<Arguments, int> parse_command_line(int argc, const char* const* argv);

} // namespace lodestone::apps
