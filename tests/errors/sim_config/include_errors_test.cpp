// SPDX-License-Identifier: Apache-2.0
// The exact message for each file, include and override that cannot be used.
#include "sim/base/error.hpp"
#include "sim/base/file.hpp"
#include "sim/config/map_reader.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <string>
#include <unistd.h>
#include <utility>
#include <vector>

using namespace lodestone;
using namespace lodestone::config;
namespace fs = std::filesystem;

namespace {

/// A folder of small files that lives as long as the test; messages are compared with its name cut off.
class Folder {
public:
    using Files = std::vector<std::pair<std::string, std::string>>;
    explicit Folder(const Files& files)
        : path_(fs::temp_directory_path() / ("lodestone_include_" + std::to_string(::getpid()))) {
        for (const auto& [name, text] : files) {
            write_file(path_ / name, text);
        }
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    ~Folder() { fs::remove_all(path_); }

    std::string messages_of(const std::string& name) const {
        Problems problems;
        (void)load_file(path_ / name, problems);
        std::string text = problems.has_errors() ? UserError(problems).what() : "";
        const std::string folder = path_.string() + "/";
        for (auto at = text.find(folder); at != std::string::npos; at = text.find(folder)) {
            text.erase(at, folder.size());
        }
        return text;
    }

private:
    fs::path path_;
};

std::string override_messages(const std::string& yaml, const std::string& assignment) {
    Problems problems;
    Node root = load_text(yaml, "m.yaml", problems);
    apply_override(root, assignment, problems);
    return problems.has_errors() ? UserError(problems).what() : "";
}

} // namespace

TEST_CASE("a missing file is reported like any missing file", "[errors][config]") {
    CHECK(Folder(Folder::Files{{"a.yaml", "x: 1"}}).messages_of("b.yaml") ==
          "b.yaml: no such file; check the spelling and the current folder");
}

TEST_CASE("a folder is no configuration", "[errors][config]") {
    CHECK(Folder(Folder::Files{{"d/a.yaml", "x: 1"}}).messages_of("d") == "d: is a folder; name a file in it");
}

TEST_CASE("a device is no configuration", "[errors][config]") {
    Problems problems;
    (void)load_file("/dev/zero", problems);
    CHECK(std::string(UserError(problems).what()) == "/dev/zero: is a device, not a file");
}

TEST_CASE("a missing include is reported where it is written", "[errors][config]") {
    CHECK(Folder(Folder::Files{{"a.yaml", "m:\n  include: x/b.yaml\n"}}).messages_of("a.yaml") ==
          "a.yaml:2:12: m.include: 'x/b.yaml': no such file; check the spelling and the current folder");
}

TEST_CASE("a file that includes itself is refused", "[errors][config]") {
    CHECK(Folder(Folder::Files{{"a.yaml", "include: a.yaml\n"}}).messages_of("a.yaml") ==
          "a.yaml:1:10: include: the file includes itself: a.yaml -> a.yaml");
}

TEST_CASE("a cycle of includes is refused with its chain", "[errors][config]") {
    const Folder folder(Folder::Files{
        {"a.yaml", "include: b.yaml\n"}, {"b.yaml", "p: {include: d/c.yaml}\n"}, {"d/c.yaml", "include: ../a.yaml"}});
    CHECK(folder.messages_of("a.yaml") ==
          "d/c.yaml:1:10: p.include: the file includes itself: a.yaml -> b.yaml -> d/c.yaml -> a.yaml");
}

TEST_CASE("a chain of includes has a limit", "[errors][config]") {
    std::vector<std::pair<std::string, std::string>> files;
    for (int i = 0; i < 20; ++i) {
        files.emplace_back("f" + std::to_string(i), "include: f" + std::to_string(i + 1) + "\n");
    }
    CHECK(Folder(files).messages_of("f0") ==
          "f15:1:10: include: 'f16' is one include too many; the limits are 16 files in a chain and 256 in all");
}

TEST_CASE("includes that multiply are stopped", "[errors][config]") {
    std::vector<std::pair<std::string, std::string>> files;
    for (int i = 0; i < 14; ++i) {
        const std::string next = "{include: f" + std::to_string(i + 1) + "}";
        files.emplace_back("f" + std::to_string(i), "a: " + next + "\nb: " + next + "\n");
    }
    files.emplace_back("f14", "x: 1\n");
    const std::string messages = Folder(files).messages_of("f0");
    CHECK(messages.find("is one include too many; the limits are 16 files in a chain and 256 in all") !=
          std::string::npos);
}

TEST_CASE("an include of no file name is refused", "[errors][config]") {
    CHECK(Folder(Folder::Files{{"a.yaml", "include: {b: 1}\n"}}).messages_of("a.yaml") ==
          "a.yaml:1:10: include: expected the name of a file or a list of names");
    CHECK(Folder(Folder::Files{{"a.yaml", "include: []\n"}}).messages_of("a.yaml") ==
          "a.yaml:1:10: include: names no file");
}

TEST_CASE("a list cannot be included beside other keys", "[errors][config]") {
    CHECK(Folder(Folder::Files{{"a.yaml", "include: b.yaml\nx: 1\n"}, {"b.yaml", "- 1\n"}}).messages_of("a.yaml") ==
          "a.yaml:1:10: include: 'b.yaml' is not a map; only a map can be merged with other keys");
}

TEST_CASE("a problem in an included file is located there", "[errors][config]") {
    CHECK(
        Folder(Folder::Files{{"a.yaml", "m: {include: b.yaml}\n"}, {"b.yaml", "x: 1\nx: 2\n"}}).messages_of("a.yaml") ==
        "b.yaml:2:1: x: is given twice; the first is at b.yaml:1:1");
}

TEST_CASE("readers stay silent about an include that failed", "[errors][config]") {
    Problems problems;
    const Node root = load_text("m: {include: nowhere.yaml, rows: 3}\n", "m.yaml", problems);
    REQUIRE(problems.error_count() == 1);
    MapReader reader(root, problems);
    MapReader machine = reader.required_map("m");
    (void)machine.required_uint("cols", 1, 4);
    machine.finish();
    reader.finish();
    CHECK(problems.error_count() == 1);
}

TEST_CASE("an override without a path or '=' is refused", "[errors][config]") {
    const std::string usage = ": is not PATH=VALUE, such as array.rows=64 or layers[2].name=conv1";
    CHECK(override_messages("a: 1", "a") == "--set a" + usage);
    CHECK(override_messages("a: 1", "=3") == "--set =3" + usage);
    CHECK(override_messages("a: 1", "a..b=3") == "--set a..b=3" + usage);
    CHECK(override_messages("a: [1]", "a[x]=3") == "--set a[x]=3" + usage);
}

TEST_CASE("an override without a value is refused", "[errors][config]") {
    CHECK(override_messages("a: 1", "a=") == "--set a=: gives no value; write ~ to remove a key");
}

TEST_CASE("an override below a single value is refused", "[errors][config]") {
    CHECK(override_messages("a: 1", "a.b=3") == "--set a.b=3: a: is a single value (m.yaml:1:4); it has no key 'b'");
}

TEST_CASE("an override of an element that does not exist is refused", "[errors][config]") {
    CHECK(override_messages("a: [1, 2]", "a[2]=3") ==
          "--set a[2]=3: a: has 2 elements, counted from 0; there is no [2]");
}

TEST_CASE("an override of a map by index is refused", "[errors][config]") {
    CHECK(override_messages("a: {b: 1}", "a[0]=3") == "--set a[0]=3: a: is a map (m.yaml:1:4); it has no element [0]");
}

TEST_CASE("an override whose value is no YAML is refused", "[errors][config]") {
    CHECK(override_messages("a: 1", "a=[1") ==
          "--set a=[1: is not valid YAML: a list opened with '[' is not closed with ']'");
}

TEST_CASE("an override cannot include a file", "[errors][config]") {
    const std::string why = ": includes a file; only files can, name the values to change";
    CHECK(override_messages("a: 1", "include=b.yaml") == "--set include=b.yaml" + why);
    CHECK(override_messages("a: 1", "b={include: b.yaml}") == "--set b={include: b.yaml}" + why);
}

TEST_CASE("a bad value of an override is reported under the option", "[errors][config]") {
    Problems problems;
    Node root = load_text("rows: 4", "m.yaml", problems);
    apply_override(root, "rows=many", problems);
    MapReader reader(root, problems);
    (void)reader.required_uint("rows", 1, 8);
    CHECK(std::string(UserError(problems).what()) ==
          "--set rows=many: rows: is 'many'; expected an integer from 1 to 8");
}

TEST_CASE("an unknown key of an override is reported under the option", "[errors][config]") {
    Problems problems;
    Node root = load_text("rows: 4", "m.yaml", problems);
    apply_override(root, "row=8", problems);
    MapReader reader(root, problems);
    (void)reader.required_uint("rows", 1, 8);
    reader.finish();
    CHECK(std::string(UserError(problems).what()) ==
          "--set row=8: row: is not a known key; did you mean 'rows'? (known: rows)");
}
