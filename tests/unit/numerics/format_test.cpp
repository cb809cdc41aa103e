// SPDX-License-Identifier: Apache-2.0
// Names, limits and storage of the formats, by the figures of their standards.
#include "numerics/format.hpp"

#include <catch2/catch.hpp>

#include <cmath>

using namespace lodestone;
using namespace lodestone::numerics;

TEST_CASE("every format is found by its name", "[numerics]") {
    for (const std::string& name : format_names()) {
        REQUIRE(find_format(name).has_value());
        CHECK(name_of(*find_format(name)) == name);
        CHECK_FALSE(format(*find_format(name)).source.empty());
    }
    CHECK_FALSE(find_format("fp8").has_value());
}

TEST_CASE("an alias names the format that has the same codes", "[numerics]") {
    CHECK(find_format("fp8_e5m2_ieee") == FormatId::fp8_e5m2);
    CHECK(find_format("fp8_e3m4_fnuz") == FormatId::fp8_e3m4);
    CHECK(find_format("mxfp8_e4m3") == FormatId::mxfp8);
}

TEST_CASE("the OCP formats reach the largest values of their standards", "[numerics]") {
    CHECK(max_finite(format(FormatId::fp8_e4m3)) == 448.0);
    CHECK(max_finite(format(FormatId::fp8_e5m2)) == 57344.0);
    CHECK(max_finite(format(FormatId::fp4_e2m1)) == 6.0);
    CHECK(max_finite(format(FormatId::fp6_e2m3)) == 7.5);
    CHECK(max_finite(format(FormatId::fp6_e3m2)) == 28.0);
    CHECK(max_finite(format(FormatId::mxint8)) == 1.984375);
    CHECK(lowest(format(FormatId::mxint8)) == -2.0);
}

TEST_CASE("the IEEE formats reach the largest values of their standard", "[numerics]") {
    CHECK(max_finite(format(FormatId::fp16)) == 65504.0);
    CHECK(max_finite(format(FormatId::fp32)) == static_cast<double>(std::numeric_limits<float>::max()));
    CHECK(min_positive(format(FormatId::fp32)) == static_cast<double>(std::numeric_limits<float>::denorm_min()));
    CHECK(min_normal(format(FormatId::fp16)) == 0x1p-14);
}

TEST_CASE("integers are two's complement in the low bits", "[numerics]") {
    CHECK(encode(format(FormatId::int4), -3.0) == 0xDU);
    CHECK(decode(format(FormatId::int4), 0xD) == -3.0);
    CHECK(encode(format(FormatId::int2), -7.0) == 0x2U);
    CHECK(decode(format(FormatId::int2), 0x2) == -2.0);
    CHECK(encode(format(FormatId::int32), -1.0) == 0xFFFFFFFFU);
    CHECK(encode(format(FormatId::int32), 1e12) == 0x7FFFFFFFU);
    CHECK(decode(format(FormatId::int32), 0x80000000U) == -2147483648.0);
    CHECK(encode(format(FormatId::uint8), 300.0) == 255U);
    CHECK(encode(format(FormatId::uint8), -1.0) == 0U);
}

TEST_CASE("integers round halves to even and a NaN to zero", "[numerics]") {
    const Format& f = format(FormatId::int8);
    CHECK(round_to(f, 0.5) == 0.0);
    CHECK(round_to(f, 1.5) == 2.0);
    CHECK(round_to(f, 2.5) == 2.0);
    CHECK(round_to(f, -2.5) == -2.0);
    CHECK(round_to(f, 126.5) == 126.0);
    CHECK(round_to(f, 127.5) == 127.0);
    CHECK(round_to(f, std::nan("")) == 0.0);
}

TEST_CASE("a tie at the top of fp8_e4m3 stays finite, the next double does not", "[numerics]") {
    const Format& f = format(FormatId::fp8_e4m3);
    CHECK(round_to(f, 464.0, Overflow::ieee) == 448.0);
    CHECK(std::isnan(round_to(f, std::nextafter(464.0, 1e9), Overflow::ieee)));
    CHECK(round_to(f, 464.5, Overflow::saturate) == 448.0);
}

TEST_CASE("a format without NaN makes zero of one, the others keep it", "[numerics]") {
    for (const std::string& name : format_names()) {
        const Format& f = format(*find_format(name));
        INFO(name);
        for (const double nan : {std::nan(""), -std::nan("")}) {
            const double stored = round_to(f, nan);
            CHECK((has_nan(f) ? std::isnan(stored) : stored == 0.0));
        }
    }
}

TEST_CASE("minus zero survives where the format has one", "[numerics]") {
    CHECK(encode(format(FormatId::fp8_e4m3), -0.0) == 0x80U);
    CHECK(encode(format(FormatId::fp8_e4m3), -1e-9) == 0x80U);
    CHECK(encode(format(FormatId::fp8_e4m3_fnuz), -0.0) == 0x00U);
    CHECK(encode(format(FormatId::fp8_e4m3_fnuz), -1e-9) == 0x00U);
}

TEST_CASE("storage counts the shared scale of every started block", "[numerics]") {
    CHECK(storage_bits(format(FormatId::fp4_e2m1), 33) == Bits(132));
    CHECK(storage_bits(format(FormatId::mxfp4)) == Bits(4));
    CHECK(storage_bits(format(FormatId::mxfp4), 32) == Bits(136));
    CHECK(storage_bits(format(FormatId::mxfp4), 33) == Bits(148));
    CHECK(storage_bits(format(FormatId::mxfp4), 0) == Bits(0));
}
