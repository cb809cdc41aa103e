// SPDX-License-Identifier: Apache-2.0
// Rules of weights, gathers, buffers and memory.
#include "arch/isa/demand.hpp"
#include "arch/isa/verify_rules.hpp"

#include <algorithm>
#include <map>
#include <tuple>

namespace lodestone::isa {
namespace {

std::string bytes_text(Bytes bytes) {
    return std::to_string(bytes.count()) + " B";
}

/// A range of one core's memory and what keeps it.
struct Held {
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
    std::string what;
    std::string layer;
};

Held held(const Buffer& buffer) {
    return {.begin = buffer.address.count(),
            .end = buffer.address.count() + buffer.bytes.count(),
            .what = "buffer " + buffer.name,
            .layer = buffer.name};
}

bool clash(const Held& a, const Held& b) {
    return a.begin < b.end && b.begin < a.end;
}

bool alive_together(const Buffer& a, const Buffer& b) {
    return a.first_phase <= b.last_phase && b.first_phase <= a.last_phase;
}

std::uint64_t line_bytes(const spec::CoreMemorySpec& memory) {
    return memory.width.count() / memory.banks;
}

/// Largest need of one core: bytes of one frame, and of all its frames.
struct Need {
    Bytes frame;
    Bytes all;

    void cover(const Region& region, numerics::FormatId format, Interval frames) {
        const Bytes one = packed_bytes(region, format);
        frame = std::max(frame, one);
        all = std::max(all, one * static_cast<std::uint64_t>(frames.size()));
    }
};

template <class Visit>
void for_each_tile(const Program& program, const Phase& phase, Visit visit) {
    const WorkShape work = work_shape(program, phase);
    for (std::uint32_t core = 0; core < program.grid.size(); ++core) {
        const Tile tile = tile_of(phase.split, work, program.grid.position(CoreId(core)));
        if (!tile.idle) {
            visit(CoreId(core), tile);
        }
    }
}

void verify_buffer_place(Examination& exam, const Buffer& buffer) {
    const Held range = held(buffer);
    const Bytes capacity = exam.machine.memory.capacity;
    if (range.end > capacity.count()) {
        exam.add({.rule = "PRG-M1",
                  .layer = buffer.name,
                  .where = "address " + std::to_string(range.begin),
                  .value = "ends at " + std::to_string(range.end),
                  .limit = bytes_text(capacity),
                  .message =
                      "reaches beyond core memory; use a smaller batch, more cores for the layer or a larger memory"});
    }
    if (range.begin % line_bytes(exam.machine.memory) != 0) {
        exam.add({.rule = "PRG-M5",
                  .layer = buffer.name,
                  .where = "address " + std::to_string(range.begin),
                  .value = std::to_string(range.begin),
                  .limit = "multiple of " + std::to_string(line_bytes(exam.machine.memory)),
                  .message = "does not begin on a line of a bank; align the buffer"});
    }
}

void verify_buffer_clashes(Examination& exam) {
    const std::vector<Buffer>& buffers = exam.program.buffers;
    std::vector<std::uint32_t> by_address(buffers.size());
    for (std::uint32_t i = 0; i < by_address.size(); ++i) {
        by_address[i] = i;
    }
    std::ranges::stable_sort(by_address, {}, [&](std::uint32_t i) { return buffers[i].address; });
    for (std::size_t i = 0; i < by_address.size(); ++i) {
        const Buffer& low = buffers[by_address[i]];
        for (std::size_t j = i + 1; j < by_address.size() && clash(held(low), held(buffers[by_address[j]])); ++j) {
            const Buffer& high = buffers[by_address[j]];
            if (alive_together(low, high)) {
                exam.add({.rule = "PRG-M2",
                          .layer = low.name,
                          .where = "address " + std::to_string(high.address.count()),
                          .value = "overlaps " + high.name,
                          .limit = "phases " + std::to_string(std::max(low.first_phase, high.first_phase)) + " to " +
                                   std::to_string(std::min(low.last_phase, high.last_phase)),
                          .message = "shares bytes with a buffer that lives at the same time; move one of them"});
            }
        }
    }
}

/// What phases ask of each buffer: room, and to be alive.
class BufferUse {
public:
    explicit BufferUse(Examination& exam) : exam_(exam), needs_(exam.program.buffers.size()) {
        for (std::uint32_t index = 0; index < exam.program.phases.size(); ++index) {
            record(index);
        }
    }

    void verify() {
        for (std::size_t i = 0; i < needs_.size(); ++i) {
            const Buffer& buffer = exam_.program.buffers[i];
            if (buffer.frame_bytes < needs_[i].frame || buffer.bytes < needs_[i].all) {
                exam_.add({.rule = "PRG-M3",
                           .layer = buffer.name,
                           .where = "address " + std::to_string(buffer.address.count()),
                           .value = bytes_text(buffer.frame_bytes) + " per frame, " + bytes_text(buffer.bytes),
                           .limit = bytes_text(needs_[i].frame) + " per frame, " + bytes_text(needs_[i].all),
                           .message = "is smaller than what its largest core keeps in it; enlarge the buffer"});
            }
        }
    }

private:
    void record(std::uint32_t index) {
        const Program& program = exam_.program;
        const Phase& phase = program.phases[index];
        const bool computes =
            !std::holds_alternative<LoadKernel>(phase.kernel) && !std::holds_alternative<StoreKernel>(phase.kernel);
        if (computes) {
            alive(phase.output_buffer, index, phase.name);
            for_each_tile(program, phase, [&](CoreId, const Tile& tile) {
                if (tile.owns_output) {
                    needs_[phase.output_buffer].cover(tile.output, program.tensors[phase.output].format, tile.frames);
                }
            });
        }
        for (std::size_t input = 0; input < phase.inputs.size(); ++input) {
            const Gather& gather = phase.inputs[input];
            alive(gather.buffer, computes ? index : gather.issue_phase, phase.name);
            if (!computes) {
                continue;
            }
            if (!gather.in_place) {
                alive(gather.buffer, gather.issue_phase, phase.name);
                const auto producer = program.tensors[gather.tensor].producer;
                if (producer) {
                    alive(program.phases[*producer].output_buffer, gather.issue_phase, phase.name);
                }
                for_each_tile(program, phase, [&](CoreId, const Tile& tile) {
                    needs_[gather.buffer].cover(demand(program, phase, input, tile),
                                                program.tensors[gather.tensor].format, tile.frames);
                });
            }
        }
    }

    void alive(std::uint32_t index, std::uint32_t phase, const std::string& layer) {
        const Buffer& buffer = exam_.program.buffers[index];
        if (phase < buffer.first_phase || phase > buffer.last_phase) {
            exam_.add(
                {.rule = "PRG-M6",
                 .layer = layer,
                 .where = "buffer " + buffer.name,
                 .value = "used in phase " + std::to_string(phase),
                 .limit = "phases " + std::to_string(buffer.first_phase) + " to " + std::to_string(buffer.last_phase),
                 .message = "is used while it does not exist; lengthen the life of the buffer"});
        }
    }

    Examination& exam_;
    std::vector<Need> needs_;
};

/// Chunks stay where they are for the whole program, so each must be clear of everything else in its core.
void verify_chunks(Examination& exam) {
    const Program& program = exam.program;
    std::map<std::uint32_t, std::vector<Held>> by_core;
    for (const Phase& phase : program.phases) {
        if (!phase.weights ||
            phase.weights->homes.size() != std::size_t{weight_groups(program, phase)} * phase.weights->chunks) {
            continue; // PRG-W1
        }
        const auto keep = [&](CoreId core, std::uint32_t group, std::uint32_t chunk) {
            const Bytes address = phase.weights->homes[group * phase.weights->chunks + chunk].address;
            by_core[core.value].push_back(
                {.begin = address.count(),
                 .end = (address + chunk_bytes(program, phase, group, chunk)).count(),
                 .what = "chunk " + std::to_string(chunk) + " of group " + std::to_string(group),
                 .layer = phase.name});
        };
        for (std::uint32_t chunk = 0; chunk < phase.weights->chunks; ++chunk) {
            if (phase.weights->resident) {
                for_each_tile(program, phase, [&](CoreId core, const Tile&) {
                    keep(core, weight_group(program, phase, program.grid.position(core)), chunk);
                });
                continue;
            }
            for (std::uint32_t group = 0; group < weight_groups(program, phase); ++group) {
                keep(phase.weights->homes[group * phase.weights->chunks + chunk].core, group, chunk);
            }
        }
    }
    std::vector<Held> buffers;
    for (const Buffer& buffer : program.buffers) {
        if (buffer.bytes.count() != 0) {
            buffers.push_back(held(buffer));
        }
    }
    for (auto& [core, ranges] : by_core) {
        std::ranges::sort(ranges, {}, [](const Held& range) { return std::tuple(range.begin, range.end); });
        std::uint64_t reach = 0;
        for (const Held& range : ranges) {
            const auto hit = std::ranges::find_if(buffers, [&](const Held& buffer) { return clash(buffer, range); });
            const bool outside = range.end > exam.machine.memory.capacity.count();
            if (outside || range.begin < reach || hit != buffers.end()) {
                exam.add({.rule = "PRG-M4",
                          .layer = range.layer,
                          .where = exam.core_name(CoreId(core)) + " address " + std::to_string(range.begin),
                          .value = range.what + " to " + std::to_string(range.end),
                          .limit = outside                ? bytes_text(exam.machine.memory.capacity)
                                   : hit != buffers.end() ? hit->what
                                                          : "bytes up to " + std::to_string(reach) + " are taken",
                          .message = "is kept where it does not fit; move the chunk or spread the weights"});
            }
            if (range.begin % line_bytes(exam.machine.memory) != 0) {
                exam.add({.rule = "PRG-M5",
                          .layer = range.layer,
                          .where = exam.core_name(CoreId(core)),
                          .value = std::to_string(range.begin),
                          .limit = "multiple of " + std::to_string(line_bytes(exam.machine.memory)),
                          .message = "is a chunk that does not begin on a line of a bank; align it"});
            }
            reach = std::max(reach, range.end);
        }
    }
}

void verify_frame_buffer(Examination& exam) {
    const Program& program = exam.program;
    Bytes needed;
    for (const auto* list : {&program.network_inputs, &program.network_outputs}) {
        for (const std::uint32_t tensor : *list) {
            needed += packed_bytes(Region(program.tensors[tensor].shape), program.tensors[tensor].format) *
                      static_cast<std::uint64_t>(program.batch);
        }
    }
    if (needed > exam.machine.frame_buffer.capacity) {
        exam.add({.rule = "PRG-M7",
                  .layer = "",
                  .where = "frame buffer",
                  .value = bytes_text(needed),
                  .limit = bytes_text(exam.machine.frame_buffer.capacity),
                  .message = "does not hold the batch's inputs and outputs; use a smaller batch"});
    }
}

} // namespace

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
        if (buffer.tensor != gather.tensor || (buffer.kind == BufferKind::home) != at_home) {
            exam.add({.rule = "PRG-G3",
                      .layer = phase.name,
                      .where = where,
                      .value = "buffer " + buffer.name,
                      .limit = at_home ? "the tensor's home" : "a gathered buffer of the tensor",
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
            // Addresses follow the home tile, so the reader's frames must begin where the home's do.
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

void verify_memory(Examination& exam) {
    for (const Buffer& buffer : exam.program.buffers) {
        verify_buffer_place(exam, buffer);
    }
    verify_buffer_clashes(exam);
    BufferUse(exam).verify();
    verify_chunks(exam);
    verify_frame_buffer(exam);
}

} // namespace lodestone::isa
