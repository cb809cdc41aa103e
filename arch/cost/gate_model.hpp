// SPDX-License-Identifier: Apache-2.0
// The closed-form gate model of multiply-accumulate units, after arXiv 2303.17951, appendix B.
#pragma once

#include "arch/cost/gates.hpp"
#include "arch/cost/mac_spec.hpp"
#include "sim/config/map_reader.hpp"

namespace lodestone::cost {

/// The constants of the model, as a technology gives them.
struct GateModel {
    GateCosts costs;
    int headroom_bits = 12; ///< of a Kulisch accumulator above the aligned product
    config::Source source;
};
[[nodiscard]] GateModel read_gate_model(config::MapReader reader);

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

/// Adds the scales of both operands of every block, keeps their sum through the pipeline, and adds it to the exponent
/// of a block's products (floating accumulator) or keeps it beside the register. Nothing for formats without blocks.
[[nodiscard]] double block_scaling(const GateCosts& costs, const MacUnitSpec& spec);

/// Cells on the longest path between two registers: ripple-carry adders (a level per bit), carry-save arrays and trees,
/// a level per multiplexer. It counts levels, not nanoseconds; a technology says what a level takes.
[[nodiscard]] int depth_of(const MacUnitSpec& spec);

/// Of any unit; the spec must be valid.
[[nodiscard]] GateBreakdown gates_of(const GateCosts& costs, const MacUnitSpec& spec);
[[nodiscard]] inline double gates_per_mac(const GateCosts& costs, const MacUnitSpec& spec) {
    return gates_of(costs, spec).total() / spec.lanes;
}

} // namespace lodestone::cost
