// SPDX-License-Identifier: Apache-2.0
// Looks multiply-accumulate units up, derives the ones that were not synthesised, and reads the table.
#include "arch/cost/mac_table.hpp"

#include "arch/cost/interpolate.hpp"
#include "numerics/precision.hpp"
#include "sim/base/error.hpp"

#include <algorithm>
#include <cmath>

namespace lodestone::cost {
namespace {

enum class Metric : std::uint8_t { area, delay, energy };

bool is_exact(const Accumulator& accumulator) {
    return accumulator.kind == AccumulatorKind::fixed && accumulator.bits == 0;
}

bool is_int8_reference(const MeasuredMac& unit) {
    return unit.spec.a == numerics::FormatId::int8 && unit.spec.b == unit.spec.a &&
           unit.spec.kind == UnitKind::single_mac && is_exact(unit.spec.accumulator);
}

/// Formats that differ only in special values or bias share a datapath; the table lists one of each.
bool same_datapath(numerics::FormatId a, numerics::FormatId b) {
    const OperandWidths x = widths_of(numerics::format(a));
    const OperandWidths y = widths_of(numerics::format(b));
    return x.significand == y.significand && x.exponent == y.exponent &&
           numerics::format(a).block.has_value() == numerics::format(b).block.has_value();
}

bool same_formats(const MacUnitSpec& x, const MacUnitSpec& y) {
    return same_datapath(x.a, y.a) && same_datapath(x.b, y.b);
}

/// Floating accumulators of one format, or fixed ones of any width.
bool same_register_kind(const Accumulator& x, const Accumulator& y) {
    return x.kind == y.kind && (x.kind == AccumulatorKind::fixed || x.format == y.format);
}

double metric_of(const MacTable& table, const MeasuredMac& unit, Metric metric) {
    switch (metric) {
    case Metric::area:
        return unit.area.count();
    case Metric::delay:
        return unit.delay.count();
    case Metric::energy:
        break;
    }
    const SwitchingJoules e = *unit.energy(table.operands);
    return (e.quiet + (e.with_glitches - e.quiet) * table.glitch_share.value).count();
}

/// What the law of a metric is drawn over.
double size_of(const MacTable& table, const MacUnitSpec& spec, Metric metric) {
    return metric == Metric::delay ? depth_of(spec) : gates_per_mac(table.gates.costs, spec);
}

/// Points in order of size without those that lie above a larger one: a unit that is slower than a deeper one was not
/// built like the others (an integer unit without a product register).
Curve rising(Curve points) {
    std::ranges::sort(points);
    Curve kept;
    for (const auto& point : points) {
        while (!kept.empty() && kept.back().second >= point.second) {
            kept.pop_back();
        }
        if (kept.empty() || kept.back().first < point.first) {
            kept.push_back(point);
        }
    }
    return kept;
}

/// The law of the synthesised single units with exact accumulators, at a size.
double on_law(const MacTable& table, double size, Metric metric) {
    Curve curve;
    for (const MeasuredMac& unit : table.measured) {
        if (unit.spec.kind == UnitKind::single_mac && is_exact(unit.spec.accumulator) && scaled_sides(unit.spec) == 0) {
            curve.emplace_back(size_of(table, unit.spec, metric), metric_of(table, unit, metric));
        }
    }
    check_invariant(!curve.empty(), "a table of units without an exact single one is refused when it is read");
    return log_log_then_proportional(rising(std::move(curve)), size);
}

/// The synthesised unit that shows best what the law misses; the law goes through exact single units themselves.
const MeasuredMac* most_similar(const MacTable& table, const MacUnitSpec& spec) {
    if (spec.kind == UnitKind::single_mac && spec.accumulator.kind == AccumulatorKind::fixed) {
        return nullptr;
    }
    const double gates = gates_per_mac(table.gates.costs, spec);
    const MeasuredMac* best = nullptr;
    double least = 0;
    for (const MeasuredMac& unit : table.measured) {
        if (unit.spec.kind != spec.kind || !same_register_kind(unit.spec.accumulator, spec.accumulator)) {
            continue;
        }
        constexpr double other_formats = 10; // the same formats come first, however many lanes they have
        const double distance = std::abs(std::log(gates_per_mac(table.gates.costs, unit.spec) / gates)) +
                                (same_formats(unit.spec, spec) ? 0 : other_formats);
        if (best == nullptr || distance < least) {
            best = &unit;
            least = distance;
        }
    }
    return best;
}

double derived(const MacTable& table, const MacUnitSpec& spec, Metric metric) {
    double value = on_law(table, size_of(table, spec, metric), metric);
    if (const MeasuredMac* unit = most_similar(table, spec)) {
        value *= metric_of(table, *unit, metric) / on_law(table, size_of(table, unit->spec, metric), metric);
    }
    return value;
}

double by_gates(const MacTable& table, const MacUnitSpec& spec, Metric metric) {
    const auto int8 = std::ranges::find_if(table.measured, is_int8_reference);
    check_invariant(int8 != table.measured.end(), "a gate model without int8 as its unit is refused when it is read");
    return metric_of(table, *int8, metric) * size_of(table, spec, metric) / size_of(table, int8->spec, metric);
}

std::optional<SwitchingJoules> read_energy(config::MapReader& reader) {
    SwitchingJoules energy;
    energy.quiet = reader.required<Joules>("energy", config::positive<Joules>());
    energy.with_glitches = reader.required<Joules>("energy_with_glitches", {.min = energy.quiet});
    return energy;
}

/// Formats, accumulator, kind and lanes of a unit; what is wrong with them becomes a problem of its line.
void read_spec(config::MapReader& reader, MeasuredMac& unit) {
    constexpr std::uint64_t most = 1024;
    unit.format = reader.required_string("format");
    const std::string accumulator = reader.required_string("accumulator");
    unit.spec.kind = reader.optional_choice("unit", UnitKind::single_mac, mac_unit_kinds());
    if (reader.has("lanes")) {
        unit.spec.lanes = static_cast<int>(reader.required_uint("lanes", 1, most));
    }
    if (reader.has("window")) {
        unit.spec.window = static_cast<int>(reader.required_uint("window", 0, most));
    }
    try {
        const numerics::Precision precision = numerics::parse_precision(unit.format);
        unit.spec.a = precision.weights;
        unit.spec.b = precision.activations;
    } catch (const UserError& error) {
        reader.problem("format", error.what());
    }
    try {
        unit.spec.accumulator = parse_accumulator(accumulator);
    } catch (const UserError& error) {
        reader.problem("accumulator", error.what());
    }
    const Problems problems = verify_unit(unit.spec);
    for (const Diagnostic& problem : problems.all()) {
        reader.problem(problem.path, problem.message);
    }
}

MeasuredMac read_measured(config::MapReader& reader) {
    MeasuredMac unit;
    read_spec(reader, unit);
    unit.area = reader.required<SquareMillimetres>("area", config::positive<SquareMillimetres>());
    if (reader.has("gate_equivalents")) {
        unit.gate_equivalents = reader.required_double("gate_equivalents", {.min = 0, .above_min = true});
    }
    unit.delay = reader.required<Seconds>("delay", config::positive<Seconds>());
    unit.energies.at(static_cast<std::size_t>(OperandValues::gaussian)) = read_energy(reader);
    for (const OperandValues values : {OperandValues::uniform, OperandValues::relu}) {
        if (auto map = reader.optional_map(config::name_of(values, operand_value_names()))) {
            unit.energies.at(static_cast<std::size_t>(values)) = read_energy(*map);
            map->finish();
        }
    }
    reader.finish();
    return unit;
}

/// Stands in for what is missing after that was reported, so that a broken table can still be looked at.
MeasuredMac stand_in() {
    MeasuredMac unit{.format = "int8", .area = SquareMillimetres(1), .delay = Seconds(1)};
    unit.energies.fill(SwitchingJoules{.quiet = Joules(1), .with_glitches = Joules(1)});
    return unit;
}

void check_units(config::MapReader& reader, MacTable& table) {
    const auto is_exact_single = [](const MeasuredMac& unit) {
        return unit.spec.kind == UnitKind::single_mac && is_exact(unit.spec.accumulator) &&
               scaled_sides(unit.spec) == 0;
    };
    if (std::ranges::none_of(table.measured, is_exact_single)) {
        reader.problem("units", "has no single_mac with a kulisch accumulator; other units are derived from those");
        table.measured.push_back(stand_in());
    }
    if (table.basis == MacBasis::gate_model && std::ranges::none_of(table.measured, is_int8_reference)) {
        reader.problem("units",
                       "has no int8 with a kulisch accumulator, in proportion to which basis gate_model prices");
        table.measured.push_back(stand_in());
    }
    const std::string operands = config::name_of(table.operands, operand_value_names());
    for (MeasuredMac& unit : table.measured) {
        if (!unit.energy(table.operands)) {
            reader.problem("operands", "is " + operands + ", for which unit '" + unit.format + " " +
                                           name_of(unit.spec.accumulator) + "' has no energies; add them under '" +
                                           operands + "'");
            unit.energies.fill(SwitchingJoules{.quiet = Joules(1), .with_glitches = Joules(1)});
        }
    }
}

Accumulator read_accumulator(config::MapReader& reader) {
    try {
        return parse_accumulator(reader.required_string("accumulator"));
    } catch (const UserError& error) {
        reader.problem("accumulator", error.what());
        return {};
    }
}

} // namespace

const config::Choices<UnitKind>& mac_unit_kinds() {
    static const config::Choices<UnitKind> kinds{{"single_mac", UnitKind::single_mac},
                                                 {"fused_dot", UnitKind::fused_dot}};
    return kinds;
}

const config::Choices<MacBasis>& mac_bases() {
    static const config::Choices<MacBasis> bases{{"measured", MacBasis::measured},
                                                 {"gate_model", MacBasis::gate_model}};
    return bases;
}

const config::Choices<OperandValues>& operand_value_names() {
    static const config::Choices<OperandValues> names{
        {"uniform", OperandValues::uniform}, {"gaussian", OperandValues::gaussian}, {"relu", OperandValues::relu}};
    return names;
}

MacTable read_mac_table(config::MapReader& reader) {
    MacTable table;
    table.source = reader.required_source();
    table.point.node = reader.required<Metres>("node", config::positive<Metres>());
    table.point.voltage = reader.required<Volts>("voltage", config::positive<Volts>());
    table.accumulator = read_accumulator(reader);
    table.unit = reader.required_choice("unit", mac_unit_kinds());
    table.basis = reader.optional_choice("basis", MacBasis::measured, mac_bases());
    table.operands = reader.optional_choice("operands", OperandValues::gaussian, operand_value_names());
    table.glitch_share = reader.sourced("glitch_share", config::Interval{.min = 0, .max = 1});
    table.library_energy_factor = reader.sourced("library_energy_factor", config::Interval{.min = 0.01, .max = 100});
    table.library_area_factor = reader.sourced("library_area_factor", config::Interval{.min = 0.01, .max = 100});
    table.padding_energy_share = reader.sourced("padding_energy_share", config::Interval{.min = 0, .max = 1});
    table.gates = read_gate_model(reader.required_map("gate_model"));
    for (config::MapReader& unit : reader.required_maps("units")) {
        table.measured.push_back(read_measured(unit));
    }
    check_units(reader, table);
    return table;
}

const MeasuredMac* find_measured(const MacTable& table, const MacUnitSpec& spec) {
    const auto found = std::ranges::find_if(table.measured, [&](const MeasuredMac& unit) {
        return same_formats(unit.spec, spec) && unit.spec.accumulator == spec.accumulator &&
               unit.spec.kind == spec.kind && unit.spec.lanes == spec.lanes && unit.spec.window == spec.window &&
               (spec.window == 0 || unit.spec.alignment == spec.alignment);
    });
    return found == table.measured.end() ? nullptr : &*found;
}

MacCost library_cost(const MacTable& table, const MacUnitSpec& spec) {
    const MeasuredMac* unit = table.basis == MacBasis::measured ? find_measured(table, spec) : nullptr;
    const auto figure = [&](Metric metric) {
        return unit != nullptr                       ? metric_of(table, *unit, metric)
               : table.basis == MacBasis::gate_model ? by_gates(table, spec, metric)
                                                     : derived(table, spec, metric);
    };
    return {.area = SquareMillimetres(figure(Metric::area)),
            .delay = Seconds(figure(Metric::delay)),
            .energy = Joules(figure(Metric::energy)),
            .gates = gates_per_mac(table.gates.costs, spec),
            .status = unit != nullptr ? config::Status::measured : config::Status::derived};
}

MacCost mac_cost(const MacTable& table, const MacUnitSpec& spec) {
    MacCost cost = library_cost(table, spec);
    cost.area = cost.area * table.library_area_factor.value;
    cost.energy = cost.energy * table.library_energy_factor.value;
    return cost;
}

MacUnitSpec unit_of(const MacTable& table, const MacDemand& demand) {
    MacUnitSpec spec{.a = demand.weights, .b = demand.activations, .accumulator = table.accumulator};
    spec.accumulator.headroom = table.gates.headroom_bits;
    if (table.unit == UnitKind::fused_dot) {
        spec.kind = UnitKind::fused_dot;
        spec.lanes = static_cast<int>(std::max(1U, demand.lanes));
        if (spec.accumulator.kind == AccumulatorKind::fixed) {
            spec.lanes = lanes_of_block(spec);
        }
    }
    return spec;
}

MacCost mac_cost(const MacTable& table, const MacDemand& demand) {
    return mac_cost(table, unit_of(table, demand));
}

} // namespace lodestone::cost
