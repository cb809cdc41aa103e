// SPDX-License-Identifier: Apache-2.0
// The grammar of numbers and their exact conversion.
#include "sim/config/number.hpp"

#include <charconv>
#include <cmath>
#include <limits>

namespace lodestone::config {
namespace {

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

std::size_t digits_at(std::string_view text, std::size_t at) {
    std::size_t end = at;
    while (end < text.size() && is_digit(text[end])) {
        ++end;
    }
    return end - at;
}

/// Why `digits` (all decimal digits) is refused, or "".
std::string leading_zero(std::string_view digits) {
    if (digits.size() < 2 || digits.front() != '0') {
        return "";
    }
    const std::size_t first = digits.find_first_not_of('0');
    return ", which has a leading zero; write " +
           std::string(first == std::string_view::npos ? "0" : digits.substr(first));
}

bool is_prefixed(std::string_view text) {
    constexpr std::string_view letters = "xXbBoO";
    return text.size() > 1 && text[0] == '0' && letters.find(text[1]) != std::string_view::npos;
}

} // namespace

Parsed<std::uint64_t> parse_uint(std::string_view text) {
    if (is_prefixed(text)) {
        return {{}, ", not a decimal number"};
    }
    if (text.empty() || digits_at(text, 0) != text.size()) {
        return {{}, ""};
    }
    if (std::string reason = leading_zero(text); !reason.empty()) {
        return {{}, reason};
    }
    std::uint64_t value = 0;
    if (std::from_chars(text.data(), text.data() + text.size(), value).ec != std::errc{}) {
        return {{}, ", which does not fit 64 bits"};
    }
    return {value, ""};
}

Parsed<std::int64_t> parse_int(std::string_view text) {
    const bool negative = !text.empty() && text.front() == '-';
    const Parsed<std::uint64_t> magnitude = parse_uint(negative ? text.substr(1) : text);
    if (!magnitude.value) {
        return {{}, magnitude.reason};
    }
    std::int64_t value = 0;
    if (std::from_chars(text.data(), text.data() + text.size(), value).ec != std::errc{}) {
        return {{}, ", which does not fit 64 bits"};
    }
    return {value, ""};
}

std::size_t number_length(std::string_view text) {
    std::size_t at = !text.empty() && text.front() == '-' ? 1 : 0;
    const std::size_t whole = digits_at(text, at);
    if (whole == 0) {
        return 0;
    }
    at += whole;
    if (at < text.size() && text[at] == '.') {
        const std::size_t fraction = digits_at(text, at + 1);
        at += fraction == 0 ? 0 : fraction + 1;
    }
    if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
        const bool has_sign = at + 1 < text.size() && (text[at + 1] == '+' || text[at + 1] == '-');
        const std::size_t start = at + (has_sign ? 2 : 1);
        const std::size_t exponent = digits_at(text, start);
        at = exponent == 0 ? at : start + exponent;
    }
    return at;
}

Parsed<double> scaled_double(std::string_view number, int decimal, int binary) {
    const std::size_t start = !number.empty() && number.front() == '-' ? 1 : 0;
    if (std::string reason = leading_zero(number.substr(start, digits_at(number, start))); !reason.empty()) {
        return {{}, reason};
    }
    constexpr int longest_exponent = 6; // digits; anything longer is out of range in any case
    const std::size_t letter = number.find_first_of("eE");
    int exponent = decimal;
    if (letter != std::string_view::npos) {
        std::size_t digits = letter + 1;
        digits += number[digits] == '+' ? 1U : 0U;
        int written = 0;
        if (number.size() - digits > longest_exponent ||
            std::from_chars(number.data() + digits, number.data() + number.size(), written).ec != std::errc{}) {
            return {{}, ", whose exponent is out of range"};
        }
        exponent += written;
    }
    const std::string text = std::string(number.substr(0, letter)) + "e" + std::to_string(exponent);
    double value = 0;
    const auto status = std::from_chars(text.data(), text.data() + text.size(), value).ec;
    value = std::ldexp(value, binary);
    if (status != std::errc{} || !std::isfinite(value)) {
        return {{}, ", which does not fit a double"};
    }
    return {value, ""};
}

Parsed<double> parse_double(std::string_view text) {
    if (is_prefixed(text)) {
        return {{}, ", not a decimal number"};
    }
    const std::size_t length = number_length(text);
    if (length == 0 || length != text.size()) {
        return {{}, ""};
    }
    return scaled_double(text, 0, 0);
}

} // namespace lodestone::config
