// SPDX-License-Identifier: Apache-2.0
// Rules of tensors, weights and gathers.
#include "arch/isa/demand.hpp"
#include "arch/isa/verify_rules.hpp"

#include <algorithm>
#include <map>
#include <optional>

namespace lodestone::isa {
namespace {

/// Gathers that write into a buffer.
std::size_t fillers(const Program& program, std::uint32_t buffer) {
    std::size_t count = 0;
    for (const Phase& phase : program.phases) {
        count += static_cast<std::size_t>(std::ranges::count_if(phase.inputs, [&](const Gather& gather) {
            return computes(phase) && !gather.in_place && gather.buffer == buffer;
        }));
    }
    return count;
}

} // namespace

bool verify_tensors(Examination& exam) {
    const Program& program = exam.program;
    const auto phase_name = [](std::optional<std::uint32_t> phase) {
        return phase ? "phase " + std::to_string(*phase) : std::string("no phase");
    };
    bool sound = true;
    for (std::uint32_t index = 0; index < program.tensors.size(); ++index) {
        const ProgramTensor& tensor = program.tensors[index];
        const bool is_input = std::ranges::find(program.network_inputs, index) != program.network_inputs.end();
        std::optional<std::uint32_t> maker;
        for (std::uint32_t phase = 0; phase < program.phases.size(); ++phase) {
            if (computes(program.phases[phase]) && program.phases[phase].output == index &&
                (!maker || tensor.producer == phase)) {
                maker = phase;
            }
        }
        if (tensor.producer != maker || is_input == maker.has_value()) {
            sound = false;
            exam.add({.rule = "PRG-S4",
                      .layer = tensor.producer && *tensor.producer < program.phases.size()
                                   ? program.phases[*tensor.producer].name
                                   : tensor.name,
                      .where = "tensor " + tensor.name,
                      .value = is_input ? "an input made by " + phase_name(maker) : phase_name(tensor.producer),
                      .limit = is_input ? "no phase" : phase_name(maker),
                      .message = "does not come from where it says; name the one phase that makes it, or none for an "
                                 "input of the network"});
        }
    }
    std::map<std::uint32_t, std::uint32_t> home_of;
    for (std::uint32_t index = 0; index < program.phases.size(); ++index) {
        const Phase& phase = program.phases[index];
        if (!computes(phase)) {
            continue;
        }
        const Buffer& buffer = program.buffers[phase.output_buffer];
        const bool is_own = home_of.try_emplace(phase.output_buffer, index).second;
        if (program.tensors[phase.output].producer != index) {
            sound = false;
            exam.add({.rule = "PRG-S4",
                      .layer = phase.name,
                      .where = "tensor " + program.tensors[phase.output].name,
                      .value = "made by phase " + std::to_string(index),
                      .limit = phase_name(program.tensors[phase.output].producer),
                      .message = "is written by a phase that is not its producer; one phase makes each tensor"});
        }
        if (buffer.kind != BufferKind::home || buffer.tensor != phase.output || !is_own) {
            exam.add({.rule = "PRG-S5",
                      .layer = phase.name,
                      .where = "output",
                      .value = "buffer " + buffer.name,
                      .limit = "a home of tensor " + program.tensors[phase.output].name + " alone",
                      .message = "writes its output where something else is kept; give the tensor a home of its own"});
        }
    }
    return sound;
}

/// Resident slices are named by the first core of their group; another core there would be read by nobody.
void verify_resident_homes(Examination& exam, const Phase& phase) {
    const Program& program = exam.program;
    const WeightPlan& plan = *phase.weights;
    std::vector<std::optional<CoreId>> first(weight_groups(program, phase));
    for_each_tile(program, phase, [&](CoreId core, const Tile&) {
        auto& known = first[weight_group(program, phase, program.grid.position(core))];
        known = std::min(known.value_or(core), core);
    });
    for (std::size_t place = 0; place < plan.homes.size(); ++place) {
        const auto wanted = first[place / plan.chunks];
        if (wanted && plan.homes[place].core != *wanted) {
            exam.add({.rule = "PRG-W1",
                      .layer = phase.name,
                      .where = "group " + std::to_string(place / plan.chunks) + " chunk " +
                               std::to_string(place % plan.chunks),
                      .value = "resident in core " + std::to_string(plan.homes[place].core.value),
                      .limit = "core " + std::to_string(wanted->value),
                      .message = "names a core that is not the first of its group; name the first, whose address holds "
                                 "for all of them"});
        }
    }
}

void verify_weights(Examination& exam, std::uint32_t index) {
    const Program& program = exam.program;
    const Phase& phase = program.phases[index];
    if (!phase.weights) {
        return;
    }
    const WeightPlan& plan = *phase.weights;
    const std::uint32_t groups = weight_groups(program, phase);
    if (plan.chunks < 1 || plan.homes.size() != std::size_t{groups} * plan.chunks) {
        exam.add(
            {.rule = "PRG-W1",
             .layer = phase.name,
             .where = "weights",
             .value = std::to_string(plan.homes.size()) + " homes",
             .limit = std::to_string(groups) + " groups x " + std::to_string(plan.chunks) + " chunks",
             .message = "leaves chunks without a home or homes without a chunk; list one home per group and chunk"});
        return;
    }
    for (const ChunkHome& home : plan.homes) {
        if (home.core.index() >= program.grid.size()) {
            exam.add({.rule = "PRG-W1",
                      .layer = phase.name,
                      .where = "weights",
                      .value = "home in core " + std::to_string(home.core.value),
                      .limit = std::to_string(program.grid.size()) + " cores",
                      .message = "keeps a chunk outside the grid; choose a core of the grid"});
        }
    }
    if (plan.resident) {
        verify_resident_homes(exam, phase);
    }
    for (std::uint32_t group = 0; group < groups; ++group) {
        for (std::uint32_t chunk = 0; chunk < plan.chunks; ++chunk) {
            const Bytes bytes = chunk_bytes(program, phase, group, chunk);
            const Bytes limit = exam.machine.matrix.weight_buffer / 2;
            const std::string where = "group " + std::to_string(group) + " chunk " + std::to_string(chunk);
            if (bytes > limit) {
                exam.add({.rule = "PRG-W2",
                          .layer = phase.name,
                          .where = where,
                          .value = bytes_text(bytes),
                          .limit = bytes_text(limit),
                          .message = "leaves no room for the chunk that follows; cut the weights into more chunks"});
            }
            if (bytes == Bytes(0)) {
                exam.add({.rule = "PRG-W3",
                          .layer = phase.name,
                          .where = where,
                          .value = "0 B",
                          .limit = "at least 1 B",
                          .message = "is empty; use no more chunks than a group has output channels"});
            }
        }
    }
}

void verify_gathers(Examination& exam, std::uint32_t index) {
    const Program& program = exam.program;
    const Phase& phase = program.phases[index];
    for (std::size_t input = 0; input < phase.inputs.size(); ++input) {
        const Gather& gather = phase.inputs[input];
        const ProgramTensor& tensor = program.tensors[gather.tensor];
        const std::string where = "input " + std::to_string(input) + " (" + tensor.name + ")";
        const bool stores = std::holds_alternative<StoreKernel>(phase.kernel);
        const std::uint32_t earliest = tensor.producer.value_or(0);
        const std::uint32_t latest = stores ? index : index - 1; // the last phase does nothing but send
        if (gather.issue_phase > latest || gather.issue_phase < earliest) {
            exam.add({.rule = "PRG-G2",
                      .layer = phase.name,
                      .where = where,
                      .value = "issued in phase " + std::to_string(gather.issue_phase),
                      .limit = "phases " + std::to_string(earliest) + " to " + std::to_string(latest),
                      .message = "moves values that do not exist yet, or too late; issue it between producer and "
                                 "consumer"});
        }
        const Buffer& buffer = program.buffers[gather.buffer];
        const bool at_home = gather.in_place || stores;
        const bool right = at_home ? tensor.producer && gather.buffer == program.phases[*tensor.producer].output_buffer
                                   : buffer.tensor == gather.tensor && buffer.kind == BufferKind::gathered &&
                                         fillers(program, gather.buffer) == 1;
        if (!right) {
            exam.add({.rule = "PRG-G3",
                      .layer = phase.name,
                      .where = where,
                      .value = "buffer " + buffer.name,
                      .limit = at_home ? "the tensor's home" : "a gathered buffer of the tensor, of this gather alone",
                      .message = "names a buffer that does not hold what it moves; name the right one"});
        }
        if (!gather.in_place || !tensor.producer || std::holds_alternative<StoreKernel>(phase.kernel)) {
            if (gather.in_place && !tensor.producer) {
                exam.add({.rule = "PRG-G1",
                          .layer = phase.name,
                          .where = where,
                          .value = "in the frame buffer",
                          .limit = "core memory",
                          .message = "cannot be read in place; gather it"});
            }
            continue;
        }
        const Phase& producer = program.phases[*tensor.producer];
        const WorkShape work = work_shape(program, producer);
        for_each_tile(program, phase, [&](CoreId core, const Tile& tile) {
            const Tile home = tile_of(producer.split, work, program.grid.position(core));
            const Region need = demand(program, phase, input, tile);
            const bool held_here =
                need.empty() || (home.owns_output && home.frames.contains(tile.frames) && home.output.contains(need));
            if (!held_here) {
                exam.add({.rule = "PRG-G1",
                          .layer = phase.name,
                          .where = where + " of " + exam.core_name(core),
                          .value = "needs more than it owns",
                          .limit = "the core's own tile",
                          .message = "is not all in this core; gather it instead of reading it in place"});
            }
        });
    }
}

} // namespace lodestone::isa
