// SPDX-License-Identifier: Apache-2.0
// Finds the examples of a page and runs them.
#include "tests/structure/examples/examples.hpp"
#include "tests/support/places.hpp"

#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <regex>
#include <sstream>
#include <stdexcept>

namespace lodestone::structure {
namespace {

std::string without_trailing_space(std::string line) {
    line.erase(line.find_last_not_of(" \t\r") + 1);
    return line;
}

} // namespace

std::vector<Example> examples_of(std::string_view markdown) {
    std::vector<Example> examples;
    std::istringstream in{std::string(markdown)};
    bool in_block = false;
    bool continued = false;
    std::size_t number = 0;
    for (std::string line; std::getline(in, line);) {
        ++number;
        line = without_trailing_space(line);
        if (line.starts_with("```")) {
            in_block = !in_block && line == "```console";
            continued = false;
            continue;
        }
        if (!in_block) {
            continue;
        }
        if (continued) {
            examples.back().command += line;
        } else if (line.starts_with("$ ")) {
            examples.push_back({.command = line.substr(2), .shown = {}, .line = number});
        } else if (!examples.empty() && !line.empty() && line != "..." && line != "…") {
            examples.back().shown.push_back(line);
        }
        continued = (continued || line.starts_with("$ ")) && line.ends_with('\\');
        if (continued) {
            examples.back().command.pop_back();
        }
    }
    return examples;
}

bool is_runnable(const Example& example) {
    static const std::regex lodestone(R"(^(\./build/release/bin/)?lodestone(\s|$))");
    return std::regex_search(example.command, lodestone);
}

std::string missing_line(const Example& example, std::string_view output) {
    std::istringstream in{std::string(output)};
    std::string line;
    for (const std::string& shown : example.shown) {
        bool found = false;
        while (!found && std::getline(in, line)) {
            found = without_trailing_space(line) == shown;
        }
        if (!found) {
            return shown;
        }
    }
    return "";
}

Outcome run(const std::string& command, const std::filesystem::path& folder) {
    const std::string named = std::regex_replace(command, std::regex(R"(^\./build/release/bin/)"), "");
    const std::string line = "cd '" + folder.string() + "' && PATH='" + tests::binary_folder() +
                             "/bin':\"$PATH\" && { " + named + "\n} 2>&1";
    FILE* pipe = ::popen(line.c_str(), "r");
    if (pipe == nullptr) {
        throw std::runtime_error("no process for '" + command + "'");
    }
    Outcome outcome;
    std::array<char, 4096> part{};
    for (std::size_t n = 0; (n = std::fread(part.data(), 1, part.size(), pipe)) > 0;) {
        outcome.output.append(part.data(), n);
    }
    const int status = ::pclose(pipe);
    outcome.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    return outcome;
}

} // namespace lodestone::structure
