// SPDX-License-Identifier: Apache-2.0
// Parts between blanks, each one or two numbers.
#include "mapping/spiking/number_text.hpp"

#include <charconv>
#include <optional>
#include <sstream>

namespace lodestone::spiking {
namespace {

/// The two numbers around `sign`; the second is absent when the sign is.
struct Part {
    std::uint64_t first = 0;
    std::optional<std::uint64_t> second;
};

std::optional<std::uint64_t> number_of(std::string_view text) {
    std::uint64_t number = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (text.empty() || failure != std::errc() || end != text.data() + text.size()) {
        return std::nullopt;
    }
    return number;
}

std::optional<Part> part_of(std::string_view text, char sign) {
    const std::size_t at = text.find(sign);
    const auto first = number_of(text.substr(0, at));
    if (!first || at == std::string_view::npos) {
        return first ? std::optional(Part{.first = *first, .second = {}}) : std::nullopt;
    }
    const auto second = number_of(text.substr(at + 1));
    return second ? std::optional(Part{.first = *first, .second = second}) : std::nullopt;
}

/// Calls `take(part)`, which returns what is wrong with it, "" for nothing, until something is.
template <class Take>
void for_each_part(const config::Value& value, char sign, const std::string& example, const Take& take) {
    std::istringstream parts(value.as_string());
    for (std::string text; parts >> text;) {
        const auto part = part_of(text, sign);
        const std::string wrong =
            part ? take(*part) : "holds '" + text + "'; numbers as in \"" + example + "\" are expected";
        if (!wrong.empty()) {
            value.problem(wrong);
            return;
        }
    }
}

std::string beyond(std::uint64_t number, const NumberLimits& limits) {
    return "names " + limits.what + " " + std::to_string(number) + "; " + limits.reason;
}

std::string too_many(const NumberLimits& limits) {
    return "has more than " + std::to_string(limits.most) + " numbers; " + limits.reason;
}

} // namespace

std::vector<std::uint64_t> read_ranges(const config::Value& value, const NumberLimits& limits) {
    std::vector<std::uint64_t> numbers;
    for_each_part(value, '-', "0-3 8", [&](const Part& part) -> std::string {
        const std::uint64_t end = part.second.value_or(part.first);
        if (end < part.first) {
            return "has the range " + std::to_string(part.first) + "-" + std::to_string(end) +
                   ", which ends before it begins";
        }
        if (end > limits.last) {
            return beyond(end, limits);
        }
        if (end - part.first >= limits.most - numbers.size()) {
            return too_many(limits);
        }
        for (std::uint64_t number = part.first; number <= end; ++number) {
            numbers.push_back(number);
        }
        return "";
    });
    return numbers;
}

std::vector<std::uint64_t> read_repeats(const config::Value& value, const NumberLimits& limits) {
    std::vector<std::uint64_t> numbers;
    for_each_part(value, '*', "0*128 1*128", [&](const Part& part) -> std::string {
        const std::uint64_t times = part.second.value_or(1);
        if (part.first > limits.last) {
            return beyond(part.first, limits);
        }
        if (times > limits.most - numbers.size()) {
            return too_many(limits);
        }
        numbers.insert(numbers.end(), times, part.first);
        return "";
    });
    return numbers;
}

} // namespace lodestone::spiking
