// SPDX-License-Identifier: Apache-2.0
// The table of formats and the properties that follow from a record.
#include "numerics/format.hpp"

#include "sim/base/error.hpp"

#include <array>
#include <cmath>
#include <utility>

namespace lodestone::numerics {
namespace {

constexpr std::string_view ofp8 = "OCP 8-bit floating point 1.0";
constexpr std::string_view microscaling = "OCP microscaling formats 1.0";
constexpr std::string_view whitepaper = "arXiv 2303.17951";
constexpr std::string_view fnuz_proposal = "arXiv 2206.02915";
constexpr std::string_view ieee = "IEEE 754-2019";
constexpr std::string_view twos_complement = "two's complement";

constexpr Format integer(FormatId id, std::string_view name, int bits) {
    return {.id = id, .name = name, .bits = bits, .source = twos_complement};
}

/// The width follows from the split: sign, exponent, mantissa.
struct Split {
    int exponent_bits;
    int mantissa_bits;
    int bias;
};

struct Specials {
    bool infinity;
    NanStyle nan;
};
constexpr Specials ieee_specials{.infinity = true, .nan = NanStyle::ieee};
constexpr Specials single_nan{.infinity = false, .nan = NanStyle::negative_zero};
constexpr Specials top_nan{.infinity = false, .nan = NanStyle::all_ones};
constexpr Specials no_specials{.infinity = false, .nan = NanStyle::none};

constexpr Format floating(FormatId id, std::string_view name, Split split, Specials specials, std::string_view source) {
    return {.id = id,
            .name = name,
            .kind = NumberKind::floating,
            .bits = 1 + split.exponent_bits + split.mantissa_bits,
            .exponent_bits = split.exponent_bits,
            .mantissa_bits = split.mantissa_bits,
            .bias = split.bias,
            .has_infinity = specials.infinity,
            .nan = specials.nan,
            .source = source};
}

constexpr Format in_blocks(Format element, FormatId id, std::string_view name) {
    element.id = id;
    element.name = name;
    element.block = BlockScale{};
    element.source = microscaling;
    return element;
}

constexpr Format unsigned_integer(FormatId id, std::string_view name, int bits) {
    Format result = integer(id, name, bits);
    result.is_signed = false;
    result.source = "plain binary";
    return result;
}

constexpr Format mxint8_element() {
    Format result = in_blocks(integer(FormatId::int8, "int8", 8), FormatId::mxint8, "mxint8");
    result.fraction_bits = 6; // the implicit scale of the element is 2^-6
    return result;
}

constexpr Format e4m3 = floating(FormatId::fp8_e4m3, "fp8_e4m3", {4, 3, 7}, top_nan, ofp8);
constexpr Format e5m2 = floating(FormatId::fp8_e5m2, "fp8_e5m2", {5, 2, 15}, ieee_specials, ofp8);
constexpr Format e2m3 = floating(FormatId::fp6_e2m3, "fp6_e2m3", {2, 3, 1}, no_specials, microscaling);
constexpr Format e3m2 = floating(FormatId::fp6_e3m2, "fp6_e3m2", {3, 2, 3}, no_specials, microscaling);
constexpr Format e2m1 = floating(FormatId::fp4_e2m1, "fp4_e2m1", {2, 1, 1}, no_specials, microscaling);

constexpr std::array formats{
    integer(FormatId::int2, "int2", 2),
    integer(FormatId::int4, "int4", 4),
    integer(FormatId::int8, "int8", 8),
    integer(FormatId::int16, "int16", 16),
    integer(FormatId::int32, "int32", 32),
    unsigned_integer(FormatId::uint8, "uint8", 8),
    floating(FormatId::fp8_e2m5, "fp8_e2m5", {2, 5, 2}, single_nan, whitepaper),
    floating(FormatId::fp8_e3m4, "fp8_e3m4", {3, 4, 4}, single_nan, whitepaper),
    e4m3,
    e5m2,
    floating(FormatId::fp8_e4m3_ieee, "fp8_e4m3_ieee", {4, 3, 7}, ieee_specials, ieee),
    floating(FormatId::fp8_e3m4_ieee, "fp8_e3m4_ieee", {3, 4, 3}, ieee_specials, ieee),
    floating(FormatId::fp8_e4m3_fnuz, "fp8_e4m3_fnuz", {4, 3, 8}, single_nan, fnuz_proposal),
    floating(FormatId::fp8_e5m2_fnuz, "fp8_e5m2_fnuz", {5, 2, 16}, single_nan, fnuz_proposal),
    floating(FormatId::fp8_e4m3b11_fnuz, "fp8_e4m3b11_fnuz", {4, 3, 11}, single_nan, fnuz_proposal),
    floating(FormatId::fp8_e4m3_qc, "fp8_e4m3_qc", {4, 3, 8}, single_nan, whitepaper),
    floating(FormatId::fp8_e5m2_qc, "fp8_e5m2_qc", {5, 2, 16}, single_nan, whitepaper),
    e2m3,
    e3m2,
    e2m1,
    floating(FormatId::fp16, "fp16", {5, 10, 15}, ieee_specials, ieee),
    floating(FormatId::bf16, "bf16", {8, 7, 127}, ieee_specials, "the upper half of binary32"),
    floating(FormatId::fp32, "fp32", {8, 23, 127}, ieee_specials, ieee),
    in_blocks(e4m3, FormatId::mxfp8, "mxfp8"),
    in_blocks(e5m2, FormatId::mxfp8_e5m2, "mxfp8_e5m2"),
    in_blocks(e2m3, FormatId::mxfp6_e2m3, "mxfp6_e2m3"),
    in_blocks(e3m2, FormatId::mxfp6_e3m2, "mxfp6_e3m2"),
    in_blocks(e2m1, FormatId::mxfp4, "mxfp4"),
    mxint8_element(),
};

constexpr bool table_follows_enumeration() {
    for (std::size_t i = 0; i < formats.size(); ++i) {
        if (formats[i].id != static_cast<FormatId>(i)) {
            return false;
        }
    }
    return formats.back().id == FormatId::mxint8;
}
static_assert(table_follows_enumeration());

constexpr std::array<std::pair<std::string_view, FormatId>, 7> aliases{{
    {"fp8_e5m2_ieee", FormatId::fp8_e5m2},
    {"fp8_e2m5_fnuz", FormatId::fp8_e2m5},
    {"fp8_e3m4_fnuz", FormatId::fp8_e3m4},
    {"mxfp8_e4m3", FormatId::mxfp8},
    {"mxfp6", FormatId::mxfp6_e2m3},
    {"mxfp4_e2m1", FormatId::mxfp4},
    {"fp4", FormatId::fp4_e2m1},
}};

} // namespace

const Format& format(FormatId id) {
    const auto index = static_cast<std::size_t>(id);
    check_invariant(index < formats.size(), "a FormatId is one of the enumerators");
    return formats[index];
}

std::optional<FormatId> find_format(std::string_view name) {
    for (const Format& candidate : formats) {
        if (candidate.name == name) {
            return candidate.id;
        }
    }
    for (const auto& [alias, id] : aliases) {
        if (alias == name) {
            return id;
        }
    }
    return std::nullopt;
}

std::string_view name_of(FormatId id) {
    return format(id).name;
}

std::vector<std::string> format_names() {
    std::vector<std::string> names;
    names.reserve(formats.size());
    for (const Format& each : formats) {
        names.emplace_back(each.name);
    }
    return names;
}

double max_finite(const Format& f) {
    if (f.is_integer()) {
        return std::ldexp(1.0, f.bits - (f.is_signed ? 1 : 0) - f.fraction_bits) - min_positive(f);
    }
    std::uint32_t code = (std::uint32_t{1} << (f.bits - 1)) - 1;
    if (f.nan == NanStyle::all_ones) {
        code -= 1;
    } else if (f.nan == NanStyle::ieee) {
        code -= std::uint32_t{1} << f.mantissa_bits; // below the exponent that is all ones
    }
    return decode(f, code);
}

double lowest(const Format& f) {
    if (!f.is_integer()) {
        return -max_finite(f);
    }
    return f.is_signed ? -std::ldexp(1.0, f.bits - 1 - f.fraction_bits) : 0.0;
}

double min_positive(const Format& f) {
    return f.is_integer() ? std::ldexp(1.0, -f.fraction_bits) : std::ldexp(1.0, 1 - f.bias - f.mantissa_bits);
}

double min_normal(const Format& f) {
    return f.is_integer() ? min_positive(f) : std::ldexp(1.0, 1 - f.bias);
}

int max_exponent(const Format& f) {
    return std::ilogb(max_finite(f));
}

bool has_nan(const Format& f) {
    return f.nan != NanStyle::none;
}

Bits storage_bits(const Format& f) {
    return Bits(static_cast<std::uint64_t>(f.bits));
}

Bits storage_bits(const Format& f, std::uint64_t count) {
    const Bits elements = storage_bits(f) * count;
    return f.block ? elements + Bits(ceil_div(count, f.block->size) * f.block->scale_bits) : elements;
}

} // namespace lodestone::numerics
