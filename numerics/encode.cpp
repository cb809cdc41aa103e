// SPDX-License-Identifier: Apache-2.0
// Rounding values into formats, one at a time and in bulk.
#include "numerics/format.hpp"
#include "numerics/rounding.hpp"

#include "sim/base/error.hpp"

#include <cstddef>

namespace lodestone::numerics {
namespace {

template <class Real, class Code, class Rounder>
void encode_with(const Rounder& rounder, std::span<const Real> values, std::span<Code> codes) {
    const Real* in = values.data();
    Code* out = codes.data();
    const std::size_t count = values.size();
    for (std::size_t i = 0; i < count; ++i) {
        out[i] = static_cast<Code>(rounder(in[i]));
    }
}

template <class Real, class Code>
void encode_all(const Format& f, std::span<const Real> values, std::span<Code> codes, Overflow overflow) {
    check_invariant(values.size() == codes.size(), "encode gives one code per value");
    check_invariant(f.bits <= static_cast<int>(8 * sizeof(Code)), "a code type is at least as wide as its format");
    if (f.is_integer()) {
        encode_with(IntegerRounder(f), values, codes);
    } else if (f.mantissa_bits < RealTraits<Real>::mantissa_bits) {
        encode_with(FloatingRounder<Real>(f, overflow), values, codes);
    } else {
        encode_with(FloatingRounder<double>(f, overflow), values, codes);
    }
}

} // namespace

std::uint32_t encode(const Format& f, double value, Overflow overflow) {
    return f.is_integer() ? IntegerRounder(f)(value) : FloatingRounder<double>(f, overflow)(value);
}

void encode(const Format& f, std::span<const float> values, std::span<std::uint8_t> codes, Overflow overflow) {
    encode_all(f, values, codes, overflow);
}
void encode(const Format& f, std::span<const double> values, std::span<std::uint8_t> codes, Overflow overflow) {
    encode_all(f, values, codes, overflow);
}
void encode(const Format& f, std::span<const float> values, std::span<std::uint16_t> codes, Overflow overflow) {
    encode_all(f, values, codes, overflow);
}
void encode(const Format& f, std::span<const double> values, std::span<std::uint16_t> codes, Overflow overflow) {
    encode_all(f, values, codes, overflow);
}
void encode(const Format& f, std::span<const float> values, std::span<std::uint32_t> codes, Overflow overflow) {
    encode_all(f, values, codes, overflow);
}
void encode(const Format& f, std::span<const double> values, std::span<std::uint32_t> codes, Overflow overflow) {
    encode_all(f, values, codes, overflow);
}

} // namespace lodestone::numerics
