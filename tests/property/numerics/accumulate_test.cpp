// SPDX-License-Identifier: Apache-2.0
// Accumulators against unlimited rational arithmetic; exact ones do not see the order of their terms.
#include "tests/property/numerics/number_table.hpp"

#include "numerics/accumulate.hpp"

#include <boost/multiprecision/cpp_int.hpp>
#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

using namespace lodestone::numerics;
using boost::multiprecision::cpp_int;
using Rational = boost::multiprecision::cpp_rational;

namespace {

/// The double nearest to a fraction whose denominator is a power of two, ties to even; by integer division.
double nearest_double(const Rational& exact) {
    if (exact == 0) {
        return 0.0;
    }
    cpp_int numerator = boost::multiprecision::abs(boost::multiprecision::numerator(exact));
    int exponent = -static_cast<int>(boost::multiprecision::msb(boost::multiprecision::denominator(exact)));
    const int excess = static_cast<int>(boost::multiprecision::msb(numerator)) - 52;
    if (excess > 0) {
        const cpp_int unit = cpp_int(1) << excess;
        const cpp_int rest = numerator % unit;
        numerator /= unit;
        exponent += excess;
        const cpp_int twice = rest * 2;
        if (twice > unit || (twice == unit && numerator % 2 == 1)) {
            numerator += 1;
        }
    }
    const double magnitude = std::ldexp(static_cast<double>(static_cast<std::uint64_t>(numerator)), exponent);
    return exact < 0 ? -magnitude : magnitude;
}

struct Terms {
    std::vector<std::uint32_t> a;
    std::vector<std::uint32_t> b;
};

/// Random finite codes, followed by pairs that cancel: a huge one, a tiny one, minus the huge one.
Terms awkward_terms(const Format& fa, const Format& fb, unsigned seed) {
    std::mt19937 random(seed);
    Terms terms;
    const auto push = [&](double x, double y) {
        terms.a.push_back(encode(fa, x));
        terms.b.push_back(encode(fb, y));
    };
    while (terms.a.size() < 200) {
        const auto a = static_cast<std::uint32_t>(random()) & fa.code_mask();
        const auto b = static_cast<std::uint32_t>(random()) & fb.code_mask();
        if (std::isfinite(decode(fa, a)) && std::isfinite(decode(fb, b))) {
            terms.a.push_back(a);
            terms.b.push_back(b);
        }
    }
    push(max_finite(fa), max_finite(fb));
    push(min_positive(fa), min_positive(fb));
    push(-max_finite(fa), max_finite(fb));
    push(min_positive(fa), -max_finite(fb));
    push(lowest(fa), lowest(fb));
    return terms;
}

Rational exact_sum(const Format& fa, const Format& fb, const Terms& terms) {
    Rational sum = 0;
    for (std::size_t i = 0; i < terms.a.size(); ++i) {
        sum += Rational(decode(fa, terms.a[i])) * Rational(decode(fb, terms.b[i]));
    }
    return sum;
}

const std::vector<std::pair<FormatId, FormatId>>& pairs_in_128_bits() {
    static const std::vector<std::pair<FormatId, FormatId>> pairs{
        {FormatId::fp8_e5m2, FormatId::fp8_e5m2}, {FormatId::fp8_e4m3, FormatId::fp8_e4m3},
        {FormatId::fp8_e5m2, FormatId::int8},     {FormatId::fp8_e2m5, FormatId::fp8_e3m4},
        {FormatId::int2, FormatId::int16},        {FormatId::int16, FormatId::int16},
        {FormatId::int32, FormatId::int32},       {FormatId::fp16, FormatId::fp16},
        {FormatId::fp4_e2m1, FormatId::fp6_e3m2}, {FormatId::mxint8, FormatId::mxfp8},
        {FormatId::int4, FormatId::uint8},        {FormatId::fp8_e4m3b11_fnuz, FormatId::fp8_e5m2_fnuz},
    };
    return pairs;
}

} // namespace

TEST_CASE("all 65,536 products of every 8-bit format are exact", "[numerics]") {
    for (const auto& [name, id] : number_table::tables()) {
        const Format& f = format(id);
        if (f.bits != 8) {
            continue;
        }
        const auto entries = number_table::read(name);
        const auto unit = static_cast<std::int64_t>(1.0 / min_positive(f));
        std::size_t wrong = 0;
        const ExactSum empty(f, f);
        for (const auto& x : entries) {
            for (const auto& y : entries) {
                ExactSum sum = empty;
                sum.add_product(x.code, y.code);
                if (!x.is_finite() || !y.is_finite()) {
                    wrong += std::isfinite(sum.value()) ? 1U : 0U;
                    continue;
                }
                const auto product =
                    static_cast<Int128>(x.numerator * (unit / x.denominator)) * (y.numerator * (unit / y.denominator));
                wrong += sum.fixed_point() == product && sum.value() == x.value() * y.value() ? 0U : 1U;
            }
        }
        INFO(name);
        CHECK(wrong == 0);
    }
}

TEST_CASE("all 65,536 products of int8 are exact", "[numerics]") {
    const Format& f = format(FormatId::int8);
    const ExactSum empty(f, f);
    std::size_t wrong = 0;
    for (int x = -128; x < 128; ++x) {
        for (int y = -128; y < 128; ++y) {
            ExactSum sum = empty;
            sum.add_product(static_cast<std::uint32_t>(x), static_cast<std::uint32_t>(y));
            wrong += sum.fixed_point() == x * y ? 0U : 1U;
        }
    }
    CHECK(wrong == 0);
}

TEST_CASE("an exact sum equals the rational sum rounded once", "[numerics]") {
    for (const auto& [ida, idb] : pairs_in_128_bits()) {
        const Format& fa = format(ida);
        const Format& fb = format(idb);
        for (unsigned seed = 0; seed < 3; ++seed) {
            const Terms terms = awkward_terms(fa, fb, seed);
            ExactSum sum(fa, fb);
            for (std::size_t i = 0; i < terms.a.size(); ++i) {
                sum.add_product(terms.a[i], terms.b[i]);
            }
            INFO(fa.name << " x " << fb.name);
            const double expected = nearest_double(exact_sum(fa, fb, terms));
            CHECK(sum.value() == expected);
            CHECK(dot(fa, terms.a, fb, terms.b) == expected);
        }
    }
}

TEST_CASE("a wide sum equals the rational sum rounded once", "[numerics]") {
    const std::vector<std::pair<FormatId, FormatId>> pairs{{FormatId::fp32, FormatId::fp32},
                                                           {FormatId::bf16, FormatId::bf16},
                                                           {FormatId::fp32, FormatId::int8},
                                                           {FormatId::fp8_e5m2, FormatId::fp8_e5m2}};
    for (const auto& [ida, idb] : pairs) {
        const Format& fa = format(ida);
        const Format& fb = format(idb);
        for (unsigned seed = 0; seed < 4; ++seed) {
            const Terms terms = awkward_terms(fa, fb, seed);
            WideSum sum;
            for (std::size_t i = 0; i < terms.a.size(); ++i) {
                sum.add_product(decode(fa, terms.a[i]), decode(fb, terms.b[i]));
            }
            INFO(fa.name << " x " << fb.name);
            const double expected = nearest_double(exact_sum(fa, fb, terms));
            CHECK(sum.value() == expected);
            CHECK(dot(fa, terms.a, fb, terms.b) == expected);
        }
    }
}

TEST_CASE("a wide sum takes full binary64 mantissas at every position of its words", "[numerics]") {
    std::mt19937_64 random(13);
    for (int shift = 0; shift < 130; ++shift) {
        WideSum sum;
        Rational exact = 0;
        for (int i = 0; i < 6; ++i) {
            const double a = std::ldexp(static_cast<double>(random() >> 11U | 1U), shift - 110);
            const double b = std::ldexp(static_cast<double>(random() >> 11U | 1U), -53) * (i % 2 == 0 ? 1.0 : -1.0);
            sum.add_product(a, b);
            exact += Rational(a) * Rational(b);
        }
        REQUIRE(sum.value() == nearest_double(exact));
    }
}

TEST_CASE("a wide sum rounds ties to even and sees the last bit beyond a tie", "[numerics]") {
    const double big = 0x1p53;
    const std::vector<std::pair<std::vector<double>, double>> cases{
        {{big, 1.0}, big},
        {{big, 1.0, 0x1p-149}, big + 2.0},
        {{big, 1.0, -0x1p-149}, big},
        {{big, 2.0, 1.0}, big + 4.0},
        {{-big, -1.0}, -big},
        {{-big, -1.0, -0x1p-149}, -big - 2.0},
        {{0x1p127, 1.0, -0x1p127}, 1.0},
        {{0x1p64, -1.0}, 0x1p64},
        {{-0x1p-149, 0x1p-149}, 0.0},
    };
    for (const auto& [terms, expected] : cases) {
        WideSum sum;
        for (const double term : terms) {
            sum.add_product(term, 1.0);
        }
        CHECK(sum.value() == expected);
        CHECK_FALSE((expected == 0.0 && std::signbit(sum.value())));
    }
}

TEST_CASE("the order of the terms does not matter to exact sums", "[numerics]") {
    const Format& f = format(FormatId::fp8_e5m2);
    Terms terms = awkward_terms(f, f, 11);
    const double first = dot(f, terms.a, f, terms.b);
    std::mt19937 random(5);
    for (int round = 0; round < 20; ++round) {
        std::vector<std::size_t> order(terms.a.size());
        for (std::size_t i = 0; i < order.size(); ++i) {
            order[i] = i;
        }
        std::shuffle(order.begin(), order.end(), random);
        ExactSum narrow(f, f);
        WideSum wide;
        for (const std::size_t i : order) {
            narrow.add_product(terms.a[i], terms.b[i]);
            wide.add_product(decode(f, terms.a[i]), decode(f, terms.b[i]));
        }
        CHECK(narrow.value() == first);
        CHECK(wide.value() == first);
    }
}

TEST_CASE("the order of the terms matters to a rounding accumulator, as in the machine's own arithmetic",
          "[numerics]") {
    std::mt19937 random(9);
    std::normal_distribution<float> normal(0.0F, 100.0F);
    RoundingSum sum(format(FormatId::fp32));
    float machine = 0.0F;
    for (int i = 0; i < 5000; ++i) {
        const float term = normal(random) * std::exp2(static_cast<float>(i % 40 - 20));
        sum.add(static_cast<double>(term));
        machine += term;
        REQUIRE(sum.value() == static_cast<double>(machine));
    }
}

TEST_CASE("a rounding accumulator equals the rational sum rounded into its format at each step", "[numerics]") {
    std::mt19937 random(10);
    for (const FormatId id : {FormatId::fp16, FormatId::bf16, FormatId::fp32}) {
        const Format& f = format(id);
        RoundingSum sum(f);
        for (int i = 0; i < 2000; ++i) {
            const double a =
                std::ldexp(static_cast<double>(random() % 2048) - 1024.0, -static_cast<int>(random() % 40));
            const double b = std::ldexp(static_cast<double>(random() % 256) - 128.0, -static_cast<int>(random() % 40));
            const Rational exact = Rational(sum.value()) + Rational(a) * Rational(b);
            sum.add_product(a, b);
            // The result is a nearest value when neither neighbour is nearer.
            const std::uint32_t code = encode(f, sum.value());
            const Rational error = boost::multiprecision::abs(exact - Rational(sum.value()));
            for (const std::uint32_t other : {code - 1, code + 1}) {
                const double value = decode(f, other & f.code_mask());
                if (std::isfinite(value)) {
                    const Rational distance = boost::multiprecision::abs(exact - Rational(value));
                    REQUIRE((error < distance || (error == distance && code % 2 == 0)));
                }
            }
        }
    }
}
