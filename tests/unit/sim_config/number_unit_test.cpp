// SPDX-License-Identifier: Apache-2.0
// Numbers and units: what they mean, exactly.
#include "sim/config/number.hpp"
#include "sim/config/unit.hpp"

#include <catch2/catch.hpp>

using namespace lodestone;
using namespace lodestone::config;

TEST_CASE("integers are decimal and exact up to 64 bits", "[config]") {
    CHECK(parse_uint("0").value == 0);
    CHECK(parse_uint("18446744073709551615").value == 18446744073709551615ULL);
    CHECK_FALSE(parse_uint("18446744073709551616").value);
    CHECK(parse_int("-9223372036854775808").value == std::numeric_limits<std::int64_t>::min());
    CHECK_FALSE(parse_int("-9223372036854775809").value);
}

TEST_CASE("texts that only resemble integers are refused", "[config]") {
    for (const char* text :
         {"", "-", "+4", "010", "00", "0x1F", "0b1", "0o7", "1e3", "4.0", "1_000", "4 ", " 4", "½"}) {
        INFO(text);
        CHECK_FALSE(parse_uint(text).value);
        CHECK_FALSE(parse_int(text).value);
    }
}

TEST_CASE("decimal fractions are read to the nearest double", "[config]") {
    CHECK(parse_double("1e3").value == 1000.0);
    CHECK(parse_double("-0.5").value == -0.5);
    CHECK(parse_double("0.1").value == 0.1);
    CHECK(parse_double("2.5E-3").value == 2.5e-3);
    CHECK(parse_double("1e+2").value == 100.0);
}

TEST_CASE("texts that only resemble fractions are refused", "[config]") {
    for (const char* text :
         {"", ".5", "5.", "nan", "inf", "-inf", ".inf", "1e", "1e999", "1e9999999", "01.5", "0x1p3"}) {
        INFO(text);
        CHECK_FALSE(parse_double(text).value);
    }
}

TEST_CASE("a scaled number is rounded once", "[config]") {
    CHECK(scaled_double("0.64", -12, 0).value == 0.64e-12);
    CHECK(scaled_double("1.1e3", -15, 0).value == 1.1e-12);
    CHECK(scaled_double("768", 0, 10).value == 786432.0);
}

TEST_CASE("SI prefixes scale by powers of ten", "[config]") {
    CHECK(parse_unit("MHz")->decimal == 6);
    CHECK(parse_unit("fJ")->decimal == -15);
    CHECK(parse_unit("um")->decimal == -6);
    CHECK(parse_unit("µm")->decimal == -6);
    CHECK(parse_unit("m")->decimal == 0);
    CHECK(parse_unit("mm")->decimal == -3);
    CHECK(parse_unit("mW")->decimal == -3);
}

TEST_CASE("KB is 1000 bytes and KiB is 1024", "[config]") {
    CHECK(parse_unit("KB")->decimal == 3);
    CHECK(parse_unit("KB")->binary == 3); // in bits
    CHECK(parse_unit("KiB")->decimal == 0);
    CHECK(parse_unit("KiB")->binary == 13);
    CHECK(parse_unit("kB")->decimal == 3);
}

TEST_CASE("a power applies to the prefix too", "[config]") {
    CHECK(parse_unit("um2")->decimal == -12);
    CHECK(parse_unit("um^2")->decimal == -12);
    CHECK(parse_unit("um2")->dimensions == std::map<std::string, int>{{"m", 2}});
}

TEST_CASE("each slash divides", "[config]") {
    const Unit unit = parse_unit("fJ/bit/mm").value();
    CHECK(unit.decimal == -12);
    CHECK(unit.dimensions == std::map<std::string, int>{{"J", 1}, {"bit", -1}, {"m", -1}});
}

TEST_CASE("units of one dimension are the same by any name", "[config]") {
    CHECK(parse_unit("W")->same_dimensions(*parse_unit("J/s")));
    CHECK(parse_unit("Hz")->same_dimensions(*parse_unit("tick/tick/s")));
    CHECK(parse_unit("J/byte")->same_dimensions(*parse_unit("pJ/bits")));
}

TEST_CASE("things counted are dimensions of their own", "[config]") {
    CHECK(parse_unit("pJ/macs")->same_dimensions(*parse_unit("J/mac")));
    CHECK(parse_unit("pJ/accesses")->same_dimensions(*parse_unit("J/access")));
    CHECK_FALSE(parse_unit("pJ/mac")->same_dimensions(*parse_unit("pJ/flit")));
    CHECK_FALSE(parse_unit("Mhz")->same_dimensions(*parse_unit("Hz")));
}

TEST_CASE("texts that are no units are refused", "[config]") {
    for (const char* text : {"", "/", "pJ/", "/s", "pJ//s", "p J", "m-2", "3", "J/3", "J^2^2"}) {
        INFO(text);
        CHECK_FALSE(parse_unit(text));
    }
}

TEST_CASE("quantities print with a fitting prefix", "[config]") {
    CHECK(to_text(Hertz(400e6)) == "400 MHz");
    CHECK(to_text(Joules(0.64e-12)) == "640 fJ");
    CHECK(to_text(Joules(1e-12)) == "1 pJ");
    CHECK(to_text(Bytes(786432)) == "768 KiB");
    CHECK(to_text(Bytes(1000)) == "1000 B");
    CHECK(to_text(Volts(0.8)) == "800 mV");
    CHECK(to_text(BytesPerSecond(64e9)) == "64 GB/s");
    CHECK(to_text(SquareMillimetres(0.031)) == "0.031 mm2");
    CHECK(to_text(Seconds(0)) == "0 s");
    CHECK(to_text(Cycles(3)) == "3 cycle");
}
