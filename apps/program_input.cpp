// SPDX-License-Identifier: Apache-2.0
// Program and machine from their files.
#include "apps/program_input.hpp"

#include "arch/isa/program_file.hpp"
#include "sim/base/error.hpp"
#include "sim/base/file.hpp"
#include "sim/config/explain.hpp"

namespace lodestone::apps {

ProgramInput read_program_input(const Arguments& arguments) {
    Problems problems;
    if (arguments.machine.empty()) {
        problems.error({.file = "--machine"}, "", "is missing; name the machine that the program is for");
        problems.throw_if_errors();
    }
    ProgramInput input;
    const config::Node root = load_with_overrides(arguments.machine, arguments.overrides, problems);
    input.machine = read_machine_input(config::MapReader(root, problems));
    const std::string& file = arguments.files.front();
    input.text = read_file(file);
    input.program = isa::parse_program(input.text, file, problems);
    input.text += config::canonical_text(root);
    problems.throw_if_errors();
    return input;
}

} // namespace lodestone::apps
