// SPDX-License-Identifier: Apache-2.0
// Rules of the datapaths: overflow, NaN, infinities, zero gating, block scales, timing.
#include "arch/mac/mac_unit.hpp"
#include "sim/base/error.hpp"

#include <catch2/catch.hpp>
#include <cmath>

using namespace lodestone;
using namespace lodestone::mac;
using numerics::FormatId;

namespace {
constexpr std::uint32_t e4m3_nan = 0x7F;
constexpr std::uint32_t e4m3_one = 0x38;
constexpr std::uint32_t e5m2_infinity = 0x7C;
constexpr std::uint32_t e5m2_one = 0x3C;
constexpr std::uint32_t sign = 0x80;
} // namespace

TEST_CASE("a narrow integer register saturates and counts it", "[arch][mac]") {
    MacUnit unit({.accumulator = parse_accumulator("int16")});
    for (int i = 0; i < 3; ++i) {
        unit.accumulate(0x7F, 0x7F); // 16129
    }
    CHECK(unit.value() == 32767);
    CHECK(unit.events().overflows == 1);
    for (int i = 0; i < 5; ++i) {
        unit.accumulate(0x81, 0x7F); // -16129
    }
    CHECK(unit.value() == -32768);
    CHECK(unit.events().overflows == 2);
}

TEST_CASE("a narrow integer register wraps when it is told to", "[arch][mac]") {
    MacUnit unit({.accumulator = parse_accumulator("int16"), .full = numerics::IntegerSum::Full::wrap});
    for (int i = 0; i < 3; ++i) {
        unit.accumulate(0x7F, 0x7F);
    }
    CHECK(unit.value() == 3 * 16129 - 65536);
    CHECK(unit.events().overflows == 1);
}

TEST_CASE("a register narrower than the product still saturates", "[arch][mac]") {
    MacUnit unit({.accumulator = parse_accumulator("int4")});
    unit.accumulate(0x80, 0x80); // 16384
    CHECK(unit.value() == 7);
    unit.accumulate(0x80, 0x7F);
    CHECK(unit.value() == -8);
}

TEST_CASE("the Kulisch register takes 2^12 largest products without overflow", "[arch][mac]") {
    MacUnit unit({.a = FormatId::fp8_e4m3, .b = FormatId::fp8_e4m3});
    for (int i = 0; i < 4096; ++i) {
        unit.accumulate(0x7E, 0x7E);
    }
    CHECK(unit.value() == 4096.0 * 448 * 448);
    CHECK(unit.events().overflows == 0);
}

TEST_CASE("NaN and infinities stay in a fixed register until it is cleared", "[arch][mac]") {
    MacUnit unit({.a = FormatId::fp8_e5m2, .b = FormatId::fp8_e5m2});
    unit.accumulate(e5m2_infinity, e5m2_one);
    unit.accumulate(e5m2_one, e5m2_one);
    CHECK(unit.value() == HUGE_VAL);
    unit.accumulate(e5m2_infinity | sign, e5m2_one);
    CHECK(std::isnan(unit.value()));
    CHECK(unit.events().not_finite == 2);
    unit.clear();
    unit.accumulate(e5m2_one, e5m2_one);
    CHECK(unit.value() == 1);
    unit.accumulate(e5m2_infinity, 0);
    CHECK(std::isnan(unit.value()));
}

TEST_CASE("one NaN lane makes a fused dot product NaN", "[arch][mac]") {
    for (const char* accumulator : {"kulisch", "fp32"}) {
        MacUnit unit({.a = FormatId::fp8_e4m3,
                      .b = FormatId::fp8_e4m3,
                      .accumulator = parse_accumulator(accumulator),
                      .kind = UnitKind::fused_dot,
                      .lanes = 2});
        const std::vector<std::uint32_t> ones{e4m3_one, e4m3_one};
        unit.accumulate(ones, ones);
        CHECK(unit.value() == 2);
        unit.accumulate(ones, std::vector<std::uint32_t>{e4m3_one, e4m3_nan});
        CHECK(std::isnan(unit.value()));
    }
}

TEST_CASE("an fp16 register overflows to infinity or saturates, and counts it", "[arch][mac]") {
    MacUnitSpec spec{.a = FormatId::fp8_e4m3, .b = FormatId::fp8_e4m3, .accumulator = parse_accumulator("fp16")};
    MacUnit ieee(spec);
    ieee.accumulate(0x7E, 0x7E); // 200704
    CHECK(ieee.value() == HUGE_VAL);
    CHECK(ieee.events().overflows == 1);
    spec.overflow = numerics::Overflow::saturate;
    MacUnit saturating(spec);
    saturating.accumulate(0x7E, 0x7E | sign);
    CHECK(saturating.value() == -65504);
    CHECK(saturating.events().overflows == 1);
}

TEST_CASE("a zero operand is gated and leaves the sum", "[arch][mac]") {
    MacUnit unit({.zero_gating = true});
    unit.accumulate(3, 4);
    unit.accumulate(0, 4);
    unit.accumulate(5, 0);
    CHECK(unit.value() == 12);
    CHECK(unit.events().gated == 2);
    CHECK(unit.events().products == 3);
}

TEST_CASE("zero times NaN is not gated", "[arch][mac]") {
    MacUnit unit({.a = FormatId::fp8_e4m3, .b = FormatId::fp8_e4m3, .zero_gating = true});
    unit.accumulate(0, e4m3_nan);
    CHECK(std::isnan(unit.value()));
    CHECK(unit.events().gated == 0);
}

TEST_CASE("block scales shift the products of a microscaling unit", "[arch][mac]") {
    MacUnit unit({.a = FormatId::mxint8,
                  .b = FormatId::mxint8,
                  .accumulator = parse_accumulator("fp32"),
                  .kind = UnitKind::fused_dot,
                  .lanes = 2});
    const std::vector<std::uint32_t> ones{64, 64}; // 64 * 2^-6
    unit.accumulate(ones, ones, block_exponent(127 + 3, 127 - 1));
    CHECK(unit.value() == 8);
    unit.accumulate(ones, ones, block_exponent(255, 127));
    CHECK(std::isnan(unit.value()));
}

TEST_CASE("a fixed register of a block format keeps the block's scale beside its sum", "[arch][mac]") {
    MacUnit unit({.a = FormatId::mxint8, .b = FormatId::mxint8});
    unit.accumulate(64, 64, block_exponent(127 + 3, 127 - 1));
    unit.accumulate(64, 64, block_exponent(127 + 3, 127 - 1));
    CHECK(unit.value() == 8);
    CHECK(unit.accumulator().scale() == 2);
    unit.clear();
    unit.accumulate(64, 64);
    CHECK(unit.value() == 1);
}

TEST_CASE("a NaN scale makes also gated zeros NaN", "[arch][mac]") {
    MacUnit unit(
        {.a = FormatId::mxfp4, .b = FormatId::mxfp4, .accumulator = parse_accumulator("fp32"), .zero_gating = true});
    unit.accumulate(0, 0, block_exponent(127, 255));
    CHECK(std::isnan(unit.value()));
}

TEST_CASE("lanes beyond one block add a second sum with scales of its own", "[arch][mac]") {
    constexpr int lanes = 40; // 32 and 8
    MacUnit unit({.a = FormatId::mxint8,
                  .b = FormatId::mxint8,
                  .accumulator = parse_accumulator("fp32"),
                  .kind = UnitKind::fused_dot,
                  .lanes = lanes});
    const std::vector<std::uint32_t> ones(lanes, 64);
    const std::vector<BlockExponent> scales{1, -1};
    CHECK(blocks_of(unit.spec()) == 2);
    unit.accumulate(ones, ones, scales);
    CHECK(unit.value() == 32 * 2.0 + 8 * 0.5);
}

TEST_CASE("a single MAC has two registers, a fused dot three, and both take operands in every cycle", "[arch][mac]") {
    const MacUnitSpec single;
    const MacUnitSpec fused{.kind = UnitKind::fused_dot, .lanes = 32};
    CHECK(latency(single) == Cycles(2));
    CHECK(latency(fused) == Cycles(3));
    CHECK(initiation_interval(single) == Cycles(1));
    CHECK(initiation_interval(fused) == Cycles(1));
}

TEST_CASE("bf16 has an exact register too", "[arch][mac]") {
    MacUnit unit({.a = FormatId::bf16, .b = FormatId::bf16});
    CHECK(widths_of(unit.spec()).accumulator == 537);
    unit.accumulate(0x7F7F, 0x7F7F); // the largest square
    unit.accumulate(0x0001, 0x0001); // the smallest
    unit.accumulate(0x7F7F | 0x8000U, 0x7F7F);
    CHECK(unit.value() == std::ldexp(1.0, -266));
}
