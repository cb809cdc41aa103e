// SPDX-License-Identifier: Apache-2.0
// Taking the links of a tree one after the other.
#include "arch/noc/network.hpp"

#include "sim/base/error.hpp"

#include <algorithm>

namespace lodestone::noc {

Network::Network(std::string name, const GridShape& grid, const spec::NetworkSpec& spec)
    : name_(std::move(name)), link_width_(spec.link_width.count()), hop_latency_(spec.hop_latency.count()),
      calendar_(isa::link_count(grid)), busy_(isa::link_count(grid)), reached_(grid.size() + 1) {
    for (std::uint32_t link = 0; link < isa::link_count(grid); ++link) {
        const std::optional<CoreId> target = isa::link_target(grid, LinkId(link));
        target_.push_back(target ? target->value : grid.size());
    }
}

Passage Network::send(const Transfer& transfer) {
    const std::uint64_t ready = transfer.waits_at_source ? clear_departure(transfer) : transfer.earliest.count();
    const std::uint64_t carried = flits(transfer.bytes);
    held_ = held(transfer);
    count_.stalls += ready - transfer.earliest.count();
    heads_.resize(transfer.links.size());
    if (transfer.source) {
        reached_[transfer.source->index()] = ready;
    }
    for (std::size_t i = 0; i < transfer.links.size(); ++i) {
        const isa::LinkUse& use = transfer.links[i];
        const std::uint64_t here = use.parent == isa::LinkUse::kRoot ? ready : heads_[use.parent] + hop_latency_;
        heads_[i] = calendar_.first_free(use.link.value, here, held_);
        calendar_.take(use.link.value, heads_[i], heads_[i] + held_);
        busy_[use.link.index()] += carried;
        count_.stalls += heads_[i] - here;
        reached_[target_[use.link.index()]] = heads_[i] + hop_latency_;
    }
    count_.injected += transfer.bytes;
    count_.sent += transfer.bytes * transfer.destinations;
    ++count_.transfers;
    count_.flit_hops += carried * transfer.links.size();
    return {.departure = Cycles(heads_.empty() ? ready : heads_.front()), .duration = Cycles(held_)};
}

std::uint64_t Network::clear_departure(const Transfer& transfer) const {
    const std::uint64_t duration = held(transfer);
    std::uint64_t departure = transfer.earliest.count();
    for (std::size_t clear = 0, i = 0; clear < transfer.links.size(); i = (i + 1) % transfer.links.size()) {
        const std::uint64_t way = std::uint64_t{transfer.links[i].depth} * hop_latency_;
        const std::uint64_t free = calendar_.first_free(transfer.links[i].link.value, departure + way, duration);
        clear = free == departure + way ? clear + 1 : 1; // one link in a row is clear again
        departure = free - way;
    }
    return departure;
}

std::optional<LinkId> Network::first_collision(const Transfer& transfer) const {
    const std::uint64_t duration = held(transfer);
    for (const isa::LinkUse& use : transfer.links) {
        const std::uint64_t here = transfer.earliest.count() + std::uint64_t{use.depth} * hop_latency_;
        if (calendar_.first_free(use.link.value, here, duration) != here) {
            return use.link;
        }
    }
    return std::nullopt;
}

Cycles Network::close_window(Cycles now, std::vector<std::uint64_t>* flits) {
    std::uint64_t busiest = 0;
    if (flits != nullptr) {
        *flits = busy_;
    }
    for (std::uint32_t link = 0; link < busy_.size(); ++link) {
        const std::uint64_t carried = std::min(busy_[link], calendar_.taken_from(link, now.count()));
        busiest = std::max(busiest, busy_[link] - carried);
        if (flits != nullptr) {
            (*flits)[link] -= carried;
        }
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
