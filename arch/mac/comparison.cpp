// SPDX-License-Identifier: Apache-2.0
// Rows of the comparison and their physical costs.
#include "arch/mac/comparison.hpp"

#include "arch/cost/interpolate.hpp"
#include "numerics/precision.hpp"
#include "sim/base/error.hpp"

#include <algorithm>
#include <cmath>
#include <map>

namespace lodestone::mac {

using cost::MeasuredMac;
using numerics::FormatId;

namespace {

constexpr double um2_per_mm2 = 1e6;
constexpr double ns_per_s = 1e9;
constexpr double fj_per_j = 1e15;

enum class Metric : std::uint8_t { area, delay, energy };
constexpr std::array metrics{Metric::area, Metric::delay, Metric::energy};

double metric_of(const MeasuredMac& unit, Metric metric, double glitch_share) {
    switch (metric) {
    case Metric::area:
        return unit.area.count() * um2_per_mm2;
    case Metric::delay:
        return unit.delay.count() * ns_per_s;
    case Metric::energy:
        break;
    }
    const double quiet = unit.energy.count();
    return (quiet + glitch_share * (unit.energy_with_glitches.count() - quiet)) * fj_per_j;
}

MacUnitSpec single(FormatId a, FormatId b, const Accumulator& accumulator) {
    return {.a = a, .b = b, .accumulator = accumulator};
}

double gates_of_measured(const MeasuredMac& unit) {
    const FormatId id = *numerics::find_format(unit.format);
    return gates_of({}, single(id, id, parse_accumulator(unit.accumulator))).total();
}

/// The metric over gates for the synthesised units with exact accumulators.
cost::Curve exact_curve(const cost::MacTable& table, Metric metric, double glitch_share) {
    std::map<double, double> points;
    for (const MeasuredMac& unit : table.measured) {
        if (parse_accumulator(unit.accumulator) == Accumulator{}) {
            points[gates_of_measured(unit)] = metric_of(unit, metric, glitch_share);
        }
    }
    if (points.empty()) {
        throw UserError("the table of synthesised units has none with a kulisch accumulator; add int8, kulisch");
    }
    return {points.begin(), points.end()};
}

const MeasuredMac* find_measured(const cost::MacTable& table, const MacUnitSpec& spec) {
    if (spec.a != spec.b || spec.kind != UnitKind::single_mac) {
        return nullptr;
    }
    for (const MeasuredMac& unit : table.measured) {
        if (unit.format == numerics::name_of(spec.a) && parse_accumulator(unit.accumulator) == spec.accumulator) {
            return &unit;
        }
    }
    return nullptr;
}

/// A synthesised single MAC with the accumulator of `spec`, to carry what the law of exact accumulators misses.
const MeasuredMac* similar(const cost::MacTable& table, const MacUnitSpec& spec) {
    if (spec.kind == UnitKind::fused_dot || spec.accumulator.kind == AccumulatorKind::fixed) {
        return nullptr;
    }
    for (const MeasuredMac& unit : table.measured) {
        if (parse_accumulator(unit.accumulator) == spec.accumulator) {
            return &unit;
        }
    }
    return nullptr;
}

double derived(const cost::MacTable& table, const MacUnitSpec& spec, Metric metric, double glitch_share) {
    const cost::Curve curve = exact_curve(table, metric, glitch_share);
    double value = cost::log_log(curve, gates_per_mac({}, spec));
    if (const MeasuredMac* unit = similar(table, spec)) {
        value *= metric_of(*unit, metric, glitch_share) / cost::log_log(curve, gates_of_measured(*unit));
    }
    return value;
}

/// Noise of both operands adds up in a product.
Sqnr of_product(const Sqnr& a, const Sqnr& b) {
    const double relative = std::exp2(-2 * a.bits) + std::exp2(-2 * b.bits);
    constexpr double db_per_power = 10;
    return {.bits = -0.5 * std::log2(relative), .db = -db_per_power * std::log10(relative)};
}

std::array<Sqnr, 4> accuracy(FormatId a, FormatId b) {
    std::array<Sqnr, 4> result;
    for (std::size_t i = 0; i < result.size(); ++i) {
        const Distribution d = distributions()[i];
        const Sqnr of_a = sqnr(numerics::format(a), d);
        result.at(i) = a == b ? of_a : of_product(of_a, sqnr(numerics::format(b), d));
    }
    return result;
}

GateBreakdown per_mac(const MacUnitSpec& spec) {
    GateBreakdown gates = gates_of({}, spec);
    gates.multiply /= spec.lanes;
    gates.align_add /= spec.lanes;
    gates.accumulate /= spec.lanes;
    return gates;
}

/// The window of a request, no wider than this pair's products need; its lanes, of a block format with a fixed register
/// no more than a block.
MacUnitSpec fused(const MacUnitSpec& single, const ComparisonRequest& request) {
    MacUnitSpec spec = single;
    spec.kind = UnitKind::fused_dot;
    spec.lanes = request.lanes;
    if (spec.accumulator.kind == AccumulatorKind::fixed && blocks_of(spec) > 1) {
        spec.lanes = lanes_of_block(spec);
    }
    spec.window = request.window >= widths_of(single).aligned ? 0 : request.window;
    return spec;
}

ComparisonRow make_row(const std::string& name, const MacUnitSpec& spec, const Comparison& comparison,
                       const cost::MacTable& table) {
    ComparisonRow row{.format = name, .spec = spec, .gates = per_mac(spec)};
    row.cost = physical_cost(table, spec, comparison.glitch_share);
    const bool is_single = spec.kind == UnitKind::single_mac;
    const PhysicalCost& reference = is_single ? comparison.reference_single : comparison.reference_fused;
    row.gate_ratio =
        row.gates.total() / (is_single ? comparison.reference_single_gates : comparison.reference_fused_gates);
    row.area_ratio = row.cost.area_um2 / reference.area_um2;
    row.energy_ratio = row.cost.energy_fj / reference.energy_fj;
    return row;
}

/// Formats and accumulators of a request, parsed; all mistakes together.
struct Parsed {
    std::vector<numerics::Precision> formats;
    std::vector<Accumulator> accumulators;
};

Parsed parse(const ComparisonRequest& request) {
    Parsed parsed;
    Problems problems;
    for (const std::string& name : request.formats) {
        try {
            parsed.formats.push_back(numerics::parse_precision(name));
        } catch (const UserError& error) {
            problems.append(error.problems());
        }
    }
    for (const std::string& name : request.accumulators) {
        try {
            parsed.accumulators.push_back(parse_accumulator(name));
        } catch (const UserError& error) {
            problems.append(error.problems());
        }
    }
    if (request.glitch_share && !(*request.glitch_share >= 0 && *request.glitch_share <= 1)) {
        problems.error({}, "glitch_share", "must lie between 0 and 1");
    }
    for (const numerics::Precision& p : parsed.formats) {
        for (const Accumulator& accumulator : parsed.accumulators) {
            const MacUnitSpec spec = single(p.weights, p.activations, accumulator);
            Problems found = verify_unit(spec);
            if (!found.has_errors()) {
                found = verify_unit(fused(spec, request));
            }
            for (const Diagnostic& d : found.all()) {
                if (std::ranges::find(problems.all(), d) == problems.all().end()) {
                    problems.add(d);
                }
            }
        }
    }
    problems.throw_if_errors();
    return parsed;
}

} // namespace

PhysicalCost physical_cost(const cost::MacTable& table, const MacUnitSpec& spec, double glitch_share) {
    std::array<double, metrics.size()> values{};
    const MeasuredMac* measured = find_measured(table, spec);
    for (std::size_t i = 0; i < metrics.size(); ++i) {
        values.at(i) = measured != nullptr ? metric_of(*measured, metrics.at(i), glitch_share)
                                           : derived(table, spec, metrics.at(i), glitch_share);
    }
    return {.area_um2 = values[0],
            .delay_ns = values[1],
            .energy_fj = values[2],
            .source = measured != nullptr ? "measured: " + table.source.source
                                          : "derived: gate count on the power law of the synthesised units"};
}

MacUnitSpec reference_unit(const ComparisonRequest& request, UnitKind kind) {
    return kind == UnitKind::single_mac ? MacUnitSpec{} : fused(MacUnitSpec{}, request);
}

void reprice(Comparison& comparison, const ComparisonRequest& request,
             const std::function<PhysicalCost(const MacUnitSpec&)>& cost_of) {
    for (const UnitKind kind : request.units) {
        PhysicalCost& reference =
            kind == UnitKind::single_mac ? comparison.reference_single : comparison.reference_fused;
        reference = cost_of(reference_unit(request, kind));
    }
    for (ComparisonRow& row : comparison.rows) {
        row.cost = cost_of(row.spec);
        const PhysicalCost& reference =
            row.spec.kind == UnitKind::single_mac ? comparison.reference_single : comparison.reference_fused;
        row.area_ratio = row.cost.area_um2 / reference.area_um2;
        row.energy_ratio = row.cost.energy_fj / reference.energy_fj;
    }
}

std::optional<double> published_ratio(const MacUnitSpec& spec) {
    struct Bar {
        int exponent_bits;
        int mantissa_bits;
        std::string_view accumulator;
        double ratio;
    };
    // Figure of arXiv 2303.17951 with the gate counts of fixed-point and floating accumulators, over INT8's 719 gates.
    constexpr std::array bars{Bar{2, 5, "kulisch", 1.21}, Bar{3, 4, "kulisch", 1.25}, Bar{4, 3, "kulisch", 1.475},
                              Bar{5, 2, "kulisch", 2.09}, Bar{4, 3, "fp16", 1.53},    Bar{4, 3, "fp32", 2.83}};
    const numerics::Format& f = numerics::format(spec.a);
    if (spec.kind != UnitKind::single_mac || spec.a != spec.b || f.block) {
        return std::nullopt;
    }
    if (spec.a == FormatId::int8 && spec.accumulator == Accumulator{}) {
        return 1.0;
    }
    for (const Bar& bar : bars) {
        if (!f.is_integer() && f.exponent_bits == bar.exponent_bits && f.mantissa_bits == bar.mantissa_bits &&
            name_of(spec.accumulator) == bar.accumulator) {
            return bar.ratio;
        }
    }
    return std::nullopt;
}

Comparison compare(const ComparisonRequest& request, const cost::MacTable& table) {
    const Parsed parsed = parse(request);
    Comparison comparison{.glitch_share = request.glitch_share.value_or(table.glitch_share.value)};
    const MacUnitSpec int8;
    const MacUnitSpec int8_fused = fused(int8, request);
    comparison.reference_single = physical_cost(table, int8, comparison.glitch_share);
    comparison.reference_fused = physical_cost(table, int8_fused, comparison.glitch_share);
    comparison.reference_single_gates = gates_per_mac({}, int8);
    comparison.reference_fused_gates = gates_per_mac({}, int8_fused);
    for (const numerics::Precision& p : parsed.formats) {
        const std::array<Sqnr, 4> accurate = accuracy(p.weights, p.activations);
        for (const Accumulator& accumulator : parsed.accumulators) {
            const MacUnitSpec spec = single(p.weights, p.activations, accumulator);
            for (const UnitKind kind : request.units) {
                const MacUnitSpec unit = kind == UnitKind::single_mac ? spec : fused(spec, request);
                comparison.rows.push_back(make_row(p.name, unit, comparison, table));
                comparison.rows.back().sqnr = accurate;
            }
        }
    }
    return comparison;
}

std::vector<std::size_t> pareto_front(const Comparison& comparison, Price price) {
    const auto cost = [&](std::size_t i) {
        const PhysicalCost& c = comparison.rows[i].cost;
        return price == Price::energy ? c.energy_fj : c.area_um2;
    };
    const auto bits = [&](std::size_t i) {
        return comparison.rows[i].sqnr[static_cast<std::size_t>(Distribution::normal)].bits;
    };
    std::vector<std::size_t> order(comparison.rows.size());
    for (std::size_t i = 0; i < order.size(); ++i) {
        order[i] = i;
    }
    std::ranges::stable_sort(order, [&](std::size_t x, std::size_t y) {
        return std::pair(cost(x), -bits(x)) < std::pair(cost(y), -bits(y));
    });
    std::vector<std::size_t> front;
    for (const std::size_t i : order) {
        if (front.empty() || bits(i) > bits(front.back())) {
            front.push_back(i);
        }
    }
    return front;
}

} // namespace lodestone::mac
