// SPDX-License-Identifier: Apache-2.0
// The closed-form gate model of multiply-accumulate units, after arXiv 2303.17951, appendix B.
#pragma once

#include "arch/mac/gates.hpp"
#include "arch/mac/unit.hpp"

namespace lodestone::mac {

/// Gates of one unit, of all its lanes together.
struct GateBreakdown {
    double multiply = 0;   ///< significands and exponents
    double align_add = 0;  ///< product register, alignment, adder or adder tree
    double accumulate = 0; ///< normalisation, rounding, headroom, accumulator register
    [[nodiscard]] double total() const { return multiply + align_add + accumulate; }
};

/// Single MAC with an exact or given fixed-point register. An integer product goes straight into the adder; a
/// floating one is registered with its exponent sum and shifted to its place.
[[nodiscard]] GateBreakdown fixed_point_mac(const GateCosts& costs, const UnitWidths& widths);

/// Single MAC with a floating accumulator: the terms are sorted by exponent, the smaller shifted right with round and
/// sticky bits, the sum normalised by a leading-zero count and rounded to nearest even. The datapath is as wide as the
/// wider of accumulator and product, its exponent wide enough for the sum of two.
[[nodiscard]] GateBreakdown floating_mac(const GateCosts& costs, const UnitWidths& widths,
                                         const numerics::Format& accumulator);

/// Fused dot product. With a window narrower than all products need, a tree finds the largest exponent and every
/// product is shifted right below it; with a full window every product is shifted left to its place.
[[nodiscard]] GateBreakdown fused_dot(const GateCosts& costs, const MacUnitSpec& spec);

/// Adds two block scales and their sum to the exponent of a product, and keeps it. Nothing for formats without blocks
/// and for fixed registers, whose reader applies the scale.
[[nodiscard]] double block_scaling(const GateCosts& costs, const MacUnitSpec& spec);

/// Of any unit; the spec must be valid.
[[nodiscard]] GateBreakdown gates_of(const GateCosts& costs, const MacUnitSpec& spec);
[[nodiscard]] inline double gates_per_mac(const GateCosts& costs, const MacUnitSpec& spec) {
    return gates_of(costs, spec).total() / spec.lanes;
}

} // namespace lodestone::mac
