// SPDX-License-Identifier: Apache-2.0
// Addition into a floating accumulator on integer fields: align, add, normalise, round to nearest even.
#pragma once

#include "arch/mac/operand.hpp"
#include "arch/mac/wide_integer.hpp"
#include "numerics/accumulate.hpp"

namespace lodestone::mac {

__extension__ using UInt128 = unsigned __int128;

/// A magnitude to be rounded: significand * 2^exponent, plus something smaller than its last bit when `sticky`.
struct Magnitude {
    UInt128 significand = 0;
    int exponent = 0;
    bool sticky = false;
};

/// A rounded sum and whether it left the finite range of the format.
struct Rounded {
    std::uint32_t code = 0;
    bool overflowed = false;
};

/// Code of the nearest value of an IEEE format (fp16, bf16, fp32), ties to even. A magnitude of zero gives a zero.
[[nodiscard]] Rounded round_magnitude(const numerics::Format& format, bool negative, const Magnitude& magnitude,
                                      numerics::Overflow overflow);

/// The accumulator's code plus one term, rounded once. Zeros, infinities and NaNs as IEEE 754 says; a NaN is the
/// default one, positive and quiet.
[[nodiscard]] Rounded add_rounded(const numerics::Format& format, std::uint32_t code, const Term& term,
                                  numerics::Overflow overflow);

/// The accumulator's code plus an exact sum sum * 2^lsb, rounded once. A sum of zero leaves the accumulator as it is.
[[nodiscard]] Rounded add_rounded(const numerics::Format& format, std::uint32_t code, const WideInteger& sum, int lsb,
                                  numerics::Overflow overflow);

[[nodiscard]] std::uint32_t default_nan(const numerics::Format& format);
[[nodiscard]] std::uint32_t infinity(const numerics::Format& format, bool negative);

/// value * 2^lsb rounded once to binary64.
[[nodiscard]] double to_double(const WideInteger& value, int lsb);

} // namespace lodestone::mac
