// SPDX-License-Identifier: Apache-2.0
// Synthesis of a unit's Verilog: area and delay from the tools, energy from simulated toggles of the netlist.
#pragma once

#include "arch/cost/mac_table.hpp"
#include "arch/mac/synthesis/netlist.hpp"
#include "arch/mac/unit.hpp"

#include <array>
#include <filesystem>
#include <functional>
#include <string_view>

namespace lodestone::mac {

/// Operands of the energy simulation; operand b is the activation, which a rectifier may clear.
using Stimulus = cost::OperandValues;
inline constexpr std::array stimuli = cost::operand_values;

struct SwitchingEnergy {
    double quiet_fj = 0;     ///< per multiply-accumulate, without glitches
    double glitching_fj = 0; ///< with the glitches of one delay per cell
};

struct SynthesisResult {
    double area_um2 = 0;         ///< all cells of the unit, product and accumulator registers included
    double gate_equivalents = 0; ///< area over that of the smallest 2-input NAND
    std::size_t cells = 0;
    double delay_ns = 0; ///< longest path with set-up time; between operands, registers and result
    std::array<SwitchingEnergy, stimuli.size()> energy;
    bool from_cache = false;
};

/// Where the tools find and leave things.
struct SynthesisFlow {
    std::filesystem::path liberty; ///< cell library
    std::filesystem::path cache;   ///< one folder per unit: netlist, logs, result; named by a hash of all inputs
    std::function<void(const std::string&)> progress = [](const std::string&) {};
};

/// "yosys 0.23, OpenSTA 2.0.17" as the programs name themselves. Throws UserError when one is missing.
[[nodiscard]] std::string tool_versions();

/// The library of Debian's package qflow-tech-osu018.
[[nodiscard]] std::filesystem::path default_liberty();

/// Runs yosys (Debian package yosys) and OpenSTA (opensta) unless the cache holds this unit with this library. Throws
/// UserError when a tool or the library is missing, or the library is malformed.
[[nodiscard]] SynthesisResult synthesise(const MacUnitSpec& spec, const SynthesisFlow& flow);

/// Energies of a mapped netlist of a unit. Throws InternalError when the netlist computes anything but what MacUnit
/// does: every result is compared.
[[nodiscard]] std::array<SwitchingEnergy, stimuli.size()> switching_energy(const MacUnitSpec& spec, Netlist& netlist);

} // namespace lodestone::mac
