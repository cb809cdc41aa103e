// SPDX-License-Identifier: Apache-2.0
// Reads precision names.
#include "numerics/precision.hpp"

#include "sim/base/error.hpp"

#include <algorithm>
#include <array>
#include <map>

namespace lodestone::numerics {
namespace {

constexpr std::array not_operands{FormatId::int32, FormatId::uint8};

bool is_operand(FormatId id) {
    return std::find(not_operands.begin(), not_operands.end(), id) == not_operands.end();
}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/// "a8c8w4" as {a: "8", c: "8", w: "4"}; nothing when the name is not made of such parts, each letter once.
std::optional<std::map<char, std::string>> letter_widths(std::string_view name) {
    std::map<char, std::string> widths;
    std::size_t at = 0;
    while (at < name.size()) {
        const char letter = name[at++];
        std::size_t end = at;
        while (end < name.size() && is_digit(name[end])) {
            ++end;
        }
        const bool is_known = letter == 'w' || letter == 'a' || letter == 'c';
        if (!is_known || end == at || !widths.emplace(letter, std::string(name.substr(at, end - at))).second) {
            return std::nullopt;
        }
        at = end;
    }
    return widths.contains('w') && widths.contains('a') ? std::optional(widths) : std::nullopt;
}

FormatId integer_of_width(const std::string& width, std::string_view precision) {
    const std::optional<FormatId> id = find_format("int" + width);
    if (!id || !is_operand(*id)) {
        throw UserError("precision '" + std::string(precision) + "' asks for integers of " + width +
                        " bits; widths are 2, 4, 8 and 16");
    }
    return *id;
}

} // namespace

std::vector<std::string> precision_names() {
    std::vector<std::string> names = format_names();
    std::erase_if(names, [](const std::string& name) { return !is_operand(*find_format(name)); });
    return names;
}

Precision parse_precision(std::string_view name) {
    if (const std::optional<FormatId> id = find_format(name); id && is_operand(*id)) {
        return {.weights = *id, .activations = *id, .cache = std::nullopt, .name = std::string(name)};
    }
    if (const auto widths = letter_widths(name)) {
        Precision result{.weights = integer_of_width(widths->at('w'), name),
                         .activations = integer_of_width(widths->at('a'), name),
                         .cache = std::nullopt,
                         .name = std::string(name)};
        if (widths->contains('c')) {
            result.cache = integer_of_width(widths->at('c'), name);
        }
        return result;
    }
    std::vector<std::string> known = precision_names();
    known.emplace_back("w4a8");
    known.emplace_back("a8c8w4");
    const std::string word(name);
    throw UserError("unknown precision '" + word + "'" + known_names(word, known));
}

} // namespace lodestone::numerics
