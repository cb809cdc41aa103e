// SPDX-License-Identifier: Apache-2.0
// Rules of memory: buffers and weight chunks in the cores, the frame buffer.
#include "arch/isa/demand.hpp"
#include "arch/isa/storage.hpp"
#include "arch/isa/verify_rules.hpp"

#include <algorithm>
#include <map>
#include <tuple>

namespace lodestone::isa {
namespace {

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
            .layer = {}};
}

/// The layer that writes a buffer, or that gathers into it.
std::string layer_of(const Program& program, std::size_t buffer) {
    for (const Phase& phase : program.phases) {
        const bool gathers = std::ranges::any_of(phase.inputs, [&](const Gather& gather) {
            return gather.buffer == buffer && program.buffers[buffer].kind == BufferKind::gathered;
        });
        if (computes(phase) && (gathers || phase.output_buffer == buffer)) {
            return phase.name;
        }
    }
    return "no layer";
}

std::string place_of(const Buffer& buffer) {
    return "buffer " + buffer.name + " at address " + std::to_string(buffer.address.count());
}

bool clash(const Held& a, const Held& b) {
    return std::max(a.begin, b.begin) < std::min(a.end, b.end);
}

bool alive_together(const Buffer& a, const Buffer& b) {
    return a.first_phase <= b.last_phase && b.first_phase <= a.last_phase;
}

std::uint64_t line_bytes(const spec::CoreMemorySpec& memory) {
    return std::max<std::uint64_t>(1, memory.width.count() / memory.banks);
}

/// Largest need of one core: bytes of one frame, and the most frames.
struct Need {
    Bytes frame;
    std::uint64_t frames = 0;

    void cover(Bytes one, Interval wanted) {
        if (one != Bytes(0)) {
            frame = std::max(frame, one);
            frames = std::max(frames, static_cast<std::uint64_t>(wanted.size()));
        }
    }
};

void verify_buffer_place(Examination& exam, std::size_t index) {
    const Buffer& buffer = exam.program.buffers[index];
    const Bytes capacity = exam.machine.memory.capacity;
    if (buffer.address > capacity || buffer.bytes > capacity - buffer.address) {
        exam.add({.rule = "PRG-M1",
                  .layer = layer_of(exam.program, index),
                  .where = place_of(buffer),
                  .value = bytes_text(buffer.bytes) + " from there",
                  .limit = bytes_text(capacity),
                  .message =
                      "reaches beyond core memory; use a smaller batch, more cores for the layer or a larger memory"});
    }
    if (buffer.address.count() % line_bytes(exam.machine.memory) != 0) {
        exam.add({.rule = "PRG-M5",
                  .layer = layer_of(exam.program, index),
                  .where = place_of(buffer),
                  .value = std::to_string(buffer.address.count()),
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
        for (std::size_t j = i + 1; j < by_address.size() && buffers[by_address[j]].address < low.address + low.bytes;
             ++j) {
            const Buffer& high = buffers[by_address[j]];
            if (alive_together(low, high) && clash(held(low), held(high))) {
                exam.add({.rule = "PRG-M2",
                          .layer = layer_of(exam.program, by_address[i]),
                          .where = place_of(low),
                          .value = "overlaps " + place_of(high) + " of " + layer_of(exam.program, by_address[j]),
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
            // Frames lie frame_bytes apart, whatever they need.
            const Bytes all = std::max(needs_[i].frame, buffer.frame_bytes) * needs_[i].frames;
            if (buffer.frame_bytes < needs_[i].frame || buffer.bytes < all) {
                exam_.add({.rule = "PRG-M3",
                           .layer = layer_of(exam_.program, i),
                           .where = place_of(buffer),
                           .value = bytes_text(buffer.frame_bytes) + " per frame, " + bytes_text(buffer.bytes),
                           .limit = bytes_text(needs_[i].frame) + " per frame, " + bytes_text(all),
                           .message = "is smaller than what its largest core keeps in it; enlarge the buffer"});
            }
        }
    }

private:
    void record(std::uint32_t index) {
        const Program& program = exam_.program;
        const Phase& phase = program.phases[index];
        const bool is_computed = computes(phase);
        if (is_computed) {
            alive(phase.output_buffer, index, phase.name);
            for_each_tile(program, phase, [&](CoreId, const Tile& tile) {
                if (tile.owns_output) {
                    needs_[phase.output_buffer].cover(home_bytes(program, phase, tile), tile.frames);
                }
            });
        }
        for (std::size_t input = 0; input < phase.inputs.size(); ++input) {
            const Gather& gather = phase.inputs[input];
            alive(gather.buffer, is_computed ? index : gather.issue_phase, phase.name);
            if (!is_computed) {
                continue;
            }
            if (!gather.in_place) {
                alive(gather.buffer, gather.issue_phase, phase.name);
                const auto producer = program.tensors[gather.tensor].producer;
                if (producer) {
                    alive(program.phases[*producer].output_buffer, gather.issue_phase, phase.name);
                }
                for_each_tile(program, phase, [&](CoreId, const Tile& tile) {
                    const Region held = demand(program, phase, input, tile);
                    needs_[gather.buffer].cover(packed_bytes(held, program.tensors[gather.tensor]), tile.frames);
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
            needed += packed_bytes(Region(program.tensors[tensor].shape), program.tensors[tensor]) *
                      static_cast<std::uint64_t>(program.batch);
        }
    }
    if (needed > exam.machine.frame_buffer.capacity) {
        exam.add({.rule = "PRG-M7",
                  .layer = program.phases.front().name,
                  .where = "frame buffer",
                  .value = bytes_text(needed),
                  .limit = bytes_text(exam.machine.frame_buffer.capacity),
                  .message = "does not hold the batch's inputs and outputs; use a smaller batch"});
    }
}

} // namespace

void verify_memory(Examination& exam) {
    for (std::size_t buffer = 0; buffer < exam.program.buffers.size(); ++buffer) {
        verify_buffer_place(exam, buffer);
    }
    verify_buffer_clashes(exam);
    BufferUse(exam).verify();
    verify_chunks(exam);
    verify_frame_buffer(exam);
}

} // namespace lodestone::isa
