// SPDX-License-Identifier: Apache-2.0
// Adds up tiles, chunks, flows and instructions of every phase.
#include "analysis/bounds/phase_loads.hpp"

#include "analysis/bounds/known_loads.hpp"
#include "analysis/bounds/tile_work.hpp"
#include "arch/isa/flow.hpp"
#include "arch/isa/flow_counts.hpp"
#include "arch/isa/storage.hpp"

#include <algorithm>
#include <functional>
#include <optional>

namespace lodestone::bounds {
namespace {

bool computes(const isa::Phase& phase) {
    return !std::holds_alternative<isa::LoadKernel>(phase.kernel) &&
           !std::holds_alternative<isa::StoreKernel>(phase.kernel);
}

/// The next core of the reduction chain whose part is not empty.
std::optional<CoreId> next_in_chain(const isa::Program& program, const isa::Phase& phase, GridPosition core) {
    const isa::WorkShape work = isa::work_shape(program, phase);
    isa::PartIndex part = isa::part_index(phase.split, core);
    while (++part.reduction < phase.split.reduction.parts()) {
        const GridPosition next = isa::core_of(phase.split, part);
        if (!isa::tile_of(phase.split, work, next).idle) {
            return program.grid.at(next);
        }
    }
    return std::nullopt;
}

void add_transfer(isa::NetworkCount& count, Bytes bytes, std::uint64_t destinations, std::uint64_t flit_hops) {
    count.injected += bytes;
    count.sent += bytes * destinations;
    count.received += bytes * destinations;
    ++count.transfers;
    count.flit_hops += flit_hops;
}

void add_each(std::vector<std::uint64_t>& sums, const std::vector<std::uint64_t>& part) {
    sums.resize(std::max(sums.size(), part.size()));
    std::ranges::transform(part, sums, sums.begin(), std::plus{});
}

class Collector {
public:
    Collector(const isa::Program& program, const spec::CoreGridSpec& machine, KnownLoads& known)
        : program_(program), machine_(machine), known_(known), loads_(program.phases.size()) {
        for (PhaseLoads& loads : loads_) {
            loads.port_bytes.resize(program.grid.size());
            loads.activation.resize(isa::link_count(program.grid));
            loads.model.resize(isa::link_count(program.grid));
            loads.partial_sum.resize(isa::link_count(program.grid));
            for (const char* memory : {"core_memory", "weight_buffer", "activation_buffer", "partial_sum_buffer",
                                       "instruction_memory", "frame_buffer", "io"}) {
                loads.events.memories[memory];
            }
            for (const char* network : {"activation", "model", "partial_sum", "instruction"}) {
                loads.events.networks[network];
            }
        }
    }

    std::vector<PhaseLoads> collect() {
        for (std::uint32_t phase = 0; phase < program_.phases.size(); ++phase) {
            add_steps(phase);
            add_weights(phase);
            add_gathers(phase);
            add_instructions(phase);
        }
        add_inputs();
        // Outputs of earlier phases may leave the chip later than their phase ends.
        for (std::size_t phase = 0; phase + 1 < loads_.size(); ++phase) {
            loads_[phase].io_out = Bytes(0);
        }
        return std::move(loads_);
    }

private:
    void add_steps(std::uint32_t index) {
        const isa::Phase& phase = program_.phases[index];
        if (computes(phase)) {
            loads_[index] += known_.get(steps_key(program_, phase, machine_), [&] { return steps_of(phase); });
        }
    }

    [[nodiscard]] PhaseLoads steps_of(const isa::Phase& phase) const {
        PhaseLoads loads;
        loads.port_bytes.resize(program_.grid.size());
        const isa::WorkShape shape = isa::work_shape(program_, phase);
        TileWorks works(program_, phase, machine_);
        for (std::uint32_t core = 0; core < program_.grid.size(); ++core) {
            const GridPosition position = program_.grid.position(CoreId(core));
            const isa::Tile tile = isa::tile_of(phase.split, shape, position);
            if (tile.idle) {
                continue;
            }
            const TileWork& tile_work = works.of(tile, position);
            add_tile(loads, phase, CoreId(core), tile_work);
            loads.computing_cores += tile_work.steps > 0 ? 1U : 0U;
        }
        return loads;
    }

    void add_tile(PhaseLoads& loads, const isa::Phase& phase, CoreId core, const TileWork& tile) const {
        const isa::StepWork& work = tile.work;
        loads.matrix = std::max(loads.matrix, work.matrix_cycles);
        loads.vector = std::max(loads.vector, work.vector_cycles);
        const Bytes reads = work.activation_reads + work.weight_reads;
        loads.port_bytes[core.index()] += (reads + work.output_writes).count();
        count_tile(loads.events, phase, tile);
        if (work.partial_sums.count() > 0) {
            const std::optional<CoreId> next = next_in_chain(program_, phase, program_.grid.position(core));
            if (next) {
                add_partial_sums(loads, tile, isa::multicast_tree(program_.grid, core, {*next}));
            }
        }
    }

    void count_tile(isa::EventCounts& events, const isa::Phase& phase, const TileWork& tile) const {
        const isa::StepWork& work = tile.work;
        if (isa::uses_matrix_unit(phase.kernel)) {
            const std::string key = isa::mac_key(std::string(numerics::name_of(phase.weight_format)),
                                                 std::string(numerics::name_of(phase.activation_format)));
            events.macs[key] += work.macs;
            events.matrix_slots[key] += work.matrix_cycles.count() * phase.matrix.macs_per_cycle().count();
        }
        events.core_cycles["matrix_busy"] += work.matrix_cycles.count();
        events.core_cycles["vector_busy"] += work.vector_cycles.count();
        events.vector_ops += work.vector_ops;
        events.function_ops += work.function_ops;
        isa::MemoryCount& core_memory = events.memories["core_memory"];
        core_memory.read += work.activation_reads + work.weight_reads;
        core_memory.written += work.output_writes;
        isa::MemoryCount& activations = events.memories["activation_buffer"];
        activations.written += work.activation_reads;
        activations.read += tile.activation_buffer_reads;
        isa::MemoryCount& weights = events.memories["weight_buffer"];
        weights.written += work.weight_reads;
        weights.read += tile.weight_buffer_reads;
        isa::MemoryCount& sums = events.memories["partial_sum_buffer"];
        sums.read += tile.accumulated;
        sums.written += tile.accumulated;
    }

    void add_partial_sums(PhaseLoads& loads, const TileWork& tile, const std::vector<isa::LinkUse>& links) const {
        loads.partial_sum.resize(isa::link_count(program_.grid));
        for (const isa::LinkUse& use : links) {
            loads.partial_sum[use.link.index()] += tile.partial_sum_flits;
        }
        isa::NetworkCount& count = loads.events.networks["partial_sum"];
        add_transfer(count, tile.work.partial_sums, 1, tile.partial_sum_flits * links.size());
        count.transfers += tile.steps - 1; // one per step
        isa::MemoryCount& sums = loads.events.memories["partial_sum_buffer"];
        sums.read += tile.work.partial_sums;
        sums.written += tile.work.partial_sums;
    }

    void add_weights(std::uint32_t index) {
        PhaseLoads& loads = loads_[index];
        if (!program_.phases[index].weights) {
            return;
        }
        std::vector<std::uint64_t> delivered(program_.grid.size()); // by first member: bytes of its chunks so far
        std::vector<char> prefetching(program_.grid.size(), 1);
        const std::uint64_t width = machine_.model_network.link_width.count();
        for (const isa::ChunkDelivery& chunk : isa::chunk_deliveries(program_, index)) {
            if (chunk.members.empty()) {
                continue;
            }
            count_chunk(loads.events, chunk);
            const std::size_t line = chunk.members.front().index();
            delivered[line] += chunk.bytes.count();
            if (delivered[line] > machine_.matrix.weight_buffer.count()) {
                prefetching[line] = 0; // no room before the first chunk is used up, in this phase
            }
            const bool must_come_now = prefetching[line] == 0;
            loads.port_bytes[chunk.home.index()] += must_come_now ? chunk.bytes.count() : 0;
            if (program_.phases[index].weights->resident) {
                continue;
            }
            const std::vector<isa::LinkUse> links = isa::multicast_tree(program_.grid, chunk.home, chunk.members);
            const std::uint64_t flits = ceil_div(chunk.bytes.count(), width);
            add_transfer(loads.events.networks["model"], chunk.bytes, chunk.members.size(), flits * links.size());
            for (const isa::LinkUse& use : links) {
                loads.model[use.link.index()] += must_come_now ? flits : 0;
            }
        }
    }

    static void count_chunk(isa::EventCounts& events, const isa::ChunkDelivery& chunk) {
        events.memories["core_memory"].read += chunk.bytes;
        events.memories["weight_buffer"].written += chunk.bytes * chunk.members.size();
    }

    void add_gathers(std::uint32_t consumer) {
        const std::vector<isa::Gather>& inputs = program_.phases[consumer].inputs;
        for (std::uint32_t input = 0; input < inputs.size(); ++input) {
            PhaseLoads& loads = loads_[inputs[input].issue_phase];
            loads +=
                known_.get(gather_key(program_, consumer, input, machine_), [&] { return gather_of(consumer, input); });
        }
    }

    [[nodiscard]] PhaseLoads gather_of(std::uint32_t consumer, std::uint32_t input) const {
        const isa::Gather& gather = program_.phases[consumer].inputs[input];
        PhaseLoads loads;
        loads.port_bytes.resize(program_.grid.size());
        loads.activation.resize(isa::link_count(program_.grid));
        FlowCounts counts;
        for (const isa::Flow& flow : isa::gather_flows(program_, consumer, input)) {
            add_flow(loads, counts, flow);
        }
        count_flows(loads, counts);
        const bool with_steps = program_.tensors[gather.tensor].producer == gather.issue_phase;
        const std::vector<Bytes> copied = isa::local_copies(program_, consumer, input);
        for (std::uint32_t core = 0; core < copied.size(); ++core) {
            add_copy(loads, core, copied[core], with_steps);
        }
        return loads;
    }

    /// What leaves with its step is written twice; what was there before is read first.
    static void add_copy(PhaseLoads& loads, std::uint32_t core, Bytes copied, bool with_steps) {
        isa::MemoryCount& memory = loads.events.memories["core_memory"];
        memory.written += copied;
        loads.port_bytes[core] += copied.count();
        if (!with_steps) {
            memory.read += copied;
            loads.port_bytes[core] += copied.count();
        }
    }

    /// Bytes of the flows of one gather by where they start and end.
    struct FlowCounts {
        isa::NetworkCount network;
        Bytes from_frame_buffer;
        Bytes to_frame_buffer;
        isa::MemoryCount core_memory;
    };

    void add_flow(PhaseLoads& loads, FlowCounts& counts, const isa::Flow& flow) const {
        const std::vector<isa::LinkUse> links = isa::route(program_.grid, flow);
        const std::uint64_t flits = ceil_div(flow.bytes.count(), machine_.activation_network.link_width.count());
        for (const isa::LinkUse& use : links) {
            loads.activation[use.link.index()] += flits;
        }
        const std::uint64_t destinations = flow.to_frame_buffer ? 1 : flow.destinations.size();
        add_transfer(counts.network, flow.bytes, destinations, flits * links.size());
        if (flow.from_frame_buffer) {
            counts.from_frame_buffer += flow.bytes;
        } else {
            counts.core_memory.read += flow.bytes;
            loads.port_bytes[flow.source.index()] += flow.bytes.count();
        }
        if (flow.to_frame_buffer) {
            counts.to_frame_buffer += flow.bytes;
            return;
        }
        counts.core_memory.written += flow.bytes * destinations;
        for (const CoreId destination : flow.destinations) {
            loads.port_bytes[destination.index()] += flow.bytes.count();
        }
    }

    static void count_flows(PhaseLoads& loads, const FlowCounts& counts) {
        isa::EventCounts& events = loads.events;
        events.networks["activation"] = counts.network;
        events.memories["core_memory"] = counts.core_memory;
        // What leaves the grid passes through the frame buffer.
        events.memories["frame_buffer"] = {.read = counts.from_frame_buffer + counts.to_frame_buffer,
                                           .written = counts.to_frame_buffer};
        events.memories["io"].written = counts.to_frame_buffer;
        loads.frame_buffer = counts.from_frame_buffer + counts.to_frame_buffer;
        loads.io_out = counts.to_frame_buffer;
    }

    void add_inputs() {
        Bytes frame;
        for (const std::uint32_t input : program_.network_inputs) {
            const isa::ProgramTensor& tensor = program_.tensors[input];
            frame += isa::packed_bytes(isa::Region(tensor.shape), tensor);
        }
        const Bytes all = frame * static_cast<std::uint64_t>(program_.batch);
        PhaseLoads& first = loads_.front();
        first.io_in = all;
        first.events.memories["io"].read += all;
        first.events.memories["frame_buffer"].written += all;
    }

    /// The instructions of phase `index` arrive during the phase before; those of the first one before it begins.
    void add_instructions(std::uint32_t index) {
        const Bytes bytes = program_.phases[index].instruction_bytes;
        PhaseLoads& loads = loads_[index == 0 ? 0 : index - 1];
        if (index > 0) {
            loads.instructions = bytes;
        }
        if (everybody_.empty()) {
            for (std::uint32_t core = 0; core < program_.grid.size(); ++core) {
                everybody_.emplace_back(core);
            }
            broadcast_links_ = isa::multicast_tree(program_.grid, CoreId(0), everybody_).size();
        }
        const std::uint64_t cores = program_.grid.size();
        const std::uint64_t flits = ceil_div(bytes.count(), machine_.instruction_network.link_width.count());
        add_transfer(loads.events.networks["instruction"], bytes, cores, flits * broadcast_links_);
        isa::MemoryCount& memory = loads.events.memories["instruction_memory"];
        memory.read += bytes * cores;
        memory.written += bytes * cores;
    }

    const isa::Program& program_;
    const spec::CoreGridSpec& machine_;
    KnownLoads& known_;
    std::vector<PhaseLoads> loads_;
    std::vector<CoreId> everybody_;
    std::uint64_t broadcast_links_ = 0;
};

} // namespace

PhaseLoads& PhaseLoads::operator+=(const PhaseLoads& part) {
    matrix += part.matrix;
    vector += part.vector;
    computing_cores += part.computing_cores;
    add_each(port_bytes, part.port_bytes);
    add_each(activation, part.activation);
    add_each(model, part.model);
    add_each(partial_sum, part.partial_sum);
    frame_buffer += part.frame_buffer;
    io_in += part.io_in;
    io_out += part.io_out;
    instructions += part.instructions;
    events += part.events;
    return *this;
}

std::vector<PhaseLoads> phase_loads(const isa::Program& program, const spec::CoreGridSpec& machine, KnownLoads& known) {
    return Collector(program, machine, known).collect();
}

} // namespace lodestone::bounds
