// SPDX-License-Identifier: Apache-2.0
// What readers ask for, found without a file.
#include "sim/config/schema/declare.hpp"

#include "sim/base/error.hpp"
#include "sim/config/map_reader.hpp"

#include <catch2/catch.hpp>

using namespace lodestone;
using namespace lodestone::config;

namespace {

template <class Read>
Declaration declared(Read read) {
    return declare([read](const Node& root, Problems& problems, ReadLog* log) {
        MapReader reader(root, problems, log);
        read(reader);
        reader.finish();
    });
}

const Declaration& value_at(Declaration& root, const std::string& path) {
    Declaration* found = declared_at(root, path);
    REQUIRE(found != nullptr);
    return *found;
}

void ignore(const auto&) {}

} // namespace

TEST_CASE("a key has the form, the limits and the default that its reader asks for", "[config][schema]") {
    Declaration root = declared([](MapReader& reader) {
        ignore(reader.required_uint("rows", 1, 4096));
        ignore(reader.optional_bool("fast", true));
        ignore(reader.optional<Hertz>("clock", Hertz(4e8), {.min = Hertz(1e3), .max = Hertz(1e10)}));
        ignore(reader.optional_choice("mode", "a", {"a", "b"}));
    });
    CHECK(root.is_closed);
    REQUIRE(root.keys.size() == 4);
    CHECK(root.find("rows")->is_required);
    CHECK(root.find("rows")->value.forms == std::vector<Form>{{.type = Form::Type::integer, .min = 1, .max = 4096}});
    CHECK(root.find("fast")->fallback == "true");
    CHECK(root.find("clock")->fallback == "400 MHz");
    CHECK(root.find("clock")->value.forms.front().measure.unit == "Hz");
    CHECK(root.find("clock")->value.forms.front().measure.limits.max == 1e10);
    CHECK(root.find("mode")->value.forms.front().names == std::vector<std::string>{"a", "b"});
    CHECK_FALSE(root.find("mode")->is_required);
}

TEST_CASE("maps, lists and names that the user chooses are followed", "[config][schema]") {
    Declaration root = declared([](MapReader& reader) {
        MapReader named = reader.required_map("named");
        for (const std::string& name : named.keys()) {
            MapReader one = named.required_map(name);
            ignore(one.required_doubles("values", {.min = 0}));
            one.finish();
        }
        for (MapReader& item : reader.maps_in("items")) {
            ignore(item.required_string("text"));
        }
    });
    CHECK(value_at(root, "named/*").is_closed);
    CHECK(value_at(root, "named/*/values/[]").forms.front().limits.min == 0);
    CHECK_FALSE(root.find("items")->is_required);
    CHECK_FALSE(value_at(root, "items/[]").is_closed); // nobody called finish()
}

TEST_CASE("a key that is looked for before it is required may be absent", "[config][schema]") {
    Declaration root = declared([](MapReader& reader) {
        if (reader.has("load")) {
            ignore(reader.required_uint("load", 0, 9));
        }
    });
    CHECK_FALSE(root.find("load")->is_required);
    CHECK(root.find("load")->value.forms.size() == 1);
    CHECK(root.cases.empty());
}

TEST_CASE("a name that decides over other keys makes cases of its map", "[config][schema]") {
    Declaration root = declared([](MapReader& reader) {
        MapReader part = reader.required_map("part");
        const std::string kind = part.required_choice("kind", {"a", "b", "c"});
        if (kind == "b") {
            ignore(part.required_uint("only_b", 0, 1));
        }
        part.finish();
        ignore(reader.optional_uint("other", 1, 0, 9));
    });
    CHECK(root.cases.empty());
    const Declaration& part = value_at(root, "part");
    CHECK(part.selector == std::vector<std::string>{"kind"});
    REQUIRE(part.cases.size() == 2);
    CHECK(part.cases.front().names == std::vector<std::string>{"a", "c"});
    CHECK(part.cases.front().map.keys.size() == 1);
    CHECK(part.cases.back().map.keys.size() == 2);
}

TEST_CASE("a name that decides over keys elsewhere makes cases of the map that holds both", "[config][schema]") {
    Declaration root = declared([](MapReader& reader) {
        const std::string kind = reader.required_map("part").required_choice("kind", {"a", "b"});
        ignore(kind == "a" ? reader.required_uint("for_a", 0, 1) : reader.required_uint("for_b", 0, 1));
    });
    CHECK(root.selector == std::vector<std::string>{"part", "kind"});
    REQUIRE(root.cases.size() == 2);
    CHECK(root.cases.front().map.keys.back().name == "for_a");
    CHECK(root.cases.back().map.keys.back().name == "for_b");
}

TEST_CASE("cases may hold cases", "[config][schema]") {
    Declaration root = declared([](MapReader& reader) {
        if (reader.required_choice("outer", {"x", "y"}) == "y") {
            if (reader.required_choice("inner", {"u", "v"}) == "v") {
                ignore(reader.required_bool("deep"));
            }
        }
    });
    REQUIRE(root.cases.size() == 2);
    const Declaration& with_inner = root.cases.back().map;
    CHECK(with_inner.selector == std::vector<std::string>{"inner"});
    CHECK(with_inner.cases.back().map.keys.size() == 3);
}

TEST_CASE("a value that may be one or a list has both forms", "[config][schema]") {
    Declaration root = declared([](MapReader& reader) {
        const Value value = reader.required_value("precision");
        const std::vector<Value> names = value.is_sequence() ? value.as_items() : std::vector<Value>{value};
        for (const Value& name : names) {
            ignore(name.as_string());
        }
    });
    const Declaration& value = value_at(root, "precision");
    CHECK(value.forms.size() == 1);
    REQUIRE(value.element.size() == 1);
    CHECK(value.element.front().forms.size() == 1);
    CHECK_FALSE(value.is_map);
}

TEST_CASE("a value that may be a word has it as a form, and cases where other keys depend on it", "[config][schema]") {
    Declaration root = declared([](MapReader& reader) {
        const bool is_same = reader.required_value("padding").is_word("same");
        ignore(is_same ? 0 : reader.required_value("padding").as_uint(0, 9));
        const bool is_all = reader.required_value("groups").is_word("all");
        ignore(is_all ? reader.optional_uint("channels", 1, 1, 9) : reader.required_uint("channels", 1, 9));
    });
    REQUIRE(root.cases.size() == 2);
    CHECK(root.selector == std::vector<std::string>{"groups"});
    Declaration otherwise = root.cases.front().map;
    CHECK(value_at(otherwise, "padding").forms.size() == 2);
    CHECK(otherwise.find("channels")->is_required);
    Declaration all = root.cases.back().map;
    CHECK_FALSE(all.find("channels")->is_required);
}

TEST_CASE("a limit that depends on another value is declared at its widest", "[config][schema]") {
    Declaration root = declared([](MapReader& reader) {
        const std::uint64_t axons = reader.required_uint("axons", 1, 256);
        ignore(reader.optional_uint("synapses", 1, 0, axons));
        const Hertz tick = reader.required<Hertz>("tick", {.min = Hertz(1), .max = Hertz(100)});
        ignore(reader.optional<Hertz>("rate", Hertz(1), {.max = tick}));
    });
    CHECK(value_at(root, "synapses").forms.front().max == 256);
    CHECK(value_at(root, "synapses").forms.front().is_relative);
    CHECK_FALSE(value_at(root, "axons").forms.front().is_relative);
    CHECK(value_at(root, "rate").forms.front().measure.limits.max == std::numeric_limits<double>::max());
}

TEST_CASE("lists within themselves are entered once", "[config][schema]") {
    struct Blocks {
        static void read(MapReader& reader) {
            for (MapReader& item : reader.required_maps("layers")) {
                if (item.has("layers")) {
                    read(item);
                } else {
                    ignore(item.required_string("op"));
                }
                item.finish();
            }
        }
    };
    Declaration root = declared([](MapReader& reader) { Blocks::read(reader); });
    const Declaration& layer = value_at(root, "layers/[]");
    CHECK(layer.question == Question::presence);
    CHECK(layer.cases.size() == 2);
}

TEST_CASE("a reader that gives up has declared what it asked for until then", "[config][schema]") {
    Declaration root = declare([](const Node& node, Problems& problems, ReadLog* log) {
        MapReader reader(node, problems, log);
        ignore(reader.required_bool("first"));
        throw UserError("the smallest values make no sense together");
    });
    CHECK(root.keys.size() == 1);
}

TEST_CASE("prepared answers lead a reader that computes with what it reads", "[config][schema]") {
    const FileReader read = [](const Node& node, Problems& problems, ReadLog* log) {
        MapReader reader(node, problems, log);
        if (reader.required_string("input") == "known") {
            ignore(reader.required_bool("further"));
        }
    };
    CHECK(declare(read).keys.size() == 1);
    CHECK(declare(read, {{"input", {"known"}}}).keys.size() == 2);
}

TEST_CASE("a reading with a file asks and answers as it does without a probe", "[config][schema]") {
    Problems problems;
    ReadLog log;
    const Node root = load_text("{groups: depthwise, rows: 3}", "a.yaml", problems);
    MapReader reader(root, problems, &log);
    CHECK(reader.required_value("groups").is_word("depthwise"));
    CHECK_FALSE(reader.required_value("rows").is_word("depthwise"));
    CHECK(reader.required_uint("rows", 1, 9) == 3);
    CHECK_FALSE(problems.has_errors());
}
