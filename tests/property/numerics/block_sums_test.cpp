// SPDX-License-Identifier: Apache-2.0
// How far sums over blocks are from exact when a register of binary32 takes them block by block.
#include "numerics/accumulate.hpp"
#include "numerics/scale.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <random>
#include <vector>

using namespace lodestone;
using numerics::FormatId;

namespace {

/// Normal values after storage in blocks.
std::vector<double> in_blocks(FormatId format, std::size_t length, std::mt19937& random) {
    std::normal_distribution<float> normal;
    std::vector<float> values(length);
    for (float& value : values) {
        value = normal(random);
    }
    numerics::round_blocks(numerics::format(format), values, values);
    return {values.begin(), values.end()};
}

} // namespace

TEST_CASE("a binary32 register that takes exact sums of blocks loses at most half a unit for each", "[numerics]") {
    constexpr std::size_t kLength = 32 * 36;
    constexpr double kHalfUnit = 0x1p-24;
    std::mt19937 random(4);
    bool ever_rounded = false;
    for (const FormatId format : {FormatId::mxfp8, FormatId::mxfp4, FormatId::mxint8}) {
        const std::size_t block = numerics::format(format).block->size;
        for (int trial = 0; trial < 20; ++trial) {
            const std::vector<double> a = in_blocks(format, kLength, random);
            const std::vector<double> b = in_blocks(format, kLength, random);
            numerics::RoundingSum sum(numerics::format(FormatId::fp32));
            double limit = 0;
            for (std::size_t first = 0; first < kLength; first += block) {
                sum.add(numerics::dot(std::span(a).subspan(first, block), std::span(b).subspan(first, block)));
                limit += std::abs(sum.value()) * 2 * kHalfUnit; // the sum may have lost its leading bit in rounding
            }
            const double error = std::abs(sum.value() - numerics::dot(a, b));
            CHECK(error <= limit);
            ever_rounded = ever_rounded || error > 0;
        }
    }
    CHECK(ever_rounded);
}
