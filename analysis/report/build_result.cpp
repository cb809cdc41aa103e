// SPDX-License-Identifier: Apache-2.0
// Sums, ratios and prices of a run.
#include "analysis/report/build_result.hpp"

#include "analysis/bounds/bounds.hpp"
#include "arch/cost/chip.hpp"
#include "sim/base/error.hpp"
#include "sim/config/unit.hpp"

#include <algorithm>
#include <cmath>

namespace lodestone::report {
namespace {

const spec::CoreGridSpec& grid_of(const spec::MachineSpec& machine) {
    return std::get<spec::CoreGridSpec>(machine.family);
}

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

isa::MemoryCount memory(const isa::EventCounts& counts, const std::string& name) {
    const auto found = counts.memories.find(name);
    return found == counts.memories.end() ? isa::MemoryCount{} : found->second;
}

/// Operand buffers beside the matrix unit are not memories; they are listed by name only.
Named<Bytes> traffic_of(const isa::EventCounts& counts) {
    Bytes read;
    Bytes written;
    for (const char* name : {"core_memory", "frame_buffer", "instruction_memory"}) {
        read += memory(counts, name).read;
        written += memory(counts, name).written;
    }
    Bytes sent;
    for (const auto& [name, network] : counts.networks) {
        sent += network.sent;
    }
    const isa::MemoryCount io = memory(counts, "io");
    return {{"sram_read", read}, {"sram_write", written}, {"noc", sent}, {"io", io.read + io.written}};
}

/// Cycles that the whole grid would take for a phase's multiply-accumulates with no slot idle.
double ideal_cycles(const isa::Program& program, const isa::Phase& phase, Macs macs) {
    const double per_cycle = static_cast<double>(phase.matrix.macs_per_cycle().count()) * program.grid.size();
    return macs.count() == 0 ? 0 : static_cast<double>(macs.count()) / per_cycle;
}

double share(double part, Cycles whole) {
    return whole.count() == 0 ? 0 : part / static_cast<double>(whole.count());
}

void check_sums(const isa::Program& program, const isa::Execution& execution) {
    check_invariant(program.phases.size() == execution.phases.size(), "a run records every phase of its program");
    Cycles cycles;
    Macs macs;
    for (const isa::PhaseRecord& phase : execution.phases) {
        check_invariant(phase.events.elapsed == phase.end - phase.begin, "a phase lasts from its begin to its end");
        cycles += phase.events.elapsed;
        macs += isa::total_macs(phase.events);
    }
    check_invariant(cycles == execution.cycles, "the cycles of the phases sum to those of the run");
    check_invariant(macs == isa::total_macs(execution.events), "the MACs of the phases sum to those of the run");
}

Cycles io_cycles(Bytes amount, const spec::CoreGridSpec& machine) {
    const double per_cycle = machine.io_bandwidth.count() / machine.clock.count();
    return Cycles(static_cast<std::uint64_t>(std::ceil(static_cast<double>(amount.count()) / per_cycle)));
}

/// Cycles of a phase in which nothing but chip I/O was busy.
Cycles io_only_cycles(const isa::PhaseRecord& phase, const spec::CoreGridSpec& machine) {
    const isa::MemoryCount io = memory(phase.events, "io");
    const Cycles io_busy = std::max(io_cycles(io.read, machine), io_cycles(io.written, machine));
    Cycles others;
    for (const auto& [resource, busy] : phase.busiest) {
        others = resource == "io" ? others : std::max(others, busy);
    }
    const Cycles length = phase.end - phase.begin;
    return io_busy > others ? std::min(io_busy - others, length) : Cycles(0);
}

std::vector<LayerResult> layers_of(const RunFacts& facts, const cost::Chip& chip) {
    std::vector<LayerResult> layers;
    const std::vector<bounds::PhaseBound> all = bounds::phase_bounds(facts.program, grid_of(facts.machine));
    for (std::size_t index = 0; index < facts.execution.phases.size(); ++index) {
        const isa::PhaseRecord& record = facts.execution.phases[index];
        const isa::Phase& phase = facts.program.phases[index];
        const Macs macs = isa::total_macs(record.events);
        LayerResult layer{.name = record.name,
                          .op = record.op,
                          .macs = macs,
                          .cycles = record.events.elapsed,
                          .utilization = share(ideal_cycles(facts.program, phase, macs), record.events.elapsed),
                          .energy = in_order(chip.energy(record.events)),
                          .traffic = traffic_of(record.events),
                          .bound_by = all[index].bound_by,
                          .bounds = {}};
        for (const bounds::ResourceBound& entry : all[index].resources) {
            layer.bounds.emplace_back(entry.resource, entry.bound);
        }
        layers.push_back(std::move(layer));
    }
    return layers;
}

/// Counts of one batch with the period as elapsed time, priced and divided by the batch.
SteadyState steady_state(const RunFacts& facts, const cost::Chip& chip, double ideal) {
    const Period period = steady_period(facts.execution, grid_of(facts.machine));
    isa::EventCounts counts = facts.execution.events;
    counts.elapsed = period.cycles;
    SteadyState steady{.period = period.cycles,
                       .io_cycles = period.io_cycles,
                       .utilization = share(ideal, period.cycles),
                       .energy_per_inference = in_order(chip.energy(counts))};
    for (auto& [name, value] : steady.energy_per_inference) {
        value = value / static_cast<double>(facts.program.batch);
    }
    return steady;
}

void add_clock_limits(Result& result, const cost::ClockLimits& limits) {
    result.clock_limits = limits.limits;
    if (result.clock > limits.clock()) {
        result.warnings.push_back("the clock of " + config::to_text(result.clock) + " is above the " +
                                  config::to_text(limits.clock()) + " that the delay of " + limits.bound_by() +
                                  " allows at " + config::to_text(result.voltage) +
                                  "; lower the clock or raise the voltage");
    }
}

} // namespace

Period steady_period(const isa::Execution& execution, const spec::CoreGridSpec& machine) {
    Cycles own;
    Bytes in;
    Bytes out;
    for (const isa::PhaseRecord& phase : execution.phases) {
        own += phase.end - phase.begin - io_only_cycles(phase, machine);
        in += memory(phase.events, "io").read;
        out += memory(phase.events, "io").written;
    }
    const Cycles io = std::max(io_cycles(in, machine), io_cycles(out, machine));
    return {.cycles = std::max(own, io), .io_cycles = io};
}

Result build_result(const RunFacts& facts, const RunIdentity& identity) {
    const isa::Program& program = facts.program;
    const isa::Execution& execution = facts.execution;
    check_sums(program, execution);
    const cost::Chip chip(facts.machine, facts.technology, cost::operand_pairs(execution.events));
    Result result;
    result.version = identity.version;
    result.machine = facts.machine.name;
    result.workload = program.workload;
    result.precision = program.precision;
    result.batch = static_cast<std::uint64_t>(program.batch);
    result.seed = identity.seed;
    result.config_hash = identity.config_hash;
    result.fidelity = identity.fidelity;
    result.clock = grid_of(facts.machine).clock;
    result.voltage = facts.machine.voltage;
    result.technology = facts.technology.name;
    result.cycles = execution.cycles;
    result.latency = duration(execution.cycles, result.clock);
    result.layers = layers_of(facts, chip);
    double ideal = 0;
    for (std::size_t index = 0; index < result.layers.size(); ++index) {
        accumulate(result.energy, result.layers[index].energy);
        ideal += ideal_cycles(program, program.phases[index], result.layers[index].macs);
    }
    result.utilization = share(ideal, execution.cycles);
    result.steady = steady_state(facts, chip, ideal);
    const Seconds period = duration(result.steady.period, result.clock);
    result.throughput_per_s = static_cast<double>(result.batch) / period.count();
    result.power = power(sum(result.steady.energy_per_inference) * static_cast<double>(result.batch), period);
    result.area = chip.area().components;
    result.traffic = traffic_of(execution.events);
    result.events = execution.events;
    result.networks.assign(execution.events.networks.begin(), execution.events.networks.end());
    result.memories.assign(execution.events.memories.begin(), execution.events.memories.end());
    result.kernel_events = execution.kernel_events;
    result.calibrated = cost::calibrated_constants(facts.technology, "core_grid");
    result.warnings = execution.warnings;
    add_clock_limits(result, chip.clock_limits());
    return result;
}

} // namespace lodestone::report
