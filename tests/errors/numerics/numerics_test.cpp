// SPDX-License-Identifier: Apache-2.0
// What the room refuses, and what it says.
#include "numerics/gemm.hpp"
#include "numerics/precision.hpp"
#include "numerics/scale.hpp"

#include "sim/base/error.hpp"

#include <catch2/catch.hpp>

#include <limits>
#include <vector>

using namespace lodestone;
using namespace lodestone::numerics;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

namespace {

std::string message_of(const char* precision) {
    try {
        (void)parse_precision(precision);
    } catch (const UserError& error) {
        return error.problems().all().front().message;
    }
    return "accepted";
}

} // namespace

TEST_CASE("an unknown precision is told its nearest name and all known ones", "[numerics]") {
    CHECK_THAT(message_of("fp8_e4m3_fnu"),
               StartsWith("unknown precision 'fp8_e4m3_fnu'; did you mean 'fp8_e4m3_fnuz'? (known: int2"));
    CHECK_THAT(message_of("fp8_e4m3_fnu"), Contains("mxint8, w4a8, a8c8w4)"));
    CHECK_THAT(message_of(""), StartsWith("unknown precision ''"));
    CHECK_THAT(message_of("int8 "), StartsWith("unknown precision 'int8 '"));
    CHECK_THAT(message_of("INT8"), StartsWith("unknown precision 'INT8'"));
}

TEST_CASE("accumulator formats are not precisions", "[numerics]") {
    CHECK_THAT(message_of("int32"), StartsWith("unknown precision 'int32'"));
    CHECK_THAT(message_of("uint8"), StartsWith("unknown precision 'uint8'"));
}

TEST_CASE("a width that is no format is named with the widths that are", "[numerics]") {
    CHECK(message_of("w3a8") == "precision 'w3a8' asks for integers of 3 bits; widths are 2, 4, 8 and 16");
    CHECK(message_of("w8a32") == "precision 'w8a32' asks for integers of 32 bits; widths are 2, 4, 8 and 16");
    CHECK(message_of("w4a99999999999999999999") == "precision 'w4a99999999999999999999' asks for integers of "
                                                   "99999999999999999999 bits; widths are 2, 4, 8 and 16");
}

TEST_CASE("a width name needs weights and activations, each once", "[numerics]") {
    for (const char* name : {"w4", "a8", "a8c8", "w4a8w4", "w4a", "wa", "w4b8", "w4a8x"}) {
        CHECK_THAT(message_of(name), StartsWith("unknown precision"));
    }
}

TEST_CASE("the 128-bit accumulator refuses formats it could not hold", "[numerics]") {
    CHECK_THROWS_WITH(ExactSum(format(FormatId::bf16), format(FormatId::int8)),
                      "sums of products of bf16 and int8 do not fit 127 bits; use WideSum");
    CHECK_NOTHROW(ExactSum(format(FormatId::fp16), format(FormatId::int8)));
}

TEST_CASE("the wide accumulator refuses products outside its register", "[numerics]") {
    WideSum sum;
    CHECK_NOTHROW(sum.add_product(0x1p-150, 0x1p-150));
    CHECK_THROWS_AS(sum.add_product(0x1p-151, 0x1p-150), InternalError);
    CHECK_NOTHROW(sum.add_product(0x1p149, 0x1p150));
    CHECK_THROWS_AS(sum.add_product(0x1p150, 0x1p150), InternalError);
}

TEST_CASE("an integer accumulator has 2 to 64 bits", "[numerics]") {
    CHECK_NOTHROW(IntegerSum(2));
    CHECK_NOTHROW(IntegerSum(64));
    CHECK_THROWS_AS(IntegerSum(1), InternalError);
    CHECK_THROWS_AS(IntegerSum(65), InternalError);
}

TEST_CASE("codes narrower than their format are refused", "[numerics]") {
    const std::vector<float> values(3);
    std::vector<std::uint8_t> narrow(3);
    CHECK_THROWS_AS(encode(format(FormatId::fp16), values, narrow), InternalError);
    CHECK_THROWS_AS(quantise({.format = FormatId::int16}, values, narrow), InternalError);
}

TEST_CASE("spans of different lengths are refused", "[numerics]") {
    const std::vector<float> values(3);
    std::vector<std::uint8_t> codes(2);
    std::vector<double> c(4);
    CHECK_THROWS_AS(encode(format(FormatId::int8), values, codes), InternalError);
    CHECK_THROWS_AS(quantise({}, values, codes), InternalError);
    CHECK_THROWS_AS(gemm({2, 2, 1}, {.values = c}, {.values = c}, c), InternalError);
}

TEST_CASE("a scale that is not positive and finite is refused", "[numerics]") {
    const std::vector<float> values(1);
    std::vector<std::uint8_t> codes(1);
    for (const double scale :
         {0.0, -1.0, std::numeric_limits<double>::infinity(), std::numeric_limits<double>::quiet_NaN()}) {
        CHECK_THROWS_AS(quantise({.scale = scale}, values, codes), InternalError);
    }
}

TEST_CASE("block scales are refused for formats without blocks", "[numerics]") {
    CHECK_THROWS_AS(block_count(format(FormatId::int8), 32), InternalError);
}
