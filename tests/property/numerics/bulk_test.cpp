// SPDX-License-Identifier: Apache-2.0
// The bulk forms of encode, decode and round_to give the bits of the single forms.
#include "numerics/format.hpp"

#include <catch2/catch.hpp>

#include <bit>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

using namespace lodestone::numerics;

namespace {

template <class Real>
std::vector<Real> awkward_values(const Format& f) {
    std::mt19937_64 random(7);
    std::uniform_real_distribution<double> exponent(std::log2(min_positive(f)) - 3.0, std::log2(max_finite(f)) + 1.0);
    std::vector<Real> values{Real(0),
                             -Real(0),
                             std::numeric_limits<Real>::infinity(),
                             -std::numeric_limits<Real>::infinity(),
                             std::numeric_limits<Real>::quiet_NaN(),
                             std::numeric_limits<Real>::denorm_min(),
                             std::numeric_limits<Real>::max(),
                             std::numeric_limits<Real>::lowest()};
    for (int i = 0; i < 500; ++i) {
        const double value = std::exp2(exponent(random));
        values.push_back(static_cast<Real>(i % 2 == 0 ? value : -value));
    }
    for (std::uint32_t code = 0; code < 256; ++code) { // values and midpoints of values
        const double value = decode(f, code);
        values.push_back(static_cast<Real>(value));
        values.push_back(static_cast<Real>((value + decode(f, code + 1)) / 2.0));
    }
    return values;
}

template <class Real, class Code>
std::size_t encode_differences(const Format& f, Overflow overflow) {
    const std::vector<Real> values = awkward_values<Real>(f);
    std::vector<Code> codes(values.size());
    encode(f, std::span<const Real>(values), std::span<Code>(codes), overflow);
    std::size_t wrong = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
        wrong += codes[i] == encode(f, static_cast<double>(values[i]), overflow) ? 0U : 1U;
    }
    return wrong;
}

template <class Real, class Code>
std::size_t decode_differences(const Format& f) {
    std::vector<Code> codes;
    for (std::uint32_t i = 0; i < 65536; ++i) {
        codes.push_back(static_cast<Code>(f.bits == 32 ? i * 65521U : i)); // bits above the format's must not matter
    }
    std::vector<Real> values(codes.size());
    decode(f, std::span<const Code>(codes), std::span<Real>(values));
    std::size_t wrong = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
        const auto expected = static_cast<Real>(decode(f, codes[i]));
        const bool both_nan = std::isnan(expected) && std::isnan(values[i]);
        const bool same = expected == values[i] && std::signbit(expected) == std::signbit(values[i]);
        wrong += both_nan || same ? 0U : 1U;
    }
    return wrong;
}

} // namespace

TEST_CASE("bulk encoding equals encoding one by one", "[numerics]") {
    for (const std::string& name : format_names()) {
        const Format& f = format(*find_format(name));
        for (const Overflow overflow : {Overflow::saturate, Overflow::ieee}) {
            INFO(name);
            CHECK(encode_differences<float, std::uint32_t>(f, overflow) == 0);
            CHECK(encode_differences<double, std::uint32_t>(f, overflow) == 0);
            if (f.bits <= 16) {
                CHECK(encode_differences<float, std::uint16_t>(f, overflow) == 0);
                CHECK(encode_differences<double, std::uint16_t>(f, overflow) == 0);
            }
            if (f.bits <= 8) {
                CHECK(encode_differences<float, std::uint8_t>(f, overflow) == 0);
                CHECK(encode_differences<double, std::uint8_t>(f, overflow) == 0);
            }
        }
    }
}

TEST_CASE("bulk decoding equals decoding one by one", "[numerics]") {
    for (const std::string& name : format_names()) {
        const Format& f = format(*find_format(name));
        INFO(name);
        CHECK(decode_differences<double, std::uint32_t>(f) == 0);
        CHECK(decode_differences<float, std::uint32_t>(f) == 0);
        if (f.bits <= 16) {
            CHECK(decode_differences<double, std::uint16_t>(f) == 0);
            CHECK(decode_differences<float, std::uint16_t>(f) == 0);
        }
        if (f.bits <= 8) {
            CHECK(decode_differences<double, std::uint8_t>(f) == 0);
            CHECK(decode_differences<float, std::uint8_t>(f) == 0);
        }
    }
}

TEST_CASE("bulk rounding equals rounding one by one, in place and across chunks", "[numerics]") {
    for (const std::string& name : format_names()) {
        const Format& f = format(*find_format(name));
        std::vector<float> values;
        for (int copy = 0; copy < 3; ++copy) {
            const auto more = awkward_values<float>(f);
            values.insert(values.end(), more.begin(), more.end());
        }
        const std::vector<float> before = values;
        round_to(f, values, values);
        std::size_t wrong = 0;
        for (std::size_t i = 0; i < values.size(); ++i) {
            const auto expected = static_cast<float>(round_to(f, static_cast<double>(before[i])));
            const bool both_nan = std::isnan(expected) && std::isnan(values[i]);
            wrong += both_nan || expected == values[i] ? 0U : 1U;
        }
        INFO(name);
        CHECK(wrong == 0);
    }
}
