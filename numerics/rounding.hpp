// SPDX-License-Identifier: Apache-2.0
// The one rounding function of the room: a binary32 or binary64 value to the code of a format, nearest, ties to even.
#pragma once

#include "numerics/format.hpp"

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <type_traits>

namespace lodestone::numerics {

/// What FloatingRounder needs of the type it rounds from.
template <class Real>
struct RealTraits;
template <>
struct RealTraits<float> {
    using Word = std::uint32_t;
    static constexpr int mantissa_bits = 23;
    static constexpr int bias = 127;
};
template <>
struct RealTraits<double> {
    using Word = std::uint64_t;
    static constexpr int mantissa_bits = 52;
    static constexpr int bias = 1023;
};

/// Rounds to a floating format with fewer mantissa bits than Real, without branches so that loops vectorise.
/// Normal results: add half a unit of the last kept bit (less one when that bit is 0) to the bits of |x| and cut; a
/// carry moves into the exponent as it should. Subnormal results: adding a power of two whose unit in the last place is
/// the subnormal step makes the hardware round to that step, ties to even.
template <class Real>
class FloatingRounder {
    using Word = typename RealTraits<Real>::Word;
    static constexpr int real_mantissa = RealTraits<Real>::mantissa_bits;

public:
    FloatingRounder(const Format& f, Overflow overflow)
        : shift_(real_mantissa - f.mantissa_bits), half_less_one_((Word{1} << (shift_ - 1)) - 1),
          rebias_(static_cast<Word>(RealTraits<Real>::bias - f.bias) << f.mantissa_bits),
          min_normal_(std::bit_cast<Word>(static_cast<Real>(std::ldexp(1.0, 1 - f.bias)))),
          magic_(static_cast<Real>(std::ldexp(1.0, 1 - f.bias - f.mantissa_bits + real_mantissa))),
          infinity_(std::bit_cast<Word>(std::numeric_limits<Real>::infinity())) {
        const std::uint32_t sign = std::uint32_t{1} << (f.bits - 1);
        const std::uint32_t all_ones = sign - 1;
        const std::uint32_t exponent_ones = all_ones - ((std::uint32_t{1} << f.mantissa_bits) - 1);
        sign_ = sign;
        negative_zero_ = f.nan == NanStyle::negative_zero ? 0 : sign;
        switch (f.nan) {
        case NanStyle::none:
            max_ = all_ones;
            nan_ = 0;
            beyond_ = max_;
            break;
        case NanStyle::ieee:
            max_ = exponent_ones - 1;
            nan_ = exponent_ones + ((std::uint32_t{1} << f.mantissa_bits) >> 1U); // quiet
            beyond_ = f.has_infinity ? exponent_ones : nan_;
            break;
        case NanStyle::all_ones:
            max_ = all_ones - 1;
            nan_ = all_ones;
            beyond_ = all_ones;
            break;
        case NanStyle::negative_zero:
            max_ = all_ones;
            nan_ = sign;
            beyond_ = sign; // sign bit set: NaN for both signs
            break;
        }
        if (overflow == Overflow::saturate) {
            beyond_ = max_;
        }
    }

    [[nodiscard]] std::uint32_t operator()(Real x) const {
        const Word bits = std::bit_cast<Word>(x);
        const Word magnitude = bits & (~Word{0} >> 1U);
        const Word kept_lsb = (magnitude >> shift_) & 1U;
        const Word normal = ((magnitude + half_less_one_ + kept_lsb) >> shift_) - rebias_;
        const Word subnormal =
            std::bit_cast<Word>(std::bit_cast<Real>(magnitude) + magic_) - std::bit_cast<Word>(magic_);
        const Word rounded = magnitude < min_normal_ ? subnormal : normal;
        const auto finite = static_cast<std::uint32_t>(rounded > max_ ? beyond_ : rounded);
        const std::uint32_t sign = finite == 0 ? negative_zero_ : sign_;
        const std::uint32_t code = finite | ((bits != magnitude) ? sign : 0U);
        return magnitude > infinity_ ? nan_ : code;
    }

private:
    int shift_;
    Word half_less_one_;
    Word rebias_;
    Word min_normal_;
    Real magic_;
    Word infinity_;
    Word max_ = 0;          ///< code of the largest finite value
    std::uint32_t nan_ = 0; ///< what NaN becomes
    Word beyond_ = 0;       ///< what a magnitude that rounds beyond max_ becomes, before the sign
    std::uint32_t sign_ = 0;
    std::uint32_t negative_zero_ = 0;
};

/// Rounds to an integer format; `low` and `high` are the limits it saturates at, in units of the code.
class IntegerRounder {
public:
    IntegerRounder(const Format& f, double low, double high)
        : scale_(std::ldexp(1.0, f.fraction_bits)), low_(low), high_(high), mask_(f.code_mask()) {}

    explicit IntegerRounder(const Format& f)
        : IntegerRounder(f, std::ldexp(lowest(f), f.fraction_bits), std::ldexp(max_finite(f), f.fraction_bits)) {}

    [[nodiscard]] std::uint32_t operator()(double x) const {
        const double number = x == x ? x * scale_ : 0.0;
        const double below = number > high_ ? high_ : number;
        const double inside = below < low_ ? low_ : below;
        // 1.5 * 2^52: the unit in the last place of the sum is 1, and its low bits are the integer in two's complement.
        constexpr double magic = 6755399441055744.0;
        return static_cast<std::uint32_t>(std::bit_cast<std::uint64_t>(inside + magic)) & mask_;
    }

private:
    double scale_;
    double low_;
    double high_;
    std::uint32_t mask_;
};

} // namespace lodestone::numerics
