// SPDX-License-Identifier: Apache-2.0
// Rounding against independent oracles: construction of midpoints, exact rational search, the machine's arithmetic.
#include "numerics/format.hpp"

#include <boost/multiprecision/cpp_int.hpp>
#include <catch2/catch.hpp>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

using namespace lodestone::numerics;
using Rational = boost::multiprecision::cpp_rational;

namespace {

__extension__ using MachineHalf = _Float16;

struct Point {
    double value;
    std::uint32_t code;
};

/// The finite values of a format of up to 16 bits, ascending, -0 left out.
std::vector<Point> finite_points(const Format& f) {
    std::vector<Point> points;
    for (std::uint32_t code = 0; code <= f.code_mask(); ++code) {
        const double value = decode(f, code);
        if (std::isfinite(value) && !(value == 0.0 && std::signbit(value))) {
            points.push_back({value, code});
        }
    }
    std::sort(points.begin(), points.end(), [](Point a, Point b) { return a.value < b.value; });
    return points;
}

std::vector<FormatId> formats_up_to(int bits) {
    std::vector<FormatId> ids;
    for (const std::string& name : format_names()) {
        const FormatId id = *find_format(name);
        if (format(id).bits <= bits) {
            ids.push_back(id);
        }
    }
    return ids;
}

/// Code without the sign of zero, so that -0 and 0 compare as the one value they are.
std::uint32_t comparable(const Format& f, std::uint32_t code) {
    return decode(f, code) == 0.0 ? 0U : code;
}

bool rounds_to(const Format& f, double x, Point expected) {
    return comparable(f, encode(f, x)) == comparable(f, expected.code);
}

/// Nearest point by exact arithmetic; at a tie the one with the even code; beyond the ends the end.
Point nearest(const std::vector<Point>& points, double x) {
    const auto above =
        std::lower_bound(points.begin(), points.end(), x, [](Point p, double value) { return p.value < value; });
    if (above == points.begin()) {
        return points.front();
    }
    if (above == points.end()) {
        return points.back();
    }
    const Point high = *above;
    const Point low = *(above - 1);
    const Rational to_low = Rational(x) - Rational(low.value);
    const Rational to_high = Rational(high.value) - Rational(x);
    if (to_low == to_high) {
        return low.code % 2 == 0 ? low : high;
    }
    return to_low < to_high ? low : high;
}

/// Doubles spread over all scales of a format and somewhat beyond.
std::vector<double> random_values(const Format& f, std::size_t count) {
    std::mt19937_64 random(static_cast<unsigned>(f.id));
    std::uniform_real_distribution<double> exponent(std::log2(min_positive(f)) - 2.0, std::log2(max_finite(f)) + 1.0);
    std::uniform_real_distribution<double> mantissa(-2.0, 2.0);
    std::vector<double> values(count);
    for (double& value : values) {
        value = mantissa(random) * std::exp2(exponent(random));
    }
    return values;
}

} // namespace

TEST_CASE("a midpoint of two neighbours goes to the even code and the doubles beside it to their side", "[numerics]") {
    for (const FormatId id : formats_up_to(16)) {
        const Format& f = format(id);
        const std::vector<Point> points = finite_points(f);
        std::size_t wrong = 0;
        for (std::size_t i = 0; i + 1 < points.size(); ++i) {
            const Point low = points[i];
            const Point high = points[i + 1];
            const double middle = (low.value + high.value) / 2.0;
            const bool low_is_even = comparable(f, low.code) % 2 == 0;
            wrong += rounds_to(f, middle, low_is_even ? low : high) ? 0U : 1U;
            wrong += rounds_to(f, std::nextafter(middle, -INFINITY), low) ? 0U : 1U;
            wrong += rounds_to(f, std::nextafter(middle, INFINITY), high) ? 0U : 1U;
        }
        INFO(f.name);
        CHECK(wrong == 0);
    }
}

TEST_CASE("random values go to the nearest value by exact rational distance", "[numerics]") {
    for (const FormatId id : formats_up_to(16)) {
        const Format& f = format(id);
        const std::vector<Point> points = finite_points(f);
        std::size_t wrong = 0;
        for (const double x : random_values(f, 1000)) {
            wrong += rounds_to(f, x, nearest(points, x)) ? 0U : 1U;
        }
        INFO(f.name);
        CHECK(wrong == 0);
    }
}

TEST_CASE("rounding is monotone", "[numerics]") {
    for (const std::string& name : format_names()) {
        const Format& f = format(*find_format(name));
        std::vector<double> values = random_values(f, 2000);
        std::sort(values.begin(), values.end());
        std::size_t falls = 0;
        for (std::size_t i = 0; i + 1 < values.size(); ++i) {
            falls += round_to(f, values[i]) > round_to(f, values[i + 1]) ? 1U : 0U;
        }
        INFO(name);
        CHECK(falls == 0);
    }
}

TEST_CASE("rounding twice changes nothing", "[numerics]") {
    for (const std::string& name : format_names()) {
        const Format& f = format(*find_format(name));
        std::size_t changed = 0;
        for (const double x : random_values(f, 500)) {
            changed += round_to(f, round_to(f, x)) != round_to(f, x) ? 1U : 0U;
        }
        INFO(name);
        CHECK(changed == 0);
    }
}

TEST_CASE("values beyond the ends saturate on both sides", "[numerics]") {
    for (const std::string& name : format_names()) {
        const Format& f = format(*find_format(name));
        INFO(name);
        for (const double x : {max_finite(f) * 2.0, 1e300, std::numeric_limits<double>::infinity()}) {
            CHECK(round_to(f, x) == max_finite(f));
            CHECK(round_to(f, -x) == lowest(f));
        }
    }
}

TEST_CASE("in IEEE mode the first value that overflows is half a step beyond the largest", "[numerics]") {
    for (const std::string& name : format_names()) {
        const Format& f = format(*find_format(name));
        if (!f.has_infinity && !has_nan(f)) {
            CHECK(round_to(f, 1e300, Overflow::ieee) == max_finite(f));
            continue;
        }
        INFO(name);
        const std::uint32_t top = encode(f, max_finite(f));
        const double step = max_finite(f) - decode(f, top - 1);
        const double border = max_finite(f) + step / 2.0;
        const bool tie_overflows = top % 2 == 1;
        const auto overflows = [&](double x) { return !std::isfinite(round_to(f, x, Overflow::ieee)); };
        CHECK_FALSE(overflows(std::nextafter(border, 0.0)));
        CHECK(overflows(border) == tie_overflows);
        CHECK(overflows(std::nextafter(border, INFINITY)));
        CHECK(overflows(-std::nextafter(border, INFINITY)));
        CHECK(std::isinf(round_to(f, -1e300, Overflow::ieee)) == f.has_infinity);
    }
}

TEST_CASE("fp16 decodes and rounds as the machine's own half precision", "[numerics]") {
    const Format& f = format(FormatId::fp16);
    std::size_t wrong = 0;
    for (std::uint32_t code = 0; code <= f.code_mask(); ++code) {
        const auto machine = static_cast<double>(std::bit_cast<MachineHalf>(static_cast<std::uint16_t>(code)));
        const double ours = decode(f, code);
        wrong += (ours == machine || (std::isnan(ours) && std::isnan(machine))) ? 0U : 1U;
    }
    for (const double x : random_values(f, 20000)) {
        const auto machine = std::bit_cast<std::uint16_t>(static_cast<MachineHalf>(x));
        wrong += encode(f, x, Overflow::ieee) == machine ? 0U : 1U;
    }
    CHECK(wrong == 0);
}

TEST_CASE("fp32 decodes and rounds as the machine's own single precision", "[numerics]") {
    const Format& f = format(FormatId::fp32);
    std::mt19937_64 random(32);
    std::size_t wrong = 0;
    for (int i = 0; i < 20000; ++i) {
        const auto code = static_cast<std::uint32_t>(random());
        const auto machine = std::bit_cast<float>(code);
        if (!std::isnan(machine)) {
            wrong += decode(f, code) == static_cast<double>(machine) ? 0U : 1U;
            wrong += encode(f, static_cast<double>(machine), Overflow::ieee) == code ? 0U : 1U;
        }
        const double next = static_cast<double>(std::bit_cast<float>(code ^ 1U));
        const double middle = (static_cast<double>(machine) + next) / 2.0;
        if (std::isfinite(middle)) {
            wrong +=
                encode(f, middle, Overflow::ieee) == std::bit_cast<std::uint32_t>(static_cast<float>(middle)) ? 0U : 1U;
        }
    }
    for (const double x : random_values(f, 20000)) {
        wrong += encode(f, x, Overflow::ieee) == std::bit_cast<std::uint32_t>(static_cast<float>(x)) ? 0U : 1U;
    }
    CHECK(wrong == 0);
}

TEST_CASE("bf16 is the upper half of single precision", "[numerics]") {
    const Format& f = format(FormatId::bf16);
    std::size_t wrong = 0;
    for (std::uint32_t code = 0; code <= f.code_mask(); ++code) {
        const auto machine = static_cast<double>(std::bit_cast<float>(code << 16U));
        const double ours = decode(f, code);
        wrong += (ours == machine || (std::isnan(ours) && std::isnan(machine))) ? 0U : 1U;
    }
    CHECK(wrong == 0);
}
