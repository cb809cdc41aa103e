// SPDX-License-Identifier: Apache-2.0
// Items filed under the cycle in which they are due: constant time, first in first out within a cycle.
#pragma once

#include <cstdint>
#include <vector>

namespace lodestone::spiking_array {

/// Each item (a small number) is in at most one cycle's list at a time. Cycles count from the start of a tick.
class Calendar {
public:
    static constexpr std::uint32_t none = 0xFFFFFFFFU;

    /// Empties the calendar and makes room for items 0 .. items - 1.
    void reset(std::size_t items) {
        days_.assign(days_.size(), Day{});
        next_.resize(items);
    }

    void file(std::uint32_t item, std::uint32_t cycle) {
        if (cycle >= days_.size()) {
            days_.resize(std::size_t{cycle} + cycle / 2 + 1);
        }
        Day& day = days_[cycle];
        next_[item] = none;
        if (day.first == none) {
            day.first = item;
        } else {
            next_[day.last] = item;
        }
        day.last = item;
    }

    /// Takes the first item due in `cycle`, or returns none.
    [[nodiscard]] std::uint32_t take(std::uint32_t cycle) {
        if (cycle >= days_.size()) {
            return none;
        }
        const std::uint32_t item = days_[cycle].first;
        if (item != none) {
            days_[cycle].first = next_[item];
        }
        return item;
    }

    /// No item is due in this cycle or later.
    [[nodiscard]] std::uint32_t horizon() const { return static_cast<std::uint32_t>(days_.size()); }

private:
    struct Day {
        std::uint32_t first = none;
        std::uint32_t last = none;
    };
    std::vector<Day> days_;
    std::vector<std::uint32_t> next_;
};

} // namespace lodestone::spiking_array
