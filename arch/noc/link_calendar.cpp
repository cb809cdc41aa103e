// SPDX-License-Identifier: Apache-2.0
// Search for a run of free cycles, up to 64 at a time.
#include "arch/noc/link_calendar.hpp"

#include "sim/base/error.hpp"

#include <algorithm>
#include <bit>

namespace lodestone::noc {
namespace {

/// The lowest `count` bits.
constexpr std::uint64_t low_bits(std::uint64_t count) {
    return count >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << count) - 1;
}

} // namespace

LinkCalendar::LinkCalendar(std::uint32_t links) : taken_(links * words), end_(links) {}

void LinkCalendar::advance(std::uint64_t now) {
    const std::uint64_t target = now / (words_per_move * word_bits) * (words_per_move * word_bits);
    if (target <= base_) {
        return;
    }
    const std::uint64_t known_end = std::max(end_of_window(), target);
    const bool is_blank = latest_ <= base_; // nothing was taken in the window
    base_ = target;
    if (is_blank) {
        return;
    }
    for (std::uint32_t link = 0; link < end_.size(); ++link) {
        for (std::uint64_t cycle = known_end; cycle < end_of_window(); cycle += word_bits) {
            word(link, cycle) = end_[link] > cycle ? low_bits(end_[link] - cycle) : 0;
        }
    }
}

std::uint64_t LinkCalendar::first_free(std::uint32_t link, std::uint64_t earliest, std::uint64_t duration) const {
    check_invariant(earliest >= base_, "a network is told of the time before it is used");
    const std::uint64_t end = end_[link];
    const std::uint64_t known = std::min(end, end_of_window());
    std::uint64_t gap = earliest; // begin of the free cycles before `cycle`
    for (std::uint64_t cycle = earliest; cycle < known;) {
        const std::uint64_t skipped = cycle % word_bits;
        const std::uint64_t bits = word(link, cycle) >> skipped;
        const std::uint64_t left = word_bits - skipped;
        const auto free = std::min<std::uint64_t>(left, static_cast<std::uint64_t>(std::countr_zero(bits)));
        if (cycle + free - gap >= duration) {
            return gap;
        }
        if (free < left) {
            gap = cycle + free + static_cast<std::uint64_t>(std::countr_one(bits >> free));
            cycle = gap;
        } else {
            cycle += left;
        }
    }
    return known == end ? gap : std::max(gap, end);
}

void LinkCalendar::take(std::uint32_t link, std::uint64_t begin, std::uint64_t end) {
    const std::uint64_t last = std::min(end, end_of_window());
    for (std::uint64_t cycle = begin; cycle < last;) {
        const std::uint64_t count = std::min(last - cycle, word_bits - cycle % word_bits);
        word(link, cycle) |= low_bits(count) << cycle % word_bits;
        cycle += count;
    }
    end_[link] = std::max(end_[link], end);
    latest_ = std::max(latest_, end);
}

std::uint64_t LinkCalendar::taken_from(std::uint32_t link, std::uint64_t from) const {
    const std::uint64_t known = std::min(end_of_window(), end_[link]);
    std::uint64_t count = 0;
    for (std::uint64_t cycle = std::max(from, base_); cycle < known;) {
        const std::uint64_t skipped = cycle % word_bits;
        count += static_cast<std::uint64_t>(std::popcount(word(link, cycle) >> skipped));
        cycle += word_bits - skipped;
    }
    const std::uint64_t beyond = std::max(from, end_of_window());
    return count + (end_[link] > beyond ? end_[link] - beyond : 0);
}

} // namespace lodestone::noc
