// SPDX-License-Identifier: Apache-2.0
// Components and units of the gate model, computed by hand.
#include "arch/mac/gate_model.hpp"
#include "arch/mac/sqnr.hpp"
#include "sim/base/error.hpp"

#include <catch2/catch.hpp>
#include <cmath>

using namespace lodestone;
using namespace lodestone::mac;
using numerics::FormatId;

namespace {
constexpr GateCosts costs;
MacUnitSpec unit(FormatId format, const char* accumulator = "kulisch") {
    return {.a = format, .b = format, .accumulator = parse_accumulator(accumulator)};
}
MacUnitSpec dot(FormatId format, int lanes, int window) {
    return {.a = format, .b = format, .kind = UnitKind::fused_dot, .lanes = lanes, .window = window};
}
} // namespace

TEST_CASE("an adder of n bits is a half adder and n - 1 full adders", "[arch][mac]") {
    CHECK(adder(costs, 1) == 3);
    CHECK(adder(costs, 15) == 7 * 14 + 3);
    CHECK(adder(costs, 0) == 0);
}

TEST_CASE("a square multiplier costs n^2 + 7 (n-1)^2 + 3 (n-1)", "[arch][mac]") {
    CHECK(multiplier(costs, 8, 8) == 64 + 343 + 21);
    CHECK(multiplier(costs, 8, 4) == 32 + 147 + 9);
    CHECK(multiplier(costs, 4, 8) == multiplier(costs, 8, 4));
}

TEST_CASE("a shifter has a level of multiplexers for each bit of the distance", "[arch][mac]") {
    CHECK(shifter_levels(0) == 0);
    CHECK(shifter_levels(1) == 1);
    CHECK(shifter_levels(7) == 3);
    CHECK(shifter_levels(8) == 4);
    CHECK(left_shifter(costs, 8, 7) == 8 * 3 * 3 - 7 * 2);
    CHECK(widening_left_shifter(costs, 9, 28) == 3 * 7 * 5 + 4 * 28);
    CHECK(right_shifter(costs, 14, 14) == 13 * 4 * 3);
}

TEST_CASE("exact accumulators have the widths of the published units", "[arch][mac]") {
    CHECK(widths_of(unit(FormatId::int8)).accumulator == 27);
    CHECK(widths_of(unit(FormatId::int2)).accumulator == 15);
    CHECK(widths_of(unit(FormatId::fp4_e2m1)).accumulator == 21);
    CHECK(widths_of(unit(FormatId::fp8_e4m3)).accumulator == 49);
    CHECK(widths_of(unit(FormatId::fp8_e5m2)).accumulator == 79);
}

TEST_CASE("the closed form of units that the paper does not list", "[arch][mac]") {
    CHECK(gates_of(costs, unit(FormatId::int2)).total() == 157);
    CHECK(gates_of(costs, unit(FormatId::int4)).total() == 283);
    CHECK(gates_of(costs, unit(FormatId::int16)).total() == 2383);
    CHECK(gates_of(costs, unit(FormatId::fp4_e2m1)).total() == 365);
}

TEST_CASE("a narrower window makes a fused dot product smaller", "[arch][mac]") {
    double last = gates_of(costs, dot(FormatId::fp8_e5m2, 32, 40)).total();
    for (const int window : {32, 24, 16, 8}) {
        const double gates = gates_of(costs, dot(FormatId::fp8_e5m2, 32, window)).total();
        CHECK(gates < last);
        last = gates;
    }
}

TEST_CASE("more lanes share the accumulator of a fused dot product", "[arch][mac]") {
    CHECK(gates_per_mac(costs, dot(FormatId::fp8_e4m3, 32, 0)) < gates_per_mac(costs, dot(FormatId::fp8_e4m3, 4, 0)));
}

TEST_CASE("in a fused dot product the exact formats keep their order but come closer", "[arch][mac]") {
    const double int8 = gates_per_mac(costs, dot(FormatId::int8, 32, 0));
    const double e4m3 = gates_per_mac(costs, dot(FormatId::fp8_e4m3, 32, 0));
    const double e5m2 = gates_per_mac(costs, dot(FormatId::fp8_e5m2, 32, 0));
    CHECK(int8 < e4m3);
    CHECK(e4m3 < e5m2);
    CHECK(e4m3 / int8 < 1.2);
}

TEST_CASE("accumulators are named kulisch, intN, fp16, bf16, fp32", "[arch][mac]") {
    for (const char* name : {"kulisch", "int24", "int2", "fp16", "bf16", "fp32"}) {
        CHECK(name_of(parse_accumulator(name)) == name);
    }
    for (const char* name : {"int1", "int601", "int", "int8x", "fp8_e4m3", ""}) {
        CHECK_THROWS_AS(parse_accumulator(name), UserError);
    }
}

TEST_CASE("a uniform grid on uniform data has the error of its step", "[arch][mac]") {
    // 255 steps over the whole range: sigma / rmse = 255 when the outer cells are full.
    CHECK(sqnr(numerics::format(FormatId::int8), Distribution::uniform).bits == Approx(std::log2(255.0)).margin(1e-3));
    CHECK(sqnr(numerics::format(FormatId::int2), Distribution::uniform).bits == Approx(std::log2(3.0)).margin(1e-3));
}

TEST_CASE("decibels are 20 log10 2 per bit", "[arch][mac]") {
    const Sqnr normal = sqnr(numerics::format(FormatId::fp8_e4m3), Distribution::normal);
    CHECK(normal.db == Approx(normal.bits * 20 * std::log10(2.0)));
}

TEST_CASE("block scales help integers on heavy tails", "[arch][mac]") {
    const double plain = sqnr(numerics::format(FormatId::int8), Distribution::student_t).bits;
    const double blocks = sqnr(numerics::format(FormatId::mxint8), Distribution::student_t).bits;
    CHECK(blocks > plain + 1);
}
