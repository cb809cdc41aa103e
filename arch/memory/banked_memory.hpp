// SPDX-License-Identifier: Apache-2.0
// A memory of single-ported banks, interleaved by line: when a transfer gets its turns.
//
// Timing contract: a line of `width / banks` bytes takes its bank one cycle. A transfer takes the lines that its bytes
// touch, each bank first come first served, so that a long one moves `width` bytes per cycle. Latency is the caller's.
#pragma once

#include "arch/spec/core_grid.hpp"
#include "sim/base/quantity.hpp"

#include <cstdint>
#include <deque>
#include <vector>

namespace lodestone::memory {

/// First cycle of the first line and the cycle after the last one.
struct Grant {
    Cycles begin;
    Cycles end;
};

/// Grain: one transfer. Requests come in order of time, except posted writes, which arrive in the future and take their
/// turns then, in the order in which they were posted.
class BankedMemory {
public:
    explicit BankedMemory(const spec::CoreMemorySpec& spec);

    /// Turns for `amount` consecutive bytes from `address`, not before `earliest`.
    Grant reserve(Bytes address, Bytes amount, Cycles earliest);
    /// A write that arrives by itself at `arrival`, later than any request made so far.
    void post_write(Bytes address, Bytes amount, Cycles arrival);
    /// A read that nobody waits for yet: from `from` on it takes the turns that no other request wants, behind earlier
    /// ones of its kind. Returns its ticket.
    std::size_t post_background_read(Bytes amount, Cycles from);
    /// Now somebody waits for it: the cycle after its last turn, which may lie in the past. What is left of it, and of
    /// those before it, is served at once.
    Cycles finish_background_read(std::size_t ticket, Cycles now);
    /// Serves every posted write; the cycle after the last of them, or `now` if that is later.
    Cycles settle(Cycles now);

    /// Cycles by which transfers ended later than they would have alone.
    [[nodiscard]] Cycles conflict() const { return Cycles(conflict_); }
    /// Ends a window of time at `now`: busy cycles of its busiest bank. Turns granted after `now` count in the next
    /// one.
    Cycles close_window(Cycles now);

private:
    struct Posted {
        Bytes address;
        Bytes amount;
        Cycles arrival;
    };

    struct Background {
        std::uint64_t from = 0;
        std::uint64_t left = 0; ///< cycles of the whole width
        std::uint64_t end = 0;  ///< once nothing is left
    };

    Grant grant(Bytes address, Bytes amount, Cycles earliest);
    void serve_background(std::uint64_t until);
    /// All banks serve the oldest background read for up to `most` cycles, not before `earliest`.
    void take_all_banks(std::uint64_t earliest, std::uint64_t most);
    [[nodiscard]] std::uint64_t all_free() const;

    std::uint64_t line_;
    std::vector<std::uint64_t> free_; ///< per bank: first cycle without a turn
    std::vector<std::uint64_t> busy_; ///< per bank: turns in this window
    std::deque<Posted> posted_;
    std::vector<Background> background_; ///< by ticket
    std::size_t oldest_background_ = 0;  ///< first ticket that is not served
    Cycles posted_end_;
    std::uint64_t conflict_ = 0;
};

} // namespace lodestone::memory
