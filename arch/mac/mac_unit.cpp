// SPDX-License-Identifier: Apache-2.0
// Multiply, align, add in a tree, accumulate.
#include "arch/mac/mac_unit.hpp"

#include "numerics/scale.hpp"
#include "sim/base/error.hpp"

#include <algorithm>
#include <limits>

namespace lodestone::mac {

namespace {

MacUnitSpec verified(const MacUnitSpec& spec) {
    verify_unit(spec).throw_if_errors();
    return spec;
}

/// Decoding is a look-up where it is small; the entries are made by split().
std::vector<Term> code_table(const numerics::Format& f) {
    constexpr int widest_table = 8;
    std::vector<Term> table;
    if (f.bits <= widest_table) {
        for (std::uint32_t code = 0; code <= f.code_mask(); ++code) {
            table.push_back(split(f, code));
        }
    }
    return table;
}

Term fields(const std::vector<Term>& table, const numerics::Format& f, std::uint32_t code) {
    return table.empty() ? split(f, code) : table[code & f.code_mask()];
}

/// significand * 2^-cut by the unit's rule for bits below the window.
std::uint64_t cut_below(std::uint64_t significand, int cut, Alignment alignment) {
    if (cut > WideInteger::word_bits - 1) {
        return 0;
    }
    const std::uint64_t kept = significand >> cut;
    if (alignment == Alignment::truncate) {
        return kept;
    }
    const std::uint64_t rest = significand & ((std::uint64_t{1} << cut) - 1);
    const std::uint64_t half = std::uint64_t{1} << (cut - 1);
    return kept + (rest > half || (rest == half && (kept & 1U) != 0) ? 1 : 0);
}

} // namespace

MacRegister::MacRegister(const MacUnitSpec& spec)
    : kind_(spec.accumulator.kind), format_(&numerics::format(spec.accumulator.format)),
      bits_(widths_of(spec).accumulator), lsb_(widths_of(spec).lsb), full_(spec.full), overflow_(spec.overflow) {}

void MacRegister::clear() {
    fixed_ = WideInteger();
    special_ = Term();
    code_ = 0;
    scale_ = 0;
}

void MacRegister::add_special(const Term& term) {
    const bool opposite = special_.special == Special::infinity && term.special == Special::infinity &&
                          special_.negative != term.negative;
    if (term.special == Special::nan || opposite) {
        special_ = {.special = Special::nan};
    } else if (special_.special == Special::none) {
        special_ = {.negative = term.negative, .special = Special::infinity};
    }
}

bool MacRegister::keep() {
    const WideInteger wrapped = fixed_.wrapped(bits_);
    if (wrapped == fixed_) {
        return false;
    }
    if (full_ == numerics::IntegerSum::Full::wrap) {
        fixed_ = wrapped;
    } else {
        const WideInteger largest = WideInteger::largest(bits_);
        fixed_ = fixed_.is_negative() ? largest.complement() : largest;
    }
    return true;
}

bool MacRegister::add(const Term& term) {
    if (kind_ == AccumulatorKind::floating) {
        const Rounded sum = add_rounded(*format_, code_, term, overflow_);
        code_ = sum.code;
        return sum.overflowed;
    }
    if (term.special != Special::none) {
        add_special(term);
        return false;
    }
    if (term.significand == 0) {
        return false;
    }
    fixed_.add(term.negative, term.significand, term.exponent - lsb_);
    return keep();
}

bool MacRegister::add(const WideInteger& sum, int lsb) {
    if (kind_ == AccumulatorKind::floating) {
        const Rounded result = add_rounded(*format_, code_, sum, lsb, overflow_);
        code_ = result.code;
        return result.overflowed;
    }
    const bool negative = sum.is_negative();
    const WideInteger magnitude = negative ? sum.negated() : sum;
    for (int i = 0; i < WideInteger::words; ++i) {
        if (const std::uint64_t word = magnitude.word()[static_cast<std::size_t>(i)]; word != 0) {
            fixed_.add(negative, word, i * WideInteger::word_bits + lsb - lsb_);
        }
    }
    return keep();
}

double MacRegister::value() const {
    if (kind_ == AccumulatorKind::floating) {
        return numerics::decode(*format_, code_);
    }
    switch (special_.special) {
    case Special::nan:
        return std::numeric_limits<double>::quiet_NaN();
    case Special::infinity:
        return special_.negative ? -std::numeric_limits<double>::infinity() : std::numeric_limits<double>::infinity();
    case Special::none:
        break;
    }
    return to_double(fixed_, lsb_ + scale_);
}

BlockExponent block_exponent(std::uint8_t scale_a, std::uint8_t scale_b) {
    if (scale_a == numerics::e8m0_nan || scale_b == numerics::e8m0_nan) {
        return std::nullopt;
    }
    constexpr int bias = 127;
    return scale_a + scale_b - 2 * bias;
}

int product_magnitude_bits(const UnitWidths& widths) {
    // Two's complement reaches one further below zero, which needs the bit that two signs leave over.
    const bool both_floating = widths.a.exponent != 0 && widths.b.exponent != 0;
    return widths.product - (both_floating ? 1 : 0);
}

MacUnit::MacUnit(const MacUnitSpec& spec)
    : spec_(verified(spec)), widths_(widths_of(spec)), table_a_(code_table(numerics::format(spec.a))),
      table_b_(code_table(numerics::format(spec.b))), block_lanes_(lanes_of_block(spec)), blocks_(blocks_of(spec)),
      register_(spec) {
    products_.reserve(static_cast<std::size_t>(spec.lanes));
}

bool MacUnit::product(std::uint32_t code_a, std::uint32_t code_b, Term& product) {
    const Term a = fields(table_a_, numerics::format(spec_.a), code_a);
    const Term b = fields(table_b_, numerics::format(spec_.b), code_b);
    ++events_.products;
    if (spec_.zero_gating && (a.is_zero() || b.is_zero()) && a.special == Special::none && b.special == Special::none) {
        ++events_.gated;
        return false;
    }
    product = multiply(a, b);
    events_.not_finite += product.special != Special::none ? 1 : 0;
    return true;
}

void MacUnit::clear() {
    register_.clear();
    starts_sum_ = true;
}

void MacUnit::accumulate(std::span<const std::uint32_t> a, std::span<const std::uint32_t> b, BlockExponent scale) {
    const std::vector<BlockExponent> scales(static_cast<std::size_t>(blocks_), scale);
    accumulate(a, b, scales);
}

void MacUnit::accumulate(std::span<const std::uint32_t> a, std::span<const std::uint32_t> b,
                         std::span<const BlockExponent> scales) {
    check_invariant(a.size() == static_cast<std::size_t>(spec_.lanes) && b.size() == a.size(),
                    "a unit takes one code per lane");
    check_invariant(scales.size() == static_cast<std::size_t>(blocks_), "a unit takes one scale per block");
    const auto block = static_cast<std::size_t>(block_lanes_);
    for (std::size_t i = 0; i < scales.size(); ++i) {
        const std::size_t lanes = std::min(block, a.size() - i * block);
        add_block(a.subspan(i * block, lanes), b.subspan(i * block, lanes), scales[i]);
    }
    starts_sum_ = false;
}

void MacUnit::add_block(std::span<const std::uint32_t> a, std::span<const std::uint32_t> b, BlockExponent scale) {
    const bool floating = spec_.accumulator.kind == AccumulatorKind::floating;
    check_invariant(scale == 0 || floating || scaled_sides(spec_) != 0, "a fixed register has no room for scales");
    products_.clear();
    for (std::size_t i = 0; i < a.size(); ++i) {
        Term term;
        if (product(a[i], b[i], term) || !scale) {
            products_.push_back(scale ? term : Term{.special = Special::nan});
        }
    }
    if (!floating && starts_sum_) {
        register_.set_scale(scale.value_or(0));
    }
    const int shift = floating ? scale.value_or(0) : 0;
    if (spec_.kind == UnitKind::single_mac) {
        for (Term& term : products_) {
            term.exponent += shift;
            events_.overflows += register_.add(term) ? 1U : 0U;
        }
    } else if (!add_special_products()) {
        add_tree(shift);
    }
}

bool MacUnit::add_special_products() {
    bool found = false;
    for (const Term& term : products_) {
        if (term.special != Special::none) {
            register_.add(term);
            found = true;
        }
    }
    return found;
}

void MacUnit::add_tree(int scale) {
    int largest = std::numeric_limits<int>::min();
    for (const Term& term : products_) {
        if (term.significand != 0) {
            largest = std::max(largest, term.exponent);
        }
    }
    if (largest == std::numeric_limits<int>::min()) {
        return; // nothing but zeros
    }
    int lsb = widths_.lsb;
    if (spec_.window != 0) {
        lsb = std::max(lsb, largest + product_magnitude_bits(widths_) - spec_.window);
    }
    WideInteger sum;
    for (const Term& term : products_) {
        if (const int cut = lsb - term.exponent; cut > 0) {
            sum.add(term.negative, cut_below(term.significand, cut, spec_.alignment), 0);
        } else {
            sum.add(term.negative, term.significand, -cut);
        }
    }
    events_.overflows += register_.add(sum, lsb + scale) ? 1U : 0U;
}

} // namespace lodestone::mac
