// SPDX-License-Identifier: Apache-2.0
// Quantisation by real scales and by powers of two shared within a block.
#include "numerics/scale.hpp"
#include "numerics/rounding.hpp"

#include "sim/base/error.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace lodestone::numerics {
namespace {

constexpr int e8m0_bias = 127;

void check_scale(double scale) {
    check_invariant(std::isfinite(scale) && scale > 0.0, "a scale is positive and finite");
}

template <class Code>
void quantise_integers(const Quantiser& q, double scale, std::span<const float> values, std::span<Code> codes) {
    const Format& f = format(q.format);
    const double high = std::ldexp(max_finite(f), f.fraction_bits);
    const double low = q.symmetric && f.is_signed ? -high : std::ldexp(lowest(f), f.fraction_bits);
    const IntegerRounder clip(f, low, high);
    const double zero_point = std::ldexp(static_cast<double>(q.zero_point), -f.fraction_bits);
    const double units = std::ldexp(1.0, f.fraction_bits);
    constexpr double beyond = 0x1p40; // beyond every integer format and every zero point
    constexpr double magic = 0x1.8p52;
    for (std::size_t i = 0; i < values.size(); ++i) {
        const double number = static_cast<double>(values[i]) / scale * units;
        const double bounded = number == number ? std::clamp(number, -beyond, beyond) : 0.0;
        const double rounded = (bounded + magic) - magic; // the zero point must not move the ties
        codes[i] = static_cast<Code>(clip(rounded / units + zero_point));
    }
}

template <class Code>
void quantise_slab(const Quantiser& q, double scale, std::span<const float> values, std::span<Code> codes) {
    check_scale(scale);
    const Format& f = format(q.format);
    check_invariant(values.size() == codes.size(), "quantise gives one code per value");
    check_invariant(f.bits <= static_cast<int>(8 * sizeof(Code)), "a code type is at least as wide as its format");
    if (f.is_integer()) {
        quantise_integers(q, scale, values, codes);
        return;
    }
    const FloatingRounder<double> rounder(f, Overflow::saturate);
    for (std::size_t i = 0; i < values.size(); ++i) {
        codes[i] = static_cast<Code>(rounder(static_cast<double>(values[i]) / scale));
    }
}

template <class Code>
void dequantise_all(const Quantiser& q, std::span<const Code> codes, std::span<float> values) {
    check_scale(q.scale);
    const Format& f = format(q.format);
    std::vector<double> decoded(codes.size());
    decode(f, codes, std::span<double>(decoded));
    check_invariant(values.size() == codes.size(), "dequantise gives one value per code");
    const double zero_point = std::ldexp(static_cast<double>(q.zero_point), -f.fraction_bits);
    for (std::size_t i = 0; i < codes.size(); ++i) {
        values[i] = static_cast<float>((decoded[i] - zero_point) * q.scale);
    }
}

template <class Code>
void quantise_each_channel(const Quantiser& q, std::span<const double> scales, std::span<const float> values,
                           std::span<Code> codes) {
    check_invariant(!scales.empty() && values.size() % scales.size() == 0, "channels divide the tensor evenly");
    check_invariant(values.size() == codes.size(), "quantise gives one code per value");
    const std::size_t slab = values.size() / scales.size();
    for (std::size_t c = 0; c < scales.size(); ++c) {
        quantise_slab(q, scales[c], values.subspan(c * slab, slab), codes.subspan(c * slab, slab));
    }
}

std::size_t block_size(const Format& f) {
    check_invariant(f.block.has_value(), "block quantisation is for block formats");
    return f.block->size;
}

/// The scale code of a block with this largest magnitude; `emax` is that of the element.
std::uint8_t block_scale(float amax, int emax) {
    if (!std::isfinite(amax)) {
        return e8m0_nan;
    }
    return amax == 0.0F ? encode_e8m0(-e8m0_bias) : encode_e8m0(std::ilogb(amax) - emax);
}

template <class Rounder>
void quantise_blocks_with(const Rounder& rounder, const Format& f, std::span<const float> values, BlockCodes out) {
    const std::size_t size = block_size(f);
    const int emax = max_exponent(f);
    for (std::size_t block = 0; block < out.scales.size(); ++block) {
        const std::size_t start = block * size;
        const auto part = values.subspan(start, std::min(size, values.size() - start));
        const std::uint8_t scale = block_scale(largest_magnitude(part), emax);
        out.scales[block] = scale;
        const double inverse = scale == e8m0_nan ? 0.0 : 1.0 / decode_e8m0(scale); // a power of two: exact
        for (std::size_t i = 0; i < part.size(); ++i) {
            const double value = scale == e8m0_nan ? 0.0 : static_cast<double>(part[i]) * inverse;
            out.codes[start + i] = static_cast<std::uint8_t>(rounder(value));
        }
    }
}

} // namespace

double scale_for(const Format& f, double amax) {
    return amax == 0.0 ? 1.0 : amax / max_finite(f);
}

float largest_magnitude(std::span<const float> values) {
    float largest = 0.0F;
    for (const float value : values) {
        const float magnitude = std::fabs(value);
        largest = magnitude > largest || std::isnan(magnitude) ? magnitude : largest;
        if (std::isnan(largest)) {
            return largest;
        }
    }
    return largest;
}

void quantise(const Quantiser& q, std::span<const float> values, std::span<std::uint8_t> codes) {
    quantise_slab(q, q.scale, values, codes);
}
void quantise(const Quantiser& q, std::span<const float> values, std::span<std::uint16_t> codes) {
    quantise_slab(q, q.scale, values, codes);
}
void quantise(const Quantiser& q, std::span<const float> values, std::span<std::uint32_t> codes) {
    quantise_slab(q, q.scale, values, codes);
}
void dequantise(const Quantiser& q, std::span<const std::uint8_t> codes, std::span<float> values) {
    dequantise_all(q, codes, values);
}
void dequantise(const Quantiser& q, std::span<const std::uint16_t> codes, std::span<float> values) {
    dequantise_all(q, codes, values);
}
void dequantise(const Quantiser& q, std::span<const std::uint32_t> codes, std::span<float> values) {
    dequantise_all(q, codes, values);
}
void quantise_channels(const Quantiser& q, std::span<const double> scales, std::span<const float> values,
                       std::span<std::uint16_t> codes) {
    quantise_each_channel(q, scales, values, codes);
}
void quantise_channels(const Quantiser& q, std::span<const double> scales, std::span<const float> values,
                       std::span<std::uint8_t> codes) {
    quantise_each_channel(q, scales, values, codes);
}

double decode_e8m0(std::uint8_t code) {
    return code == e8m0_nan ? std::numeric_limits<double>::quiet_NaN()
                            : std::ldexp(1.0, static_cast<int>(code) - e8m0_bias);
}

std::uint8_t encode_e8m0(int exponent) {
    return static_cast<std::uint8_t>(std::clamp(exponent, -e8m0_bias, e8m0_bias) + e8m0_bias);
}

std::size_t block_count(const Format& f, std::size_t count) {
    return static_cast<std::size_t>(ceil_div(count, block_size(f)));
}

void quantise_blocks(const Format& f, std::span<const float> values, BlockCodes out) {
    check_invariant(out.codes.size() == values.size(), "quantise gives one code per value");
    check_invariant(out.scales.size() == block_count(f, values.size()), "every block has one scale");
    if (f.is_integer()) {
        const double high = std::ldexp(max_finite(f), f.fraction_bits);
        quantise_blocks_with(IntegerRounder(f, -high, high), f, values, out);
    } else {
        quantise_blocks_with(FloatingRounder<double>(f, Overflow::saturate), f, values, out);
    }
}

void dequantise_blocks(const Format& f, BlockCodesView in, std::span<float> values) {
    const std::size_t size = block_size(f);
    check_invariant(in.codes.size() == values.size(), "dequantise gives one value per code");
    check_invariant(in.scales.size() == block_count(f, values.size()), "every block has one scale");
    decode(f, in.codes, values);
    for (std::size_t block = 0; block < in.scales.size(); ++block) {
        const double scale = decode_e8m0(in.scales[block]);
        for (float& value : values.subspan(block * size, std::min(size, values.size() - block * size))) {
            value = static_cast<float>(static_cast<double>(value) * scale);
        }
    }
}

void round_blocks(const Format& f, std::span<const float> values, std::span<float> rounded) {
    std::vector<std::uint8_t> codes(values.size());
    std::vector<std::uint8_t> scales(block_count(f, values.size()));
    quantise_blocks(f, values, {.codes = codes, .scales = scales});
    dequantise_blocks(f, {.codes = codes, .scales = scales}, rounded);
}

} // namespace lodestone::numerics
