// SPDX-License-Identifier: Apache-2.0
// Gate counts of multiply-accumulate units with an exact fixed-point accumulator: arXiv 2303.17951, appendix B.
#pragma once

#include "numerics/format.hpp"
#include "sim/config/map_reader.hpp"

#include <cstdint>

namespace lodestone::cost {

/// Costs in 2-input gate equivalents.
struct GateCosts {
    double full_adder = 7;
    double half_adder = 3; ///< also one bit of an incrementer
    double mux = 3;        ///< 2:1, one bit
    double and_gate = 1;
    double flip_flop = 6;
    double headroom_bits = 12; ///< accumulator bits above the aligned product
    config::Source source;
};

[[nodiscard]] GateCosts read_gate_costs(config::MapReader reader);

/// What the datapath sees of an operand.
struct Operand {
    std::uint32_t significand_bits = 8; ///< with sign and hidden bit; the width of an integer
    std::uint32_t exponent_bits = 0;    ///< 0 for integers
    std::uint32_t block = 0;            ///< elements that share a scale; 0 without
    friend bool operator==(Operand, Operand) = default;
};

[[nodiscard]] Operand operand_of(const numerics::Format& format);

/// The parts of one unit. An operand pair of different widths multiplies a x b.
struct GateCount {
    double multiply = 0;
    double add = 0;        ///< exponent adder, product register and alignment of floating formats; adder
    double accumulate = 0; ///< incrementer for the headroom and the accumulator register
    double scale = 0;      ///< share of one element in applying a block's scale
    double accumulator_bits = 0;
    [[nodiscard]] double total() const { return multiply + add + accumulate + scale; }
};

/// Unit with an accumulator of its own.
[[nodiscard]] GateCount single_mac_gates(const GateCosts& costs, Operand weight, Operand activation);
/// One lane of a dot product of `lanes` lanes: products are aligned, summed in a tree and accumulated once.
[[nodiscard]] GateCount fused_lane_gates(const GateCosts& costs, Operand weight, Operand activation,
                                         std::uint32_t lanes);

} // namespace lodestone::cost
