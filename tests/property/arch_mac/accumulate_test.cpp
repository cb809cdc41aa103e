// SPDX-License-Identifier: Apache-2.0
// Long accumulations against independent arithmetic: 128-bit sums, the rounding of numerics, the machine's own IEEE.
#include "arch/mac/mac_unit.hpp"

#include <bit>
#include <catch2/catch.hpp>
#include <cmath>
#include <random>
#include <vector>

using namespace lodestone;
using namespace lodestone::mac;
using numerics::Format;
using numerics::FormatId;

namespace {

using Codes = std::vector<std::uint32_t>;

class Generator {
public:
    explicit Generator(std::uint64_t seed) : engine_(seed) {}
    std::uint32_t code(const Format& f) { return static_cast<std::uint32_t>(engine_()) & f.code_mask(); }
    std::uint32_t finite(const Format& f) {
        for (;;) {
            const std::uint32_t c = code(f);
            if (std::isfinite(numerics::decode(f, c))) {
                return c;
            }
        }
    }
    Codes finite(const Format& f, int count) {
        Codes codes;
        for (int i = 0; i < count; ++i) {
            codes.push_back(finite(f));
        }
        return codes;
    }

private:
    std::mt19937_64 engine_;
};

bool same(double a, double b) {
    return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b) || (std::isnan(a) && std::isnan(b));
}

/// The sum in binary64 such that rounding it to fewer bits is right: what does not fit makes the last bit odd.
double rounded_to_odd(numerics::WideSum sum) {
    const double nearest = sum.value();
    if (!std::isfinite(nearest)) {
        return nearest;
    }
    sum.add_product(-nearest, 1.0);
    const double rest = sum.value();
    const bool odd = (std::bit_cast<std::uint64_t>(nearest) & 1U) != 0;
    return rest == 0 || odd ? nearest : std::nextafter(nearest, std::copysign(HUGE_VAL, rest));
}

/// Largest values of alternating sign, smallest values between them: cancellation and full carries.
Codes adversarial(const Format& f, int count) {
    const std::uint32_t top = numerics::encode(f, numerics::max_finite(f));
    const std::uint32_t bottom = numerics::encode(f, numerics::lowest(f));
    const std::uint32_t least = numerics::encode(f, numerics::min_positive(f));
    Codes codes;
    for (int i = 0; i < count; ++i) {
        constexpr int pattern = 5;
        const int step = i % pattern;
        codes.push_back(step == 0 ? top : step == 2 ? bottom : least);
    }
    return codes;
}

constexpr std::array operands{FormatId::int8,     FormatId::int16,       FormatId::fp8_e2m5,      FormatId::fp8_e4m3,
                              FormatId::fp8_e5m2, FormatId::fp8_e5m2_qc, FormatId::fp8_e4m3_fnuz, FormatId::fp6_e3m2,
                              FormatId::fp4_e2m1, FormatId::fp16,        FormatId::fp8_e3m4_ieee, FormatId::int4};

} // namespace

TEST_CASE("a Kulisch register agrees with a 128-bit sum after every term", "[arch][mac]") {
    constexpr int terms = 20000;
    for (const FormatId a : operands) {
        for (const FormatId b : {a, FormatId::int8}) {
            const Format& fa = numerics::format(a);
            const Format& fb = numerics::format(b);
            constexpr int headroom = 20; // for the longest sum of largest products
            MacUnit unit({.a = a, .b = b, .accumulator = {.headroom = headroom}});
            numerics::ExactSum oracle(fa, fb);
            Generator random(7);
            std::uint64_t wrong = 0;
            const Codes hard_a = adversarial(fa, terms);
            for (int i = 0; i < 2 * terms; ++i) {
                const std::uint32_t x = i < terms ? random.finite(fa) : hard_a[static_cast<std::size_t>(i - terms)];
                const std::uint32_t y = random.finite(fb);
                unit.accumulate(x, y);
                oracle.add_product(x, y);
                wrong += same(unit.value(), oracle.value()) ? 0U : 1U;
            }
            INFO(fa.name << " x " << fb.name);
            CHECK(wrong == 0);
            CHECK(unit.events().overflows == 0);
        }
    }
}

TEST_CASE("fp16, bf16 and fp32 accumulators agree with the rounding of numerics", "[arch][mac]") {
    constexpr int terms = 100000;
    constexpr int restart = 64;
    for (const FormatId a : operands) {
        for (const char* accumulator : {"fp16", "bf16", "fp32"}) {
            const Format& f = numerics::format(a);
            const Accumulator spec = parse_accumulator(accumulator);
            MacUnit unit({.a = a, .b = a, .accumulator = spec});
            numerics::RoundingSum oracle(numerics::format(spec.format));
            Generator random(11);
            std::uint64_t wrong = 0;
            for (int i = 0; i < terms; ++i) {
                if (i % restart == 0) {
                    unit.clear();
                    oracle = numerics::RoundingSum(numerics::format(spec.format));
                }
                const std::uint32_t x = random.code(f);
                const std::uint32_t y = random.code(f);
                unit.accumulate(x, y);
                oracle.add_product(numerics::decode(f, x), numerics::decode(f, y));
                wrong += same(unit.value(), oracle.value()) ? 0U : 1U;
            }
            INFO(f.name << " " << accumulator);
            CHECK(wrong == 0);
        }
    }
}

TEST_CASE("fp32 accumulation is the machine's own fused multiply-add on 10^7 cases", "[arch][mac]") {
    constexpr int cases = 10'000'000;
    const Format& result = numerics::format(FormatId::fp32);
    std::mt19937_64 engine(3);
    std::uint64_t wrong = 0;
    std::uint64_t subnormal = 0;
    for (const FormatId id : {FormatId::fp16, FormatId::bf16}) { // the products of bf16 reach fp32's subnormals
        const Format& f = numerics::format(id);
        std::vector<float> values;
        std::vector<Term> terms;
        for (std::uint32_t code = 0; code <= f.code_mask(); ++code) {
            values.push_back(static_cast<float>(numerics::decode(f, code)));
            terms.push_back(split(f, code));
        }
        for (int i = 0; i < cases / 2; ++i) {
            const std::uint64_t bits = engine();
            const auto x = static_cast<std::uint32_t>(bits) & f.code_mask();
            const auto y = static_cast<std::uint32_t>(bits >> 16U) & f.code_mask();
            const auto noise = static_cast<std::uint32_t>(bits >> 32U);
            // Half of the accumulators lie near the product, where terms cancel; a quarter are subnormal.
            const float product = values[x] * values[y];
            const std::uint32_t near = std::bit_cast<std::uint32_t>(-product) + (noise & 0xFFU) - 0x80U;
            const std::uint32_t held = i % 4 == 0 ? noise & 0x807FFFFFU : i % 2 == 0 ? noise : near;
            const float expected = std::fma(values[x], values[y], std::bit_cast<float>(held));
            const Rounded got = add_rounded(result, held, multiply(terms[x], terms[y]), numerics::Overflow::ieee);
            const bool right = std::isnan(expected) ? got.code == default_nan(result)
                                                    : got.code == std::bit_cast<std::uint32_t>(expected);
            wrong += right ? 0U : 1U;
            subnormal += std::fpclassify(expected) == FP_SUBNORMAL ? 1U : 0U;
        }
    }
    CHECK(wrong == 0);
    CHECK(subnormal > cases / 1000);
}

TEST_CASE("fp16 accumulation is the machine's own on 10^7 cases", "[arch][mac]") {
    constexpr int cases = 10'000'000;
    constexpr std::array formats{FormatId::fp8_e4m3, FormatId::fp8_e5m2, FormatId::int8, FormatId::fp8_e2m5};
    const Format& result = numerics::format(FormatId::fp16);
    std::mt19937_64 engine(17);
    std::uint64_t wrong = 0;
    std::uint64_t subnormal = 0;
    for (const FormatId id : formats) {
        const Format& f = numerics::format(id);
        std::vector<double> values;
        std::vector<Term> terms;
        for (std::uint32_t code = 0; code <= f.code_mask(); ++code) {
            values.push_back(numerics::decode(f, code));
            terms.push_back(split(f, code));
        }
        for (int i = 0; i < cases / static_cast<int>(formats.size()); ++i) {
            const std::uint64_t bits = engine();
            const auto x = static_cast<std::uint32_t>(bits) & f.code_mask();
            const auto y = static_cast<std::uint32_t>(bits >> 8U) & f.code_mask();
            const auto noise = static_cast<std::uint16_t>(bits >> 16U);
            const auto held = static_cast<std::uint16_t>(i % 4 == 0 ? noise & 0x83FFU : noise);
            // The sum of an fp16 value and a product of these formats spans less than 53 bits, so binary64 holds it.
            __extension__ using Half = _Float16;
            const double sum = static_cast<double>(std::bit_cast<Half>(held)) + values[x] * values[y];
            const Half expected = static_cast<Half>(sum);
            const Rounded got = add_rounded(result, held, multiply(terms[x], terms[y]), numerics::Overflow::ieee);
            const bool right =
                std::isnan(sum) ? got.code == default_nan(result) : got.code == std::bit_cast<std::uint16_t>(expected);
            wrong += right ? 0U : 1U;
            subnormal += (got.code & 0x7C00U) == 0 && (got.code & 0x3FFU) != 0 ? 1U : 0U;
        }
    }
    CHECK(wrong == 0);
    CHECK(subnormal > cases / 1000);
}

TEST_CASE("a fused dot product with a full window is the Kulisch result", "[arch][mac]") {
    constexpr int lanes = 32;
    constexpr int rounds = 300;
    for (const FormatId id : operands) {
        const Format& f = numerics::format(id);
        MacUnitSpec spec{.a = id, .b = id, .kind = UnitKind::fused_dot, .lanes = lanes};
        const int aligned = widths_of(spec).aligned;
        for (const int window : {0, aligned}) {
            spec.window = window;
            MacUnit fused(spec);
            MacUnit single({.a = id, .b = id});
            Generator random(23);
            std::uint64_t wrong = 0;
            for (int round = 0; round < rounds; ++round) {
                const Codes a = random.finite(f, lanes);
                const Codes b = random.finite(f, lanes);
                fused.accumulate(a, b);
                for (std::size_t i = 0; i < lanes; ++i) {
                    single.accumulate(a[i], b[i]);
                }
                wrong += fused.accumulator().fixed() == single.accumulator().fixed() ? 0U : 1U;
            }
            INFO(f.name << " window " << window);
            CHECK(wrong == 0);
        }
    }
}

TEST_CASE("a fused dot product into fp32 rounds the exact sum once", "[arch][mac]") {
    constexpr int lanes = 16;
    for (const FormatId id : {FormatId::fp8_e4m3, FormatId::fp8_e5m2, FormatId::bf16, FormatId::fp16, FormatId::int8}) {
        const Format& f = numerics::format(id);
        MacUnit unit(
            {.a = id, .b = id, .accumulator = parse_accumulator("fp32"), .kind = UnitKind::fused_dot, .lanes = lanes});
        Generator random(29);
        std::uint64_t wrong = 0;
        for (int round = 0; round < 2000; ++round) {
            if (round % 8 == 0) {
                unit.clear();
            }
            const Codes a = random.finite(f, lanes);
            const Codes b = random.finite(f, lanes);
            numerics::WideSum oracle;
            oracle.add_product(unit.value(), 1.0);
            const bool finite = std::isfinite(unit.value());
            for (std::size_t i = 0; i < lanes; ++i) {
                oracle.add_product(numerics::decode(f, a[i]), numerics::decode(f, b[i]));
            }
            unit.accumulate(a, b);
            const double expected =
                numerics::round_to(numerics::format(FormatId::fp32), rounded_to_odd(oracle), numerics::Overflow::ieee);
            wrong += !finite || unit.value() == expected ? 0U : 1U;
        }
        INFO(f.name);
        CHECK(wrong == 0);
    }
}

TEST_CASE("one lane with a window that holds the product rounds like a single MAC", "[arch][mac]") {
    const Format& f = numerics::format(FormatId::fp8_e4m3);
    MacUnitSpec spec{.a = f.id, .b = f.id, .accumulator = parse_accumulator("fp16")};
    MacUnit single(spec);
    spec.kind = UnitKind::fused_dot;
    spec.window = product_magnitude_bits(widths_of(spec));
    MacUnit fused(spec);
    Generator random(31);
    for (int i = 0; i < 20000; ++i) {
        const std::uint32_t a = random.code(f);
        const std::uint32_t b = random.code(f);
        single.accumulate(a, b);
        fused.accumulate(a, b);
        REQUIRE(fused.accumulator().code() == single.accumulator().code());
        if (!std::isfinite(single.value())) {
            single.clear();
            fused.clear();
        }
    }
}

TEST_CASE("a truncating window loses less than a unit of its last bit per lane, toward zero", "[arch][mac]") {
    constexpr int lanes = 8;
    constexpr int window = 12;
    const Format& f = numerics::format(FormatId::fp8_e5m2);
    for (const Alignment alignment : {Alignment::truncate, Alignment::nearest_even}) {
        MacUnit unit({.a = f.id,
                      .b = f.id,
                      .kind = UnitKind::fused_dot,
                      .lanes = lanes,
                      .window = window,
                      .alignment = alignment});
        Generator random(37);
        for (int round = 0; round < 2000; ++round) {
            Codes a = random.finite(f, lanes);
            Codes b = random.finite(f, lanes);
            for (std::uint32_t& code : a) {
                code &= 0x7FU; // positive, so that truncation has one direction
            }
            for (std::uint32_t& code : b) {
                code &= 0x7FU;
            }
            double exact = 0;
            double largest = 0;
            for (std::size_t i = 0; i < lanes; ++i) {
                const double product = numerics::decode(f, a[i]) * numerics::decode(f, b[i]);
                exact += product;
                largest = std::max(largest, product);
            }
            unit.clear();
            unit.accumulate(a, b);
            const double error = exact - unit.value();
            // The window begins at most two binades above the largest product, when that is normal.
            const double unit_in_last_place = 4 * largest / std::exp2(window - 1);
            const bool normal = largest > 1e-3;
            if (alignment == Alignment::truncate) {
                REQUIRE(error >= 0);
            }
            REQUIRE((!normal || std::abs(error) <= lanes * unit_in_last_place));
        }
    }
}
