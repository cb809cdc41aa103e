// SPDX-License-Identifier: Apache-2.0
// The floating adder of the datapaths.
#include "arch/mac/float_register.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace lodestone::mac {

using numerics::Format;
using numerics::Overflow;

namespace {

constexpr int frame_bit = 100; ///< where the first one of an operand stands in the 128-bit adder frame

int highest_bit(UInt128 x) {
    const auto high = static_cast<std::uint64_t>(x >> 64U);
    const auto low = static_cast<std::uint64_t>(x);
    return high != 0 ? 127 - std::countl_zero(high) : 63 - std::countl_zero(low);
}

std::uint32_t sign_bit(const Format& f, bool negative) {
    return negative ? std::uint32_t{1} << (f.bits - 1) : 0;
}

/// An operand with its first one at frame_bit.
struct Aligned {
    bool negative = false;
    int exponent = 0;
    UInt128 significand = 0;
};

Aligned align(const Term& t) {
    const int shift = frame_bit - highest_bit(t.significand);
    return {t.negative, t.exponent - shift, static_cast<UInt128>(t.significand) << shift};
}

/// Sum of two numbers other than zero; both fit 64 bits, so that bits are lost below the frame only when the smaller
/// one cannot cancel the other's last bit.
std::pair<bool, Magnitude> add(const Term& a, const Term& b) {
    Aligned large = align(a);
    Aligned small = align(b);
    if (std::pair(large.exponent, large.significand) < std::pair(small.exponent, small.significand)) {
        std::swap(large, small);
    }
    const int distance = large.exponent - small.exponent;
    const bool beyond = distance > frame_bit;
    const UInt128 shifted = beyond ? 0 : small.significand >> distance;
    const bool sticky = beyond || (shifted << distance) != small.significand;
    if (large.negative == small.negative) {
        return {large.negative, {large.significand + shifted, large.exponent, sticky}};
    }
    // With bits below the frame the true difference is smaller: one less, and sticky.
    return {large.negative, {large.significand - shifted - (sticky ? 1U : 0U), large.exponent, sticky}};
}

Rounded special_sum(const Format& f, const Term& a, const Term& b) {
    if (a.special == Special::nan || b.special == Special::nan) {
        return {default_nan(f), false};
    }
    if (a.special == b.special && a.negative != b.negative) {
        return {default_nan(f), false}; // infinity minus infinity
    }
    return {infinity(f, a.special == Special::infinity ? a.negative : b.negative), false};
}

/// The 64 bits from the first one downwards, and whether there are more.
Magnitude leading_part(const WideInteger& positive, int lsb) {
    const int low = positive.highest_bit() - (WideInteger::word_bits - 1);
    return {positive.window(low), lsb + low, low > 0 && positive.has_bits_below(low)};
}

} // namespace

std::uint32_t default_nan(const Format& f) {
    const std::uint32_t exponent = (std::uint32_t{1} << f.exponent_bits) - 1;
    return exponent << f.mantissa_bits | std::uint32_t{1} << (f.mantissa_bits - 1);
}

std::uint32_t infinity(const Format& f, bool negative) {
    const std::uint32_t exponent = (std::uint32_t{1} << f.exponent_bits) - 1;
    return exponent << f.mantissa_bits | sign_bit(f, negative);
}

Rounded round_magnitude(const Format& f, bool negative, const Magnitude& m, Overflow overflow) {
    if (m.significand == 0) {
        return {sign_bit(f, negative), false};
    }
    const int smallest = 1 - f.bias - f.mantissa_bits; // exponent of the last bit of a subnormal
    const int last = std::max(m.exponent + highest_bit(m.significand) - f.mantissa_bits, smallest);
    const int cut = last - m.exponent;
    std::uint64_t kept = 0;
    if (cut <= 0) {
        kept = static_cast<std::uint64_t>(m.significand << -cut);
    } else if (cut <= highest_bit(m.significand) + 1) {
        kept = static_cast<std::uint64_t>(cut < 128 ? m.significand >> cut : 0);
        const bool half = (m.significand >> (cut - 1) & 1U) != 0;
        const bool below = m.sticky || (m.significand & ((UInt128{1} << (cut - 1)) - 1)) != 0;
        kept += half && (below || (kept & 1U) != 0) ? 1 : 0;
    }
    // The code of a finite magnitude counts the representable values; a carry moves into the exponent by itself.
    const std::uint64_t hidden = std::uint64_t{1} << f.mantissa_bits;
    const std::uint64_t code = (static_cast<std::uint64_t>(last - smallest) << f.mantissa_bits) + kept;
    const std::uint32_t infinite = infinity(f, false);
    if (code >= infinite) {
        const std::uint32_t saturated = overflow == Overflow::saturate ? infinite - 1 : infinite;
        return {saturated | sign_bit(f, negative), true};
    }
    check_invariant(last == smallest || kept >= hidden, "a magnitude above the subnormals is normalised");
    return {static_cast<std::uint32_t>(code) | sign_bit(f, negative), false};
}

Rounded add_rounded(const Format& f, std::uint32_t code, const Term& term, Overflow overflow) {
    const Term held = split(f, code);
    if (held.special != Special::none || term.special != Special::none) {
        return special_sum(f, held, term);
    }
    if (held.is_zero() && term.is_zero()) {
        return {sign_bit(f, held.negative && term.negative), false};
    }
    if (term.is_zero()) {
        return {code & f.code_mask(), false};
    }
    if (held.is_zero()) {
        return round_magnitude(f, term.negative, {term.significand, term.exponent, false}, overflow);
    }
    const auto [negative, sum] = add(held, term);
    if (sum.significand == 0 && !sum.sticky) {
        return {0, false}; // x - x is +0
    }
    return round_magnitude(f, negative, sum, overflow);
}

Rounded add_rounded(const Format& f, std::uint32_t code, const WideInteger& sum, int lsb, Overflow overflow) {
    const Term held = split(f, code);
    if (sum.is_zero() || held.special != Special::none) {
        return {code & f.code_mask(), false};
    }
    // A register that begins at the lower of the two last bits holds both exactly.
    const int bottom = held.is_zero() ? lsb : std::min(lsb, held.exponent);
    WideInteger total;
    for (std::size_t i = 0; i < WideInteger::words; ++i) {
        const WideInteger magnitude = sum.is_negative() ? sum.negated() : sum;
        const int position = static_cast<int>(i) * WideInteger::word_bits + lsb - bottom;
        if (magnitude.word()[i] != 0) {
            total.add(sum.is_negative(), magnitude.word()[i], position);
        }
    }
    if (!held.is_zero()) {
        total.add(held.negative, held.significand, held.exponent - bottom);
    }
    if (total.is_zero()) {
        return {0, false};
    }
    const bool negative = total.is_negative();
    return round_magnitude(f, negative, leading_part(negative ? total.negated() : total, bottom), overflow);
}

double to_double(const WideInteger& value, int lsb) {
    if (value.is_zero()) {
        return 0.0;
    }
    const bool negative = value.is_negative();
    Magnitude m = leading_part(negative ? value.negated() : value, lsb);
    // 64 leading bits to 53: odd-rounding keeps the sticky information in the last bit that is dropped.
    constexpr unsigned dropped = 11;
    auto kept = static_cast<std::uint64_t>(m.significand);
    const std::uint64_t rest = kept & ((std::uint64_t{1} << dropped) - 1);
    kept >>= dropped;
    const std::uint64_t half = std::uint64_t{1} << (dropped - 1);
    if (rest > half || (rest == half && (m.sticky || (kept & 1U) != 0))) {
        ++kept;
    }
    const double magnitude = std::ldexp(static_cast<double>(kept), m.exponent + static_cast<int>(dropped));
    return negative ? -magnitude : magnitude;
}

} // namespace lodestone::mac
