// SPDX-License-Identifier: Apache-2.0
// Reservation of all links of a tree at once.
#include "arch/noc/network.hpp"

#include "sim/base/error.hpp"

#include <algorithm>

namespace lodestone::noc {

Network::Network(std::string name, const GridShape& grid, const spec::NetworkSpec& spec)
    : name_(std::move(name)), link_width_(spec.link_width.count()), hop_latency_(spec.hop_latency.count()),
      free_(isa::link_count(grid)), busy_(isa::link_count(grid)) {}

Cycles Network::departure(const Transfer& transfer) const {
    std::uint64_t start = transfer.earliest.count();
    for (const isa::LinkUse& use : transfer.links) {
        const std::uint64_t delay = use.depth * hop_latency_;
        start = std::max(start + delay, free_[use.link.index()]) - delay;
    }
    return Cycles(start);
}

Passage Network::send(const Transfer& transfer) {
    const Cycles start = departure(transfer);
    const std::uint64_t carried = flits(transfer.bytes);
    const std::uint64_t held = std::max(carried, transfer.source_cycles.count());
    for (const isa::LinkUse& use : transfer.links) {
        free_[use.link.index()] = start.count() + use.depth * hop_latency_ + held;
        busy_[use.link.index()] += carried;
    }
    waited_ += (start - transfer.earliest).count();
    count_.injected += transfer.bytes;
    count_.sent += transfer.bytes * transfer.destinations;
    ++count_.transfers;
    count_.flit_hops += carried * transfer.links.size();
    return {.departure = start, .duration = Cycles(held), .hop_latency = Cycles(hop_latency_)};
}

Cycles Network::close_window(Cycles now) {
    std::uint64_t busiest = 0;
    for (std::size_t link = 0; link < busy_.size(); ++link) {
        const std::uint64_t ahead = free_[link] > now.count() ? free_[link] - now.count() : 0;
        const std::uint64_t carried = std::min(busy_[link], ahead);
        busiest = std::max(busiest, busy_[link] - carried);
        busy_[link] = carried;
    }
    return Cycles(busiest);
}

void Network::verify_conservation(Cycles now) const {
    if (count_.sent != count_.received) {
        throw MachineError(now, name_ + " network",
                           std::to_string(count_.sent.count()) + " bytes were sent to destinations, " +
                               std::to_string(count_.received.count()) + " were received");
    }
}

} // namespace lodestone::noc
