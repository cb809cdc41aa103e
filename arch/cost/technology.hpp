// SPDX-License-Identifier: Apache-2.0
// Every constant that turns events into energy and blocks into area, with its source; read from configs/tech.
#pragma once

#include "arch/cost/mac_table.hpp"
#include "arch/cost/node_scaling.hpp"
#include "arch/cost/sram.hpp"
#include "sim/config/map_reader.hpp"

#include <map>
#include <string>
#include <vector>

namespace lodestone::cost {

/// Element units and routers at a node of reference; scaled to the technology's node.
struct LogicTable {
    OperatingPoint point;
    config::Sourced<Joules> vector_op;                ///< one element operation of a vector lane
    config::Sourced<Joules> function_op;              ///< one element operation of the function unit
    config::Sourced<SquareMillimetres> vector_step;   ///< one of the chained steps of one lane
    config::Sourced<SquareMillimetres> function_lane; ///< one lane of the function unit
    config::Sourced<double> router_energy;            ///< J/bit that passes
    config::Sourced<double> router_area;              ///< mm2 per bit of link width
};

/// At the technology's own node and nominal voltage.
struct WireCosts {
    config::Sourced<double> energy;   ///< J per bit transition and metre, repeated wire
    config::Sourced<double> activity; ///< transitions per bit sent
    config::Sourced<double> delay;    ///< s/m
};

/// At most three constants per machine family are fitted to silicon; 1 is neutral.
struct Calibration {
    config::Sourced<double> static_and_clock; ///< factor on leakage and clock energy
    config::Sourced<double> dynamic_energy;   ///< factor on everything else but I/O
    config::Sourced<double> area;             ///< factor on the modelled area, for logic outside the modelled blocks
};

struct Technology {
    std::string name;
    config::Sourced<Metres> node;
    config::Sourced<Volts> voltage; ///< nominal: the constants of this technology hold at it
    NodeScaling scaling;
    SramTable sram;
    MacTable mac;
    LogicTable logic;
    WireCosts wires;
    config::Sourced<double> io_energy;                ///< J/bit
    config::Sourced<double> clock_energy;             ///< J per mm2 of logic and cycle
    config::Sourced<double> logic_leakage;            ///< W per mm2 of logic
    config::Sourced<double> leakage_voltage_exponent; ///< leakage power ~ V^exponent
    std::map<std::string, Calibration> calibration;   ///< by machine family

    [[nodiscard]] OperatingPoint nominal() const { return {.node = node.value, .voltage = voltage.value}; }
};

/// Keys as in configs/tech/12nm.yaml. A constant without source or status is refused.
[[nodiscard]] Technology read_technology(config::MapReader& reader);

/// Reads a file of configs/tech by its key `kind` (technology, node_scaling, sram_table, mac_table, logic_table,
/// calibration, spiking_energy) and reports what is wrong with it, unknown keys included.
void check_technology_file(config::MapReader& reader);
[[nodiscard]] const std::vector<std::string>& technology_file_kinds();

/// One fitted constant, for reports.
struct CalibratedConstant {
    std::string name;
    double value = 1;
    std::string source;
};
/// The constants of `family` whose status is `calibrated`.
[[nodiscard]] std::vector<CalibratedConstant> calibrated_constants(const Technology& technology,
                                                                   const std::string& family);

} // namespace lodestone::cost
