// SPDX-License-Identifier: Apache-2.0
// Spikes by core and tick, packets by link.
#include "apps/spiking_detail.hpp"

#include <algorithm>
#include <numeric>

namespace lodestone::apps {
namespace {

using report::Counts;

std::size_t router_of(GridPosition at, const GridShape& mesh) {
    return std::size_t{at.row} * mesh.cols + at.col;
}

Counts spikes_by_router(const spiking_array::SpikingResult& found, const GridShape& mesh) {
    Counts spikes(mesh.size(), 0);
    for (std::size_t core = 0; core < found.spike_counts.size(); ++core) {
        const auto& counts = found.spike_counts[core];
        spikes[router_of(found.core_positions[core], mesh)] +=
            std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
    }
    return spikes;
}

/// In the order of links of the other meshes: east, west, south, north of each router.
Counts packets_by_link(const spiking_array::LinkLoads& loads, const GridShape& mesh) {
    using spiking_array::Port;
    Counts packets;
    for (std::size_t router = 0; router < mesh.size(); ++router) {
        for (const Port port : {Port::east, Port::west, Port::south, Port::north}) {
            packets.push_back(loads.direction(port)[router]);
        }
    }
    return packets;
}

/// Places of the cores when they are numbered by their routers, and those routers.
std::pair<std::vector<std::uint64_t>, Counts> places_of(const std::vector<GridPosition>& positions,
                                                        const GridShape& mesh) {
    Counts routers;
    for (const GridPosition at : positions) {
        routers.push_back(router_of(at, mesh));
    }
    Counts ordered = routers;
    std::ranges::sort(ordered);
    std::vector<std::uint64_t> places;
    for (const std::uint64_t router : routers) {
        places.push_back(static_cast<std::uint64_t>(std::ranges::lower_bound(ordered, router) - ordered.begin()));
    }
    return {places, ordered};
}

} // namespace

report::SpikingDetail spiking_detail(const spiking_array::SpikingResult& found, const spec::SpikingArraySpec& machine,
                                     std::uint64_t warm_up) {
    const GridShape mesh = machine.mesh();
    auto [places, routers] = places_of(found.core_positions, mesh);
    report::SpikingDetail detail{.mesh = mesh,
                                 .spikes = spikes_by_router(found, mesh),
                                 .link_packets = packets_by_link(found.link_loads, mesh),
                                 .ticks = found.counts.ticks + warm_up,
                                 .neurons = machine.neurons,
                                 .routers = std::move(routers)};
    const std::vector<spiking_array::SpikeRecord>& spikes = found.spikes;
    const std::uint64_t ticks = std::min(detail.ticks, report::kMostRasterTicks);
    std::size_t at = 0;
    for (std::uint64_t tick = 0; tick < ticks && at <= report::kMostRasterSpikes; ++tick) {
        Counts& of_tick = detail.raster.emplace_back();
        for (; at < spikes.size() && spikes[at].tick == tick; ++at) {
            of_tick.push_back(places[spikes[at].core] * machine.neurons + spikes[at].neuron);
        }
        std::ranges::sort(of_tick);
    }
    return detail;
}

} // namespace lodestone::apps
