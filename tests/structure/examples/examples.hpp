// SPDX-License-Identifier: Apache-2.0
// Examples in the documentation: commands in ```console blocks, and what the page says they print.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace lodestone::structure {

/// A line `$ command` of a console block and the output lines shown below it, without "..." lines.
struct Example {
    std::string command; ///< continued lines (ending in '\') joined
    std::vector<std::string> shown;
    std::size_t line = 0; ///< of the command, from 1
};

[[nodiscard]] std::vector<Example> examples_of(std::string_view markdown);

/// Whether the tests may run it: the lodestone command, by name or as ./build/release/bin/lodestone.
[[nodiscard]] bool is_runnable(const Example& example);

/// The first shown line that the output does not have, or "" when all stand there in their order. Shown lines must
/// be whole lines of the output; others may lie between them, and spaces at line ends do not count.
[[nodiscard]] std::string missing_line(const Example& example, std::string_view output);

struct Outcome {
    int exit_code = -1;
    std::string output; ///< stdout and stderr together
};

/// Runs a command in `folder`, with the built programs first on the search path.
[[nodiscard]] Outcome run(const std::string& command, const std::filesystem::path& folder);

} // namespace lodestone::structure
