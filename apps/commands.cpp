// SPDX-License-Identifier: Apache-2.0
// The list of commands, and diagnostics on stderr.
#include "apps/commands.hpp"

#include <array>
#include <iostream>

namespace lodestone::apps {

std::span<const Command> commands() {
    static constexpr std::array list{
        Command{"check", check_command},
        Command{"explain", explain_command},
        Command{"compile", compile_command},
        Command{"verify", verify_command},
        Command{"run", run_command},
        Command{"mac", [](const Arguments& arguments) { return mac_command(arguments.mac); }},
        Command{"explore", [](const Arguments& arguments) { return explore_command(arguments.explore); }},
        Command{"compare", compare_command},
        Command{"anchors", anchors_command},
        Command{"report", report_command},
        Command{"schema", schema_command},
    };
    return list;
}

void print_diagnostics(const Problems& problems) {
    for (const Diagnostic& diagnostic : problems.all()) {
        std::cerr << (diagnostic.severity == Severity::error ? "error: " : "") << to_string(diagnostic) << '\n';
    }
    if (problems.error_count() > 1) {
        std::cerr << problems.error_count() << " errors\n";
    }
}

} // namespace lodestone::apps
