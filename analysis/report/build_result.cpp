// SPDX-License-Identifier: Apache-2.0
// Sums, ratios and prices of a run.
#include "analysis/report/build_result.hpp"

#include "analysis/bounds/bounds.hpp"
#include "sim/base/error.hpp"
#include "sim/config/unit.hpp"

#include <algorithm>
#include <cmath>

namespace lodestone::report {
namespace {

const spec::CoreGridSpec& grid_of(const spec::MachineSpec& machine) {
    return std::get<spec::CoreGridSpec>(machine.family);
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

std::vector<LayerResult> layers_of(const RunFacts& facts, const std::vector<Named<Joules>>& energies) {
    std::vector<LayerResult> layers;
    std::vector<bounds::PhaseBound> all(facts.execution.phases.size());
    if (facts.with_bounds) {
        all = bounds::phase_bounds(facts.program, grid_of(facts.machine));
    }
    for (std::size_t index = 0; index < facts.execution.phases.size(); ++index) {
        const isa::PhaseRecord& record = facts.execution.phases[index];
        const isa::Phase& phase = facts.program.phases[index];
        const Macs macs = isa::total_macs(record.events);
        LayerResult layer{.name = record.name,
                          .op = record.op,
                          .macs = macs,
                          .cycles = record.events.elapsed,
                          .utilization = share(ideal_cycles(facts.program, phase, macs), record.events.elapsed),
                          .energy = energies[index],
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

/// A clock above what the delays allow is worth a warning.
void check_clock(Result& result) {
    const auto lowest =
        std::ranges::min_element(result.clock_limits, {}, [](const auto& limit) { return limit.second; });
    if (result.clock > lowest->second) {
        result.warnings.push_back("the clock of " + config::to_text(result.clock) + " is above the " +
                                  config::to_text(lowest->second) + " that the delay of " + lowest->first +
                                  " allows at " + config::to_text(result.voltage) +
                                  "; lower the clock or raise the voltage");
    }
}

/// What technology and voltage decide.
void add_prices(Result& result, PricedRun priced) {
    result.energy = std::move(priced.energy);
    result.steady.energy_per_inference = std::move(priced.energy_per_inference);
    result.power = priced.power;
    result.area = std::move(priced.area);
    result.clock_limits = std::move(priced.clock_limits);
    result.voltage = priced.voltage;
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

RunCounts counts_of(const isa::Execution& execution) {
    RunCounts counts{.phases = {}, .total = &execution.events};
    for (const isa::PhaseRecord& phase : execution.phases) {
        counts.phases.push_back(&phase.events);
    }
    return counts;
}

Result build_result(const RunFacts& facts, const RunIdentity& identity) {
    const isa::Program& program = facts.program;
    const isa::Execution& execution = facts.execution;
    check_sums(program, execution);
    const Period period = steady_period(execution, grid_of(facts.machine));
    RunCounts counts = counts_of(execution);
    counts.period = period.cycles;
    counts.batch = static_cast<std::uint64_t>(program.batch);
    PricedRun priced = price_run(counts, facts.machine, facts.technology);
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
    result.technology = facts.technology.name;
    result.cycles = execution.cycles;
    result.latency = duration(execution.cycles, result.clock);
    result.layers = layers_of(facts, priced.layers);
    double ideal = 0;
    for (std::size_t index = 0; index < result.layers.size(); ++index) {
        ideal += ideal_cycles(program, program.phases[index], result.layers[index].macs);
    }
    result.utilization = share(ideal, execution.cycles);
    result.steady.period = period.cycles;
    result.steady.io_cycles = period.io_cycles;
    result.steady.utilization = share(ideal, period.cycles);
    result.throughput_per_s = static_cast<double>(result.batch) / duration(period.cycles, result.clock).count();
    add_prices(result, std::move(priced));
    result.traffic = traffic_of(execution.events);
    result.events = execution.events;
    result.networks.assign(execution.events.networks.begin(), execution.events.networks.end());
    result.memories.assign(execution.events.memories.begin(), execution.events.memories.end());
    result.kernel_events = execution.kernel_events;
    result.calibrated = cost::calibrated_constants(facts.technology, "core_grid");
    result.warnings = execution.warnings;
    check_clock(result);
    return result;
}

} // namespace lodestone::report
