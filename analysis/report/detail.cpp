// SPDX-License-Identifier: Apache-2.0
// Lists of counts as text, equal neighbours written once.
#include "analysis/report/detail.hpp"

#include <charconv>
#include <iterator>
#include <numeric>

namespace lodestone::report {
namespace {

/// Reads a number from the front of `text` and removes it.
std::optional<std::uint64_t> take_number(std::string_view& text) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{}) {
        return std::nullopt;
    }
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return value;
}

bool take(std::string_view& text, char expected) {
    if (!text.starts_with(expected)) {
        return false;
    }
    text.remove_prefix(1);
    return true;
}

} // namespace

Counts steps_of(const Counts& rising) {
    Counts steps;
    std::adjacent_difference(rising.begin(), rising.end(), std::back_inserter(steps));
    return steps;
}

Counts from_steps(const Counts& steps) {
    Counts rising;
    std::partial_sum(steps.begin(), steps.end(), std::back_inserter(rising));
    return rising;
}

std::string to_text(const Counts& counts) {
    std::string text;
    for (std::size_t begin = 0; begin < counts.size();) {
        std::size_t end = begin + 1;
        while (end < counts.size() && counts[end] == counts[begin]) {
            ++end;
        }
        text += (begin == 0 ? "" : " ") + std::to_string(counts[begin]);
        text += end - begin > 1 ? "*" + std::to_string(end - begin) : "";
        begin = end;
    }
    return text;
}

std::optional<Counts> counts_of(std::string_view text, std::size_t most) {
    Counts counts;
    while (!text.empty()) {
        if (!counts.empty() && !take(text, ' ')) {
            return std::nullopt;
        }
        const std::optional<std::uint64_t> value = take_number(text);
        const std::optional<std::uint64_t> times = take(text, '*') ? take_number(text) : 1;
        if (!value || !times || *times == 0 || *times > most - counts.size()) {
            return std::nullopt;
        }
        counts.insert(counts.end(), *times, *value);
    }
    return counts;
}

} // namespace lodestone::report
