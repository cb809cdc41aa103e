// SPDX-License-Identifier: Apache-2.0
// Values of every type are read as written.
#include "sim/base/error.hpp"
#include "sim/config/map_reader.hpp"

#include <catch2/catch.hpp>

using namespace lodestone;
using namespace lodestone::config;

namespace {

/// A text and its reader; fails the test on destruction when there were problems.
struct Sample {
    Problems problems;
    Node root;
    MapReader reader;
    explicit Sample(const std::string& yaml) : root(load_text(yaml, "m.yaml", problems)), reader(root, problems) {}
    ~Sample() { CHECK(problems.all().empty()); }
    Sample(const Sample&) = delete;
    Sample& operator=(const Sample&) = delete;
};

} // namespace

TEST_CASE("integers are read at both limits", "[config]") {
    Sample s("a: 1\nb: 4096\nc: -128\n");
    CHECK(s.reader.required_uint("a", 1, 4096) == 1);
    CHECK(s.reader.required_uint("b", 1, 4096) == 4096);
    CHECK(s.reader.required_int("c", -128, 127) == -128);
}

TEST_CASE("a default stands in for an absent key only", "[config]") {
    Sample s("a: 3\n");
    CHECK(s.reader.optional_uint("a", 7, 1, 9) == 3);
    CHECK(s.reader.optional_uint("b", 7, 1, 9) == 7);
    CHECK(s.reader.optional_int("c", -7, -9, 9) == -7);
    CHECK(s.reader.optional_double("d", 0.5) == 0.5);
    CHECK(s.reader.optional_bool("e", true));
    CHECK(s.reader.optional_string("f", "x") == "x");
    CHECK(s.reader.optional_choice("g", "ab", {"ab", "cd"}) == "ab");
    CHECK(s.reader.optional<Hertz>("h", Hertz(5)) == Hertz(5));
    CHECK(s.reader.optional_measure("i", 2, {.unit = "pJ/B"}) == 2);
    CHECK_FALSE(s.reader.optional_map("j"));
    CHECK_FALSE(s.reader.optional_value("k"));
    CHECK(s.reader.maps_in("l").empty());
    s.reader.finish();
}

TEST_CASE("quantities are read in SI units", "[config]") {
    Sample s("clock: 400 MHz\nsram: 768 KiB\nmac: 1.2 pJ\nv: 0.8 V\nlatency: 27 ns\nnode: 12 nm\nbw: 64 GB/s\n"
             "hot: 85 degC\ncold: 300 K\narea: 800 mm2\ncell: 0.08 um2\npower: 74 W\nlink: 100 Gbit/s\nsize: 1.5 KB\n"
             "wait: 3 cycles\nquoted: \"2 GHz\"\ntight: 5ns\n");
    CHECK(s.reader.required<Hertz>("clock") == Hertz(400e6));
    CHECK(s.reader.required<Bytes>("sram") == Bytes(786432));
    CHECK(s.reader.required<Joules>("mac") == Joules(1.2e-12));
    CHECK(s.reader.required<Volts>("v") == Volts(0.8));
    CHECK(s.reader.required<Seconds>("latency") == Seconds(27e-9));
    CHECK(s.reader.required<Metres>("node") == Metres(12e-9));
    CHECK(s.reader.required<BytesPerSecond>("bw") == BytesPerSecond(64e9));
    CHECK(s.reader.required<Kelvin>("hot").count() == Approx(358.15));
    CHECK(s.reader.required<Kelvin>("cold") == Kelvin(300));
    CHECK(s.reader.required<SquareMillimetres>("area") == SquareMillimetres(800));
    CHECK(s.reader.required<SquareMillimetres>("cell") == SquareMillimetres(0.08e-6));
    CHECK(s.reader.required<Watts>("power") == Watts(74));
    CHECK(s.reader.required<BytesPerSecond>("link") == BytesPerSecond(12.5e9));
    CHECK(s.reader.required<Bytes>("size") == Bytes(1500));
    CHECK(s.reader.required<Cycles>("wait") == Cycles(3));
    CHECK(s.reader.required<Hertz>("quoted") == Hertz(2e9));
    CHECK(s.reader.required<Seconds>("tight") == Seconds(5e-9));
    s.reader.finish();
}

TEST_CASE("a quantity is accepted at both limits", "[config]") {
    Sample s("a: 1 V\nb: 2 V\nc: -1 V\n");
    const Range<Volts> range{.min = Volts(1), .max = Volts(2)};
    CHECK(s.reader.required<Volts>("a", range) == Volts(1));
    CHECK(s.reader.required<Volts>("b", range) == Volts(2));
    CHECK(s.reader.required<Volts>("c", {.min = Volts(-1)}) == Volts(-1));
}

TEST_CASE("per-units come in the unit that was asked for", "[config]") {
    Sample s("link: 0.5 pJ/bit\nwire: 104 fJ/bit/mm\nleak: 2 mW/KiB\ncell: 0.1 um2/bit\nhop: 3 pJ/flit\n");
    CHECK(s.reader.required_measure("link", {.unit = "pJ/B"}) == 4);
    CHECK(s.reader.required_measure("wire", {.unit = "fJ/bit/mm"}) == 104);
    CHECK(s.reader.required_measure("leak", {.unit = "W/B"}) == 2e-3 / 1024);
    CHECK(s.reader.required_measure("cell", {.unit = "um2/bit"}) == 0.1);
    CHECK(s.reader.required_measure("hop", {.unit = "J/flit"}) == 3e-12);
}

TEST_CASE("a constant carries its source and status", "[config]") {
    Sample s("mac: {value: 0.64 pJ, source: \"a book, p. 3\", status: published, note: at 45 nm}\n"
             "sram: {value: 0.2 pJ/B, source: a run, status: measured}\n"
             "exponent: {value: 0.6, source: a fit, status: derived}\n");
    const Sourced<Joules> mac = s.reader.sourced<Joules>("mac");
    CHECK(mac.value == Joules(0.64e-12));
    CHECK(mac.source == "a book, p. 3");
    CHECK(mac.status == Status::published);
    CHECK(to_string(mac.status) == "published");
    CHECK(s.reader.sourced("sram", Measure{.unit = "pJ/B"}).value == 0.2);
    CHECK(s.reader.sourced("exponent", Interval{.min = 0, .max = 1}).value == 0.6);
    s.reader.finish();
}

TEST_CASE("names are read as enumerators", "[config]") {
    enum class Flow { weight, output };
    const Choices<Flow> flows = {{"weight_stationary", Flow::weight}, {"output_stationary", Flow::output}};
    Sample s("flow: output_stationary\n");
    CHECK(s.reader.required_choice("flow", flows) == Flow::output);
    CHECK(s.reader.optional_choice("other", Flow::output, flows) == Flow::output);
}

TEST_CASE("lists are read element by element", "[config]") {
    Sample s("u: [1, 2]\ni: [-1, 2]\nd: [0.5, 2]\ns: [ab, \"c d\"]\nc: [x, y]\nq: [1 ns, 2 us]\nempty: []\n");
    CHECK(s.reader.required_uints("u", 0, 9) == std::vector<std::uint64_t>{1, 2});
    CHECK(s.reader.required_ints("i", -9, 9) == std::vector<std::int64_t>{-1, 2});
    CHECK(s.reader.required_doubles("d") == std::vector<double>{0.5, 2});
    CHECK(s.reader.required_strings("s") == std::vector<std::string>{"ab", "c d"});
    CHECK(s.reader.required_choices("c", {"x", "y"}) == std::vector<std::string>{"x", "y"});
    CHECK(s.reader.required_list<Seconds>("q") == std::vector<Seconds>{Seconds(1e-9), Seconds(2e-6)});
    CHECK(s.reader.required_uints("empty", 0, 9).empty());
}

TEST_CASE("maps inside maps and lists know their path and place", "[config]") {
    Sample s("chip:\n  layers:\n    - {n: 1}\n    - {n: 2}\n");
    MapReader chip = s.reader.required_map("chip");
    std::vector<MapReader> layers = chip.required_maps("layers");
    REQUIRE(layers.size() == 2);
    CHECK(layers[1].path() == "chip.layers[1]");
    CHECK(layers[1].location() == Location{.file = "m.yaml", .line = 4, .column = 7});
    CHECK(layers[1].required_uint("n", 0, 9) == 2);
}

TEST_CASE("a free-form map gives its keys in the order of the file", "[config]") {
    Sample s("zeta: 1\nalpha: 2\n");
    CHECK(s.reader.keys() == std::vector<std::string>{"zeta", "alpha"});
    for (const auto& key : s.reader.keys()) {
        (void)s.reader.required_uint(key, 0, 9);
    }
    s.reader.finish();
}

TEST_CASE("a value of several forms is looked at before it is read", "[config]") {
    Sample s("precision: [int8, {layers: 3}]\n");
    const auto items = s.reader.required_value("precision").as_items();
    REQUIRE(items.size() == 2);
    CHECK(items[0].is_scalar());
    CHECK(items[0].as_string() == "int8");
    REQUIRE(items[1].is_map());
    CHECK(items[1].as_map().required_uint("layers", 0, 9) == 3);
}

TEST_CASE("a key asked for with has() is known", "[config]") {
    Sample s("a: 1\n");
    CHECK(s.reader.has("a"));
    CHECK_FALSE(s.reader.has("b"));
    s.reader.finish();
}

TEST_CASE("keys are found in any order of asking", "[config]") {
    Sample s("a: 1\nb: 2\nc: 3\n");
    CHECK(s.reader.required_uint("c", 0, 9) == 3);
    CHECK(s.reader.required_uint("a", 0, 9) == 1);
    CHECK(s.reader.required_uint("b", 0, 9) == 2);
    CHECK(s.reader.required_uint("b", 0, 9) == 2);
    s.reader.finish();
}

TEST_CASE("readers log what they read and the defaults they used", "[config]") {
    Problems problems;
    const Node root = load_text("a: {clock: 1 GHz}\n", "m.yaml", problems);
    ReadLog log;
    MapReader reader(root, problems, &log);
    MapReader a = reader.required_map("a");
    (void)a.required<Hertz>("clock");
    (void)a.optional<Bytes>("sram", Bytes(2048));
    REQUIRE(log.reads.size() == 3);
    CHECK(log.reads[1].map_path == "a");
    CHECK(log.reads[1].text == "1 GHz");
    CHECK_FALSE(log.reads[1].is_default);
    CHECK(log.reads[2].key == "sram");
    CHECK(log.reads[2].text == "2 KiB");
    CHECK(log.reads[2].is_default);
}
