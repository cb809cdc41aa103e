// SPDX-License-Identifier: Apache-2.0
// Gate counts of whole units as sums of named components.
#include "arch/cost/gate_model.hpp"

#include <algorithm>
#include <bit>

namespace lodestone::cost {

namespace {

constexpr int guard_bits = 2;     ///< round and sticky
constexpr int carry_bits = 1;     ///< of one addition
constexpr int exponent_spare = 2; ///< sum of two exponents, and the carry of normalisation
constexpr int scale_bits = 8;     ///< E8M0, the scale of a block

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

int bits_for(int largest) {
    return static_cast<int>(std::bit_width(static_cast<unsigned>(largest)));
}

/// A carry ripples through every bit.
int ripple(int bits) {
    return bits;
}

/// AND, carry-save array, and the adder of its two last words; exponents are added meanwhile.
int multiplier_depth(const UnitWidths& w) {
    return 1 + carry_save_levels(std::min(w.a.significand, w.b.significand)) + ripple(w.product);
}

/// Counting zeros and shifting them out: a level of the count and one of the shifter for each bit of the distance.
int normaliser_depth(int bits) {
    return 2 * bits_for(bits);
}

/// Normalise the product, compare exponents, swap, align, add, make a magnitude, normalise, round, choose the result.
int floating_addition_depth(const FloatingWidths& f, int term) {
    const int frame = std::max(f.significand, term) + guard_bits + carry_bits;
    const int choices = 4; // swap, inversion, sign, special result
    return normaliser_depth(term) + 2 * ripple(f.exponent) + bits_for(frame) + 2 * ripple(frame) +
           normaliser_depth(frame) + ripple(f.stored) + choices;
}

/// From the registers of the products to that of the tree's sum.
int tree_depth(const MacUnitSpec& spec, const UnitWidths& w, int term) {
    const int lanes = lanes_of_block(spec);
    int depth = carry_save_levels(w.places > 0 ? 2 * lanes : lanes) + ripple(term + tree_growth(lanes));
    if (term < w.aligned && w.places > 0) {
        depth += tree_growth(lanes) * (ripple(exponent_sum_bits(w)) + 1) + ripple(exponent_sum_bits(w)) +
                 shifter_levels(term - 1);
    } else {
        depth += shifter_levels(w.places);
    }
    return depth + (spec.alignment == Alignment::nearest_even ? ripple(term) : 0);
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

namespace {

/// Tree of a block: everything between its products' registers and the register of its sum.
double block_tree(const GateCosts& c, const MacUnitSpec& spec, int lanes, int term) {
    const UnitWidths w = widths_of(spec);
    const int exponent = exponent_sum_bits(w);
    double gates =
        lanes * product_register(c, w) + adder_tree(c, lanes, term) + flip_flops(c, term + tree_growth(lanes));
    const bool windowed = term < w.aligned;
    if (windowed && w.places > 0) {
        gates += maximum_tree(c, lanes, exponent) + flip_flops(c, exponent) +
                 lanes * (adder(c, exponent) + right_shifter(c, term, term - 1));
    } else if (w.places > 0) {
        gates += lanes * widening_left_shifter(c, w.product, w.places);
    }
    if (spec.alignment == Alignment::nearest_even && windowed) {
        gates += lanes * (reduction(c, term) + incrementer(c, term));
    }
    return gates;
}

} // namespace

GateBreakdown fused_dot(const GateCosts& c, const MacUnitSpec& spec) {
    const UnitWidths w = widths_of(spec);
    const int blocks = blocks_of(spec);
    const int lanes = lanes_of_block(spec);
    const int term = aligned_bits(w, spec.window);
    const int sum = term + tree_growth(lanes);
    GateBreakdown g;
    g.multiply = spec.lanes *
                 (multiplier(c, w.a.significand, w.b.significand) + adder(c, w.places > 0 ? exponent_sum_bits(w) : 0));
    g.align_add =
        (blocks - 1) * block_tree(c, spec, lanes, term) + block_tree(c, spec, spec.lanes - (blocks - 1) * lanes, term);
    if (spec.accumulator.kind == AccumulatorKind::floating) {
        FloatingWidths f = floating_widths(w, numerics::format(spec.accumulator.format));
        f.significand = std::max(f.significand, sum);
        // The sum of the tree is a two's complement number that may begin anywhere.
        const double normalised = magnitude(c, sum) + leading_zero_detector(c, sum) + left_shifter(c, sum, sum - 1);
        g.align_add += blocks * (normalised + sorted_addition(c, f));
        g.accumulate = blocks * normalisation(c, f) - (blocks - 1) * flip_flops(c, f.stored);
    } else {
        if (term < w.aligned) {
            g.align_add += widening_left_shifter(c, sum, w.places);
        }
        const int added = std::min(w.aligned + tree_growth(lanes), w.accumulator);
        g.align_add += adder(c, added);
        g.accumulate = fixed_register_gates(c, w.accumulator, added);
    }
    return g;
}

double block_scaling(const GateCosts& c, const MacUnitSpec& spec) {
    const int sides = scaled_sides(spec);
    if (sides == 0) {
        return 0;
    }
    const UnitWidths w = widths_of(spec);
    const int sum_bits = scale_bits + sides - 1;
    const double used = spec.accumulator.kind == AccumulatorKind::fixed
                            ? flip_flops(c, sum_bits)
                            : adder(c, std::max(sum_bits, exponent_sum_bits(w)) + carry_bits);
    const int stages = spec.kind == UnitKind::fused_dot ? 2 : 1;
    return blocks_of(spec) * ((sides - 1) * adder(c, scale_bits) + stages * flip_flops(c, sum_bits) + used);
}

int depth_of(const MacUnitSpec& spec) {
    const UnitWidths w = widths_of(spec);
    const bool fused = spec.kind == UnitKind::fused_dot;
    const int term = fused ? aligned_bits(w, spec.window) : w.product;
    const int sum = fused ? term + tree_growth(lanes_of_block(spec)) : w.product;
    int last = 0;
    if (spec.accumulator.kind == AccumulatorKind::floating) {
        const FloatingWidths f = floating_widths(w, numerics::format(spec.accumulator.format));
        last = blocks_of(spec) * floating_addition_depth(f, sum) + (fused ? ripple(sum) : 0);
    } else {
        const bool shifts = fused ? term < w.aligned : w.places > 0;
        last = (shifts ? shifter_levels(w.places) : 0) + ripple(std::max(w.accumulator, w.aligned));
    }
    return std::max({multiplier_depth(w), fused ? tree_depth(spec, w, term) : 0, last});
}

GateModel read_gate_model(config::MapReader reader) {
    GateModel model;
    const config::Interval limits{.min = 0, .max = 1000};
    constexpr int most_headroom = 64;
    model.source = reader.required_source();
    model.costs.full_adder = reader.required_double("full_adder", limits);
    model.costs.half_adder = reader.required_double("half_adder", limits);
    model.costs.mux = reader.required_double("mux", limits);
    model.costs.xor_gate = reader.required_double("xor", limits);
    model.costs.and_gate = reader.required_double("and", limits);
    model.costs.and_or = reader.required_double("and_or", limits);
    model.costs.flip_flop = reader.required_double("flip_flop", limits);
    model.headroom_bits = static_cast<int>(reader.required_uint("headroom_bits", 0, most_headroom));
    reader.finish();
    return model;
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

} // namespace lodestone::cost
