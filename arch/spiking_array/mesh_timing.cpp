// SPDX-License-Identifier: Apache-2.0
// Follows the packets of a tick through unbounded queues, as long as bounded ones would behave the same.
#include "arch/spiking_array/mesh_timing.hpp"

#include <algorithm>

namespace lodestone::spiking_array {

namespace {

/// A packet occupies its place from when it leaves the port before; while it travels others may follow.
std::int64_t safe_wait(const spec::SpikingArraySpec& spec, Cycles occupancy, Cycles latency) {
    const auto travelling = static_cast<std::int64_t>(ceil_div(latency.count(), spec.router.port_occupancy.count()));
    return (std::int64_t{spec.router.buffer_packets} - travelling) * static_cast<std::int64_t>(occupancy.count());
}

} // namespace

MeshTiming::MeshTiming(const spec::SpikingArraySpec& spec)
    : spec_(spec), topology_(spec),
      longest_safe_wait_(
          safe_wait(spec, spec.router.port_occupancy,
                    std::max(spec.router.hop_latency, topology_.has_boundaries() ? spec.boundary.latency : Cycles(0)))),
      longest_safe_boundary_wait_(safe_wait(spec, spec.boundary.packet_occupancy, spec.router.hop_latency)),
      free_at_(topology_.servers(), 0), flits_(spec) {}

TrafficTiming MeshTiming::carry(std::span<const SpikePacket> packets) {
    const bool is_free = topology_.has_boundaries() ? follow_queues<true>(packets) : follow_queues<false>(packets);
    if (!is_free) {
        return carry_by_flits(packets);
    }
    const auto last = std::max_element(arrivals_.begin(), arrivals_.end());
    return {.last_delivery = Cycles(last == arrivals_.end() ? 0 : *last)};
}

TrafficTiming MeshTiming::carry_by_flits(std::span<const SpikePacket> packets) {
    const FlitTraffic traffic = flits_.carry(packets, arrivals_);
    const auto last = std::max_element(arrivals_.begin(), arrivals_.end());
    return {.last_delivery = Cycles(last == arrivals_.end() ? 0 : *last),
            .source_stall = traffic.source_stall,
            .collided = true};
}

template <bool with_boundaries>
bool MeshTiming::follow_queues(std::span<const SpikePacket> packets) {
    const auto occupancy = static_cast<std::uint32_t>(spec_.router.port_occupancy.count());
    const auto latency = static_cast<std::uint32_t>(spec_.router.hop_latency.count());
    const auto block_occupancy = static_cast<std::uint32_t>(spec_.boundary.packet_occupancy.count());
    const auto block_latency = static_cast<std::uint32_t>(spec_.boundary.latency.count());
    std::fill(free_at_.begin(), free_at_.end(), 0);
    calendar_.reset(packets.size());
    ways_.resize(packets.size());
    arrivals_.assign(packets.size(), 0);
    for (std::uint32_t p = 0; p < packets.size(); ++p) {
        ways_[p] = topology_.start(packets[p]);
        calendar_.file(p, packets[p].leaves);
    }
    for (std::uint32_t now = 0; now < calendar_.horizon(); ++now) {
        for (std::uint32_t p = calendar_.take(now); p != Calendar::none; p = calendar_.take(now)) {
            PacketWay& way = ways_[p];
            const bool in_block = with_boundaries && way.in_boundary;
            const std::uint32_t server =
                in_block ? topology_.merge_block(way.node, way.port)
                         : way.node * static_cast<std::uint32_t>(port_count) + static_cast<std::uint32_t>(way.port);
            const std::uint32_t leaves = std::max(now, free_at_[server]);
            if (leaves - now > (in_block ? longest_safe_boundary_wait_ : longest_safe_wait_)) {
                return false;
            }
            free_at_[server] = leaves + (in_block ? block_occupancy : occupancy);
            if (way.port == Port::local) {
                arrivals_[p] = leaves + latency;
                continue;
            }
            if (with_boundaries && !in_block && topology_.crosses(way.node, way.port)) {
                way.in_boundary = true;
            } else {
                topology_.advance(way);
            }
            calendar_.file(p, leaves + (in_block ? block_latency : latency));
        }
    }
    return true;
}

} // namespace lodestone::spiking_array
