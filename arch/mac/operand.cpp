// SPDX-License-Identifier: Apache-2.0
// Field extraction and the exact product.
#include "arch/mac/operand.hpp"

namespace lodestone::mac {

using numerics::Format;
using numerics::NanStyle;

namespace {

Term split_integer(const Format& f, std::uint32_t code) {
    const std::uint32_t bits = code & f.code_mask();
    const bool negative = f.is_signed && (bits >> (f.bits - 1) & 1U) != 0;
    const std::uint32_t magnitude = negative ? (~bits + 1) & f.code_mask() : bits;
    return {.negative = negative, .exponent = -f.fraction_bits, .significand = magnitude};
}

Special special_of(const Format& f, std::uint32_t code, std::uint32_t exponent, std::uint32_t mantissa) {
    const std::uint32_t all_exponent = (std::uint32_t{1} << f.exponent_bits) - 1;
    const std::uint32_t all_mantissa = (std::uint32_t{1} << f.mantissa_bits) - 1;
    switch (f.nan) {
    case NanStyle::none:
        return Special::none;
    case NanStyle::ieee:
        if (exponent != all_exponent) {
            return Special::none;
        }
        return mantissa == 0 && f.has_infinity ? Special::infinity : Special::nan;
    case NanStyle::all_ones:
        return exponent == all_exponent && mantissa == all_mantissa ? Special::nan : Special::none;
    case NanStyle::negative_zero:
        return code == std::uint32_t{1} << (f.bits - 1) ? Special::nan : Special::none;
    }
    return Special::none;
}

} // namespace

Term split(const Format& f, std::uint32_t code) {
    if (f.is_integer()) {
        return split_integer(f, code);
    }
    code &= f.code_mask();
    const std::uint32_t mantissa = code & ((std::uint32_t{1} << f.mantissa_bits) - 1);
    const std::uint32_t exponent = code >> f.mantissa_bits & ((std::uint32_t{1} << f.exponent_bits) - 1);
    const bool normal = exponent != 0;
    return {.negative = (code >> (f.bits - 1) & 1U) != 0,
            .special = special_of(f, code, exponent, mantissa),
            .exponent = (normal ? static_cast<int>(exponent) : 1) - f.bias - f.mantissa_bits,
            .significand = mantissa | (normal ? std::uint32_t{1} << f.mantissa_bits : 0U)};
}

Term multiply(const Term& a, const Term& b) {
    Term product{.negative = a.negative != b.negative,
                 .exponent = a.exponent + b.exponent,
                 .significand = a.significand * b.significand};
    if (a.special == Special::nan || b.special == Special::nan) {
        product.special = Special::nan;
    } else if (a.special == Special::infinity || b.special == Special::infinity) {
        product.special = a.is_zero() || b.is_zero() ? Special::nan : Special::infinity;
    }
    return product;
}

} // namespace lodestone::mac
