// SPDX-License-Identifier: Apache-2.0
// Scales between real values and codes: per tensor, per channel, and one power of two per block (OCP microscaling).
#pragma once

#include "numerics/format.hpp"

#include <cstddef>
#include <cstdint>
#include <span>

namespace lodestone::numerics {

/// value ~ (decode(code) - zero_point) * scale. Integers clip to ±(2^(bits-1)-1) when `symmetric`, as quantisers of
/// weights do, otherwise to the full two's complement range.
struct Quantiser {
    FormatId format = FormatId::int8;
    double scale = 1.0;
    std::int32_t zero_point = 0; ///< integer formats only
    bool symmetric = true;
};

/// Scale at which `amax`, the largest magnitude, lands on the largest finite value; 1 when amax is 0.
[[nodiscard]] double scale_for(const Format& format, double amax);
/// Largest magnitude; 0 of nothing, NaN if there is one.
[[nodiscard]] float largest_magnitude(std::span<const float> values);

/// code = encode(value / scale + zero_point): the quotient in binary64, one rounding to nearest even, saturation.
/// Spans of equal length; a scale that is not positive and finite is an InternalError.
void quantise(const Quantiser& quantiser, std::span<const float> values, std::span<std::uint8_t> codes);
void quantise(const Quantiser& quantiser, std::span<const float> values, std::span<std::uint16_t> codes);
void quantise(const Quantiser& quantiser, std::span<const float> values, std::span<std::uint32_t> codes);
/// value = float((decode(code) - zero_point) * scale), product in binary64.
void dequantise(const Quantiser& quantiser, std::span<const std::uint8_t> codes, std::span<float> values);
void dequantise(const Quantiser& quantiser, std::span<const std::uint16_t> codes, std::span<float> values);
void dequantise(const Quantiser& quantiser, std::span<const std::uint32_t> codes, std::span<float> values);

/// One scale per outermost index: values[channels][rest], channels = scales.size(). The quantiser's own scale is
/// unused.
void quantise_channels(const Quantiser& quantiser, std::span<const double> scales, std::span<const float> values,
                       std::span<std::uint16_t> codes);
void quantise_channels(const Quantiser& quantiser, std::span<const double> scales, std::span<const float> values,
                       std::span<std::uint8_t> codes);

/// E8M0: 2^(code-127); 0xFF is NaN.
inline constexpr std::uint8_t e8m0_nan = 0xFF;
[[nodiscard]] double decode_e8m0(std::uint8_t code);
/// Nearest code below or at 2^exponent; exponents beyond -127..127 saturate.
[[nodiscard]] std::uint8_t encode_e8m0(int exponent);

/// Number of scales for `count` elements of a block format; the last block may be short.
[[nodiscard]] std::size_t block_count(const Format& format, std::size_t count);

/// Codes and scales of a tensor in a block format; blocks run over consecutive elements.
struct BlockCodes {
    std::span<std::uint8_t> codes;  ///< one per element
    std::span<std::uint8_t> scales; ///< one E8M0 per block
};
struct BlockCodesView {
    std::span<const std::uint8_t> codes;
    std::span<const std::uint8_t> scales;
};

/// OCP microscaling 1.0, conversion of a block: X = 2^(floor(log2 amax) - emax of the element), element = encode(value
/// / X), saturating. A block of zeros gets the smallest scale; a block with a NaN or an infinity gets the NaN scale.
void quantise_blocks(const Format& format, std::span<const float> values, BlockCodes out);
/// value = X * element; a NaN scale makes the whole block NaN. Exact unless it leaves binary32's range.
void dequantise_blocks(const Format& format, BlockCodesView in, std::span<float> values);
/// The values after storage in a block format; may work in place.
void round_blocks(const Format& format, std::span<const float> values, std::span<float> rounded);

} // namespace lodestone::numerics
