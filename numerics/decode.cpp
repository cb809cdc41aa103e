// SPDX-License-Identifier: Apache-2.0
// The values of codes: by definition for one code, through tables for many.
#include "numerics/format.hpp"

#include "sim/base/error.hpp"

#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <limits>

namespace lodestone::numerics {
namespace {

double decode_integer(const Format& f, std::uint32_t code) {
    const std::uint32_t field = code & f.code_mask();
    auto value = static_cast<double>(field);
    if (f.is_signed && (field >> (f.bits - 1)) != 0) {
        value -= std::ldexp(1.0, f.bits);
    }
    return std::ldexp(value, -f.fraction_bits);
}

double decode_floating(const Format& f, std::uint32_t code) {
    constexpr double nan = std::numeric_limits<double>::quiet_NaN();
    const std::uint32_t sign_bit = std::uint32_t{1} << (f.bits - 1);
    const std::uint32_t magnitude = code & (sign_bit - 1);
    const bool negative = (code & sign_bit) != 0;
    const std::uint32_t mantissa_ones = (std::uint32_t{1} << f.mantissa_bits) - 1;
    const std::uint32_t mantissa = magnitude & mantissa_ones;
    const std::uint32_t exponent = magnitude >> f.mantissa_bits;
    const bool exponent_is_ones = exponent == (std::uint32_t{1} << f.exponent_bits) - 1;

    if ((f.nan == NanStyle::negative_zero && negative && magnitude == 0) ||
        (f.nan == NanStyle::all_ones && magnitude == sign_bit - 1) ||
        (f.nan == NanStyle::ieee && exponent_is_ones && mantissa != 0)) {
        return nan;
    }
    if (f.has_infinity && exponent_is_ones) {
        return negative ? -std::numeric_limits<double>::infinity() : std::numeric_limits<double>::infinity();
    }
    const std::uint32_t hidden = exponent == 0 ? 0 : mantissa_ones + 1;
    const int power = (exponent == 0 ? 1 : static_cast<int>(exponent)) - f.bias - f.mantissa_bits;
    const double value = std::ldexp(static_cast<double>(hidden + mantissa), power);
    return negative ? -value : value;
}

constexpr std::size_t table_size = 256;
constexpr std::size_t format_count = static_cast<std::size_t>(FormatId::mxint8) + 1;

/// Values of all codes of a byte, the bits above the format's width ignored as decode() does.
template <class Real>
using ByteTable = std::array<Real, table_size>;

template <class Real>
const ByteTable<Real>& byte_table(FormatId id) {
    static const auto tables = [] {
        std::array<ByteTable<Real>, format_count> all{};
        for (std::size_t i = 0; i < format_count; ++i) {
            const Format& f = format(static_cast<FormatId>(i));
            for (std::uint32_t code = 0; f.bits <= 8 && code < table_size; ++code) {
                all[i][code] = static_cast<Real>(decode(f, code));
            }
        }
        return all;
    }();
    return tables[static_cast<std::size_t>(id)];
}

/// The bits of an IEEE binary32 from those of a format that is its upper part or itself.
template <class Real, class Code>
void decode_binary32_part(int bits, std::span<const Code> codes, std::span<Real> values) {
    const int shift = 32 - bits;
    for (std::size_t i = 0; i < codes.size(); ++i) {
        values[i] = static_cast<Real>(std::bit_cast<float>(static_cast<std::uint32_t>(codes[i]) << shift));
    }
}

template <class Real, class Code>
void decode_wide_integer(const Format& f, std::span<const Code> codes, std::span<Real> values) {
    const int unused = 32 - f.bits; // shifting up and down again extends the sign
    for (std::size_t i = 0; i < codes.size(); ++i) {
        const std::uint32_t top = static_cast<std::uint32_t>(codes[i]) << unused;
        values[i] = static_cast<Real>(static_cast<std::int32_t>(top) >> unused);
    }
}

/// fp16 with its exponent moved up into binary32, whose own multiplication then also normalises subnormals.
template <class Real, class Code>
void decode_half(std::span<const Code> codes, std::span<Real> values) {
    constexpr int mantissa_difference = 13;
    constexpr float rebias = 0x1p112F; // 2^(127 - 15)
    constexpr std::uint32_t infinity = 0x7F800000U;
    constexpr float first_special = 65536.0F;
    for (std::size_t i = 0; i < codes.size(); ++i) {
        const auto code = static_cast<std::uint32_t>(codes[i]);
        const std::uint32_t magnitude = (code & 0x7FFFU) << mantissa_difference;
        const float finite = std::bit_cast<float>(magnitude) * rebias;
        const std::uint32_t special = finite >= first_special ? infinity : 0U;
        const std::uint32_t sign = (code & 0x8000U) << 16U;
        values[i] = static_cast<Real>(std::bit_cast<float>(std::bit_cast<std::uint32_t>(finite) | special | sign));
    }
}

template <class Real, class Code>
void decode_all(const Format& f, std::span<const Code> codes, std::span<Real> values) {
    check_invariant(values.size() == codes.size(), "decode gives one value per code");
    if (f.bits <= 8) {
        const ByteTable<Real>& table = byte_table<Real>(f.id);
        for (std::size_t i = 0; i < codes.size(); ++i) {
            values[i] = table[static_cast<std::uint8_t>(codes[i])];
        }
    } else if (f.is_integer()) {
        decode_wide_integer(f, codes, values);
    } else if (f.id == FormatId::fp16) {
        decode_half(codes, values);
    } else if (f.exponent_bits == 8) {
        decode_binary32_part(f.bits, codes, values);
    } else {
        for (std::size_t i = 0; i < codes.size(); ++i) {
            values[i] = static_cast<Real>(decode(f, codes[i]));
        }
    }
}

} // namespace

double decode(const Format& f, std::uint32_t code) {
    return f.is_integer() ? decode_integer(f, code) : decode_floating(f, code);
}

double round_to(const Format& f, double value, Overflow overflow) {
    return decode(f, encode(f, value, overflow));
}

void decode(const Format& f, std::span<const std::uint8_t> codes, std::span<float> values) {
    decode_all(f, codes, values);
}
void decode(const Format& f, std::span<const std::uint8_t> codes, std::span<double> values) {
    decode_all(f, codes, values);
}
void decode(const Format& f, std::span<const std::uint16_t> codes, std::span<float> values) {
    decode_all(f, codes, values);
}
void decode(const Format& f, std::span<const std::uint16_t> codes, std::span<double> values) {
    decode_all(f, codes, values);
}
void decode(const Format& f, std::span<const std::uint32_t> codes, std::span<float> values) {
    decode_all(f, codes, values);
}
void decode(const Format& f, std::span<const std::uint32_t> codes, std::span<double> values) {
    decode_all(f, codes, values);
}

void round_to(const Format& f, std::span<const float> values, std::span<float> rounded, Overflow overflow) {
    check_invariant(values.size() == rounded.size(), "rounding gives one value per value");
    constexpr std::size_t chunk = 1024;
    std::array<std::uint32_t, chunk> codes;
    for (std::size_t start = 0; start < values.size(); start += chunk) {
        const std::size_t length = values.size() - start < chunk ? values.size() - start : chunk;
        const std::span<std::uint32_t> part(codes.data(), length);
        encode(f, values.subspan(start, length), part, overflow);
        decode(f, std::span<const std::uint32_t>(part), rounded.subspan(start, length));
    }
}

} // namespace lodestone::numerics
