// SPDX-License-Identifier: Apache-2.0
// The multiply-accumulate unit, bit for bit: single products or fused dot products into a fixed or floating register.
#pragma once

#include "arch/mac/float_register.hpp"
#include "arch/mac/unit.hpp"

#include <optional>
#include <span>
#include <vector>

namespace lodestone::mac {

/// What the unit has done since it was built.
struct MacEvents {
    std::uint64_t products = 0;   ///< offered, gated ones included
    std::uint64_t gated = 0;      ///< with a zero operand, when the unit gates zeros
    std::uint64_t overflows = 0;  ///< additions whose result left the register's finite range
    std::uint64_t not_finite = 0; ///< products that were NaN or infinite
};

/// The accumulator: an integer in units of 2^lsb with flags for infinities and NaN, or the code of a floating format.
class MacRegister {
public:
    explicit MacRegister(const MacUnitSpec& spec);

    void clear();
    /// Both return true when the result left the finite range.
    bool add(const Term& term);
    bool add(const WideInteger& sum, int lsb);

    /// Of a fixed register; meaningless when special() is set.
    [[nodiscard]] const WideInteger& fixed() const { return fixed_; }
    [[nodiscard]] int lsb() const { return lsb_; }
    [[nodiscard]] Special special() const { return special_.special; }
    [[nodiscard]] bool special_is_negative() const { return special_.negative; }
    /// Of a floating register.
    [[nodiscard]] std::uint32_t code() const { return code_; }
    /// Exponent of two that the content of a fixed register is to be multiplied with: the scale of its block.
    [[nodiscard]] int scale() const { return scale_; }
    void set_scale(int exponent) { scale_ = exponent; }
    /// The content, scale included, rounded to binary64.
    [[nodiscard]] double value() const;

private:
    bool keep();
    void add_special(const Term& term);

    AccumulatorKind kind_;
    const numerics::Format* format_;
    int bits_;
    int lsb_;
    numerics::IntegerSum::Full full_;
    numerics::Overflow overflow_;
    WideInteger fixed_;
    Term special_;
    std::uint32_t code_ = 0;
    int scale_ = 0;
};

/// Scale of a pair of blocks: the exponent of two, or nothing when a scale is NaN, which makes every product NaN. A
/// floating accumulator takes scaled products. A fixed one sums the elements of one block and keeps the scale of the
/// first operands of a sum beside it.
using BlockExponent = std::optional<int>;
/// Of two E8M0 codes.
[[nodiscard]] BlockExponent block_exponent(std::uint8_t scale_a, std::uint8_t scale_b);

class MacUnit {
public:
    /// Throws UserError when the spec cannot be built.
    explicit MacUnit(const MacUnitSpec& spec);

    [[nodiscard]] const MacUnitSpec& spec() const { return spec_; }
    void clear();
    /// One cycle's operands, one code per lane, and one scale for each of its blocks.
    void accumulate(std::span<const std::uint32_t> a, std::span<const std::uint32_t> b,
                    std::span<const BlockExponent> scales);
    /// The same scale for all blocks.
    void accumulate(std::span<const std::uint32_t> a, std::span<const std::uint32_t> b, BlockExponent scale = 0);
    void accumulate(std::uint32_t a, std::uint32_t b, BlockExponent scale = 0) {
        accumulate(std::span(&a, 1), std::span(&b, 1), scale);
    }
    [[nodiscard]] const MacRegister& accumulator() const { return register_; }
    [[nodiscard]] double value() const { return register_.value(); }
    [[nodiscard]] const MacEvents& events() const { return events_; }

private:
    [[nodiscard]] bool product(std::uint32_t a, std::uint32_t b, Term& product);
    void add_block(std::span<const std::uint32_t> a, std::span<const std::uint32_t> b, BlockExponent scale);
    void add_tree(int scale);
    [[nodiscard]] bool add_special_products();

    MacUnitSpec spec_;
    UnitWidths widths_;
    std::vector<Term> table_a_; ///< fields of every code of up to 8 bits
    std::vector<Term> table_b_;
    int block_lanes_;
    int blocks_;
    MacRegister register_;
    std::vector<Term> products_; ///< of one block, without gated ones
    bool starts_sum_ = true;     ///< nothing was accumulated since clear()
    MacEvents events_;
};

/// Magnitude bits of the product of two significands.
[[nodiscard]] int product_magnitude_bits(const UnitWidths& widths);

} // namespace lodestone::mac
