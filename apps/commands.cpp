// SPDX-License-Identifier: Apache-2.0
// The list of commands, and diagnostics on stderr.
#include "apps/commands.hpp"

#include <algorithm>
#include <array>
#include <iostream>
#include <map>
#include <tuple>

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

namespace {

/// What is wrong with many layers of a network in the same way is said once, with their number and the first names.
/// Problems with lines of their own stay apart.
std::vector<Diagnostic> said_once(const std::vector<Diagnostic>& all) {
    constexpr std::size_t kNamed = 3;
    struct Group {
        Diagnostic first;
        std::vector<std::string> others;
    };
    std::vector<Group> groups;
    std::map<std::tuple<std::string, std::string, bool>, std::size_t> known;
    for (const Diagnostic& diagnostic : all) {
        const bool is_error = diagnostic.severity == Severity::error;
        const bool has_place = diagnostic.where.line != 0 || diagnostic.path.empty();
        const auto [place, is_new] =
            known.try_emplace({diagnostic.where.file, diagnostic.message, is_error}, groups.size());
        if (is_new || has_place) {
            groups.push_back({.first = diagnostic, .others = {}});
        } else {
            groups[place->second].others.push_back(diagnostic.path);
        }
    }
    std::vector<Diagnostic> said;
    for (Group& group : groups) {
        if (!group.others.empty()) {
            const std::size_t named = std::min(kNamed, group.others.size());
            group.first.message +=
                " (and the same for " + std::to_string(group.others.size()) +
                " more: " + join({group.others.begin(), group.others.begin() + static_cast<std::ptrdiff_t>(named)}) +
                (named < group.others.size() ? ", ...)" : ")");
        }
        said.push_back(std::move(group.first));
    }
    return said;
}

} // namespace

void print_diagnostics(const Problems& problems) {
    for (const Diagnostic& diagnostic : said_once(problems.all())) {
        std::cerr << (diagnostic.severity == Severity::error ? "error: " : "") << to_string(diagnostic) << '\n';
    }
    if (problems.error_count() > 1) {
        std::cerr << problems.error_count() << " errors\n";
    }
}

} // namespace lodestone::apps
