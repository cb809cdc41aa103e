// SPDX-License-Identifier: Apache-2.0
// The exact message for each way a YAML text can be unusable.
#include "sim/base/error.hpp"
#include "sim/config/node.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace lodestone;
using namespace lodestone::config;

namespace {

/// The messages of loading `yaml`, one a line.
std::string messages_of(const std::string& yaml) {
    Problems problems;
    (void)load_text(yaml, "m.yaml", problems);
    return problems.has_errors() ? UserError(problems).what() : "";
}

/// `depth` nested flow lists.
std::string nested(std::size_t depth) {
    return "a: " + std::string(depth, '[') + std::string(depth, ']');
}

} // namespace

TEST_CASE("an empty text is a problem of the whole file", "[errors][config]") {
    CHECK(messages_of("") == "m.yaml: is empty; a configuration has at least one key");
}

TEST_CASE("a text of comments alone is empty", "[errors][config]") {
    CHECK(messages_of("# nothing\n") == "m.yaml: is empty; a configuration has at least one key");
}

TEST_CASE("a document without a value is empty", "[errors][config]") {
    CHECK(messages_of("---\n...\n") == "m.yaml: is empty; a configuration has at least one key");
}

TEST_CASE("a key given twice is reported at the second place", "[errors][config]") {
    CHECK(messages_of("a: 1\nb: 2\na: 3\n") == "m.yaml:3:1: a: is given twice; the first is at m.yaml:1:1");
}

TEST_CASE("a nested key given twice is reported with its path", "[errors][config]") {
    CHECK(messages_of("l:\n  - {x: 1, x: 2}\n") == "m.yaml:2:12: l[0].x: is given twice; the first is at m.yaml:2:6");
}

TEST_CASE("a key given three times is reported twice", "[errors][config]") {
    CHECK(messages_of("a: 1\na: 2\na: 3\n") == "m.yaml:2:1: a: is given twice; the first is at m.yaml:1:1\n"
                                               "m.yaml:3:1: a: is given twice; the first is at m.yaml:1:1");
}

TEST_CASE("an unclosed list is located", "[errors][config]") {
    CHECK(messages_of("a: [1, 2\n") == "m.yaml:2:1: is not valid YAML: a list opened with '[' is not closed with ']'");
}

TEST_CASE("an unclosed map is located", "[errors][config]") {
    CHECK(messages_of("a: {b: 1\n") == "m.yaml:2:1: is not valid YAML: a map opened with '{' is not closed with '}'");
}

TEST_CASE("an unclosed quote is located", "[errors][config]") {
    CHECK(messages_of("a: \"text\n") == "m.yaml:2:1: is not valid YAML: a quote is not closed");
}

TEST_CASE("an unclosed quote is found whatever ends the text", "[errors][config]") {
    for (const std::string end : {"", "\n", "\n\n", "\n  ", "\r\n", "\\\n"}) {
        INFO("ending in " << Catch::Detail::stringify(end));
        CHECK(messages_of("a: \"text" + end).find("is not valid YAML: a quote is not closed") != std::string::npos);
        CHECK(messages_of("a: 'text" + end).find("is not valid YAML: a quote is not closed") != std::string::npos);
    }
}

TEST_CASE("keys indented unlike their map are located", "[errors][config]") {
    CHECK(messages_of("a:\n  b: 1\n c: 2\n") ==
          "m.yaml:3:2: is not valid YAML: expected 'key: value' at the indentation of the map");
}

TEST_CASE("a text that begins with a reserved character is located", "[errors][config]") {
    CHECK(messages_of("a: @home\n") ==
          "m.yaml:1:4: is not valid YAML: a text cannot begin like this; put it in quotes");
}

TEST_CASE("a value in the place of a key is located", "[errors][config]") {
    CHECK(messages_of("a: 1\nb\nc: 3\n") ==
          "m.yaml:3:2: is not valid YAML: a ':' cannot stand here; quote the text or check the indentation");
}

TEST_CASE("two values on one line are located", "[errors][config]") {
    CHECK(messages_of("a: b: c\n") ==
          "m.yaml:1:5: is not valid YAML: a ':' cannot stand here; quote the text or check the indentation");
}

TEST_CASE("a tab in the indentation is located", "[errors][config]") {
    CHECK(messages_of("a:\n\t- 1\n") ==
          "m.yaml:2:2: is not valid YAML: a '-' cannot stand here; check the indentation (spaces, no tabs)");
}

TEST_CASE("a NUL byte is refused with its place", "[errors][config]") {
    CHECK(messages_of(std::string("a: 1\nb: \0", 9)) == "m.yaml:2:4: has the byte 0x00; a configuration is UTF-8 text");
}

TEST_CASE("a control character is refused with its place", "[errors][config]") {
    CHECK(messages_of("a: \x1b[0m\n") == "m.yaml:1:4: has the byte 0x1B; a configuration is UTF-8 text");
}

TEST_CASE("invalid UTF-8 is refused with its place", "[errors][config]") {
    CHECK(messages_of("a: \xC3\x28\n") == "m.yaml:1:4: has the byte 0xC3; a configuration is UTF-8 text");
}

TEST_CASE("an overlong UTF-8 form is refused", "[errors][config]") {
    CHECK(messages_of("a: \xC0\xAF\n") == "m.yaml:1:4: has the byte 0xC0; a configuration is UTF-8 text");
}

TEST_CASE("UTF-16 is refused at its first byte", "[errors][config]") {
    CHECK(messages_of("\xFF\xFE"
                      "a") == "m.yaml:1:1: has the byte 0xFF; a configuration is UTF-8 text");
}

TEST_CASE("a second document is refused with its place", "[errors][config]") {
    CHECK(messages_of("a: 1\n---\nb: 2\n") ==
          "m.yaml:2:1: starts a second document; a configuration is one document, split the file");
}

TEST_CASE("an alias of nothing is located", "[errors][config]") {
    CHECK(messages_of("a: *b\n") == "m.yaml:1:4: is not valid YAML: the referenced anchor is not defined");
}

TEST_CASE("an alias of the value around it is refused", "[errors][config]") {
    CHECK(messages_of("a: &x [1, *x]\n") ==
          "m.yaml:1:11: a[1]: is an alias of a value that contains it; write the value out");
}

TEST_CASE("aliases that multiply to too many values are refused", "[errors][config]") {
    std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
    for (int level = 1; level <= 9; ++level) {
        const std::string below = "*a" + std::to_string(level - 1);
        bomb += "a" + std::to_string(level) + ": &a" + std::to_string(level) + " [" + below;
        for (int copy = 1; copy < 10; ++copy) {
            bomb += ", " + below;
        }
        bomb += "]\n";
    }
    CHECK(messages_of(bomb) == "m.yaml:6:45: a5[7]: brings the configuration above 1000000 values (aliases count as "
                               "often as they are used); split it or use fewer aliases");
}

TEST_CASE("anchors inside anchors do not multiply what is held", "[errors][config]") {
    std::string text = "a: ";
    for (int level = 0; level < 60; ++level) {
        text += "&a" + std::to_string(level) + " [";
    }
    for (int i = 0; i < 50000; ++i) {
        text += "0,";
    }
    CHECK(messages_of(text + std::string(60, ']')) == "m.yaml:1:234: has anchors on more than 1000000 values");
}

TEST_CASE("64 levels of nesting are accepted, one more is refused", "[errors][config]") {
    CHECK(messages_of(nested(63)).empty());
    CHECK(messages_of(nested(64)) == "m.yaml:1:67: is nested deeper than 64 levels");
}

TEST_CASE("nesting beyond the parser's own stack is refused alike", "[errors][config]") {
    CHECK(messages_of(nested(100000)) == "m.yaml:1:67: is nested deeper than 64 levels");
}

TEST_CASE("brackets without end are refused before they are parsed", "[errors][config]") {
    CHECK(messages_of("a:\n" + std::string(max_file_bytes - 8, '[')) ==
          "m.yaml:2:100001: has more than 100000 brackets that are not closed");
}

TEST_CASE("aliases do not nest deeper than the limit either", "[errors][config]") {
    const std::string half = std::string(40, '[') + std::string(40, ']');
    CHECK(messages_of("a: &x " + half + "\nb: " + std::string(40, '[') + "*x" + std::string(40, ']') + "\n") ==
          "m.yaml:2:44: is nested deeper than 64 levels");
}

TEST_CASE("a list as a key is refused", "[errors][config]") {
    CHECK(messages_of("[1, 2]: 3\n") == "m.yaml:1:1: has a list or map as a key; keys are plain words");
}

TEST_CASE("an empty key is refused", "[errors][config]") {
    CHECK(messages_of("a:\n  : 3\n") == "m.yaml:2:3: a: has an empty key; give the value a name");
}

TEST_CASE("a merge key is refused with the way to do it", "[errors][config]") {
    CHECK(messages_of("a: &x {r: 1}\nb: {<<: *x}\n") ==
          "m.yaml:2:5: b: merge keys ('<<') are not supported; use 'include' or write the keys out");
}

TEST_CASE("a tag is refused", "[errors][config]") {
    CHECK(messages_of("a: !!int 3\n") ==
          "m.yaml:1:4: a: has the tag 'tag:yaml.org,2002:int'; tags are not used, remove it");
}

TEST_CASE("a text above the limit is refused by its size", "[errors][config]") {
    const std::string huge = "a: 1\n" + std::string(max_file_bytes, '#');
    CHECK(messages_of(huge) == "m.yaml: has 16777221 bytes; the limit is 16777216, split it with 'include'");
}

TEST_CASE("more values than the limit are refused, not swallowed", "[errors][config]") {
    std::string many = "a:\n";
    for (std::size_t i = 0; i < max_values; ++i) {
        many += "- 0\n";
    }
    CHECK(messages_of(many) == "m.yaml:1000000:3: a[999998]: brings the configuration above 1000000 values (aliases "
                               "count as often as they are used); split it or use fewer aliases");
}

TEST_CASE("a list on one line has the same limit", "[errors][config]") {
    std::string many = "a: [0";
    for (std::size_t i = 0; i < max_values; ++i) {
        many += ",0";
    }
    many += ",0]";
    CHECK(messages_of(many) == "m.yaml:1:2000006: has more than 1000000 commas; split it with 'include'");
}

TEST_CASE("all duplicate keys of a text are reported together", "[errors][config]") {
    CHECK(messages_of("a: {x: 1, x: 2}\nb: {y: 1, y: 2}\n") ==
          "m.yaml:1:11: a.x: is given twice; the first is at m.yaml:1:5\n"
          "m.yaml:2:11: b.y: is given twice; the first is at m.yaml:2:5");
}
