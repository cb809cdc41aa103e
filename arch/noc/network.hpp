// SPDX-License-Identifier: Apache-2.0
// A mesh network at the grain of a transfer: when its head leaves, when its parts arrive, what every link carried.
//
// Timing contract: a transfer of n flits holds each link of its tree for n cycles (longer if its source is slower); the
// head enters a link `hop_latency` cycles after the one before it. Nothing is buffered on the way: a transfer leaves
// when it will find every link of its tree free in time, first come first served. Nothing is ever dropped.
#pragma once

#include "arch/isa/event_counts.hpp"
#include "arch/isa/flow.hpp"
#include "arch/spec/core_grid.hpp"
#include "sim/base/quantity.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace lodestone::noc {

struct Transfer {
    std::span<const isa::LinkUse> links; ///< a tree; empty when source and destination share a router
    Bytes bytes;
    std::uint32_t destinations = 1;
    Cycles earliest;        ///< the head is ready to leave
    Cycles source_cycles{}; ///< the source takes at least so long to hand it over
};

/// How a transfer goes through.
struct Passage {
    Cycles departure; ///< the head enters the first link
    Cycles duration;  ///< each link is held
    Cycles hop_latency;

    [[nodiscard]] Cycles head_arrival(std::uint32_t hops) const { return departure + hop_latency * hops; }
    /// The cycle after the last flit has arrived.
    [[nodiscard]] Cycles tail_arrival(std::uint32_t hops) const { return head_arrival(hops) + duration; }
};

class Network {
public:
    Network(std::string name, const GridShape& grid, const spec::NetworkSpec& spec);

    /// First cycle from `transfer.earliest` on in which the head may leave. A checker of compiled schedules compares it
    /// with the transfer's slot.
    [[nodiscard]] Cycles departure(const Transfer& transfer) const;
    /// Reserves every link of the tree. The receivers acknowledge with receive().
    Passage send(const Transfer& transfer);
    /// `bytes` reached one destination.
    void receive(Bytes bytes) { count_.received += bytes; }

    [[nodiscard]] const isa::NetworkCount& count() const { return count_; }
    /// Cycles that transfers waited for links.
    [[nodiscard]] Cycles waited() const { return Cycles(waited_); }
    /// Flits per link in the window of time since the last close_window.
    [[nodiscard]] std::span<const std::uint64_t> link_busy() const { return busy_; }
    /// Ends a window at `now`: busy cycles of its busiest link. What is reserved after `now` counts in the next window.
    Cycles close_window(Cycles now);
    /// Throws MachineError when something is still on its way or was lost.
    void verify_conservation(Cycles now) const;

private:
    [[nodiscard]] std::uint64_t flits(Bytes bytes) const { return ceil_div(bytes.count(), link_width_); }

    std::string name_;
    std::uint64_t link_width_;
    std::uint64_t hop_latency_;
    std::vector<std::uint64_t> free_; ///< per link: first cycle after its last reservation
    std::vector<std::uint64_t> busy_; ///< per link: flits in this window
    isa::NetworkCount count_;
    std::uint64_t waited_ = 0;
};

} // namespace lodestone::noc
