// SPDX-License-Identifier: Apache-2.0
// A program file and the machine that it is to run on.
#pragma once

#include "apps/arguments.hpp"
#include "apps/machine_input.hpp"
#include "arch/isa/program.hpp"

#include <string>

namespace lodestone::apps {

struct ProgramInput {
    isa::Program program;
    MachineInput machine;
    std::string text; ///< of the program file and, canonical, of the machine: what a run depends on
};

/// Reads the first file of the arguments and --machine, with --set. UserError when either is missing or wrong.
[[nodiscard]] ProgramInput read_program_input(const Arguments& arguments);

} // namespace lodestone::apps
