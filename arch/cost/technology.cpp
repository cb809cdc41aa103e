// SPDX-License-Identifier: Apache-2.0
// YAML of a technology and of the tables it includes.
#include "arch/cost/technology.hpp"

#include "arch/cost/spiking_power.hpp"

#include <algorithm>
#include <limits>

namespace lodestone::cost {
namespace {

using config::Interval;
using config::MapReader;
using config::Measure;
using config::Sourced;

const Interval kPositive{.min = 0, .above_min = true};
const Interval kFactor{.min = 0.01, .max = 100};

Measure per(const std::string& unit) {
    return {.unit = unit, .limits = {.min = 0}};
}

/// Included tables keep their own `kind`, so that each can be checked alone.
void read_kind(MapReader& reader, const std::string& expected) {
    static_cast<void>(reader.required_choice("kind", std::vector<std::string>{expected}));
}

OperatingPoint read_point(MapReader& reader) {
    return {.node = reader.required<Metres>("node", config::positive<Metres>()),
            .voltage = reader.required<Volts>("voltage", config::positive<Volts>())};
}

LogicTable read_logic(MapReader& reader) {
    LogicTable logic;
    logic.point = read_point(reader);
    logic.vector_op = reader.sourced<Joules>("vector_operation");
    logic.function_op = reader.sourced<Joules>("function_operation");
    logic.vector_step = reader.sourced<SquareMillimetres>("vector_step_area");
    logic.function_lane = reader.sourced<SquareMillimetres>("function_lane_area");
    logic.router_energy = reader.sourced("router_energy", per("J/bit"));
    logic.router_area = reader.sourced("router_area", per("mm2/bit"));
    return logic;
}

WireCosts read_wires(MapReader reader) {
    WireCosts wires;
    wires.energy = reader.sourced("energy", per("J/bit/m"));
    wires.activity = reader.sourced("activity", Interval{.min = 0, .max = 1});
    wires.delay = reader.sourced("delay", per("s/m"));
    reader.finish();
    return wires;
}

Calibration read_family(MapReader reader) {
    Calibration calibration;
    calibration.static_and_clock = reader.sourced("static_and_clock", kFactor);
    calibration.dynamic_energy = reader.sourced("dynamic_energy", kFactor);
    calibration.area = reader.sourced("area", kFactor);
    reader.finish();
    return calibration;
}

std::map<std::string, Calibration> read_calibration(MapReader& reader) {
    std::map<std::string, Calibration> calibration;
    MapReader families = reader.required_map("families");
    for (const std::string& family : families.keys()) {
        calibration.emplace(family, read_family(families.required_map(family)));
    }
    families.finish();
    return calibration;
}

/// An included table under `key`: its kind, then its own keys, then nothing else.
template <class Read>
auto read_table(MapReader& reader, const std::string& key, Read read) {
    MapReader table = reader.required_map(key);
    read_kind(table, key);
    auto result = read(table);
    table.finish();
    return result;
}

void check_covered(MapReader& reader, const NodeScaling& scaling, Metres node, const std::string& key) {
    const bool both_written = reader.has(key) && !scaling.source().source.empty();
    if (both_written && !scaling.covers(node)) {
        reader.problem(key, "is at " + config::to_text(node) + ", outside the node scaling's " +
                                config::to_text(scaling.smallest()) + " to " + config::to_text(scaling.largest()) +
                                "; choose a node inside or add its coefficients");
    }
}

} // namespace

Technology read_technology(MapReader& reader) {
    Technology technology;
    read_kind(reader, "technology");
    technology.name = reader.required_string("name");
    technology.node = reader.sourced<Metres>("node", config::positive<Metres>());
    technology.voltage = reader.sourced<Volts>("voltage", {.min = Volts(0.3), .max = Volts(1.5)});
    technology.scaling = read_table(reader, "node_scaling", read_node_scaling);
    technology.sram = read_table(reader, "sram_table", read_sram_table);
    technology.mac = read_table(reader, "mac_table", read_mac_table);
    technology.logic = read_table(reader, "logic_table", read_logic);
    technology.calibration = read_table(reader, "calibration", read_calibration);
    technology.wires = read_wires(reader.required_map("wires"));
    technology.io_energy = reader.sourced("io_energy", per("J/bit"));
    technology.clock_energy = reader.sourced("clock_energy", per("J/mm2/cycle"));
    technology.logic_leakage = reader.sourced("logic_leakage", per("W/mm2"));
    technology.leakage_voltage_exponent = reader.sourced("leakage_voltage_exponent", Interval{.min = 0, .max = 20});
    check_covered(reader, technology.scaling, technology.node.value, "node");
    check_covered(reader, technology.scaling, technology.mac.point.node, "mac_table");
    check_covered(reader, technology.scaling, technology.logic.point.node, "logic_table");
    return technology;
}

const std::vector<std::string>& technology_file_kinds() {
    static const std::vector<std::string> kinds{"technology",  "node_scaling", "sram_table",    "mac_table",
                                                "logic_table", "calibration",  "spiking_energy"};
    return kinds;
}

void check_technology_file(MapReader& reader) {
    const std::string kind = reader.required_choice("kind", technology_file_kinds());
    if (kind == "spiking_energy") {
        static_cast<void>(read_spiking_energy(reader)); // finishes the map itself
        return;
    }
    if (kind == "technology") {
        static_cast<void>(read_technology(reader));
    } else if (kind == "node_scaling") {
        static_cast<void>(read_node_scaling(reader));
    } else if (kind == "sram_table") {
        static_cast<void>(read_sram_table(reader));
    } else if (kind == "mac_table") {
        static_cast<void>(read_mac_table(reader));
    } else if (kind == "logic_table") {
        static_cast<void>(read_logic(reader));
    } else {
        static_cast<void>(read_calibration(reader));
    }
    reader.finish();
}

std::vector<CalibratedConstant> calibrated_constants(const Technology& technology, const std::string& family) {
    std::vector<CalibratedConstant> list;
    const auto found = technology.calibration.find(family);
    if (found == technology.calibration.end()) {
        return list;
    }
    const auto add = [&](const std::string& name, const Sourced<double>& constant) {
        if (constant.status == config::Status::calibrated) {
            list.push_back({.name = name, .value = constant.value, .source = constant.source});
        }
    };
    add("static_and_clock", found->second.static_and_clock);
    add("dynamic_energy", found->second.dynamic_energy);
    add("area", found->second.area);
    return list;
}

} // namespace lodestone::cost
