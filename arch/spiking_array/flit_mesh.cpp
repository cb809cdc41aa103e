// SPDX-License-Identifier: Apache-2.0
// Ports, buffers and sources as a small event-driven simulation of one tick's traffic.
#include "arch/spiking_array/flit_mesh.hpp"

#include "sim/base/error.hpp"

#include <algorithm>
#include <string>

namespace lodestone::spiking_array {

namespace {

constexpr auto inputs_per_port = static_cast<std::uint32_t>(port_count); // four directions and the core itself
constexpr auto from_core = static_cast<std::uint32_t>(Port::local);

} // namespace

FlitMesh::FlitMesh(const spec::SpikingArraySpec& spec) : spec_(spec), topology_(spec) {}

FlitMesh::Stop FlitMesh::stop_of(const PacketWay& way, std::uint32_t input) const {
    if (way.in_boundary) {
        const std::uint32_t server = topology_.merge_block(way.node, way.port);
        return {.server = server,
                .buffer = topology_.ports() * inputs_per_port +
                          (server - topology_.ports()) * topology_.lanes_per_block() +
                          topology_.lane_in_block(way.node, way.port)};
    }
    const std::uint32_t server =
        way.node * static_cast<std::uint32_t>(port_count) + static_cast<std::uint32_t>(way.port);
    return {.server = server, .buffer = server * inputs_per_port + input};
}

bool FlitMesh::take(std::uint32_t buffer, std::uint32_t waiter) {
    if (buffers_[buffer].taken == spec_.router.buffer_packets) {
        buffers_[buffer].waiter = waiter;
        return false;
    }
    ++buffers_[buffer].taken;
    return true;
}

void FlitMesh::make_due(std::uint32_t server, std::uint32_t cycle) {
    servers_[server].state = State::due;
    wakes_.file(server, cycle);
}

void FlitMesh::start(std::span<const SpikePacket> packets) {
    packets_ = packets;
    const std::uint32_t merge_blocks = topology_.servers() - topology_.ports();
    servers_.assign(topology_.servers(), Server{});
    buffers_.assign(std::size_t{topology_.ports()} * inputs_per_port +
                        std::size_t{merge_blocks} * topology_.lanes_per_block(),
                    Buffer{});
    sources_.clear();
    ways_.resize(packets.size());
    stops_.resize(packets.size());
    behind_.assign(packets.size(), Calendar::none);
    delivered_ = 0;
    for (std::uint32_t p = 0; p < packets.size(); ++p) {
        ways_[p] = topology_.start(packets[p]);
        if (p == 0 || packets[p].source != packets[p - 1].source) {
            sources_.push_back({.next = p, .end = p});
        }
        ++sources_.back().end;
    }
    arrivals_.reset(packets.size());
    wakes_.reset(servers_.size() + sources_.size());
    for (std::uint32_t source = 0; source < sources_.size(); ++source) {
        wakes_.file(topology_.servers() + source, packets[sources_[source].next].leaves);
    }
}

void FlitMesh::release(std::uint32_t buffer, std::uint32_t now) {
    --buffers_[buffer].taken;
    const std::uint32_t waiter = buffers_[buffer].waiter;
    if (waiter == Calendar::none) {
        return;
    }
    buffers_[buffer].waiter = Calendar::none;
    if (waiter < servers_.size()) {
        make_due(waiter, now);
    } else {
        wakes_.file(waiter, now);
    }
}

void FlitMesh::serve(std::uint32_t id, std::uint32_t now) {
    Server& server = servers_[id];
    const std::uint32_t packet = server.first;
    if (packet == Calendar::none) {
        server.state = State::idle;
        return;
    }
    if (now < server.free_at) {
        make_due(id, server.free_at);
        return;
    }
    PacketWay& way = ways_[packet];
    const std::uint32_t old_buffer = stops_[packet].buffer;
    const bool in_block = way.in_boundary;
    const Cycles latency = in_block ? spec_.boundary.latency : spec_.router.hop_latency;
    const std::uint32_t arrival = now + static_cast<std::uint32_t>(latency.count());
    if (way.port == Port::local) {
        (*delivered_at_)[packet] = arrival;
        ++delivered_;
    } else {
        PacketWay next = way;
        const auto input = static_cast<std::uint32_t>(way.port);
        if (!in_block && topology_.has_boundaries() && topology_.crosses(way.node, way.port)) {
            next.in_boundary = true;
        } else {
            topology_.advance(next);
        }
        const Stop stop = stop_of(next, input);
        if (!take(stop.buffer, id)) {
            server.state = State::blocked;
            return;
        }
        way = next;
        stops_[packet] = stop;
        arrivals_.file(packet, arrival);
    }
    const Cycles occupancy = in_block ? spec_.boundary.packet_occupancy : spec_.router.port_occupancy;
    server.free_at = now + static_cast<std::uint32_t>(occupancy.count());
    server.first = behind_[packet];
    behind_[packet] = Calendar::none;
    if (server.first == Calendar::none) {
        server.last = Calendar::none;
        server.state = State::idle;
    } else {
        make_due(id, server.free_at);
    }
    release(old_buffer, now);
}

void FlitMesh::arrive(std::uint32_t packet, std::uint32_t now) {
    const std::uint32_t id = stops_[packet].server;
    Server& server = servers_[id];
    if (server.first == Calendar::none) {
        server.first = packet;
    } else {
        behind_[server.last] = packet;
    }
    server.last = packet;
    if (server.state == State::idle) {
        serve(id, now);
    }
}

void FlitMesh::inject(std::uint32_t id, std::uint32_t now) {
    SourceQueue& source = sources_[id - topology_.servers()];
    const std::uint32_t packet = source.next;
    const Stop stop = stop_of(ways_[packet], from_core);
    if (!take(stop.buffer, id)) {
        return;
    }
    source.shift = now - packets_[packet].leaves;
    stops_[packet] = stop;
    ++source.next;
    if (source.next != source.end) {
        wakes_.file(id, packets_[source.next].leaves + source.shift);
    }
    arrive(packet, now);
}

void FlitMesh::wake(std::uint32_t id, std::uint32_t now) {
    if (id < servers_.size()) {
        serve(id, now);
    } else {
        inject(id, now);
    }
}

FlitTraffic FlitMesh::carry(std::span<const SpikePacket> packets, std::vector<std::uint32_t>& arrivals) {
    arrivals.assign(packets.size(), 0);
    delivered_at_ = &arrivals;
    start(packets);
    for (std::uint32_t now = 0; now < std::max(arrivals_.horizon(), wakes_.horizon()); ++now) {
        for (std::uint32_t p = arrivals_.take(now); p != Calendar::none; p = arrivals_.take(now)) {
            arrive(p, now);
        }
        for (std::uint32_t id = wakes_.take(now); id != Calendar::none; id = wakes_.take(now)) {
            wake(id, now);
        }
    }
    if (delivered_ != packets.size()) {
        throw MachineError(Cycles(std::max(arrivals_.horizon(), wakes_.horizon())), "mesh",
                           std::to_string(packets.size() - delivered_) +
                               " spikes never arrived: the mesh is deadlocked");
    }
    FlitTraffic traffic;
    for (const SourceQueue& source : sources_) {
        traffic.source_stall += Cycles(source.shift);
    }
    return traffic;
}

} // namespace lodestone::spiking_array
