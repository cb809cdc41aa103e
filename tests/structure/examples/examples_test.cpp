// SPDX-License-Identifier: Apache-2.0
// The examples of the documentation run as shown.
#include "tests/structure/examples/examples.hpp"

#include "sim/base/file.hpp"
#include "tests/support/places.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace lodestone::structure;
namespace fs = std::filesystem;

namespace {

const fs::path source = lodestone::tests::source_folder();

/// A folder that looks like a clone to the commands, so that what they write lands below the build.
fs::path fresh_folder(const std::string& name) {
    const fs::path folder = fs::path(lodestone::tests::binary_folder()) / "examples" / name;
    fs::remove_all(folder);
    fs::create_directories(folder);
    fs::create_directory_symlink(source / "configs", folder / "configs");
    fs::create_directory_symlink(source / "docs", folder / "docs");
    fs::create_directory_symlink(source / "tests", folder / "tests");
    return folder;
}

/// README.md and everything below docs/ and configs/, as paths from the repository's root.
std::vector<fs::path> pages() {
    std::vector<fs::path> found{"README.md"};
    for (const char* folder : {"docs", "configs"}) {
        for (const auto& entry : fs::recursive_directory_iterator(source / folder)) {
            if (entry.path().extension() == ".md") {
                found.push_back(entry.path().lexically_relative(source));
            }
        }
    }
    std::ranges::sort(found);
    return found;
}

} // namespace

TEST_CASE("every example of the documentation runs as shown", "[structure][examples]") {
    std::size_t examples = 0;
    for (const fs::path& page : pages()) {
        std::string name = page.string();
        std::ranges::replace(name, '/', '_');
        const fs::path folder = fresh_folder(name);
        for (const Example& example : examples_of(lodestone::read_file(source / page))) {
            ++examples;
            INFO(page.string() << ":" << example.line << ": $ " << example.command);
            INFO("console blocks are run; a command other than lodestone belongs in a ```sh block");
            REQUIRE(is_runnable(example));
            const Outcome outcome = run(example.command, folder);
            INFO("it printed:\n" << outcome.output);
            CHECK(outcome.exit_code == 0);
            CHECK(missing_line(example, outcome.output) == "");
        }
    }
    CHECK(examples > 0);
}

TEST_CASE("a page's console blocks are its examples", "[structure][examples]") {
    const std::vector<Example> found =
        examples_of("```sh\n$ make\n```\n"
                    "```console\n$ lodestone a \\\n  b\nfirst\n...\n\nlast  \n$ ./x\n```\n"
                    "$ lodestone outside\n");
    REQUIRE(found.size() == 2);
    CHECK(found[0].command == "lodestone a   b");
    CHECK(found[0].shown == std::vector<std::string>{"first", "last"});
    CHECK(found[0].line == 5);
    CHECK(is_runnable(found[0]));
    CHECK_FALSE(is_runnable(found[1]));
}

TEST_CASE("an example whose output lacks a shown line is refused", "[structure][examples]") {
    const Example example{.command = "lodestone", .shown = {"a", "b"}, .line = 1};
    CHECK(missing_line(example, "a\nx\nb  \n") == "");
    CHECK(missing_line(example, "a\nx\n") == "b");
    CHECK(missing_line(example, "b\na\n") == "b");
    CHECK(missing_line(example, "a b\n") == "a");
}

TEST_CASE("an example that fails or does not exist is seen to fail", "[structure][examples]") {
    const fs::path folder = fresh_folder("self_test");
    CHECK(run("lodestone --no-such-option", folder).exit_code == 2);
    CHECK(run("./build/release/bin/lodestone --help", folder).exit_code == 0);
    CHECK(run("no_such_program_of_lodestone", folder).exit_code == 127);
}
