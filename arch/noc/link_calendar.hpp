// SPDX-License-Identifier: Apache-2.0
// Which cycles of which links are taken: one bit per link and cycle over a window of time that moves on.
#pragma once

#include <cstdint>
#include <vector>

namespace lodestone::noc {

/// Gaps between reservations can be taken as long as they lie in the window; what is reserved beyond its end makes its
/// link busy from there to the end of the reservation.
class LinkCalendar {
public:
    explicit LinkCalendar(std::uint32_t links);

    /// Nothing before `now` is asked for any more. Never moves back.
    void advance(std::uint64_t now);
    /// First cycle from `earliest` on from which `link` is free for `duration` cycles.
    [[nodiscard]] std::uint64_t first_free(std::uint32_t link, std::uint64_t earliest, std::uint64_t duration) const;
    /// Takes the cycles [begin, end), which are free.
    void take(std::uint32_t link, std::uint64_t begin, std::uint64_t end);
    /// Cycles of a link that are taken from `from` on.
    [[nodiscard]] std::uint64_t taken_from(std::uint32_t link, std::uint64_t from) const;

private:
    static constexpr std::uint64_t word_bits = 64;
    static constexpr std::uint64_t words = 64;         ///< per link: a window of 4096 cycles
    static constexpr std::uint64_t words_per_move = 8; ///< it moves by so many at a time

    [[nodiscard]] std::uint64_t end_of_window() const { return base_ + words * word_bits; }
    [[nodiscard]] std::uint64_t& word(std::uint32_t link, std::uint64_t cycle) {
        return taken_[link * words + cycle / word_bits % words];
    }
    [[nodiscard]] std::uint64_t word(std::uint32_t link, std::uint64_t cycle) const {
        return taken_[link * words + cycle / word_bits % words];
    }

    std::uint64_t base_ = 0;           ///< first cycle of the window, a multiple of word_bits
    std::vector<std::uint64_t> taken_; ///< [link][word], a ring over time
    std::vector<std::uint64_t> end_;   ///< per link: of its last reservation
    std::uint64_t latest_ = 0;         ///< of them
};

} // namespace lodestone::noc
