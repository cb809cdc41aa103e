// SPDX-License-Identifier: Apache-2.0
// Scales per tensor, per channel and per block, on cases that can be followed by hand.
#include "numerics/scale.hpp"

#include <catch2/catch.hpp>

#include <cmath>
#include <limits>
#include <random>
#include <vector>

using namespace lodestone::numerics;

namespace {

std::vector<std::uint8_t> codes_of(const Quantiser& quantiser, const std::vector<float>& values) {
    std::vector<std::uint8_t> codes(values.size());
    quantise(quantiser, values, codes);
    return codes;
}

struct Blocks {
    std::vector<std::uint8_t> codes;
    std::vector<std::uint8_t> scales;
    std::vector<float> back;
};

Blocks through_blocks(FormatId id, const std::vector<float>& values) {
    const Format& f = format(id);
    Blocks result{.codes = std::vector<std::uint8_t>(values.size()),
                  .scales = std::vector<std::uint8_t>(block_count(f, values.size())),
                  .back = std::vector<float>(values.size())};
    quantise_blocks(f, values, {.codes = result.codes, .scales = result.scales});
    dequantise_blocks(f, {.codes = result.codes, .scales = result.scales}, result.back);
    return result;
}

constexpr FormatId block_formats[] = {FormatId::mxfp8,      FormatId::mxfp8_e5m2, FormatId::mxfp6_e2m3,
                                      FormatId::mxfp6_e3m2, FormatId::mxfp4,      FormatId::mxint8};

} // namespace

TEST_CASE("every E8M0 code is a power of two and comes back", "[numerics]") {
    for (unsigned code = 0; code < 255; ++code) {
        CHECK(decode_e8m0(static_cast<std::uint8_t>(code)) == std::ldexp(1.0, static_cast<int>(code) - 127));
        CHECK(encode_e8m0(static_cast<int>(code) - 127) == code);
    }
    CHECK(std::isnan(decode_e8m0(0xFF)));
    CHECK(encode_e8m0(-128) == 0);
    CHECK(encode_e8m0(128) == 254);
}

TEST_CASE("quantisation divides by the scale and rounds halves to even", "[numerics]") {
    const Quantiser q{.format = FormatId::int8, .scale = 0.5};
    CHECK(codes_of(q, {0.25F, 0.75F, -0.25F, -0.75F, 1.0F}) == std::vector<std::uint8_t>{0, 2, 0, 0xFE, 2});
}

TEST_CASE("symmetric quantisation stops at -127, the full range at -128", "[numerics]") {
    CHECK(codes_of({.format = FormatId::int8}, {-200.0F, 200.0F}) == std::vector<std::uint8_t>{0x81, 0x7F});
    CHECK(codes_of({.format = FormatId::int8, .symmetric = false}, {-200.0F, 200.0F}) ==
          std::vector<std::uint8_t>{0x80, 0x7F});
    CHECK(codes_of({.format = FormatId::int2}, {-9.0F, 9.0F}) == std::vector<std::uint8_t>{0x3, 0x1});
}

TEST_CASE("the zero point is added after rounding, so ties stay where they were", "[numerics]") {
    const Quantiser q{.format = FormatId::uint8, .scale = 1.0, .zero_point = 3};
    CHECK(codes_of(q, {0.5F, 1.5F, -4.0F, 400.0F}) == std::vector<std::uint8_t>{3, 5, 0, 255});
    std::vector<float> back(2);
    dequantise({.format = FormatId::uint8, .scale = 0.5, .zero_point = 3}, std::vector<std::uint8_t>{3, 5}, back);
    CHECK(back == std::vector<float>{0.0F, 1.0F});
}

TEST_CASE("floating formats saturate under a scale and keep NaN", "[numerics]") {
    const auto codes = codes_of({.format = FormatId::fp8_e4m3, .scale = 2.0}, {2000.0F, -2000.0F, 2.0F, NAN});
    CHECK(codes == std::vector<std::uint8_t>{0x7E, 0xFE, 0x38, 0x7F});
}

TEST_CASE("the scale for a magnitude puts it on the largest value", "[numerics]") {
    CHECK(scale_for(format(FormatId::int8), 254.0) == 2.0);
    CHECK(scale_for(format(FormatId::fp8_e4m3), 224.0) == 0.5);
    CHECK(scale_for(format(FormatId::int8), 0.0) == 1.0);
}

TEST_CASE("channels have their own scales", "[numerics]") {
    std::vector<std::uint8_t> codes(4);
    quantise_channels({.format = FormatId::int8}, std::vector<double>{1.0, 2.0}, std::vector<float>{4, 6, 4, 6}, codes);
    CHECK(codes == std::vector<std::uint8_t>{4, 6, 2, 3});
}

TEST_CASE("an MXFP4 block takes the power of two below its largest magnitude over the element's", "[numerics]") {
    // amax 10: floor(log2 10) = 3, emax of e2m1 = 2, so X = 2; 10/2 = 5 is a tie of 4 and 6 and goes to the even
    // code 4.
    const Blocks blocks = through_blocks(FormatId::mxfp4, {10.0F, -1.0F, 3.0F, 0.4F});
    CHECK(blocks.scales == std::vector<std::uint8_t>{128});
    CHECK(blocks.codes == std::vector<std::uint8_t>{0x6, 0x9, 0x3, 0x0});
    CHECK(blocks.back == std::vector<float>{8.0F, -1.0F, 3.0F, 0.0F});
}

TEST_CASE("the largest magnitude of a block may saturate", "[numerics]") {
    // amax 7.9: X = 1, and 7.9 is beyond the 6 of e2m1.
    CHECK(through_blocks(FormatId::mxfp4, {7.9F, -7.9F}).back == std::vector<float>{6.0F, -6.0F});
    CHECK(through_blocks(FormatId::mxint8, {1.999F, -1.999F}).back == std::vector<float>{1.984375F, -1.984375F});
}

TEST_CASE("a block of zeros stays zero and takes the smallest scale", "[numerics]") {
    for (const FormatId id : block_formats) {
        const Blocks blocks = through_blocks(id, std::vector<float>(32, 0.0F));
        CHECK(blocks.scales == std::vector<std::uint8_t>{0});
        CHECK(blocks.back == std::vector<float>(32, 0.0F));
    }
}

TEST_CASE("a NaN or an infinity makes its whole block NaN and no other", "[numerics]") {
    for (const FormatId id : block_formats) {
        for (const float bad : {NAN, INFINITY, -INFINITY}) {
            std::vector<float> values(64, 1.0F);
            values[5] = bad;
            const Blocks blocks = through_blocks(id, values);
            CHECK(blocks.scales[0] == e8m0_nan);
            for (std::size_t i = 0; i < values.size(); ++i) {
                REQUIRE((i < 32 ? std::isnan(blocks.back[i]) : blocks.back[i] == 1.0F));
            }
        }
    }
}

TEST_CASE("a block of subnormals uses the smallest scale", "[numerics]") {
    const float tiny = std::numeric_limits<float>::denorm_min();
    const Blocks blocks = through_blocks(FormatId::mxfp8, std::vector<float>(3, 8.0F * tiny));
    CHECK(blocks.scales == std::vector<std::uint8_t>{0});
    // 2^-146 / 2^-127 = 2^-19 is far below half the smallest e4m3 value 2^-9.
    CHECK(blocks.back == std::vector<float>(3, 0.0F));
}

TEST_CASE("the largest binary32 values keep a finite scale", "[numerics]") {
    const Blocks blocks = through_blocks(FormatId::mxint8, {std::numeric_limits<float>::max()});
    CHECK(blocks.scales == std::vector<std::uint8_t>{254});
    CHECK(blocks.back[0] == 1.984375F * 0x1p127F);
}

TEST_CASE("a short last block has its own scale", "[numerics]") {
    std::vector<float> values(33, 1.0F);
    values[32] = 1024.0F;
    const Blocks blocks = through_blocks(FormatId::mxfp6_e3m2, values);
    CHECK(blocks.scales.size() == 2);
    CHECK(blocks.back == values);
}

TEST_CASE("a second pass through a block format changes nothing", "[numerics]") {
    std::mt19937 random(3);
    std::normal_distribution<float> normal(0.0F, 10.0F);
    for (const FormatId id : block_formats) {
        std::vector<float> values(320);
        for (float& value : values) {
            value = normal(random);
        }
        std::vector<float> once(values.size());
        std::vector<float> twice(values.size());
        round_blocks(format(id), values, once);
        round_blocks(format(id), once, twice);
        CHECK(once == twice);
        CHECK(once != values);
    }
}
