// SPDX-License-Identifier: Apache-2.0
// The committed schemas and references are what the readers ask for.
#include "tests/support/command.hpp"
#include "tests/support/places.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

using namespace lodestone::tests;

namespace {

std::string text_of(const std::filesystem::path& file) {
    std::ifstream in(std::filesystem::path(source_folder()) / file);
    std::stringstream text;
    text << in.rdbuf();
    return text.str();
}

std::set<std::string> kinds() {
    std::istringstream names(lodestone_command("schema --list").out);
    std::set<std::string> kinds;
    for (std::string name; std::getline(names, name);) {
        kinds.insert(name);
    }
    return kinds;
}

/// Names of the files with `extension` in a folder, README aside.
std::set<std::string> stems(const std::string& folder, const std::string& extension) {
    std::set<std::string> stems;
    for (const auto& entry : std::filesystem::directory_iterator(std::filesystem::path(source_folder()) / folder)) {
        if (entry.path().extension() == extension && entry.path().stem() != "README") {
            stems.insert(entry.path().stem().string());
        }
    }
    return stems;
}

} // namespace

TEST_CASE("the committed schemas are those of the readers", "[structure][schema]") {
    CHECK(stems("docs/schema", ".json") == kinds());
    for (const std::string& kind : kinds()) {
        INFO("after a change of a reader: lodestone schema " << kind << " -o docs/schema/" << kind << ".json");
        const bool is_equal = text_of("docs/schema/" + kind + ".json") == lodestone_command("schema " + kind).out;
        CHECK(is_equal); // the texts are too long to show
    }
}

TEST_CASE("the committed references are those of the readers", "[structure][schema]") {
    CHECK(stems("docs/reference", ".md") == kinds());
    for (const std::string& kind : kinds()) {
        INFO("after a change of a reader: lodestone schema " << kind << " --reference -o docs/reference/" << kind
                                                             << ".md");
        const bool is_equal =
            text_of("docs/reference/" + kind + ".md") == lodestone_command("schema --reference " + kind).out;
        CHECK(is_equal);
    }
}

TEST_CASE("every key of a reference has a meaning", "[structure][schema]") {
    for (const std::string& kind : kinds()) {
        std::istringstream lines(text_of("docs/reference/" + kind + ".md"));
        for (std::string line; std::getline(lines, line);) {
            INFO(kind << ": " << line << "\nadd its meaning to apps/key_meanings.cpp");
            CHECK_FALSE(line.ends_with("|  |"));
        }
    }
}
