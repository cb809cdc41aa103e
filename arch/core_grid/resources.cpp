// SPDX-License-Identifier: Apache-2.0
// Ports, windows of counts, and their names.
#include "arch/core_grid/resources.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace lodestone::core_grid {
namespace {

isa::NetworkCount difference(const isa::NetworkCount& after, const isa::NetworkCount& before) {
    return {.injected = after.injected - before.injected,
            .sent = after.sent - before.sent,
            .received = after.received - before.received,
            .transfers = after.transfers - before.transfers,
            .flit_hops = after.flit_hops - before.flit_hops,
            .stalls = after.stalls - before.stalls};
}

} // namespace

memory::Grant Port::reserve(Bytes amount, Cycles earliest) {
    const Cycles begin = std::max(free_, earliest);
    const Cycles taken = cycles(amount);
    free_ = begin + taken;
    busy_ += taken;
    return {.begin = begin, .end = free_};
}

Cycles Port::close_window() {
    return std::exchange(busy_, Cycles(0));
}

Cycles Port::cycles(Bytes amount) const {
    return Cycles(static_cast<std::uint64_t>(std::ceil(static_cast<double>(amount.count()) / bytes_per_cycle_)));
}

Resources::Resources(const isa::Program& program, const spec::CoreGridSpec& spec, FlowControl flow_control)
    : machine(spec), grid(program.grid), memories(grid.size(), memory::BankedMemory(spec.memory)),
      activation("activation", grid, spec.activation_network), model("model", grid, spec.model_network),
      partial_sum("partial-sum", grid, spec.partial_sum_network),
      instruction("instruction", grid, spec.instruction_network), schedule(program, flow_control),
      activation_times(activation, grid, spec.activation_network, flow_control),
      model_times(model, grid, spec.model_network, flow_control),
      partial_sum_times(partial_sum, grid, spec.partial_sum_network, flow_control),
      instruction_times(instruction, grid, spec.instruction_network, flow_control),
      frame_buffer(static_cast<double>(spec.frame_buffer.width.count())),
      io_in(spec.io_bandwidth.count() / spec.clock.count()), io_out(spec.io_bandwidth.count() / spec.clock.count()) {}

void Resources::begin_phase(std::uint32_t phase, Cycles now) {
    schedule.begin_phase(phase, now);
    for (Timetable* network : {&activation_times, &model_times, &partial_sum_times, &instruction_times}) {
        network->forget(now);
    }
}

void Resources::advance(Cycles now) {
    activation.advance(now);
    model.advance(now);
    partial_sum.advance(now);
    instruction.advance(now);
}

NetworkSnapshot Resources::snapshot() const {
    return {.activation = activation.count(),
            .model = model.count(),
            .partial_sum = partial_sum.count(),
            .instruction = instruction.count()};
}

std::map<std::string, Cycles> Resources::close_window(Cycles now, isa::PhaseDetail* detail) {
    Cycles busiest_memory;
    for (memory::BankedMemory& memory : memories) {
        busiest_memory = std::max(busiest_memory, memory.close_window(now));
    }
    return {
        {"memory", busiest_memory},
        {"activation_link", activation.close_window(now, detail != nullptr ? &detail->activation_flits : nullptr)},
        {"model_link", model.close_window(now, detail != nullptr ? &detail->model_flits : nullptr)},
        {"partial_sum_link", partial_sum.close_window(now, detail != nullptr ? &detail->partial_sum_flits : nullptr)},
        {"instruction_link", instruction.close_window(now)},
        {"frame_buffer", frame_buffer.close_window()}};
}

void Resources::verify_conservation(Cycles now) const {
    activation.verify_conservation(now);
    model.verify_conservation(now);
    partial_sum.verify_conservation(now);
    instruction.verify_conservation(now);
}

isa::EventCounts event_counts(const Tally& tally, const isa::Phase& phase, const NetworkSnapshot& before,
                              const NetworkSnapshot& after) {
    isa::EventCounts counts;
    if (isa::uses_matrix_unit(phase.kernel)) {
        const std::string key = isa::mac_key(std::string(numerics::name_of(phase.weight_format)),
                                             std::string(numerics::name_of(phase.activation_format)));
        counts.macs[key] = tally.macs;
        counts.matrix_slots[key] = tally.matrix_slots;
    }
    counts.memories = {{"core_memory", tally.core_memory},
                       {"weight_buffer", tally.weight_buffer},
                       {"activation_buffer", tally.activation_buffer},
                       {"partial_sum_buffer", tally.partial_sum_buffer},
                       {"instruction_memory", tally.instruction_memory},
                       {"frame_buffer", tally.frame_buffer},
                       {"io", tally.io}};
    counts.networks = {{"activation", difference(after.activation, before.activation)},
                       {"model", difference(after.model, before.model)},
                       {"partial_sum", difference(after.partial_sum, before.partial_sum)},
                       {"instruction", difference(after.instruction, before.instruction)}};
    counts.vector_ops = tally.vector_ops;
    counts.function_ops = tally.function_ops;
    counts.core_cycles = {{"matrix_busy", tally.matrix_busy},
                          {"vector_busy", tally.vector_busy},
                          {"waiting_weights", tally.waiting_weights},
                          {"waiting_memory", tally.waiting_memory},
                          {"waiting_partial_sums", tally.waiting_partial_sums},
                          {"waiting_barrier", tally.waiting_barrier},
                          {"idle", tally.idle}};
    return counts;
}

std::string core_name(const GridShape& grid, CoreId core) {
    const GridPosition position = grid.position(core);
    return "core[" + std::to_string(position.row) + "][" + std::to_string(position.col) + "]";
}

} // namespace lodestone::core_grid
