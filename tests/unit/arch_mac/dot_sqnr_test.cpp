// SPDX-License-Identifier: Apache-2.0
// Accuracy of dot products: what formats, windows and accumulators take away.
#include "arch/mac/dot_sqnr.hpp"
#include "arch/mac/sqnr.hpp"
#include "sim/base/error.hpp"

#include <catch2/catch.hpp>

#include <cmath>

using namespace lodestone;
using namespace lodestone::mac;
using numerics::FormatId;

namespace {

MacUnitSpec unit(FormatId format, const char* accumulator, int lanes = 1, int window = 0) {
    return {.a = format,
            .b = format,
            .accumulator = parse_accumulator(accumulator),
            .kind = lanes == 1 ? UnitKind::single_mac : UnitKind::fused_dot,
            .lanes = lanes,
            .window = window};
}

} // namespace

TEST_CASE("an exact accumulator leaves the noise of both operands", "[mac][sqnr]") {
    for (const FormatId format : {FormatId::int8, FormatId::fp8_e4m3, FormatId::int4}) {
        INFO(numerics::name_of(format));
        const double operand = sqnr(numerics::format(format), Distribution::normal).db;
        CHECK(dot_sqnr_db(unit(format, "kulisch")) == Approx(operand - 10 * std::log10(2.0)).margin(0.6));
    }
}

TEST_CASE("exact sums do not depend on the lanes", "[mac][sqnr]") {
    const double single = dot_sqnr_db(unit(FormatId::fp8_e5m2, "kulisch"));
    CHECK(dot_sqnr_db(unit(FormatId::fp8_e5m2, "kulisch", 32)) == single);
    CHECK(dot_sqnr_db(unit(FormatId::fp8_e5m2, "kulisch", 24)) == single); // the last cycle is not full
}

TEST_CASE("a narrower window and a coarser accumulator are less exact", "[mac][sqnr]") {
    const double exact = dot_sqnr_db(unit(FormatId::fp8_e4m3, "kulisch", 32));
    CHECK(dot_sqnr_db(unit(FormatId::fp8_e4m3, "kulisch", 32, 6)) < exact - 1);
    CHECK(dot_sqnr_db(unit(FormatId::fp8_e4m3, "fp32", 32)) == Approx(exact).margin(0.11));
    const double bf16 = dot_sqnr_db(unit(FormatId::fp8_e4m3, "bf16", 32));
    CHECK(bf16 < dot_sqnr_db(unit(FormatId::fp8_e4m3, "fp16", 32)));
    CHECK(bf16 < exact - 0.1);
    CHECK(dot_sqnr_db(unit(FormatId::fp8_e4m3, "bf16")) < exact - 1); // rounded 1024 times instead of 32 times
}

TEST_CASE("an accumulator that is too small for the best range takes a lower one", "[mac][sqnr]") {
    // 448 x 448 is beyond fp16's 65504; the format has exponents to spare.
    CHECK(dot_sqnr_db(unit(FormatId::fp8_e4m3, "fp16", 32)) > 20);
    CHECK(dot_sqnr_db(unit(FormatId::int8, "int14", 32)) < dot_sqnr_db(unit(FormatId::int8, "kulisch", 32)) - 3);
}

TEST_CASE("block formats sum with their scales, in fixed registers block by block", "[mac][sqnr]") {
    const double exact = dot_sqnr_db(unit(FormatId::mxfp8, "kulisch", 32));
    CHECK(exact == Approx(sqnr(numerics::format(FormatId::mxfp8), Distribution::normal).db - 3).margin(1));
    CHECK(dot_sqnr_db(unit(FormatId::mxfp8, "kulisch")) == Approx(exact).margin(0.11));
    CHECK(dot_sqnr_db(unit(FormatId::mxfp8, "fp32", 64)) == Approx(exact).margin(0.11));
    CHECK_THROWS_WITH(dot_sqnr_db(unit(FormatId::mxfp8, "fp32", 24)),
                      Catch::Contains("is 24; blocks have 32 elements"));
}
