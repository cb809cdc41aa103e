// SPDX-License-Identifier: Apache-2.0
// Escaping and number texts.
#include "analysis/page/markup.hpp"

#include "analysis/report/table.hpp"

#include <array>
#include <cmath>

namespace lodestone::page {
namespace {

constexpr const char* kReplacement = "\xEF\xBF\xBD";

bool continues(std::string_view text, std::size_t at) {
    constexpr unsigned mask = 0xC0;
    constexpr unsigned continuation = 0x80;
    return at < text.size() && (static_cast<unsigned char>(text[at]) & mask) == continuation;
}

/// Bytes of the UTF-8 character at `at`; 0 when there is none.
std::size_t character_length(std::string_view text, std::size_t at) {
    const auto byte = static_cast<unsigned char>(text[at]);
    const std::size_t length = byte < 0x80   ? 1
                               : byte < 0xC2 ? 0
                               : byte < 0xE0 ? 2
                               : byte < 0xF0 ? 3
                               : byte < 0xF5 ? 4
                                             : 0;
    for (std::size_t i = 1; i < length; ++i) {
        if (!continues(text, at + i)) {
            return 0;
        }
    }
    return length;
}

std::string escaped_character(std::string_view character) {
    switch (character.front()) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        break;
    }
    const auto byte = static_cast<unsigned char>(character.front());
    const bool is_control = (byte < ' ' && byte != '\n' && byte != '\t') || byte == 0x7F;
    return is_control ? kReplacement : std::string(character);
}

} // namespace

std::string escaped(std::string_view text) {
    std::string result;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t length = character_length(text, at);
        result += length == 0 ? kReplacement : escaped_character(text.substr(at, length));
        at += std::max<std::size_t>(length, 1);
    }
    return result;
}

std::string with_unit(double value, std::string_view unit) {
    if (!std::isfinite(value)) {
        return "-";
    }
    if (unit.empty()) {
        return report::significant(value);
    }
    constexpr std::array prefixes{"f", "p", "n", "\xC2\xB5", "m", "", "k", "M", "G", "T", "P"};
    constexpr int none = 5;
    constexpr double step = 1000;
    constexpr double rounds_up = 999.5;
    int prefix = none;
    double scaled = value;
    while (std::abs(scaled) >= rounds_up && prefix + 1 < static_cast<int>(prefixes.size())) {
        scaled /= step;
        ++prefix;
    }
    while (scaled != 0 && std::abs(scaled) * step < rounds_up && prefix > 0) {
        scaled *= step;
        --prefix;
    }
    return report::significant(scaled) + " " + prefixes[static_cast<std::size_t>(prefix)] + std::string(unit);
}

std::string percent(double share) {
    constexpr double hundred = 100;
    return std::isfinite(share) ? report::fixed(share * hundred, 1) + " %" : "-";
}

std::string grouped(double value) {
    std::string digits = report::fixed(value, 0);
    constexpr std::size_t group = 3;
    const std::size_t first = digits.starts_with('-') ? 1 : 0;
    for (std::size_t end = digits.size(); end > first + group;) {
        end -= group;
        digits.insert(end, ",");
    }
    return digits;
}

std::string coordinate(double value) {
    std::string text = report::fixed(value, 2);
    text.erase(text.find_last_not_of('0') + 1);
    if (text.ends_with('.')) {
        text.pop_back();
    }
    return text == "-0" ? "0" : text;
}

} // namespace lodestone::page
