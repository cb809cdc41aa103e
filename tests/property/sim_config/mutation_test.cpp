// SPDX-License-Identifier: Apache-2.0
// Damaged texts end in collected problems, never in another exception, whatever the damage.
#include "sim/base/error.hpp"
#include "sim/config/explain.hpp"
#include "sim/config/map_reader.hpp"

#include <catch2/catch.hpp>

#include <random>
#include <string>

using namespace lodestone;
using namespace lodestone::config;

namespace {

const std::string machine = R"(# a machine
name: "tiny"
clock: 400 MHz
array: {rows: 16, cols: 16, flow: weight_stationary}
anchors: &list [1, 2.5, -3, 1e3]
copies: [*list, *list]
memory:
  - name: scratch
    size: 768 KiB
    energy: {value: 0.2 pJ/B, source: "a data sheet, p. 3", status: measured}
  - name: 'it''s'
    size: 1 GiB
    energy:
      value: 4 pJ/bit
      source: |
        a block
        of text
      status: published
share: 0.25
layers: {"conv1/relu.1": {split: [2, 2]}, conv2: ~}
)";

/// Reads everything a machine may hold, as a component's reader would.
void read_all(const Node& root, Problems& problems, ReadLog& log) {
    MapReader reader(root, problems, &log);
    (void)reader.required_string("name");
    (void)reader.required<Hertz>("clock", positive<Hertz>());
    MapReader array = reader.required_map("array");
    (void)array.required_uint("rows", 1, 64);
    (void)array.optional_int("cols", 3, -4, 64);
    (void)array.optional_choice("flow", "weight_stationary", {"weight_stationary", "output_stationary"});
    array.finish();
    (void)reader.required_doubles("anchors");
    for (const Value& copy : reader.required_value("copies").as_items()) {
        (void)copy.as_items();
    }
    for (MapReader& memory : reader.maps_in("memory")) {
        (void)memory.required_string("name");
        (void)memory.required<Bytes>("size");
        (void)memory.sourced("energy", Measure{.unit = "pJ/B"});
        memory.finish();
    }
    (void)reader.optional_double("share", 0.5, {.min = 0, .max = 1});
    (void)reader.optional_map("layers");
    reader.finish();
}

/// One to four random bytes replaced, inserted or removed, or a piece copied elsewhere.
std::string damaged(const std::string& text, std::mt19937_64& random) {
    const auto below = [&](std::size_t n) { return static_cast<std::size_t>(random() % n); };
    static const std::string marks = "\n\t :-[]{},&*#?|>'\"%@`!\\~<0\r";
    std::string result = text;
    for (std::size_t change = below(4) + 1; change > 0 && !result.empty(); --change) {
        const std::size_t at = below(result.size());
        const char byte = below(3) == 0 ? static_cast<char>(below(256)) : marks[below(marks.size())];
        switch (below(4)) {
        case 0:
            result[at] = byte;
            break;
        case 1:
            result.insert(at, 1, byte);
            break;
        case 2:
            result.erase(at, below(8) + 1);
            break;
        default:
            result.insert(at, result.substr(below(result.size()), below(24)));
            break;
        }
    }
    return result;
}

} // namespace

TEST_CASE("the undamaged text is read without a problem", "[property][config]") {
    Problems problems;
    ReadLog log;
    read_all(load_text(machine, "m.yaml", problems), problems, log);
    CHECK(problems.all().empty());
}

TEST_CASE("20,000 damaged texts are read or refused with located problems", "[property][config]") {
    std::mt19937_64 random(20240817);
    std::size_t refused = 0;
    std::size_t explained = 0;
    for (int round = 0; round < 20000; ++round) {
        const std::string text = damaged(machine, random);
        Problems problems;
        ReadLog log;
        const Node root = load_text(text, "m.yaml", problems);
        const bool loaded = !problems.has_errors();
        read_all(root, problems, log);
        refused += problems.has_errors() ? 1U : 0U;
        for (const Diagnostic& diagnostic : problems.all()) {
            if (diagnostic.where.file.empty() || diagnostic.message.empty()) {
                FAIL("a problem without a place or a message: " << to_string(diagnostic) << "\n" << text);
            }
        }
        if (loaded) {
            ++explained;
            Problems second;
            const Node again = load_text(explain(root), "again.yaml", second);
            if (second.has_errors() || canonical_text(again) != canonical_text(root)) {
                FAIL("an explanation does not load to the same tree:\n" << explain(root));
            }
        }
    }
    CHECK(refused > 10000);  // most damage is noticed
    CHECK(explained > 3000); // and some of it leaves valid YAML
}

TEST_CASE("20,000 damaged overrides are applied or refused", "[property][config]") {
    std::mt19937_64 random(7);
    Problems none;
    const Node root = load_text(machine, "m.yaml", none);
    REQUIRE_FALSE(none.has_errors());
    std::size_t refused = 0;
    for (int round = 0; round < 20000; ++round) {
        Node copy = root;
        Problems problems;
        ReadLog log;
        apply_override(copy, damaged("memory[1].energy={value: [1, 2 pJ], 'a': b}", random), problems);
        read_all(copy, problems, log);
        refused += problems.has_errors() ? 1U : 0U;
    }
    CHECK(refused > 10000);
}

TEST_CASE("random bytes are refused", "[property][config]") {
    std::mt19937_64 random(99);
    for (int round = 0; round < 2000; ++round) {
        std::string text(random() % 200 + 16, '\0');
        for (char& byte : text) {
            byte = static_cast<char>(random() % 256);
        }
        Problems problems;
        (void)load_text(text, "m.yaml", problems);
        if (!problems.has_errors()) {
            FAIL("random bytes were accepted in round " << round);
        }
    }
    SUCCEED("all were refused");
}
