// SPDX-License-Identifier: Apache-2.0
// What a multiply-accumulate unit is: operand formats, accumulator, lanes, alignment; and the widths that follow.
#pragma once

#include "numerics/accumulate.hpp"
#include "numerics/format.hpp"
#include "sim/base/diagnostics.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace lodestone::cost {

/// fixed: two's complement register in which every product is exact (Kulisch), or of any width. floating: fp16, bf16 or
/// fp32, rounded to nearest even after every addition.
enum class AccumulatorKind : std::uint8_t { fixed, floating };

struct Accumulator {
    AccumulatorKind kind = AccumulatorKind::fixed;
    int bits = 0;                                         ///< of a fixed register; 0: product width + headroom
    int headroom = 12;                                    ///< bits above the product width when `bits` is 0
    numerics::FormatId format = numerics::FormatId::fp32; ///< of a floating one
    friend bool operator==(const Accumulator&, const Accumulator&) = default;
};

/// `kulisch`, `intN` (a fixed register of N bits), `fp16`, `bf16`, `fp32`. Throws UserError that lists them.
[[nodiscard]] Accumulator parse_accumulator(std::string_view name);
[[nodiscard]] std::string name_of(const Accumulator& accumulator);

/// single_mac: one product per cycle into an accumulator of its own. fused_dot: the products of all lanes are aligned
/// with each other, summed in a tree and added to one accumulator with one rounding.
enum class UnitKind : std::uint8_t { single_mac, fused_dot };

/// What becomes of the bits of a product below the alignment window: cut off the magnitude, or rounded.
enum class Alignment : std::uint8_t { truncate, nearest_even };

struct MacUnitSpec {
    numerics::FormatId a = numerics::FormatId::int8;
    numerics::FormatId b = numerics::FormatId::int8;
    Accumulator accumulator;
    UnitKind kind = UnitKind::single_mac;
    int lanes = 1;  ///< products per cycle; 1 for single_mac
    int window = 0; ///< magnitude bits to which products are aligned below the largest; 0: all, so that sums are exact
    Alignment alignment = Alignment::truncate;
    numerics::IntegerSum::Full full = numerics::IntegerSum::Full::saturate; ///< a fixed register that is too small
    numerics::Overflow overflow = numerics::Overflow::ieee;                 ///< a floating one
    bool zero_gating = false; ///< a product with a zero operand neither switches the multiplier nor reaches the sum
};

/// Everything wrong with a spec; empty when it can be built.
[[nodiscard]] Problems verify_unit(const MacUnitSpec& spec);

/// `fp8_e4m3 kulisch`, `int8xint4 int24 fused_dot 32 window 20`
[[nodiscard]] std::string name_of(const MacUnitSpec& spec);
[[nodiscard]] std::string_view name_of(UnitKind kind);

/// Widths of one operand as the multiplier sees it; an integer has no exponent.
struct OperandWidths {
    int significand = 8; ///< with sign and hidden bit
    int exponent = 0;    ///< bits of the exponent field
    int places = 0;      ///< distance between the largest and the smallest exponent: 2^E - 2
    int lsb = 0;         ///< exponent of the last bit of the smallest value
};
[[nodiscard]] OperandWidths widths_of(const numerics::Format& format);

/// Widths of the datapath, sign included. Flavours with special codes have the widths of the all-finite grid.
struct UnitWidths {
    OperandWidths a;
    OperandWidths b;
    int product = 0;     ///< significands' product: Sa + Sb - 1
    int places = 0;      ///< alignment distance of a product
    int exponent = 0;    ///< wider of the two exponent fields
    int aligned = 0;     ///< product + places: width in which every product is exact
    int lsb = 0;         ///< exponent of the last bit of the smallest product
    int accumulator = 0; ///< bits of the register
};
[[nodiscard]] UnitWidths widths_of(const MacUnitSpec& spec);

/// Sides of a unit whose operands come in blocks with a shared E8M0 scale: 0, 1 or 2.
[[nodiscard]] int scaled_sides(const MacUnitSpec& spec);
/// Lanes that share a scale; all lanes without blocks.
[[nodiscard]] int lanes_of_block(const MacUnitSpec& spec);
/// Blocks that are multiplied in one cycle. Their sums are added one after the other, each with its own rounding.
[[nodiscard]] int blocks_of(const MacUnitSpec& spec);

/// Cycles from an operand to the register that holds its sum: product register and accumulator; a fused dot has one
/// more register behind its tree. Every unit accepts new operands in each cycle.
[[nodiscard]] Cycles latency(const MacUnitSpec& spec);
[[nodiscard]] Cycles initiation_interval(const MacUnitSpec& spec);

} // namespace lodestone::cost
