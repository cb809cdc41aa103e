// SPDX-License-Identifier: Apache-2.0
// Rows of the comparison and their physical costs.
#include "arch/mac/comparison.hpp"

#include "numerics/precision.hpp"
#include "sim/base/error.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace lodestone::mac {

using numerics::FormatId;

namespace {

constexpr double um2_per_mm2 = 1e6;
constexpr double ns_per_s = 1e9;
constexpr double fj_per_j = 1e15;

/// Noise of both operands adds up in a product.
Sqnr of_product(const Sqnr& a, const Sqnr& b) {
    const double relative = std::exp2(-2 * a.bits) + std::exp2(-2 * b.bits);
    constexpr double db_per_power = 10;
    return {.bits = -0.5 * std::log2(relative), .db = -db_per_power * std::log10(relative)};
}

std::array<Sqnr, 4> accuracy(FormatId a, FormatId b) {
    std::array<Sqnr, 4> result;
    for (std::size_t i = 0; i < result.size(); ++i) {
        result.at(i) = sqnr_of_pair(a, b, distributions()[i]);
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

/// A fused dot product of the request: its window no wider than this pair's products need; its lanes, of a block format
/// with a fixed register, no more than a block.
MacUnitSpec fused(MacUnitSpec spec, int lanes, int window) {
    const int needed = widths_of(spec).aligned;
    spec.kind = UnitKind::fused_dot;
    spec.lanes = lanes;
    if (spec.accumulator.kind == AccumulatorKind::fixed && blocks_of(spec) > 1) {
        spec.lanes = lanes_of_block(spec);
    }
    spec.window = window >= needed ? 0 : window;
    return spec;
}

/// The unit of one row.
MacUnitSpec unit_of(const numerics::Precision& p, const NamedRegister& r, UnitKind kind,
                    const ComparisonRequest& request) {
    const MacUnitSpec spec{.a = p.weights, .b = p.activations, .accumulator = r.accumulator};
    if (kind == UnitKind::fused_dot) {
        return fused(spec, request.lanes, r.window.value_or(request.window));
    }
    return r.window ? fused(spec, 1, *r.window) : spec;
}

void set_ratios(ComparisonRow& row, const Comparison& comparison) {
    const bool is_single = row.kind == UnitKind::single_mac;
    const PhysicalCost& reference = is_single ? comparison.reference_single : comparison.reference_fused;
    row.gate_ratio =
        row.gates.total() / (is_single ? comparison.reference_single_gates : comparison.reference_fused_gates);
    row.area_ratio = row.cost.area_um2 / reference.area_um2;
    row.energy_ratio = row.cost.energy_fj / reference.energy_fj;
}

/// Formats and accumulators of a request, parsed; all mistakes together.
struct Parsed {
    std::vector<numerics::Precision> formats;
    std::vector<NamedRegister> registers;
};

/// Names without repetitions, parsed; what is wrong goes to `problems`.
template <class Item, class Parse>
std::vector<Item> parse_names(const std::vector<std::string>& names, Parse parse_one, Problems& problems) {
    std::vector<Item> items;
    for (auto name = names.begin(); name != names.end(); ++name) {
        if (std::find(names.begin(), name, *name) != name) {
            continue;
        }
        try {
            items.push_back(parse_one(*name));
        } catch (const UserError& error) {
            problems.append(error.problems());
        }
    }
    return items;
}

void verify_units(const Parsed& parsed, const ComparisonRequest& request, Problems& problems) {
    for (const numerics::Precision& p : parsed.formats) {
        for (const NamedRegister& r : parsed.registers) {
            for (const UnitKind kind : request.units) {
                const Problems found = verify_unit(unit_of(p, r, kind, request));
                for (const Diagnostic& d : found.all()) {
                    if (std::ranges::find(problems.all(), d) == problems.all().end()) {
                        problems.add(d);
                    }
                }
            }
        }
    }
}

Parsed parse(const ComparisonRequest& request) {
    Problems problems;
    Parsed parsed;
    parsed.formats = parse_names<numerics::Precision>(request.formats, numerics::parse_precision, problems);
    parsed.registers = parse_names<NamedRegister>(request.accumulators, parse_register, problems);
    if (request.glitch_share && !(*request.glitch_share >= 0 && *request.glitch_share <= 1)) {
        problems.error({}, "glitch_share", "must lie between 0 and 1");
    }
    verify_units(parsed, request, problems);
    problems.throw_if_errors();
    return parsed;
}

} // namespace

NamedRegister parse_register(const std::string& name) {
    constexpr std::string_view truncated = "truncated";
    constexpr int usual_window = 14;
    constexpr int widest = 1024; // verify_unit knows what the formats allow
    if (!name.starts_with(truncated)) {
        try {
            return {.name = name, .accumulator = parse_accumulator(name)};
        } catch (const UserError& error) {
            throw UserError(std::string(error.what()) +
                            ", truncated or truncatedN (fp32 behind an alignment window of N bits)");
        }
    }
    int window = usual_window;
    const char* end = name.data() + name.size();
    if (name.size() > truncated.size()) {
        const auto [stop, error] = std::from_chars(name.data() + truncated.size(), end, window);
        if (error != std::errc() || stop != end || window < 2 || window > widest) {
            throw UserError("accumulator '" + name + "' is not known; truncatedN takes N from 2 to " +
                            std::to_string(widest));
        }
    }
    return {.name = name, .accumulator = parse_accumulator("fp32"), .window = window};
}

Sqnr sqnr_of_pair(FormatId a, FormatId b, Distribution distribution) {
    const Sqnr of_a = sqnr(numerics::format(a), distribution);
    return a == b ? of_a : of_product(of_a, sqnr(numerics::format(b), distribution));
}

MacUnitSpec unit_of(const ComparisonRequest& request) {
    const Parsed parsed = parse(request);
    check_invariant(!parsed.formats.empty() && !parsed.registers.empty() && !request.units.empty(),
                    "a unit has a format, an accumulator and a kind");
    return unit_of(parsed.formats.front(), parsed.registers.front(), request.units.front(), request);
}

PhysicalCost physical_cost(const cost::MacTable& table, const MacUnitSpec& spec) {
    const cost::MacCost cost = cost::library_cost(table, spec);
    const std::string how = cost.status == config::Status::measured   ? "measured: "
                            : table.basis == cost::MacBasis::measured ? "derived by gates and depth from: "
                                                                      : "int8 by the ratio of gates and depth: ";
    return {.area_um2 = cost.area.count() * um2_per_mm2,
            .delay_ns = cost.delay.count() * ns_per_s,
            .energy_fj = cost.energy.count() * fj_per_j,
            .source = how + table.source.source};
}

MacUnitSpec reference_unit(const ComparisonRequest& request, UnitKind kind) {
    return kind == UnitKind::single_mac ? MacUnitSpec{} : fused({}, request.lanes, request.window);
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
        set_ratios(row, comparison);
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

Comparison compare(const ComparisonRequest& request, const cost::MacTable& stored) {
    const Parsed parsed = parse(request);
    cost::MacTable table = stored;
    table.glitch_share.value = request.glitch_share.value_or(table.glitch_share.value);
    Comparison comparison{.glitch_share = table.glitch_share.value};
    const MacUnitSpec int8;
    const MacUnitSpec int8_fused = reference_unit(request, UnitKind::fused_dot);
    comparison.reference_single = physical_cost(table, int8);
    comparison.reference_fused = physical_cost(table, int8_fused);
    comparison.reference_single_gates = gates_per_mac({}, int8);
    comparison.reference_fused_gates = gates_per_mac({}, int8_fused);
    for (const numerics::Precision& p : parsed.formats) {
        const std::array<Sqnr, 4> accurate = accuracy(p.weights, p.activations);
        for (const NamedRegister& r : parsed.registers) {
            for (const UnitKind kind : request.units) {
                ComparisonRow row{.format = p.name,
                                  .accumulator = r.name,
                                  .kind = kind,
                                  .spec = unit_of(p, r, kind, request),
                                  .sqnr = accurate};
                row.gates = per_mac(row.spec);
                row.cost = physical_cost(table, row.spec);
                set_ratios(row, comparison);
                comparison.rows.push_back(std::move(row));
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
