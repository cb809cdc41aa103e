// SPDX-License-Identifier: Apache-2.0
// Turns loads into cycles.
#include "analysis/bounds/bounds.hpp"

#include "analysis/bounds/phase_loads.hpp"

#include <algorithm>
#include <cmath>

namespace lodestone::bounds {
namespace {

std::uint64_t largest(const std::vector<std::uint64_t>& loads) {
    return loads.empty() ? 0 : *std::ranges::max_element(loads);
}

Cycles io_cycles(Bytes amount, const spec::CoreGridSpec& machine) {
    const double bytes_per_cycle = machine.io_bandwidth.count() / machine.clock.count();
    return Cycles(static_cast<std::uint64_t>(std::ceil(static_cast<double>(amount.count()) / bytes_per_cycle)));
}

/// A broadcast from the first core to the last: its flits and the way of their head.
Cycles broadcast_cycles(Bytes bytes, const spec::CoreGridSpec& machine) {
    const Cycles way = machine.instruction_network.hop_latency * (machine.grid.rows + machine.grid.cols - 2);
    return transfer_cycles(bytes, machine.instruction_network.link_width) + way;
}

void add(PhaseBound& bound, const char* resource, Cycles busy, Cycles around) {
    if (busy.count() > 0) {
        bound.resources.push_back({.resource = resource, .busy = busy, .bound = busy + around});
    }
}

/// Values leave the last step through the matrix and the vector pipeline.
Cycles fill_cycles(const isa::Phase& phase, const spec::CoreGridSpec& machine) {
    const Cycles matrix = isa::uses_matrix_unit(phase.kernel) ? machine.matrix.pipeline_depth : Cycles(0);
    return matrix + machine.vector.pipeline_depth;
}

PhaseBound bound_of(const isa::Phase& phase, PhaseLoads& loads, const spec::CoreGridSpec& machine, Cycles start) {
    PhaseBound bound;
    const Cycles around = start + machine.synchronisation;
    const Cycles fill = fill_cycles(phase, machine);
    add(bound, "matrix", loads.matrix, around + fill);
    add(bound, "vector", loads.vector, around + fill);
    const Bytes port(largest(loads.port_bytes));
    add(bound, "memory", transfer_cycles(port, machine.memory.width), around);
    add(bound, "activation_link", Cycles(largest(loads.activation)), around);
    add(bound, "model_link", Cycles(largest(loads.model)), around);
    add(bound, "partial_sum_link", Cycles(largest(loads.partial_sum)), around);
    add(bound, "frame_buffer", transfer_cycles(loads.frame_buffer, machine.frame_buffer.width), around);
    if (loads.instructions.count() > 0) {
        add(bound, "instruction_link", broadcast_cycles(loads.instructions, machine), around);
    }
    // Chip I/O starts at cycle 0 with the first phase, and in the last one when something has arrived.
    add(bound, "io", std::max(io_cycles(loads.io_in, machine), io_cycles(loads.io_out, machine)),
        machine.synchronisation);
    bound.cycles = around;
    for (const ResourceBound& entry : bound.resources) {
        if (entry.bound > bound.cycles) {
            bound.cycles = entry.bound;
            bound.bound_by = entry.resource;
        }
    }
    bound.events = std::move(loads.events);
    bound.events.elapsed = bound.cycles;
    bound.events.core_cycles["idle"] = (machine.grid.size() - loads.computing_cores) * bound.cycles.count();
    return bound;
}

std::map<std::string, Cycles> busiest_of(const PhaseBound& bound) {
    std::map<std::string, Cycles> busiest;
    for (const ResourceBound& entry : bound.resources) {
        busiest[entry.resource] = entry.busy;
    }
    return busiest;
}

std::vector<PhaseBound> bounds_of(const isa::Program& program, const spec::CoreGridSpec& machine, KnownLoads& known) {
    std::vector<PhaseLoads> loads = phase_loads(program, machine, known);
    std::vector<PhaseBound> bounds;
    bounds.reserve(loads.size());
    for (std::size_t phase = 0; phase < loads.size(); ++phase) {
        // The first phase waits for its own instructions.
        const Cycles start =
            phase == 0 ? broadcast_cycles(program.phases.front().instruction_bytes, machine) : Cycles(0);
        bounds.push_back(bound_of(program.phases[phase], loads[phase], machine, start));
    }
    return bounds;
}

} // namespace

std::vector<PhaseBound> phase_bounds(const isa::Program& program, const spec::CoreGridSpec& machine) {
    KnownLoads of_program;
    return bounds_of(program, machine, of_program);
}

isa::Execution analytic_execution(const isa::Program& program, const spec::CoreGridSpec& machine) {
    KnownLoads of_program;
    return analytic_execution(program, machine, of_program);
}

isa::Execution analytic_execution(const isa::Program& program, const spec::CoreGridSpec& machine, KnownLoads& known) {
    isa::Execution execution;
    std::vector<PhaseBound> bounds = bounds_of(program, machine, known);
    for (std::size_t index = 0; index < bounds.size(); ++index) {
        PhaseBound& bound = bounds[index];
        isa::PhaseRecord record{.name = program.phases[index].name,
                                .op = program.phases[index].op,
                                .begin = execution.cycles,
                                .end = execution.cycles + bound.cycles,
                                .busiest = busiest_of(bound)};
        record.events = std::move(bound.events);
        execution.events += record.events;
        execution.cycles = record.end;
        execution.phases.push_back(std::move(record));
    }
    return execution;
}

} // namespace lodestone::bounds
