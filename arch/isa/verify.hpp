// SPDX-License-Identifier: Apache-2.0
// The numbered rules that a core-grid program must keep before a chip may run it (docs/rules.md).
#pragma once

#include "arch/isa/program.hpp"
#include "arch/spec/core_grid.hpp"

#include <string>
#include <vector>

namespace lodestone::isa {

/// One broken rule. `where` names core, address, buffer or index; `value` and `limit` are what was found and allowed;
/// `message` says what is wrong and what would fix it.
struct Violation {
    std::string rule;  ///< "PRG-M1"
    std::string layer; ///< the phase's name; "all" when it is the whole program
    std::string where;
    std::string value;
    std::string limit;
    std::string message;
};

/// Every violation, in the order of the phases. A program without violations can be run by the model on this machine;
/// indices must lead somewhere (parse_program and the mapper see to that).
[[nodiscard]] std::vector<Violation> verify(const Program& program, const spec::CoreGridSpec& machine);

/// All rules with their one-sentence texts, in order: the table of docs/rules.md.
struct Rule {
    const char* name;
    const char* text;
};
[[nodiscard]] const std::vector<Rule>& program_rules();

} // namespace lodestone::isa
