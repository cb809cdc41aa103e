// SPDX-License-Identifier: Apache-2.0
// Declarations as JSON Schema, expressions and Markdown.
#include "sim/config/map_reader.hpp"
#include "sim/config/schema/declare.hpp"
#include "sim/config/schema/json_schema.hpp"
#include "sim/config/schema/reference.hpp"
#include "sim/config/schema/unit_pattern.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <regex>

using namespace lodestone;
using namespace lodestone::config;

namespace {

void read_small(const Node& root, Problems& problems, ReadLog* log) {
    MapReader reader(root, problems, log);
    static_cast<void>(reader.required_uint("rows", 1, 256));
    static_cast<void>(reader.optional<Hertz>("clock", Hertz(4e8)));
    static_cast<void>(reader.sourced<Joules>("hop"));
    MapReader part = reader.required_map("part");
    if (part.required_choice("kind", {"a", "b"}) == "b") {
        static_cast<void>(part.required_string("name"));
    }
    part.finish();
    reader.finish();
}

nlohmann::json small_schema() {
    return nlohmann::json::parse(json_schema(declare(read_small), "Small", {{"rows", "along the side"}}));
}

bool fits(const std::string& unit, const std::string& text) {
    return std::regex_match(text, std::regex(measure_pattern(unit)));
}

} // namespace

TEST_CASE("a schema has limits, defaults, meanings and refuses other keys", "[config][schema]") {
    const auto schema = small_schema();
    const auto& file = schema["definitions"]["file"]["else"];
    CHECK(file["additionalProperties"] == false);
    CHECK(file["properties"]["rows"]["minimum"] == 1);
    CHECK(file["properties"]["rows"]["maximum"] == 256);
    CHECK(file["properties"]["rows"]["description"] == "along the side: integer from 1 to 256; required");
    CHECK(file["properties"]["clock"]["default"] == "400 MHz");
    CHECK(file["required"] == nlohmann::json{"rows", "hop", "part"});
}

TEST_CASE("a map over an include requires nothing and may remove", "[config][schema]") {
    const auto schema = small_schema();
    CHECK(schema["definitions"]["file"]["if"]["required"] == nlohmann::json::array({"include"}));
    const auto& partial = schema["definitions"]["file-part"];
    CHECK_FALSE(partial.contains("required"));
    CHECK(partial["properties"].contains("include"));
    CHECK(partial["properties"]["rows"]["anyOf"].back()["type"] == "null");
    CHECK(partial["additionalProperties"] == false);
}

TEST_CASE("numbers with units match in all usual spellings of their dimension", "[config][schema]") {
    for (const char* text : {"400 MHz", "0.5GHz", "1e3 Hz", "7 kHz"}) {
        CHECK(fits("Hz", text));
    }
    for (const char* text : {"400", "400 ns", "MHz", "400 MHz x", "010 Hz", ".5 Hz", ""}) {
        CHECK_FALSE(fits("Hz", text));
    }
    CHECK(fits("B", "768 KiB"));
    CHECK(fits("B", "8 bits"));
    CHECK_FALSE(fits("B", "768 KiHz"));
    CHECK(fits("K", "25 degC"));
    CHECK(fits("mm2", "12 um^2"));
    CHECK_FALSE(fits("mm2", "12 um"));
    CHECK(fits("J/bit/m", "80 fJ/bit/mm"));
    CHECK(fits("J/bit/m", "80 fJ/mm/bit"));
    CHECK(fits("J/bit/m", "0.6 pJ/B/mm"));
    CHECK_FALSE(fits("J/bit/m", "80 fJ/bit"));
    CHECK(fits("cycle", "3 cycles"));
    CHECK(fits("cycle", "3 cycle"));
    CHECK(fits("access", "3 accesses"));
    CHECK_FALSE(fits("cycle", "3 ticks"));
}

TEST_CASE("every unit that is proposed to users matches", "[config][schema]") {
    for (const char* unit : {"Hz", "s", "J", "W", "V", "K", "m", "mm2", "B/s", "bit"}) {
        std::string names = accepted_units(unit);
        for (std::size_t start = 0; start < names.size();) {
            const std::size_t end = std::min(names.find(", ", start), names.size());
            const std::string text = "1.5 " + names.substr(start, end - start);
            INFO(text);
            CHECK(fits(unit, text));
            start = end + 2;
        }
    }
}

TEST_CASE("a reference has a table per map, constants in one row, and cases", "[config][schema]") {
    const std::string page =
        reference_page(declare(read_small), {.title = "Small files", .introduction = "Intro."}, {{"rows", "a side"}});
    CHECK(page.starts_with("# Small files\nIntro.\n"));
    CHECK(page.find("| `rows` | integer from 1 to 256 | required | a side |\n") != std::string::npos);
    CHECK(page.find("| `clock` | number with a unit (Hz, kHz, MHz, GHz) of at least 0 Hz | default 400 MHz |") !=
          std::string::npos);
    CHECK(page.find("| `hop` | constant: number with a unit (fJ, pJ, nJ, uJ, mJ, J)") != std::string::npos);
    CHECK(page.find("\n## part\n") != std::string::npos);
    CHECK(page.find("\nWhen kind is b:\n") != std::string::npos);
    CHECK(page.find("## hop") == std::string::npos);
}

TEST_CASE("a map with a reference of its own is linked, not described", "[config][schema]") {
    const std::string page = reference_page(
        declare(read_small), {.title = "", .introduction = "", .elsewhere = {{"part", "[part](part.md)"}}}, {});
    CHECK(page.find("| `part` | [part](part.md) | required |") != std::string::npos);
    CHECK(page.find("## part") == std::string::npos);
}

TEST_CASE("the meaning with the longest end of a path is taken", "[config][schema]") {
    const Meanings meanings{{"rows", "r"}, {"grid/rows", "g"}, {"layers/[]/*", "any"}};
    CHECK(meaning_of("rows", meanings) == "r");
    CHECK(meaning_of("chip/grid/rows", meanings) == "g");
    CHECK(meaning_of("layers/[]/axis", meanings) == "any");
    CHECK(meaning_of("cols", meanings).empty());
}
