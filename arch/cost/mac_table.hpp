// SPDX-License-Identifier: Apache-2.0
// Area, delay and energy of multiply-accumulate units: measured where synthesised, else derived by the gate model.
#pragma once

#include "arch/cost/gate_model.hpp"
#include "arch/cost/mac_spec.hpp"
#include "arch/cost/node_scaling.hpp"

#include <array>
#include <optional>
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

/// Operands of the energy simulation: values spread evenly over the range; normal ones at the best range of the format;
/// normal ones with every negative activation set to zero by a rectifier.
enum class OperandValues : std::uint8_t { uniform, gaussian, relu };
inline constexpr std::array operand_values{OperandValues::uniform, OperandValues::gaussian, OperandValues::relu};

/// Energy of one multiply-accumulate.
struct SwitchingJoules {
    Joules quiet{};         ///< without glitches
    Joules with_glitches{}; ///< with all that the simulation showed
};

/// A synthesised unit; area and energies per multiply-accumulate, that is per lane.
struct MeasuredMac {
    std::string format; ///< precision name: int8, fp8_e4m3, w4a8 (weights are operand a)
    MacUnitSpec spec;
    SquareMillimetres area{};
    std::optional<double> gate_equivalents; ///< area over that of the library's smallest 2-input NAND
    Seconds delay{};
    std::array<std::optional<SwitchingJoules>, operand_values.size()> energies; ///< by OperandValues

    [[nodiscard]] std::optional<SwitchingJoules> energy(OperandValues values) const {
        return energies.at(static_cast<std::size_t>(values));
    }
};

/// measured: units as synthesised, others between them. gate_model: every unit as int8 with its exact accumulator was
/// synthesised, times the ratio of the gate counts (area, energy) or of the depths (delay).
enum class MacBasis : std::uint8_t { measured, gate_model };

struct MacTable {
    config::Source source;
    OperatingPoint point;
    std::vector<MeasuredMac> measured;
    Accumulator accumulator;              ///< of the units of machines
    UnitKind unit = UnitKind::single_mac; ///< of machines
    MacBasis basis = MacBasis::measured;
    OperandValues operands = OperandValues::gaussian; ///< whose energies price a multiply-accumulate
    GateModel gates;
    config::Sourced<double> glitch_share;          ///< 0: zero-delay energy, 1: all glitches of the simulation
    config::Sourced<double> library_energy_factor; ///< what a good library needs relative to the table's
    config::Sourced<double> library_area_factor;
    config::Sourced<double> padding_energy_share; ///< of a unit that is clocked without useful operands
};

[[nodiscard]] const config::Choices<UnitKind>& mac_unit_kinds();
[[nodiscard]] const config::Choices<MacBasis>& mac_bases();
[[nodiscard]] const config::Choices<OperandValues>& operand_value_names();
[[nodiscard]] MacTable read_mac_table(config::MapReader& reader);

/// The synthesised unit of this description; formats that differ only in special codes or bias share a datapath.
[[nodiscard]] const MeasuredMac* find_measured(const MacTable& table, const MacUnitSpec& spec);

/// Per multiply-accumulate in the library of the table, without its library factors, at the table's node and voltage
/// and its shares of glitches. Unless the basis is the gate model, a synthesised unit is given as measured, and another
/// one is derived: its gates (for the delay, its depth) on the power law of the synthesised single units with exact
/// accumulators, times what the most similar synthesised unit of the same kind and accumulator costs against that law.
[[nodiscard]] MacCost library_cost(const MacTable& table, const MacUnitSpec& spec);

/// With the library factors.
[[nodiscard]] MacCost mac_cost(const MacTable& table, const MacUnitSpec& spec);

/// Operand formats of a machine's unit, and the lanes that share an accumulator when it is fused.
struct MacDemand {
    numerics::FormatId weights = numerics::FormatId::int8;
    numerics::FormatId activations = numerics::FormatId::int8;
    std::uint32_t lanes = 1;
};

/// The unit that machines of this table have for a pair of formats. A unit of blocks with a fixed register has at most
/// the lanes of one block.
[[nodiscard]] MacUnitSpec unit_of(const MacTable& table, const MacDemand& demand);
[[nodiscard]] MacCost mac_cost(const MacTable& table, const MacDemand& demand);

} // namespace lodestone::cost
