// SPDX-License-Identifier: Apache-2.0
// When the spikes of a tick arrive: first come, first served at every port; exact queues, or flits with back-pressure.
#pragma once

#include "arch/spiking_array/calendar.hpp"
#include "arch/spiking_array/flit_mesh.hpp"
#include "arch/spiking_array/mesh_topology.hpp"
#include "sim/base/quantity.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace lodestone::spiking_array {

/// The traffic of one tick.
struct TrafficTiming {
    Cycles last_delivery;
    Cycles source_stall;   ///< cycles in which cores waited for room in the mesh
    bool collided = false; ///< a buffer could fill, so flits were simulated
};

/// Each tick starts with an empty mesh. While no buffer can fill, a port is a queue that a packet leaves at
/// max(arrival, time the port is free): the way of each packet is followed once, port by port, in the order of time.
/// As soon as some packet waits so long that a buffer might be full, the tick is done again by FlitMesh.
class MeshTiming {
public:
    explicit MeshTiming(const spec::SpikingArraySpec& spec);

    /// Packets of one source are neighbours in `packets`, in the order of leaving.
    TrafficTiming carry(std::span<const SpikePacket> packets);
    /// The same by flits always.
    TrafficTiming carry_by_flits(std::span<const SpikePacket> packets);
    /// Cycle in which each packet of the last tick reached its core.
    [[nodiscard]] std::span<const std::uint32_t> arrivals() const { return arrivals_; }

private:
    template <bool with_boundaries>
    bool follow_queues(std::span<const SpikePacket> packets);

    spec::SpikingArraySpec spec_;
    MeshTopology topology_;
    std::int64_t longest_safe_wait_; ///< of a packet at a port, so that no buffer is full
    std::int64_t longest_safe_boundary_wait_;
    Calendar calendar_;
    std::vector<PacketWay> ways_;
    std::vector<std::uint32_t> free_at_; ///< by server
    std::vector<std::uint32_t> arrivals_;
    FlitMesh flits_;
};

} // namespace lodestone::spiking_array
