// SPDX-License-Identifier: Apache-2.0
// A mesh network at the grain of a transfer: when its head leaves, when its parts arrive, what every link carried.
//
// Timing contract: a transfer of n flits holds each link of its tree for n cycles (longer if its source is slower). The
// head takes a link `hop_latency` cycles after it took the one before, or when the link is free: a branch that has to
// wait does so in its router (virtual cut-through) while the other branches go on. Transfers are placed in the order of
// send(); a later one may use a gap that earlier ones leave on a link. Nothing is ever dropped.
#pragma once

#include "arch/isa/event_counts.hpp"
#include "arch/isa/flow.hpp"
#include "arch/noc/link_calendar.hpp"
#include "arch/spec/core_grid.hpp"
#include "sim/base/quantity.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace lodestone::noc {

struct Transfer {
    std::span<const isa::LinkUse> links; ///< a tree; empty when source and destination share a router
    Bytes bytes;
    std::uint32_t destinations = 1;
    Cycles earliest;                ///< the head is ready to leave
    std::optional<CoreId> source{}; ///< absent: the frame buffer
    Cycles source_cycles{};         ///< the source takes at least so long to hand it over
    bool waits_at_source = false;   ///< leaves when its whole way is clear, instead of waiting in routers
};

/// How a transfer went through.
struct Passage {
    Cycles departure; ///< the head took the first link (ready time when there is none)
    Cycles duration;  ///< each link is held
};

class Network {
public:
    Network(std::string name, const GridShape& grid, const spec::NetworkSpec& spec);

    [[nodiscard]] const std::string& name() const { return name_; }
    /// Time has come to `now`: no later transfer is ready before. Moves the window in which gaps are known.
    void advance(Cycles now) { calendar_.advance(now.count()); }
    /// Takes every link of the tree. The receivers acknowledge with receive().
    Passage send(const Transfer& transfer);
    /// A link of the tree that is taken when a head that leaves at `transfer.earliest` and never waits gets there.
    [[nodiscard]] std::optional<LinkId> first_collision(const Transfer& transfer) const;
    /// Of the last transfer sent: when its head took each link, in the order of its links.
    [[nodiscard]] std::span<const std::uint64_t> heads() const { return heads_; }
    /// Of the last transfer sent: when its head reaches the router of `core`, which its tree contains.
    [[nodiscard]] Cycles head_arrival(CoreId core) const { return Cycles(reached_[core.index()]); }
    /// Of the last transfer sent: the cycle after its last flit has reached the router of `core`.
    [[nodiscard]] Cycles tail_arrival(CoreId core) const { return Cycles(reached_[core.index()] + held_); }
    /// Of the last transfer sent, which ended in the frame buffer: when its head arrived there.
    [[nodiscard]] Cycles frame_buffer_head() const { return Cycles(reached_.back()); }
    /// Of the last transfer sent, which ended in the frame buffer: the cycle after its last flit has arrived there.
    [[nodiscard]] Cycles frame_buffer_arrival() const { return Cycles(reached_.back() + held_); }
    /// `bytes` reached one destination.
    void receive(Bytes bytes) { count_.received += bytes; }

    [[nodiscard]] const isa::NetworkCount& count() const { return count_; }
    /// Cycles that transfers waited for links.
    [[nodiscard]] Cycles waited() const { return Cycles(count_.stalls); }
    /// Flits per link in the window of time since the last close_window.
    [[nodiscard]] std::span<const std::uint64_t> link_busy() const { return busy_; }
    /// Ends a window at `now`: busy cycles of its busiest link. What is reserved after `now` counts in the next window.
    /// `flits` receives those of each link when it is given.
    Cycles close_window(Cycles now, std::vector<std::uint64_t>* flits = nullptr);
    /// Throws MachineError when something is still on its way or was lost.
    void verify_conservation(Cycles now) const;

private:
    [[nodiscard]] std::uint64_t held(const Transfer& transfer) const {
        return std::max(flits(transfer.bytes), transfer.source_cycles.count());
    }
    /// First departure from `transfer.earliest` on at which no link of the tree is taken when the head gets there.
    [[nodiscard]] std::uint64_t clear_departure(const Transfer& transfer) const;
    [[nodiscard]] std::uint64_t flits(Bytes bytes) const { return ceil_div(bytes.count(), link_width_); }

    std::string name_;
    /// Index into reached_ of what a link leads to.
    std::vector<std::uint32_t> target_;
    std::uint64_t link_width_;
    std::uint64_t hop_latency_;
    LinkCalendar calendar_;
    std::vector<std::uint64_t> busy_;    ///< per link: flits in this window
    std::vector<std::uint64_t> heads_;   ///< of the last transfer, per link of its tree: when its head took the link
    std::vector<std::uint64_t> reached_; ///< of the last transfer, per router of its tree; behind them the frame buffer
    std::uint64_t held_ = 0;             ///< of the last transfer
    isa::NetworkCount count_;
};

} // namespace lodestone::noc
