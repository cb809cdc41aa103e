// SPDX-License-Identifier: Apache-2.0
// Looks multiply-accumulate units up, derives the ones that were not synthesised, and reads the table.
#include "arch/cost/mac_table.hpp"

#include "arch/cost/interpolate.hpp"
#include "sim/base/error.hpp"

#include <algorithm>

namespace lodestone::cost {
namespace {

constexpr const char* kExact = "kulisch";

const std::vector<std::string>& accumulators() {
    static const std::vector<std::string> names{kExact, "fp16", "fp32"};
    return names;
}

/// Formats that differ only in special values or bias share a datapath; the table lists one of each.
bool same_datapath(const std::string& listed, numerics::FormatId wanted) {
    const numerics::Format& a = numerics::format(*numerics::find_format(listed));
    const numerics::Format& b = numerics::format(wanted);
    return a.kind == b.kind && operand_of(a) == operand_of(b);
}

double gates_of(const MacTable& table, const std::string& format) {
    const Operand operand = operand_of(numerics::format(*numerics::find_format(format)));
    return single_mac_gates(table.gates, operand, operand).total();
}

double energy_of(const MacTable& table, const MeasuredMac& unit) {
    const Joules glitches = unit.energy_with_glitches - unit.energy;
    return (unit.energy + glitches * table.glitch_share.value).count() * table.library_energy_factor.value;
}

/// A figure of the synthesised exact units over their gates.
template <class Figure>
double over_gates(const MacTable& table, double gates, Figure figure) {
    Curve curve;
    for (const MeasuredMac& unit : table.measured) {
        if (unit.accumulator == kExact) {
            curve.emplace_back(gates_of(table, unit.format), figure(unit));
        }
    }
    std::ranges::sort(curve);
    return log_log_then_proportional(curve, gates);
}

MacCost derived(const MacTable& table, double gates) {
    return {.area = SquareMillimetres(over_gates(table, gates, [](const MeasuredMac& u) { return u.area.count(); }) *
                                      table.library_area_factor.value),
            .delay = Seconds(over_gates(table, gates, [](const MeasuredMac& u) { return u.delay.count(); })),
            .energy = Joules(over_gates(table, gates, [&](const MeasuredMac& u) { return energy_of(table, u); })),
            .gates = gates,
            .status = config::Status::derived};
}

const MeasuredMac* find_measured(const MacTable& table, numerics::FormatId format) {
    const auto found = std::ranges::find_if(table.measured, [&](const MeasuredMac& unit) {
        return unit.accumulator == table.accumulator && same_datapath(unit.format, format);
    });
    return found == table.measured.end() ? nullptr : &*found;
}

[[noreturn]] void refuse(const MacTable& table, const MacDemand& demand) {
    std::vector<std::string> known;
    for (const MeasuredMac& unit : table.measured) {
        if (unit.accumulator == table.accumulator) {
            known.push_back(unit.format);
        }
    }
    throw UserError("no cost is known for " + std::string(numerics::name_of(demand.weights)) + " x " +
                    std::string(numerics::name_of(demand.activations)) + " with an " + table.accumulator +
                    " accumulator; the table has it for " + join(known) + "; accumulator 'kulisch' has every format");
}

MeasuredMac read_measured(config::MapReader& reader) {
    MeasuredMac unit;
    unit.format = reader.required_choice("format", numerics::format_names());
    unit.accumulator = reader.required_choice("accumulator", accumulators());
    unit.area = reader.required<SquareMillimetres>("area", config::positive<SquareMillimetres>());
    unit.delay = reader.required<Seconds>("delay", config::positive<Seconds>());
    unit.energy = reader.required<Joules>("energy", config::positive<Joules>());
    unit.energy_with_glitches = reader.required<Joules>("energy_with_glitches", {.min = unit.energy});
    reader.finish();
    return unit;
}

} // namespace

const config::Choices<MacUnitKind>& mac_unit_kinds() {
    static const config::Choices<MacUnitKind> kinds{{"single_mac", MacUnitKind::single_mac},
                                                    {"fused_dot", MacUnitKind::fused_dot}};
    return kinds;
}

MacTable read_mac_table(config::MapReader& reader) {
    MacTable table;
    table.source = reader.required_source();
    table.point.node = reader.required<Metres>("node", config::positive<Metres>());
    table.point.voltage = reader.required<Volts>("voltage", config::positive<Volts>());
    table.accumulator = reader.required_choice("accumulator", accumulators());
    table.unit = reader.required_choice("unit", mac_unit_kinds());
    table.glitch_share = reader.sourced("glitch_share", config::Interval{.min = 0, .max = 1});
    table.library_energy_factor = reader.sourced("library_energy_factor", config::Interval{.min = 0.01, .max = 100});
    table.library_area_factor = reader.sourced("library_area_factor", config::Interval{.min = 0.01, .max = 100});
    table.padding_energy_share = reader.sourced("padding_energy_share", config::Interval{.min = 0, .max = 1});
    table.gates = read_gate_costs(reader.required_map("gate_model"));
    for (config::MapReader& unit : reader.required_maps("units")) {
        table.measured.push_back(read_measured(unit));
    }
    if (std::ranges::find(table.measured, kExact, &MeasuredMac::accumulator) == table.measured.end()) {
        reader.problem("units", "has no unit with a kulisch accumulator; other formats are derived from those");
        table.measured.push_back({.format = "int8",
                                  .accumulator = kExact,
                                  .area = SquareMillimetres(1),
                                  .delay = Seconds(1),
                                  .energy = Joules(1),
                                  .energy_with_glitches = Joules(1)});
    }
    return table;
}

MacCost mac_cost(const MacTable& table, const MacDemand& demand) {
    const Operand weight = operand_of(numerics::format(demand.weights));
    const Operand activation = operand_of(numerics::format(demand.activations));
    if (table.unit == MacUnitKind::fused_dot) {
        return derived(table, fused_lane_gates(table.gates, weight, activation, demand.lanes).total());
    }
    const double gates = single_mac_gates(table.gates, weight, activation).total();
    if (weight == activation) {
        if (const MeasuredMac* unit = find_measured(table, demand.weights)) {
            return {.area = unit->area * table.library_area_factor.value,
                    .delay = unit->delay,
                    .energy = Joules(energy_of(table, *unit)),
                    .gates = gates,
                    .status = config::Status::measured};
        }
    }
    if (table.accumulator != kExact) {
        refuse(table, demand);
    }
    return derived(table, gates);
}

} // namespace lodestone::cost
