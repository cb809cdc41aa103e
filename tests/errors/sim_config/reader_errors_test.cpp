// SPDX-License-Identifier: Apache-2.0
// The exact message for each value that a reader cannot accept.
#include "sim/base/error.hpp"
#include "sim/config/map_reader.hpp"

#include <catch2/catch.hpp>

#include <functional>
#include <string>

using namespace lodestone;
using namespace lodestone::config;

namespace {

std::string messages_of(const std::string& yaml, const std::function<void(MapReader&)>& read) {
    Problems problems;
    const Node root = load_text(yaml, "m.yaml", problems);
    MapReader reader(root, problems);
    read(reader);
    return problems.has_errors() ? UserError(problems).what() : "";
}

/// The message about `value` as an integer from 1 to 4096.
std::string as_rows(const std::string& value) {
    return messages_of("rows: " + value, [](MapReader& r) { CHECK(r.required_uint("rows", 1, 4096) == 1); });
}
std::string as_clock(const std::string& value) {
    return messages_of("clock: " + value,
                       [](MapReader& r) { (void)r.required<Hertz>("clock", {.max = Hertz(4e9), .above_min = true}); });
}
std::string as_memory(const std::string& value) {
    return messages_of("sram: " + value, [](MapReader& r) { (void)r.required<Bytes>("sram", {.min = Bytes(1024)}); });
}
std::string as_share(const std::string& value) {
    return messages_of("share: " + value, [](MapReader& r) { (void)r.required_double("share", {.min = 0, .max = 1}); });
}
std::string as_constant(const std::string& value) {
    return messages_of("mac: " + value, [](MapReader& r) { (void)r.sourced<Joules>("mac"); });
}

const std::string hertz = "expected a number in Hz, kHz, MHz, GHz";

} // namespace

TEST_CASE("a missing key is reported at the map that lacks it", "[errors][config]") {
    CHECK(messages_of("array:\n  cols: 4\n", [](MapReader& r) {
              (void)r.required_map("array").required_uint("rows", 1, 4);
          }) == "m.yaml:2:3: array.rows: is missing; this map needs the key 'rows'");
}

TEST_CASE("a missing map is reported once, not for each of its keys", "[errors][config]") {
    CHECK(messages_of("cols: 4\n", [](MapReader& r) {
              MapReader array = r.required_map("array");
              CHECK(array.required_uint("rows", 3, 4) == 3);
              array.finish();
          }) == "m.yaml:1:1: array: is missing; this map needs the key 'array'");
}

TEST_CASE("an unknown key is reported with the nearest and all known keys", "[errors][config]") {
    CHECK(messages_of("array: {rows: 4, colums: 5}\n", [](MapReader& r) {
              MapReader array = r.required_map("array");
              (void)array.required_uint("rows", 1, 8);
              (void)array.optional_uint("columns", 4, 1, 8);
              array.finish();
          }) == "m.yaml:1:18: array.colums: is not a known key; did you mean 'columns'? (known: rows, columns)");
}

TEST_CASE("an integer out of range is reported with its limits", "[errors][config]") {
    CHECK(as_rows("4097") == "m.yaml:1:7: rows: is '4097'; expected an integer from 1 to 4096");
    CHECK(as_rows("0") == "m.yaml:1:7: rows: is '0'; expected an integer from 1 to 4096");
}

TEST_CASE("a negative integer is refused", "[errors][config]") {
    CHECK(as_rows("-3") == "m.yaml:1:7: rows: is '-3'; expected an integer from 1 to 4096");
}

TEST_CASE("a leading zero is refused, not octal", "[errors][config]") {
    CHECK(as_rows("010") ==
          "m.yaml:1:7: rows: is '010', which has a leading zero; write 10; expected an integer from 1 to 4096");
}

TEST_CASE("hexadecimal is refused", "[errors][config]") {
    CHECK(as_rows("0x10") == "m.yaml:1:7: rows: is '0x10', not a decimal number; expected an integer from 1 to 4096");
}

TEST_CASE("an integer above 64 bits is refused", "[errors][config]") {
    CHECK(as_rows("18446744073709551616") == "m.yaml:1:7: rows: is '18446744073709551616', which does not fit 64 "
                                             "bits; expected an integer from 1 to 4096");
}

TEST_CASE("a fraction or an exponent is no integer", "[errors][config]") {
    CHECK(as_rows("4.0") == "m.yaml:1:7: rows: is '4.0'; expected an integer from 1 to 4096");
    CHECK(as_rows("1e3") == "m.yaml:1:7: rows: is '1e3'; expected an integer from 1 to 4096");
}

TEST_CASE("a quoted number is text", "[errors][config]") {
    CHECK(as_rows("\"64\"") ==
          "m.yaml:1:7: rows: is the text '64' in quotes; expected an integer from 1 to 4096, without quotes");
}

TEST_CASE("a key without a value is refused at the key", "[errors][config]") {
    CHECK(as_rows("") == "m.yaml:1:1: rows: has no value; expected an integer from 1 to 4096");
}

TEST_CASE("a list or a map where a number belongs is refused", "[errors][config]") {
    CHECK(as_rows("[4]") == "m.yaml:1:7: rows: is a list; expected an integer from 1 to 4096");
    CHECK(as_rows("{n: 4}") == "m.yaml:1:7: rows: is a map; expected an integer from 1 to 4096");
}

TEST_CASE("a signed integer below its limit is refused", "[errors][config]") {
    CHECK(messages_of("leak: -129", [](MapReader& r) { CHECK(r.required_int("leak", -128, 127) == -128); }) ==
          "m.yaml:1:7: leak: is '-129'; expected an integer from -128 to 127");
}

TEST_CASE("a frequency without a unit is refused with the units", "[errors][config]") {
    CHECK(as_clock("400") == "m.yaml:1:8: clock: is '400', which has no unit; " + hertz);
}

TEST_CASE("a unit of another kind is refused with the units", "[errors][config]") {
    CHECK(as_clock("400 MB") == "m.yaml:1:8: clock: is '400 MB', whose unit does not fit; " + hertz);
    CHECK(as_clock("400 Mhz") == "m.yaml:1:8: clock: is '400 Mhz', whose unit does not fit; " + hertz);
}

TEST_CASE("a unit without a number is refused", "[errors][config]") {
    CHECK(as_clock("fast") == "m.yaml:1:8: clock: is 'fast'; " + hertz);
}

TEST_CASE("a quantity above its limit is refused in readable units", "[errors][config]") {
    CHECK(as_clock("4.1 GHz") == "m.yaml:1:8: clock: is '4.1 GHz'; expected at most 4 GHz");
}

TEST_CASE("a quantity that must be above zero refuses zero", "[errors][config]") {
    CHECK(as_clock("0 Hz") == "m.yaml:1:8: clock: is '0 Hz'; expected more than 0 Hz");
}

TEST_CASE("a negative quantity is refused", "[errors][config]") {
    CHECK(as_clock("-1 MHz") == "m.yaml:1:8: clock: is '-1 MHz'; expected more than 0 Hz");
}

TEST_CASE("a leading zero in a quantity is refused", "[errors][config]") {
    CHECK(as_clock("0400 MHz") == "m.yaml:1:8: clock: is '0400 MHz', which has a leading zero; write 400; " + hertz);
}

TEST_CASE("a quantity beyond a double is refused", "[errors][config]") {
    CHECK(as_clock("1e999 Hz") == "m.yaml:1:8: clock: is '1e999 Hz', which does not fit a double; " + hertz);
}

TEST_CASE("bytes come whole", "[errors][config]") {
    CHECK(as_memory("1.3 KiB") == "m.yaml:1:7: sram: is '1.3 KiB'; expected a whole number of B");
}

TEST_CASE("a size below its limit is refused", "[errors][config]") {
    CHECK(as_memory("1 KB") == "m.yaml:1:7: sram: is '1 KB'; expected at least 1 KiB");
}

TEST_CASE("bytes beyond 2^53 are refused because doubles skip them", "[errors][config]") {
    CHECK(as_memory("9007199254740992 B") ==
          "m.yaml:1:7: sram: is '9007199254740992 B'; expected at most 9.0072e+15 B");
}

TEST_CASE("a size without a unit says what KB and KiB mean", "[errors][config]") {
    CHECK(as_memory("768") == "m.yaml:1:7: sram: is '768', which has no unit; expected a number in B, kB, KB (1000 "
                              "B), KiB (1024 B), MB, MiB, GB, GiB");
}

TEST_CASE("nan and inf are no numbers", "[errors][config]") {
    CHECK(as_share("nan") == "m.yaml:1:8: share: is 'nan'; expected a number from 0 to 1");
    CHECK(as_share(".inf") == "m.yaml:1:8: share: is '.inf'; expected a number from 0 to 1");
}

TEST_CASE("a number out of its interval is refused", "[errors][config]") {
    CHECK(as_share("1.5") == "m.yaml:1:8: share: is '1.5'; expected a number from 0 to 1");
}

TEST_CASE("an unknown choice is reported with the nearest and all names", "[errors][config]") {
    CHECK(messages_of("kind: fiffo", [](MapReader& r) {
              CHECK(r.required_choice("kind", {"fifo", "stack"}) == "fifo");
          }) == "m.yaml:1:7: kind: is 'fiffo', not a known name; did you mean 'fifo'? (known: fifo, stack)");
}

TEST_CASE("yes is no bool", "[errors][config]") {
    CHECK(messages_of("on: yes", [](MapReader& r) { CHECK_FALSE(r.required_bool("on")); }) ==
          "m.yaml:1:5: on: is 'yes'; expected true or false");
}

TEST_CASE("an empty text is refused", "[errors][config]") {
    CHECK(messages_of("name: ''", [](MapReader& r) { (void)r.required_string("name"); }) ==
          "m.yaml:1:7: name: is an empty text; expected a text");
}

TEST_CASE("a bad element of a list is reported with its index", "[errors][config]") {
    CHECK(messages_of("sizes: [1, x, 3]", [](MapReader& r) { (void)r.required_uints("sizes", 0, 9); }) ==
          "m.yaml:1:12: sizes[1]: is 'x'; expected an integer from 0 to 9");
}

TEST_CASE("a scalar where a list belongs is refused", "[errors][config]") {
    CHECK(messages_of("sizes: 3", [](MapReader& r) { (void)r.required_uints("sizes", 0, 9); }) ==
          "m.yaml:1:8: sizes: is '3'; expected a list");
}

TEST_CASE("a scalar where a map belongs is refused", "[errors][config]") {
    CHECK(messages_of("array: 3", [](MapReader& r) { (void)r.required_map("array"); }) ==
          "m.yaml:1:8: array: is '3'; expected a map");
    CHECK(messages_of("l: [{a: 1}, 2]", [](MapReader& r) { CHECK(r.maps_in("l").size() == 2); }) ==
          "m.yaml:1:13: l[1]: is '2'; expected a map");
}

TEST_CASE("a root that is a list is refused", "[errors][config]") {
    CHECK(messages_of("- 1\n", [](MapReader&) {}) == "m.yaml:1:1: is a list; expected a map");
}

TEST_CASE("a constant without a source is refused", "[errors][config]") {
    CHECK(as_constant("{value: 1 pJ, status: measured}") ==
          "m.yaml:1:6: mac.source: is missing; this map needs the key 'source'");
}

TEST_CASE("a constant without a status is refused", "[errors][config]") {
    CHECK(as_constant("{value: 1 pJ, source: a book}") ==
          "m.yaml:1:6: mac.status: is missing; this map needs the key 'status'");
}

TEST_CASE("a constant with an unknown status is refused", "[errors][config]") {
    CHECK(as_constant("{value: 1 pJ, source: a book, status: guessed}") ==
          "m.yaml:1:44: mac.status: is 'guessed', not a known name (known: measured, published, derived, estimated, "
          "calibrated, assumed)");
}

TEST_CASE("a bare constant is refused", "[errors][config]") {
    CHECK(as_constant("1 pJ") == "m.yaml:1:6: mac: is '1 pJ'; expected a map");
}

TEST_CASE("a per-unit of another thing is refused", "[errors][config]") {
    CHECK(messages_of("hop: 3 pJ/bit", [](MapReader& r) { (void)r.required_measure("hop", {.unit = "pJ/flit"}); }) ==
          "m.yaml:1:6: hop: is '3 pJ/bit', whose unit does not fit; expected a number in pJ/flit");
}

TEST_CASE("every problem of a map is reported in one go", "[errors][config]") {
    CHECK(messages_of("rows: 0\nclock: 4\nextra: 1\n",
                      [](MapReader& r) {
                          (void)r.required_uint("rows", 1, 8);
                          (void)r.required<Hertz>("clock");
                          (void)r.required_bool("on");
                          r.finish();
                      }) == "m.yaml:1:7: rows: is '0'; expected an integer from 1 to 8\n"
                            "m.yaml:2:8: clock: is '4', which has no unit; " +
                                hertz +
                                "\n"
                                "m.yaml:1:1: on: is missing; this map needs the key 'on'\n"
                                "m.yaml:3:1: extra: is not a known key (known: rows, clock, on)");
}

TEST_CASE("a file that failed to load is reported once", "[errors][config]") {
    CHECK(messages_of("a: [", [](MapReader& r) {
              (void)r.required_uint("rows", 1, 8);
              r.finish();
          }) == "m.yaml:1:5: is not valid YAML: a list opened with '[' is not closed with ']'");
}
