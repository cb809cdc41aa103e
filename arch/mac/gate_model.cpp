// SPDX-License-Identifier: Apache-2.0
// Gate counts of whole units as sums of named components.
#include "arch/mac/gate_model.hpp"

#include <algorithm>
#include <bit>

namespace lodestone::mac {

namespace {

constexpr int guard_bits = 2;     ///< round and sticky
constexpr int carry_bits = 1;     ///< of one addition
constexpr int exponent_spare = 2; ///< sum of two exponents, and the carry of normalisation

struct FloatingWidths {
    int significand = 0; ///< of accumulator or product, whichever is wider, with sign
    int exponent = 0;
    int stored = 0; ///< bits of the accumulator register
};

FloatingWidths floating_widths(const UnitWidths& w, const numerics::Format& accumulator) {
    return {.significand = std::max(accumulator.mantissa_bits + 2, w.product),
            .exponent = std::max(accumulator.exponent_bits, w.exponent + exponent_spare),
            .stored = accumulator.bits};
}

/// Exponent sum next to a product of floating operands; nothing for integers.
int exponent_sum_bits(const UnitWidths& w) {
    return w.exponent == 0 ? 0 : w.exponent + 1;
}

double product_register(const GateCosts& c, const UnitWidths& w) {
    return flip_flops(c, w.product + exponent_sum_bits(w));
}

/// Both terms to a common exponent: difference and its magnitude, swap, right shift with sticky bit, addition.
double sorted_addition(const GateCosts& c, const FloatingWidths& f) {
    const int shifted = f.significand + guard_bits;
    return adder(c, f.exponent) + magnitude(c, f.exponent) + selector(c, 2 * f.significand + f.exponent) +
           right_shifter(c, shifted, shifted) + reduction(c, shifted) + adder(c, shifted + carry_bits);
}

/// Normalisation, rounding to nearest even and the accumulator register.
double normalisation(const GateCosts& c, const FloatingWidths& f) {
    const int sum = f.significand + guard_bits + carry_bits;
    return leading_zero_detector(c, sum) + left_shifter(c, sum, sum - 1) + adder(c, f.exponent) +
           incrementer(c, f.significand) + incrementer(c, f.exponent) + flip_flops(c, f.stored);
}

/// Tree that adds `lanes` words of `bits` bits; each level is one bit wider.
double adder_tree(const GateCosts& c, int lanes, int bits) {
    double gates = 0;
    for (int left = lanes; left > 1; left = (left + 1) / 2) {
        gates += (left / 2) * adder(c, bits);
        ++bits;
    }
    return gates;
}

/// Tree that finds the largest of `lanes` exponents: a comparison and a selection per pair.
double maximum_tree(const GateCosts& c, int lanes, int bits) {
    return (lanes - 1) * (adder(c, bits) + selector(c, bits));
}

int tree_growth(int lanes) {
    return static_cast<int>(std::bit_width(static_cast<unsigned>(lanes - 1)));
}

/// Bits of an aligned product with its sign.
int aligned_bits(const UnitWidths& w, int window) {
    return window == 0 ? w.aligned : std::min(window + 1, w.aligned);
}

double fixed_register_gates(const GateCosts& c, int register_bits, int sum_bits) {
    return incrementer(c, std::max(0, register_bits - sum_bits)) + flip_flops(c, register_bits);
}

} // namespace

GateBreakdown fixed_point_mac(const GateCosts& c, const UnitWidths& w) {
    GateBreakdown g;
    g.multiply = multiplier(c, w.a.significand, w.b.significand) + adder(c, w.exponent);
    g.align_add = adder(c, std::min(w.aligned, w.accumulator));
    if (w.places > 0) {
        g.align_add += product_register(c, w) + widening_left_shifter(c, w.product, w.places);
    }
    g.accumulate = fixed_register_gates(c, w.accumulator, w.aligned);
    return g;
}

GateBreakdown floating_mac(const GateCosts& c, const UnitWidths& w, const numerics::Format& accumulator) {
    const FloatingWidths f = floating_widths(w, accumulator);
    return {.multiply = multiplier(c, w.a.significand, w.b.significand) + adder(c, exponent_sum_bits(w)),
            .align_add = product_register(c, w) + sorted_addition(c, f),
            .accumulate = normalisation(c, f)};
}

GateBreakdown fused_dot(const GateCosts& c, const MacUnitSpec& spec) {
    const UnitWidths w = widths_of(spec);
    const int term = aligned_bits(w, spec.window);
    const int sum = term + tree_growth(spec.lanes);
    const bool floats = w.places > 0;
    const bool windowed = term < w.aligned;
    GateBreakdown g;
    g.multiply =
        spec.lanes * (multiplier(c, w.a.significand, w.b.significand) + adder(c, floats ? exponent_sum_bits(w) : 0));
    g.align_add = spec.lanes * product_register(c, w) + adder_tree(c, spec.lanes, term) + flip_flops(c, sum);
    if (windowed && floats) {
        g.align_add += maximum_tree(c, spec.lanes, exponent_sum_bits(w)) + flip_flops(c, exponent_sum_bits(w)) +
                       spec.lanes * (adder(c, exponent_sum_bits(w)) + right_shifter(c, term, term - 1));
    } else if (floats) {
        g.align_add += spec.lanes * widening_left_shifter(c, w.product, w.places);
    }
    if (spec.alignment == Alignment::nearest_even && windowed) {
        g.align_add += spec.lanes * (reduction(c, term) + incrementer(c, term));
    }
    if (spec.accumulator.kind == AccumulatorKind::floating) {
        FloatingWidths f = floating_widths(w, numerics::format(spec.accumulator.format));
        f.significand = std::max(f.significand, sum);
        g.align_add += sorted_addition(c, f);
        g.accumulate = normalisation(c, f);
    } else {
        if (windowed) {
            g.align_add += widening_left_shifter(c, sum, w.places);
        }
        const int added = std::min(w.aligned + tree_growth(spec.lanes), w.accumulator);
        g.align_add += adder(c, added);
        g.accumulate = fixed_register_gates(c, w.accumulator, added);
    }
    return g;
}

double block_scaling(const GateCosts& c, const MacUnitSpec& spec) {
    constexpr int scale_bits = 8; // E8M0
    const bool blocks = numerics::format(spec.a).block || numerics::format(spec.b).block;
    if (!blocks || spec.accumulator.kind == AccumulatorKind::fixed) {
        return 0;
    }
    return 2 * adder(c, scale_bits) + flip_flops(c, scale_bits + 1);
}

GateBreakdown gates_of(const GateCosts& c, const MacUnitSpec& spec) {
    const UnitWidths w = widths_of(spec);
    GateBreakdown gates = spec.kind == UnitKind::fused_dot ? fused_dot(c, spec)
                          : spec.accumulator.kind == AccumulatorKind::fixed
                              ? fixed_point_mac(c, w)
                              : floating_mac(c, w, numerics::format(spec.accumulator.format));
    gates.align_add += block_scaling(c, spec);
    return gates;
}

} // namespace lodestone::mac
