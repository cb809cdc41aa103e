// SPDX-License-Identifier: Apache-2.0
// The way of a flow, from its source's memory to its destinations' memories.
#include "arch/core_grid/traffic.hpp"

#include "arch/isa/storage.hpp"
#include "sim/base/error.hpp"

#include <algorithm>

namespace lodestone::core_grid {
namespace {

/// Elements of one frame up to and including the last one of a region.
std::uint64_t elements_up_to(const isa::Region& region, const isa::Shape& shape) {
    std::int64_t last = 0;
    for (std::size_t axis = 0; axis < shape.size(); ++axis) {
        last = last * shape[axis] + region[axis].end - 1;
    }
    return static_cast<std::uint64_t>(last + 1);
}

/// Bytes in which the first `elements` of a frame have arrived; scales of blocks come with their elements.
Bytes storage(const isa::ProgramTensor& tensor, std::uint64_t elements) {
    if (isa::block_length(tensor.format) == 1) {
        return bytes_for(numerics::storage_bits(numerics::format(tensor.format), elements));
    }
    const isa::Region whole(tensor.shape);
    const std::uint64_t bytes = isa::packed_bytes(whole, tensor).count();
    return Bytes(ceil_div(bytes * elements, static_cast<std::uint64_t>(whole.elements())));
}

/// The cycle `duration` before `end`, not before 0.
Cycles before(Cycles end, Cycles duration) {
    return end > duration ? end - duration : Cycles(0);
}
} // namespace

Traffic::Traffic(const isa::Program& program, Resources& resources)
    : program_(program), resources_(resources), input_offsets_(program.tensors.size()), arrivals_(program.grid.size()) {
    for (const std::uint32_t index : program.network_inputs) {
        const isa::ProgramTensor& tensor = program.tensors[index];
        input_offsets_[index] = frame_bytes_;
        frame_bytes_ += isa::packed_bytes(isa::Region(tensor.shape), tensor);
    }
    const Bytes all = frame_bytes_ * static_cast<std::uint64_t>(program.batch);
    inputs_end_ = resources_.io_in.reserve(all, Cycles(0)).end;
    resources_.tally.io.read += all;
    resources_.tally.frame_buffer.written += all;
}

Cycles Traffic::available(const isa::Flow& flow) const {
    const isa::ProgramTensor& tensor = program_.tensors[flow.tensor];
    const Bytes earlier = frame_bytes_ * static_cast<std::uint64_t>(flow.frames.end - 1) + input_offsets_[flow.tensor];
    return resources_.io_in.cycles(earlier + storage(tensor, elements_up_to(flow.region, tensor.shape)));
}

void Traffic::start_phase(std::span<const isa::Flow> flows, Cycles now) {
    struct Departure {
        Cycles at;
        const isa::Flow* flow;
    };
    std::vector<Departure> departures;
    departures.reserve(flows.size());
    for (const isa::Flow& flow : flows) {
        departures.push_back({.at = flow.from_frame_buffer ? std::max(now, available(flow)) : now, .flow = &flow});
    }
    std::ranges::stable_sort(departures, {}, &Departure::at);
    for (const Departure& departure : departures) {
        send(*departure.flow, departure.at);
    }
}

void Traffic::send(const isa::Flow& flow, Cycles now) {
    const std::vector<isa::LinkUse> links = isa::route(program_.grid, flow);
    pass(flow, links, now);
    if (flow.to_frame_buffer) {
        resources_.activation.receive(flow.bytes);
        outputs_.push_back({.head = resources_.activation.frame_buffer_head(),
                            .arrival = resources_.activation.frame_buffer_arrival(),
                            .bytes = flow.bytes});
    } else {
        arrive_at_cores(flow);
    }
}

void Traffic::pass(const isa::Flow& flow, std::span<const isa::LinkUse> links, Cycles earliest) {
    memory::Grant read{};
    Cycles shortest = transfer_cycles(flow.bytes, resources_.machine.memory.width);
    if (flow.from_frame_buffer) {
        shortest = resources_.frame_buffer.cycles(flow.bytes);
        read = resources_.frame_buffer.reserve(flow.bytes, earliest);
        resources_.tally.frame_buffer.read += flow.bytes;
    } else {
        const isa::Phase& producer = program_.phases[*program_.tensors[flow.tensor].producer];
        const Bytes address = program_.buffers[producer.output_buffer].address;
        read = resources_.memories[flow.source.index()].reserve(address, flow.bytes, earliest);
        resources_.tally.core_memory.read += flow.bytes;
    }
    const memory::Grant streamed = without_gaps(read, shortest);
    const noc::Transfer transfer{.links = links,
                                 .bytes = flow.bytes,
                                 .destinations =
                                     flow.to_frame_buffer ? 1U : static_cast<std::uint32_t>(flow.destinations.size()),
                                 .earliest = streamed.begin + resources_.machine.memory.access_latency,
                                 .source = flow.from_frame_buffer ? std::nullopt : std::optional(flow.source),
                                 .source_cycles = streamed.end - streamed.begin};
    resources_.activation_times.send(transfer, resources_.schedule.flow(flow), [&] { return name_of(flow); });
}

std::string Traffic::name_of(const isa::Flow& flow) const {
    const std::string from = flow.from_frame_buffer ? "the frame buffer" : core_name(resources_.grid, flow.source);
    return "flow " + std::to_string(flow.index) + " of " + program_.tensors[flow.tensor].name + " for " +
           program_.phases[flow.phase].name + " from " + from;
}

void Traffic::arrive_at_cores(const isa::Flow& flow) {
    const isa::Gather& gather = program_.phases[flow.phase].inputs[flow.input];
    const Bytes buffer = program_.buffers[gather.buffer].address;
    const Cycles port = transfer_cycles(flow.bytes, resources_.machine.memory.width);
    for (const CoreId destination : flow.destinations) {
        // A write ends with its last flit at the earliest; a narrow memory, which takes longer, begins with the first.
        const Cycles begin = std::max(resources_.activation.head_arrival(destination),
                                      before(resources_.activation.tail_arrival(destination), port));
        const Cycles tail = std::max(resources_.activation.tail_arrival(destination), begin + port);
        Arrival& arrival = arrivals_[destination.index()];
        if (arrival.phase != flow.phase) {
            arrival = {.phase = flow.phase, .at = tail, .bytes = Bytes(0)};
        }
        resources_.memories[destination.index()].post_write(buffer + arrival.bytes, flow.bytes, begin);
        arrival.at = std::max(arrival.at, tail);
        arrival.bytes += flow.bytes;
        last_arrival_ = std::max(last_arrival_, tail);
        resources_.activation.receive(flow.bytes);
    }
    resources_.tally.core_memory.written += flow.bytes * flow.destinations.size();
}

void Traffic::settle_outputs() {
    std::ranges::stable_sort(outputs_, {}, &Output::arrival);
    for (const Output& output : outputs_) {
        const Cycles begin =
            std::max(output.head, before(output.arrival, resources_.frame_buffer.cycles(output.bytes)));
        const Cycles stored = std::max(output.arrival, resources_.frame_buffer.reserve(output.bytes, begin).end);
        last_arrival_ = std::max(last_arrival_, stored);
        outputs_end_ = resources_.io_out.reserve(output.bytes, stored).end;
        resources_.tally.frame_buffer.written += output.bytes;
        resources_.tally.frame_buffer.read += output.bytes;
        resources_.tally.io.written += output.bytes;
    }
    outputs_.clear();
}

Cycles Traffic::inputs_ready(CoreId core, std::uint32_t phase) const {
    const Arrival& arrival = arrivals_[core.index()];
    return arrival.phase == phase ? arrival.at : Cycles(0);
}

} // namespace lodestone::core_grid
