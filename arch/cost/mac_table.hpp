// SPDX-License-Identifier: Apache-2.0
// Area, delay and energy of multiply-accumulate units: measured where synthesised, else derived by the gate model.
#pragma once

#include "arch/cost/gate_model.hpp"
#include "arch/cost/node_scaling.hpp"

#include <string>
#include <vector>

namespace lodestone::cost {

/// One multiply-accumulate unit, or one lane of a dot product.
struct MacCost {
    SquareMillimetres area{};
    Seconds delay{};
    Joules energy{}; ///< per multiply-accumulate, with the table's share of glitches
    double gates = 0;
    config::Status status = config::Status::derived;
};

/// A synthesised unit.
struct MeasuredMac {
    std::string format;
    std::string accumulator; ///< kulisch (exact fixed point), fp16, fp32
    SquareMillimetres area{};
    Seconds delay{};
    Joules energy{}; ///< without glitches
    Joules energy_with_glitches{};
};

/// single_mac: every multiplier has its own accumulator. fused_dot: the lanes of an output share alignment tree and
/// accumulator; its costs are derived.
enum class MacUnitKind { single_mac, fused_dot };

struct MacTable {
    config::Source source;
    OperatingPoint point;
    std::vector<MeasuredMac> measured;
    std::string accumulator = "kulisch";
    MacUnitKind unit = MacUnitKind::single_mac;
    GateCosts gates;
    config::Sourced<double> glitch_share;          ///< 0: zero-delay energy, 1: all glitches of the simulation
    config::Sourced<double> library_energy_factor; ///< what a good library needs relative to the table's
    config::Sourced<double> library_area_factor;
    config::Sourced<double> padding_energy_share; ///< of a unit that is clocked without useful operands
};

[[nodiscard]] const config::Choices<MacUnitKind>& mac_unit_kinds();
[[nodiscard]] MacTable read_mac_table(config::MapReader& reader);

/// Operand formats of a unit, and the lanes that share an accumulator when it is fused.
struct MacDemand {
    numerics::FormatId weights = numerics::FormatId::int8;
    numerics::FormatId activations = numerics::FormatId::int8;
    std::uint32_t lanes = 1;
};

/// At the table's own node and voltage. A unit with one format on both sides and the table's accumulator that was
/// synthesised is given as measured. Everything else is read off the curve of the synthesised units with exact
/// accumulators over their gate counts (a power law between neighbours, proportional beyond the ends).
/// Throws UserError when the table's accumulator is floating and the format was not synthesised with it.
[[nodiscard]] MacCost mac_cost(const MacTable& table, const MacDemand& demand);

} // namespace lodestone::cost
