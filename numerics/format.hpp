// SPDX-License-Identifier: Apache-2.0
// Number formats as data records, their exact values, and the one way to round into them.
#pragma once

#include "sim/base/quantity.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lodestone::numerics {

/// `fp8_e4m3` and `fp8_e5m2` are the OCP formats; `fp8_e2m5`, `fp8_e3m4`, `…_qc` the all-finite grids of arXiv
/// 2303.17951; `mx…` are the element formats of OCP microscaling, 32 of which share one E8M0 scale.
enum class FormatId : std::uint8_t {
    int2,
    int4,
    int8,
    int16,
    int32,
    uint8,
    fp8_e2m5,
    fp8_e3m4,
    fp8_e4m3,
    fp8_e5m2,
    fp8_e4m3_ieee,
    fp8_e3m4_ieee,
    fp8_e4m3_fnuz,
    fp8_e5m2_fnuz,
    fp8_e4m3b11_fnuz,
    fp8_e4m3_qc,
    fp8_e5m2_qc,
    fp6_e2m3,
    fp6_e3m2,
    fp4_e2m1,
    fp16,
    bf16,
    fp32,
    mxfp8,
    mxfp8_e5m2,
    mxfp6_e2m3,
    mxfp6_e3m2,
    mxfp4,
    mxint8,
};

enum class NumberKind : std::uint8_t { integer, floating };

/// Which codes are NaN: none; exponent all ones with a mantissa other than 0; S.1…1.1…1 only; only "minus zero".
enum class NanStyle : std::uint8_t { none, ieee, all_ones, negative_zero };

/// What becomes of a value beyond the largest finite one: that one, or infinity (NaN where the format has no
/// infinity but has NaN). Formats with neither, integers among them, saturate always.
enum class Overflow : std::uint8_t { saturate, ieee };

/// `size` consecutive elements share one power-of-two scale of `scale_bits` bits.
struct BlockScale {
    std::uint32_t size = 32;
    std::uint32_t scale_bits = 8;
};

/// A floating code is sign | exponent | mantissa and has a zero and subnormals at exponent field 0.
/// An integer code is two's complement (or plain binary when unsigned); its value is code * 2^-fraction_bits.
/// Codes occupy the low `bits` bits; decoding ignores the bits above them.
struct Format {
    FormatId id = FormatId::int8;
    std::string_view name;
    NumberKind kind = NumberKind::integer;
    int bits = 8;
    int exponent_bits = 0;
    int mantissa_bits = 0;
    int bias = 0;
    int fraction_bits = 0;
    bool is_signed = true;
    bool has_infinity = false;
    NanStyle nan = NanStyle::none;
    std::optional<BlockScale> block;
    std::string_view source;

    [[nodiscard]] constexpr bool is_integer() const { return kind == NumberKind::integer; }
    [[nodiscard]] constexpr std::uint32_t code_mask() const {
        return bits == 32 ? ~std::uint32_t{0} : (std::uint32_t{1} << bits) - 1;
    }
};

[[nodiscard]] const Format& format(FormatId id);
/// By name or by an alias (`mxfp8_e4m3`, `mxfp6`, `fp8_e5m2_ieee`, `fp8_e3m4_fnuz` …).
[[nodiscard]] std::optional<FormatId> find_format(std::string_view name);
[[nodiscard]] std::string_view name_of(FormatId id);
/// Names of all formats in the order of FormatId, without aliases.
[[nodiscard]] std::vector<std::string> format_names();

/// Exact value of a code; for a block format, of the element with scale 1.
[[nodiscard]] double decode(const Format& format, std::uint32_t code);
/// Code of the nearest value, ties to the even code. NaN becomes the NaN of the format; without one, 0.
/// A negative value that rounds to zero becomes -0 where there is one.
[[nodiscard]] std::uint32_t encode(const Format& format, double value, Overflow overflow = Overflow::saturate);
/// decode(encode(value)): the value after storage in the format.
[[nodiscard]] double round_to(const Format& format, double value, Overflow overflow = Overflow::saturate);

/// Largest finite value; of an integer 2^(bits-1)-1 over its fraction, also where -2^(bits-1) is a code.
[[nodiscard]] double max_finite(const Format& format);
/// Most negative finite value: -128 for int8, -max_finite for floating formats.
[[nodiscard]] double lowest(const Format& format);
/// Smallest positive value (a subnormal for floating formats). Every finite value is a multiple of it.
[[nodiscard]] double min_positive(const Format& format);
/// Smallest positive normal value; for integers the same as min_positive.
[[nodiscard]] double min_normal(const Format& format);
/// floor(log2(max_finite)): the `emax` of the microscaling rule.
[[nodiscard]] int max_exponent(const Format& format);
[[nodiscard]] bool has_nan(const Format& format);

/// Bits one element occupies in memory, its own only.
[[nodiscard]] Bits storage_bits(const Format& format);
/// Bits `count` elements occupy, with the shared scales of a block format (a started block has its scale).
[[nodiscard]] Bits storage_bits(const Format& format, std::uint64_t count);

/// Many at once; both spans have the same length. float holds every format exactly but int32.
void decode(const Format& format, std::span<const std::uint8_t> codes, std::span<float> values);
void decode(const Format& format, std::span<const std::uint8_t> codes, std::span<double> values);
void decode(const Format& format, std::span<const std::uint16_t> codes, std::span<float> values);
void decode(const Format& format, std::span<const std::uint16_t> codes, std::span<double> values);
void decode(const Format& format, std::span<const std::uint32_t> codes, std::span<float> values);
void decode(const Format& format, std::span<const std::uint32_t> codes, std::span<double> values);

/// Many at once, the same codes as the single form. A code type narrower than the format is an InternalError.
void encode(const Format& format, std::span<const float> values, std::span<std::uint8_t> codes,
            Overflow overflow = Overflow::saturate);
void encode(const Format& format, std::span<const double> values, std::span<std::uint8_t> codes,
            Overflow overflow = Overflow::saturate);
void encode(const Format& format, std::span<const float> values, std::span<std::uint16_t> codes,
            Overflow overflow = Overflow::saturate);
void encode(const Format& format, std::span<const double> values, std::span<std::uint16_t> codes,
            Overflow overflow = Overflow::saturate);
void encode(const Format& format, std::span<const float> values, std::span<std::uint32_t> codes,
            Overflow overflow = Overflow::saturate);
void encode(const Format& format, std::span<const double> values, std::span<std::uint32_t> codes,
            Overflow overflow = Overflow::saturate);

/// The value after storage in the format, for each element; `values` and `rounded` may be the same memory.
void round_to(const Format& format, std::span<const float> values, std::span<float> rounded,
              Overflow overflow = Overflow::saturate);

} // namespace lodestone::numerics
