// SPDX-License-Identifier: Apache-2.0
// Activation buffers: sizes, lives, addresses.
#include "mapping/place/memory.hpp"

#include "arch/isa/demand.hpp"

#include <algorithm>
#include <numeric>

namespace lodestone::place {
namespace {

/// Bytes of one frame and number of frames, each of the core that needs most.
struct Extent {
    Bytes frame;
    std::uint64_t frames = 0;

    void include(const isa::Region& region, numerics::FormatId format, isa::Interval wanted_frames) {
        frame = std::max(frame, isa::packed_bytes(region, format));
        frames = std::max(frames, static_cast<std::uint64_t>(wanted_frames.size()));
    }
};

Extent home_extent(const isa::Program& program, const isa::Phase& phase) {
    Extent extent;
    const isa::GridTiles tiles = isa::tiles_of(program, phase);
    for (std::uint32_t core = 0; core < tiles.size(); ++core) {
        const isa::Tile tile = tiles[CoreId(core)];
        if (tile.owns_output) {
            extent.include(tile.output, program.tensors[phase.output].format, tile.frames);
        }
    }
    return extent;
}

Extent gathered_extent(const isa::Program& program, const isa::Phase& phase, std::size_t input) {
    Extent extent;
    const isa::GridTiles tiles = isa::tiles_of(program, phase);
    const numerics::FormatId format = program.tensors[phase.inputs[input].tensor].format;
    for (std::uint32_t core = 0; core < tiles.size(); ++core) {
        const isa::Tile tile = tiles[CoreId(core)];
        if (!tile.idle) {
            extent.include(isa::demand(program, phase, input, tile), format, tile.frames);
        }
    }
    return extent;
}

isa::Buffer buffer_of(const Extent& extent, isa::BufferKind kind, std::uint32_t tensor, std::string name) {
    return {.name = std::move(name),
            .kind = kind,
            .tensor = tensor,
            .frame_bytes = extent.frame,
            .bytes = extent.frame * extent.frames};
}

bool live_together(const isa::Buffer& a, const isa::Buffer& b) {
    return a.first_phase <= b.last_phase && b.first_phase <= a.last_phase;
}

/// Start of the smallest gap between `taken` (sorted by address) that holds `bytes`.
Bytes best_gap(const std::vector<const isa::Buffer*>& taken, Bytes bytes, Bytes alignment) {
    Bytes chosen;
    Bytes chosen_size;
    bool found = false;
    Bytes end;
    for (const isa::Buffer* buffer : taken) {
        if (buffer->address >= end + bytes) {
            const Bytes gap = buffer->address - end;
            if (!found || gap < chosen_size) {
                found = true;
                chosen = end;
                chosen_size = gap;
            }
        }
        end = std::max(end, aligned(buffer->address + buffer->bytes, alignment));
    }
    return found ? chosen : end;
}

} // namespace

Bytes alignment(const spec::CoreMemorySpec& memory) {
    constexpr std::uint64_t kLeast = 16;
    const std::uint64_t row = std::max<std::uint64_t>(1, memory.width.count());
    return Bytes(row * ceil_div(kLeast, row));
}

void make_buffers(isa::Program& program) {
    program.buffers.clear();
    std::vector<std::uint32_t> home(program.tensors.size(), 0);
    const auto add = [&](isa::Buffer buffer) {
        program.buffers.push_back(std::move(buffer));
        return static_cast<std::uint32_t>(program.buffers.size() - 1);
    };
    for (std::uint32_t index = 0; index < program.phases.size(); ++index) {
        isa::Phase& phase = program.phases[index];
        const bool is_store = std::holds_alternative<isa::StoreKernel>(phase.kernel);
        for (std::size_t input = 0; input < phase.inputs.size(); ++input) {
            isa::Gather& gather = phase.inputs[input];
            const isa::ProgramTensor& tensor = program.tensors[gather.tensor];
            if (tensor.producer) {
                isa::Buffer& kept = program.buffers[home[gather.tensor]];
                kept.last_phase = std::max(kept.last_phase, gather.in_place ? index : gather.issue_phase);
            }
            if (gather.in_place || is_store) {
                gather.buffer = home[gather.tensor];
                continue;
            }
            isa::Buffer gathered = buffer_of(gathered_extent(program, phase, input), isa::BufferKind::gathered,
                                             gather.tensor, tensor.name + " for " + phase.name);
            gathered.first_phase = gather.issue_phase;
            gathered.last_phase = index;
            gather.buffer = add(std::move(gathered));
        }
        if (program.tensors[phase.output].producer == index) {
            isa::Buffer kept = buffer_of(home_extent(program, phase), isa::BufferKind::home, phase.output,
                                         program.tensors[phase.output].name);
            kept.first_phase = index;
            kept.last_phase = index;
            phase.output_buffer = add(std::move(kept));
            home[phase.output] = phase.output_buffer;
        } else if (is_store) {
            phase.output_buffer = home[phase.output];
        }
    }
}

Bytes assign_addresses(std::vector<isa::Buffer>& buffers, Bytes alignment) {
    std::vector<std::size_t> order(buffers.size());
    std::iota(order.begin(), order.end(), 0);
    std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) { return buffers[a].bytes > buffers[b].bytes; });
    std::vector<const isa::Buffer*> placed;
    Bytes used;
    for (const std::size_t index : order) {
        isa::Buffer& buffer = buffers[index];
        std::vector<const isa::Buffer*> taken;
        std::ranges::copy_if(placed, std::back_inserter(taken),
                             [&](const isa::Buffer* other) { return live_together(buffer, *other); });
        std::ranges::stable_sort(taken, {}, [](const isa::Buffer* other) { return other->address; });
        buffer.address = best_gap(taken, aligned(buffer.bytes, alignment), alignment);
        used = std::max(used, aligned(buffer.address + buffer.bytes, alignment));
        placed.push_back(&buffer);
    }
    return used;
}

} // namespace lodestone::place
