// SPDX-License-Identifier: Apache-2.0
// Reading, measuring and pricing units.
#include "apps/explore_mac.hpp"

#include "analysis/explore/figures.hpp"
#include "arch/cost/chip.hpp"
#include "arch/mac/dot_sqnr.hpp"
#include "numerics/precision.hpp"
#include "sim/base/error.hpp"

#include <cmath>

namespace lodestone::apps {
namespace {

constexpr std::uint64_t most_lanes = 1024;
constexpr std::uint64_t widest_window = 1024; // verify_unit knows what the formats allow

/// A name that `parse` takes.
template <class Parse>
std::string read_name(config::MapReader& reader, const std::string& key, Parse parse) {
    const config::Value value = reader.required_value(key);
    std::string name = value.as_string();
    try {
        static_cast<void>(parse(name));
    } catch (const UserError& unknown) {
        for (const Diagnostic& diagnostic : unknown.problems().all()) {
            value.problem(diagnostic.message);
        }
    }
    return name;
}

void add_accuracy(explore::Figures& figures, const mac::MacUnitSpec& spec) {
    for (const mac::Distribution distribution : mac::distributions()) {
        const mac::Sqnr accuracy = mac::sqnr_of_pair(spec.a, spec.b, distribution);
        figures.emplace_back("sqnr_db." + std::string(mac::name_of(distribution)), accuracy.db);
    }
    if (const double products = mac::dot_sqnr_db(spec); std::isfinite(products)) {
        figures.emplace_back("dot_sqnr_db", products); // absent when every sum overflows
    }
}

} // namespace

MacPoint read_mac_point(const config::Node& root, Problems& problems, config::ReadLog* log,
                        const TechnologyInput* known) {
    MacPoint point;
    config::MapReader reader(root, problems, log);
    point.unit.formats = {read_name(reader, "format", numerics::parse_precision)};
    point.unit.accumulators = {read_name(reader, "accumulator", mac::parse_register)};
    point.unit.units = {reader.optional_choice("unit", mac::UnitKind::fused_dot, cost::mac_unit_kinds())};
    point.unit.lanes =
        static_cast<int>(reader.optional_uint("lanes", static_cast<std::uint64_t>(point.unit.lanes), 1, most_lanes));
    point.unit.window = static_cast<int>(reader.optional_uint("window", 0, 0, widest_window));
    if (reader.has("voltage")) {
        point.voltage = reader.required<Volts>("voltage", config::positive<Volts>());
    }
    if (reader.has("clock")) {
        point.clock = reader.required<Hertz>("clock", config::positive<Hertz>());
    }
    if (known != nullptr && !reader.has("technology")) {
        point.technology = *known;
    } else {
        config::MapReader technology = reader.required_map("technology");
        point.technology = cost::read_technology(technology);
        technology.finish();
    }
    reader.finish();
    return point;
}

explore::ExecutionRecord mac_record(const MacPoint& point) {
    const mac::MacUnitSpec spec = mac::unit_of(point.unit);
    explore::ExecutionRecord record;
    record.figures = {{"gates", mac::gates_per_mac({}, spec)},
                      {"accumulator_bits", static_cast<double>(mac::widths_of(spec).accumulator)},
                      {"latency_cycles", static_cast<double>(mac::latency(spec).count())}};
    add_accuracy(record.figures, spec);
    return record;
}

explore::Figures price_mac(const MacPoint& point, const explore::ExecutionRecord& record) {
    if (!record.infeasible.empty()) {
        throw UserError(record.infeasible);
    }
    const mac::MacUnitSpec spec = mac::unit_of(point.unit);
    const auto& technology = std::get<cost::Technology>(point.technology);
    const Volts voltage = point.voltage.value_or(technology.voltage.value);
    const double dynamic = cost::dynamic_voltage_ratio(technology.voltage.value, voltage);
    const cost::MacCost cost = cost::at_supply(technology, cost::mac_cost(technology.mac, spec), voltage, dynamic);
    const Hertz fastest(1 / cost.delay.count());
    const Hertz clock = point.clock.value_or(fastest);
    constexpr double um2_per_mm2 = 1e6;
    constexpr double ns_per_s = 1e9;
    constexpr double fj_per_j = 1e15;
    explore::Figures figures = record.figures;
    const auto add = [&figures](const char* key, double value) { figures.emplace_back(key, value); };
    add("clock_hz", clock.count());
    add("clock_headroom", fastest / clock);
    add("voltage_v", voltage.count());
    add("area_um2", cost.area.count() * um2_per_mm2);
    add("delay_ns", cost.delay.count() * ns_per_s);
    add("energy_fj", cost.energy.count() * fj_per_j);
    add("power_w", cost.energy.count() * spec.lanes * clock.count());
    add("area_mm2.total", cost.area.count() * spec.lanes);
    explore::sort_by_keys(figures);
    return figures;
}

} // namespace lodestone::apps
