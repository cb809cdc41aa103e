// SPDX-License-Identifier: Apache-2.0
// The commands: each reads files, calls the rooms, prints. Returns the exit code.
#pragma once

#include "apps/arguments.hpp"
#include "arch/isa/verify.hpp"
#include "sim/base/diagnostics.hpp"

#include <span>
#include <string>

namespace lodestone::apps {

struct Command {
    const char* name;
    int (*run)(const Arguments&);
};

/// All commands; a new one is one line here and one in command_line.cpp.
[[nodiscard]] std::span<const Command> commands();

int check_command(const Arguments& arguments);
int explain_command(const Arguments& arguments);
int compile_command(const Arguments& arguments);
int verify_command(const Arguments& arguments);
int run_command(const Arguments& arguments);
/// `run` with a program file.
int replay_command(const Arguments& arguments);
int compare_command(const Arguments& arguments);
int anchors_command(const Arguments& arguments);
int report_command(const Arguments& arguments);
int schema_command(const Arguments& arguments);

/// "PRG-M1 conv1: address 4096 is … (limit: …): …"
[[nodiscard]] std::string text_of(const isa::Violation& broken);

/// Errors and warnings to stderr, one a line, and how many there were when more than one.
void print_diagnostics(const Problems& problems);

} // namespace lodestone::apps
