// SPDX-License-Identifier: Apache-2.0
// Components and units of the gate model, computed by hand.
#include "arch/cost/gate_model.hpp"
#include "sim/base/error.hpp"

#include <catch2/catch.hpp>

using namespace lodestone;
using namespace lodestone::cost;
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

TEST_CASE("an adder of n bits is a half adder and n - 1 full adders", "[arch][cost]") {
    CHECK(adder(costs, 1) == 3);
    CHECK(adder(costs, 15) == 7 * 14 + 3);
    CHECK(adder(costs, 0) == 0);
}

TEST_CASE("a square multiplier costs n^2 + 7 (n-1)^2 + 3 (n-1)", "[arch][cost]") {
    CHECK(multiplier(costs, 8, 8) == 64 + 343 + 21);
    CHECK(multiplier(costs, 8, 4) == 32 + 147 + 9);
    CHECK(multiplier(costs, 4, 8) == multiplier(costs, 8, 4));
}

TEST_CASE("a shifter has a level of multiplexers for each bit of the distance", "[arch][cost]") {
    CHECK(shifter_levels(0) == 0);
    CHECK(shifter_levels(1) == 1);
    CHECK(shifter_levels(7) == 3);
    CHECK(shifter_levels(8) == 4);
    CHECK(left_shifter(costs, 8, 7) == 8 * 3 * 3 - 7 * 2);
    CHECK(widening_left_shifter(costs, 9, 28) == 3 * 7 * 5 + 4 * 28);
    CHECK(right_shifter(costs, 14, 14) == 13 * 4 * 3);
}

TEST_CASE("exact accumulators have the widths of the published units", "[arch][cost]") {
    CHECK(widths_of(unit(FormatId::int8)).accumulator == 27);
    CHECK(widths_of(unit(FormatId::int2)).accumulator == 15);
    CHECK(widths_of(unit(FormatId::fp4_e2m1)).accumulator == 21);
    CHECK(widths_of(unit(FormatId::fp8_e4m3)).accumulator == 49);
    CHECK(widths_of(unit(FormatId::fp8_e5m2)).accumulator == 79);
}

TEST_CASE("the closed form of units that the paper does not list", "[arch][cost]") {
    CHECK(gates_of(costs, unit(FormatId::int2)).total() == 157);
    CHECK(gates_of(costs, unit(FormatId::int4)).total() == 283);
    CHECK(gates_of(costs, unit(FormatId::int16)).total() == 2383);
    CHECK(gates_of(costs, unit(FormatId::fp4_e2m1)).total() == 365);
}

TEST_CASE("a narrower window makes a fused dot product smaller", "[arch][cost]") {
    double last = gates_of(costs, dot(FormatId::fp8_e5m2, 32, 40)).total();
    for (const int window : {32, 24, 16, 8}) {
        const double gates = gates_of(costs, dot(FormatId::fp8_e5m2, 32, window)).total();
        CHECK(gates < last);
        last = gates;
    }
}

TEST_CASE("more lanes share the accumulator of a fused dot product", "[arch][cost]") {
    CHECK(gates_per_mac(costs, dot(FormatId::fp8_e4m3, 32, 0)) < gates_per_mac(costs, dot(FormatId::fp8_e4m3, 4, 0)));
}

TEST_CASE("in a fused dot product the exact formats keep their order but come closer", "[arch][cost]") {
    const double int8 = gates_per_mac(costs, dot(FormatId::int8, 32, 0));
    const double e4m3 = gates_per_mac(costs, dot(FormatId::fp8_e4m3, 32, 0));
    const double e5m2 = gates_per_mac(costs, dot(FormatId::fp8_e5m2, 32, 0));
    CHECK(int8 < e4m3);
    CHECK(e4m3 < e5m2);
    CHECK(e4m3 / int8 < 1.2);
}

TEST_CASE("accumulators are named kulisch, intN, fp16, bf16, fp32", "[arch][cost]") {
    for (const char* name : {"kulisch", "int24", "int2", "fp16", "bf16", "fp32"}) {
        CHECK(name_of(parse_accumulator(name)) == name);
    }
    for (const char* name : {"int1", "int601", "int", "int8x", "fp8_e4m3", ""}) {
        CHECK_THROWS_AS(parse_accumulator(name), UserError);
    }
}

TEST_CASE("carry-save levels reduce three words to two", "[arch][cost]") {
    CHECK(carry_save_levels(2) == 0);
    CHECK(carry_save_levels(3) == 1);
    CHECK(carry_save_levels(4) == 2);
    CHECK(carry_save_levels(9) == 4);
}

TEST_CASE("the depth of an integer unit is its accumulator's carry, of a narrow one its multiplier", "[arch][cost]") {
    CHECK(depth_of(unit(FormatId::int8)) == 27);
    CHECK(depth_of(unit(FormatId::int8, "int4")) == 1 + 4 + 15);
}

TEST_CASE("alignment and a tree make a fused dot product deeper", "[arch][cost]") {
    CHECK(depth_of(unit(FormatId::fp8_e4m3)) == 49 + 5);
    CHECK(depth_of(dot(FormatId::fp8_e4m3, 32, 0)) > depth_of(dot(FormatId::fp8_e4m3, 4, 0)));
    CHECK(depth_of(unit(FormatId::fp8_e4m3, "fp32")) > depth_of(unit(FormatId::fp8_e4m3, "fp16")));
}

TEST_CASE("block scales cost their adders and registers once a block", "[arch][cost]") {
    CHECK(block_scaling(costs, unit(FormatId::fp8_e4m3, "fp32")) == 0);
    const auto lanes = [](int count) {
        return MacUnitSpec{.a = FormatId::mxfp4,
                           .b = FormatId::mxfp4,
                           .accumulator = parse_accumulator("fp32"),
                           .kind = UnitKind::fused_dot,
                           .lanes = count};
    };
    const double one = block_scaling(costs, lanes(32));
    CHECK(one == adder(costs, 8) + 2 * flip_flops(costs, 9) + adder(costs, 10));
    CHECK(block_scaling(costs, lanes(33)) == 2 * one);
}
