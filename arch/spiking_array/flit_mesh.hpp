// SPDX-License-Identifier: Apache-2.0
// The mesh flit by flit: bounded buffers, credits, back-pressure up to the source cores; nothing is dropped.
#pragma once

#include "arch/spiking_array/calendar.hpp"
#include "arch/spiking_array/mesh_topology.hpp"
#include "sim/base/quantity.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace lodestone::spiking_array {

struct FlitTraffic {
    Cycles source_stall; ///< cycles by which cores were held up, summed over cores
};

/// A packet is one flit. A port serves its packets in the order of arrival, one every `port_occupancy` cycles, and
/// sends one only when the buffer it goes to has room: each (port, input) pair has `buffer_packets` places, taken when
/// a packet leaves the port before and given back when it leaves this one. A core whose spike finds no room stops, and
/// all its later spikes move by as much. Routes are x first, so ports wait for each other without a cycle.
class FlitMesh {
public:
    explicit FlitMesh(const spec::SpikingArraySpec& spec);

    /// Packets of one source are neighbours, in the order of leaving. Fills `arrivals`, one cycle per packet.
    FlitTraffic carry(std::span<const SpikePacket> packets, std::vector<std::uint32_t>& arrivals);

private:
    enum class State : std::uint8_t { idle, due, blocked };

    struct Server {
        std::uint32_t first = Calendar::none; ///< packets waiting, in the order of arrival
        std::uint32_t last = Calendar::none;
        std::uint32_t free_at = 0;
        State state = State::idle;
    };
    /// The spikes of one core that are still to leave.
    struct SourceQueue {
        std::uint32_t next = 0;
        std::uint32_t end = 0;
        std::uint32_t shift = 0; ///< cycles the core has been held up
    };
    /// Places of one input of a port: how many are taken, and who waits for one.
    struct Buffer {
        std::uint32_t taken = 0;
        std::uint32_t waiter = Calendar::none; ///< server, or servers + source
    };
    /// Where a packet goes next: server and the buffer it takes there.
    struct Stop {
        std::uint32_t server = 0;
        std::uint32_t buffer = 0;
    };

    void start(std::span<const SpikePacket> packets);
    void arrive(std::uint32_t packet, std::uint32_t now);
    void wake(std::uint32_t id, std::uint32_t now);
    void serve(std::uint32_t server, std::uint32_t now);
    void inject(std::uint32_t source, std::uint32_t now);
    void release(std::uint32_t buffer, std::uint32_t now);
    void make_due(std::uint32_t server, std::uint32_t cycle);
    [[nodiscard]] Stop stop_of(const PacketWay& way, std::uint32_t input) const;
    [[nodiscard]] bool take(std::uint32_t buffer, std::uint32_t waiter);

    spec::SpikingArraySpec spec_;
    MeshTopology topology_;
    Calendar arrivals_;
    Calendar wakes_;
    std::vector<Server> servers_;
    std::vector<Buffer> buffers_;
    std::vector<SourceQueue> sources_;
    std::vector<PacketWay> ways_;
    std::vector<Stop> stops_;           ///< where each packet is or is going
    std::vector<std::uint32_t> behind_; ///< the packet behind it in the queue
    std::span<const SpikePacket> packets_;
    std::vector<std::uint32_t>* delivered_at_ = nullptr;
    std::size_t delivered_ = 0;
};

} // namespace lodestone::spiking_array
