// SPDX-License-Identifier: Apache-2.0
// Making and pricing records of runs.
#include "analysis/explore/execution_record.hpp"

#include "analysis/explore/figures.hpp"
#include "analysis/report/spiking_result.hpp"
#include "sim/base/error.hpp"

#include <algorithm>
#include <array>

namespace lodestone::explore {
namespace {

/// Objects and keys that technology and voltage decide.
bool has_price(const std::string& key) {
    constexpr std::array priced{"energy_j.", "area_mm2.", "steady_state.energy", "clock_limits_hz.", "clock_headroom",
                                "power_w",   "voltage_v"};
    return std::ranges::any_of(priced, [&key](const char* start) { return key.starts_with(start); });
}

void verify_feasible(const ExecutionRecord& record) {
    if (!record.infeasible.empty()) {
        throw UserError(record.infeasible);
    }
}

/// The counts that prices depend on; the rest is dropped.
isa::EventCounts priced_counts(const isa::EventCounts& counts) {
    isa::EventCounts kept;
    kept.macs = counts.macs;
    kept.matrix_slots = counts.matrix_slots;
    kept.memories = counts.memories;
    for (const auto& [name, network] : counts.networks) {
        kept.networks[name].flit_hops = network.flit_hops;
    }
    kept.vector_ops = counts.vector_ops;
    kept.function_ops = counts.function_ops;
    kept.elapsed = counts.elapsed;
    return kept;
}

} // namespace

ExecutionRecord record_of(const report::Result& result, const isa::Execution& execution) {
    ExecutionRecord record{.batch = result.batch, .period = result.steady.period};
    for (const auto& [key, value] : figures_of(result)) {
        if (!has_price(key)) {
            record.figures.emplace_back(key, value);
        }
    }
    for (const isa::PhaseRecord& phase : execution.phases) {
        record.phases.push_back(priced_counts(phase.events));
    }
    record.total = priced_counts(execution.events);
    return record;
}

ExecutionRecord record_of(const report::Result& result) {
    ExecutionRecord record{.batch = result.batch};
    record.total.spiking = result.events.spiking;
    record.total.elapsed = result.events.elapsed;
    record.spiking = SpikingRecord{.cores_in_use = result.spiking->cores_in_use,
                                   .kernel_events = result.kernel_events,
                                   .fastest_tick_rate = result.spiking->fastest_tick_rate};
    return record;
}

Figures price(const ExecutionRecord& record, const spec::MachineSpec& machine, const cost::SpikingEnergy& technology) {
    verify_feasible(record);
    check_invariant(record.spiking.has_value(), "a spiking machine prices spiking runs");
    report::SpikingRunFacts facts{.workload = "", .events = record.total, .machine = machine, .technology = technology};
    facts.frames = record.batch;
    facts.cores_in_use = record.spiking->cores_in_use;
    facts.fastest_tick_rate = record.spiking->fastest_tick_rate;
    report::Result result = report::build_spiking_result(facts, {});
    result.kernel_events = record.spiking->kernel_events;
    Figures figures = figures_of(result);
    const double cores = std::get<spec::SpikingArraySpec>(machine.family).mesh().size();
    const double used = static_cast<double>(record.spiking->cores_in_use) / cores;
    figures.emplace_back("area_of_used_cores_mm2", report::sum(result.area).count() * used);
    sort_by_keys(figures);
    return figures;
}

Figures price(const ExecutionRecord& record, const spec::MachineSpec& machine, const cost::Technology& technology) {
    verify_feasible(record);
    report::RunCounts counts{.phases = {}, .total = &record.total, .period = record.period, .batch = record.batch};
    for (const isa::EventCounts& phase : record.phases) {
        counts.phases.push_back(&phase);
    }
    report::PricedRun priced = report::price_run(counts, machine, technology);
    report::Result result; // of which only the prices are filled in
    result.clock = std::get<spec::CoreGridSpec>(machine.family).clock;
    result.energy = std::move(priced.energy);
    result.area = std::move(priced.area);
    result.power = priced.power;
    result.voltage = priced.voltage;
    result.steady.energy_per_inference = std::move(priced.energy_per_inference);
    result.clock_limits = std::move(priced.clock_limits);
    Figures figures = record.figures;
    for (auto& [key, value] : figures_of(result)) {
        if (has_price(key)) {
            figures.emplace_back(std::move(key), value);
        }
    }
    sort_by_keys(figures);
    return figures;
}

} // namespace lodestone::explore
