// SPDX-License-Identifier: Apache-2.0
// Prices of runs on core grids.
#include "analysis/report/price.hpp"

#include "arch/cost/chip.hpp"
#include "sim/base/error.hpp"

namespace lodestone::report {
namespace {

Named<Joules> in_order(const std::map<std::string, Joules>& parts) {
    Named<Joules> ordered;
    for (const char* name : {"mac", "vector", "sram", "noc", "dram", "flash", "io", "clock", "leakage"}) {
        if (const auto part = parts.find(name); part != parts.end()) {
            ordered.emplace_back(name, part->second);
        }
    }
    check_invariant(ordered.size() == parts.size(), "energy has no component that the result format does not name");
    return ordered;
}

void accumulate(Named<Joules>& total, const Named<Joules>& parts) {
    if (total.empty()) {
        total = parts;
        return;
    }
    for (std::size_t i = 0; i < parts.size(); ++i) {
        total[i].second += parts[i].second;
    }
}

} // namespace

PricedRun price_run(const RunCounts& counts, const spec::MachineSpec& machine, const cost::Technology& technology) {
    const cost::Chip chip(machine, technology, cost::operand_pairs(*counts.total));
    PricedRun priced;
    for (const isa::EventCounts* phase : counts.phases) {
        priced.layers.push_back(in_order(chip.energy(*phase)));
        accumulate(priced.energy, priced.layers.back());
    }
    isa::EventCounts steady = *counts.total;
    steady.elapsed = counts.period;
    priced.energy_per_inference = in_order(chip.energy(steady));
    const auto batch = static_cast<double>(counts.batch);
    for (auto& [name, value] : priced.energy_per_inference) {
        value = value / batch;
    }
    const Seconds period = duration(counts.period, std::get<spec::CoreGridSpec>(machine.family).clock);
    priced.power = power(sum(priced.energy_per_inference) * batch, period);
    priced.area = chip.area().components;
    priced.clock_limits = chip.clock_limits().limits;
    priced.voltage = machine.voltage;
    return priced;
}

} // namespace lodestone::report
