// SPDX-License-Identifier: Apache-2.0
// Runs a program of the design flow and keeps what it says.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace lodestone::mac {

/// A program, the Debian package that has it, its arguments, and the folder it works in.
struct ToolCall {
    std::string program;
    std::string package;
    std::vector<std::string> arguments;
    std::filesystem::path folder;
};

/// Standard output and errors together. Throws UserError when the program is missing (names the package), cannot be
/// started, or fails (the last lines of what it said).
std::string run_tool(const ToolCall& call);

} // namespace lodestone::mac
