// SPDX-License-Identifier: Apache-2.0
// Limits of the accumulators, both sides.
#include "numerics/accumulate.hpp"

#include <catch2/catch.hpp>

#include <cmath>
#include <limits>

using namespace lodestone::numerics;

TEST_CASE("binary64 accumulation is exact up to the stated lengths and no further", "[numerics]") {
    const auto exact = [](FormatId id, std::uint64_t length) {
        return exact_in_binary64(format(id), format(id), length);
    };
    CHECK(exact(FormatId::int8, std::uint64_t{1} << 39));
    CHECK_FALSE(exact(FormatId::int8, (std::uint64_t{1} << 39) + 1));
    CHECK(exact(FormatId::int16, std::uint64_t{1} << 23));
    CHECK_FALSE(exact(FormatId::int16, (std::uint64_t{1} << 23) + 1));
    CHECK(exact(FormatId::fp8_e4m3, 171196));
    CHECK_FALSE(exact(FormatId::fp8_e4m3, 171197));
    CHECK(exact(FormatId::fp8_e4m3_qc, 149130));
    CHECK_FALSE(exact(FormatId::fp8_e4m3_qc, 149131));
    CHECK(exact(FormatId::fp8_e3m4, 2000000000));
    CHECK(exact(FormatId::fp8_e2m5, 100000000000));
    CHECK(exact(FormatId::fp4_e2m1, 60000000000000));
    CHECK_FALSE(exact(FormatId::fp8_e5m2, 2));
    CHECK_FALSE(exact(FormatId::fp16, 2));
    CHECK_FALSE(exact(FormatId::bf16, 2));
}

TEST_CASE("at the stated length of int16 the sum is exact, and at one term more it is not", "[numerics]") {
    const double product = 32768.0 * 32768.0;
    const double most = std::ldexp(product, 23);
    CHECK((most - 1.0) + 1.0 == most);
    CHECK((most - 1.0) - (most - 2.0) == 1.0);
    CHECK((most + 1.0) - most == 0.0);
}

TEST_CASE("block formats are not exact in binary64 before their scales are known", "[numerics]") {
    CHECK_FALSE(exact_in_binary64(format(FormatId::mxfp4), format(FormatId::mxfp4), 2));
    CHECK(exact_in_binary64(element_grid(format(FormatId::mxfp4)), element_grid(format(FormatId::mxfp4)), 32));
}

TEST_CASE("the 128-bit accumulator holds all pairs of up to 8 bits and fp16, not bf16", "[numerics]") {
    for (const std::string& a : format_names()) {
        for (const std::string& b : format_names()) {
            const Format& fa = format(*find_format(a));
            const Format& fb = format(*find_format(b));
            if (fa.bits <= 8 && fb.bits <= 8) {
                INFO(a << " x " << b);
                CHECK(ExactSum::fits(fa, fb));
            }
        }
    }
    CHECK(ExactSum::fits(format(FormatId::fp16), format(FormatId::fp16)));
    CHECK(ExactSum::fits(format(FormatId::int32), format(FormatId::int32)));
    CHECK_FALSE(ExactSum::fits(format(FormatId::bf16), format(FormatId::int2)));
    CHECK_FALSE(ExactSum::fits(format(FormatId::fp32), format(FormatId::fp32)));
}

TEST_CASE("the measured grid is the coarsest that holds the values", "[numerics]") {
    const std::vector<double> values{0.75, -6.0, 0.0};
    const ValueGrid grid = measured_grid(values);
    CHECK(grid.lsb_exponent == -2);
    CHECK(grid.max_magnitude == 6.0);
    CHECK(grid.magnitude_bits() == 5);
    CHECK(grid.finite);
    CHECK_FALSE(measured_grid(std::vector<double>{1.0, INFINITY}).finite);
    CHECK(measured_grid({}).magnitude_bits() == 0);
}

TEST_CASE("exact sums of infinities follow IEEE arithmetic", "[numerics]") {
    const Format& f = format(FormatId::fp8_e5m2);
    const std::uint32_t one = encode(f, 1.0);
    const std::uint32_t infinity = encode(f, INFINITY, Overflow::ieee);
    const std::uint32_t minus_infinity = encode(f, -INFINITY, Overflow::ieee);
    ExactSum sum(f, f);
    sum.add_product(one, one);
    sum.add_product(infinity, one);
    CHECK(sum.value() == std::numeric_limits<double>::infinity());
    sum.add_product(minus_infinity, one);
    CHECK(std::isnan(sum.value()));
    ExactSum zero_times_infinity(f, f);
    zero_times_infinity.add_product(0, infinity);
    CHECK(std::isnan(zero_times_infinity.value()));
}

TEST_CASE("an fp32 accumulator rounds once where binary64 would round twice", "[numerics]") {
    RoundingSum sum(format(FormatId::fp32));
    sum.add(1.0);
    sum.add(0x1p-24 + 0x1p-70); // just above the tie of 1 and the next float
    CHECK(sum.value() == 1.0 + 0x1p-23);
    RoundingSum tie(format(FormatId::fp32));
    tie.add(1.0);
    tie.add(0x1p-24);
    CHECK(tie.value() == 1.0);
}

TEST_CASE("an fp16 accumulator stops growing when the terms fall below half a step", "[numerics]") {
    RoundingSum sum(format(FormatId::fp16));
    for (int i = 0; i < 5000; ++i) {
        sum.add_product(1.0, 1.0);
    }
    CHECK(sum.value() == 2048.0);
}

TEST_CASE("an fp16 accumulator overflows to infinity or saturates, as asked", "[numerics]") {
    RoundingSum open(format(FormatId::fp16));
    RoundingSum closed(format(FormatId::fp16), Overflow::saturate);
    for (int i = 0; i < 2; ++i) {
        open.add(65504.0);
        closed.add(65504.0);
    }
    CHECK(std::isinf(open.value()));
    CHECK(closed.value() == 65504.0);
}

TEST_CASE("an integer accumulator saturates or wraps at its width", "[numerics]") {
    IntegerSum saturating(4);
    IntegerSum wrapping(4, IntegerSum::Full::wrap);
    saturating.add(7);
    wrapping.add(7);
    CHECK_FALSE(saturating.overflowed());
    saturating.add(1);
    wrapping.add(1);
    CHECK(saturating.value() == 7);
    CHECK(wrapping.value() == -8);
    CHECK((saturating.overflowed() && wrapping.overflowed()));
    IntegerSum low(4);
    low.add(-8);
    CHECK_FALSE(low.overflowed());
    low.add(-1);
    CHECK(low.value() == -8);
    CHECK(low.overflowed());
    IntegerSum widest(64);
    widest.add(std::numeric_limits<std::int64_t>::max());
    widest.add(1);
    CHECK(widest.value() == std::numeric_limits<std::int64_t>::max());
}
