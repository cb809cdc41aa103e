// SPDX-License-Identifier: Apache-2.0
// Signal to quantisation noise where it can be computed by hand.
#include "arch/mac/sqnr.hpp"

#include <catch2/catch.hpp>
#include <cmath>

using namespace lodestone;
using namespace lodestone::mac;
using numerics::FormatId;

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
