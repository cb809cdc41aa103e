// SPDX-License-Identifier: Apache-2.0
// One sentence per form.
#include "sim/config/schema/wording.hpp"

#include "sim/base/diagnostics.hpp"
#include "sim/config/unit.hpp"

#include <algorithm>

namespace lodestone::config {
namespace {

std::string range_of(const Interval& limits, const std::string& unit) {
    const bool bounded_below = limits.min > std::numeric_limits<double>::lowest();
    constexpr double counted_limit = 9007199254740991.0; // 2^53 - 1: as far as a double counts, no limit of the machine
    const bool bounded_above = limits.max < counted_limit;
    std::string text;
    if (bounded_below) {
        text += (limits.above_min ? " above "
                 : bounded_above  ? " from "
                                  : " of at least ") +
                measure_text(limits.min, unit);
    }
    if (bounded_above) {
        text += (!bounded_below     ? " of at most "
                 : limits.above_min ? ", at most "
                                    : " to ") +
                measure_text(limits.max, unit);
    }
    return text;
}

std::string integer_words(const Form& form) {
    const bool bounded_below = form.min > std::numeric_limits<std::int64_t>::min();
    const bool bounded_above = form.max < std::uint64_t{std::numeric_limits<std::int64_t>::max()};
    if (!bounded_above) {
        return bounded_below ? "integer of at least " + std::to_string(form.min) : "integer";
    }
    return "integer from " + std::to_string(form.min) + " to " + std::to_string(form.max) +
           (form.is_relative ? "; limits by other values" : "");
}

} // namespace

namespace {

/// The longest end of `path` that has a meaning.
const std::string* longest_end(const std::string& path, const Meanings& meanings) {
    for (std::size_t start = 0; start != std::string::npos;) {
        const auto found = meanings.find(path.substr(start));
        if (found != meanings.end()) {
            return &found->second;
        }
        const std::size_t next = path.find('/', start);
        start = next == std::string::npos ? next : next + 1;
    }
    return nullptr;
}

} // namespace

std::string meaning_of(const std::string& path, const Meanings& meanings) {
    if (const std::string* meaning = longest_end(path, meanings)) {
        return *meaning;
    }
    const std::string* of_any = longest_end(holder_of(path) + "/" + any_name, meanings);
    return of_any == nullptr ? "" : *of_any;
}

std::string words_of(const Form& form) {
    switch (form.type) {
    case Form::Type::integer:
        return integer_words(form);
    case Form::Type::number:
        return "number" + range_of(form.limits, "");
    case Form::Type::truth:
        return "true or false";
    case Form::Type::text:
        return "text";
    case Form::Type::choice:
        return (form.names.size() == 1 ? "" : "one of ") + join(form.names);
    case Form::Type::measure:
        break;
    }
    return std::string(form.measure.whole ? "whole number" : "number") + " with a unit (" +
           accepted_units(form.measure.unit) + ")" + range_of(form.measure.limits, form.measure.unit) +
           (form.is_relative ? "; limits by other values" : "");
}

std::string words_of(const Declaration& value) {
    std::vector<std::string> words;
    for (const Form& form : value.forms) {
        words.push_back(words_of(form));
    }
    if (!value.element.empty()) {
        words.push_back("list of: " + words_of(value.element.front()));
    }
    if (value.is_map) {
        words.emplace_back("map");
    }
    return words.empty() ? "any value" : join(words, "; or ");
}

std::string presence_of(const DeclaredKey& key) {
    if (key.fallback) {
        return "default " + (key.fallback->empty() ? std::string("none") : *key.fallback);
    }
    return key.is_required ? "required" : "optional";
}

std::string words_of(const Declaration& map, const DeclaredCase& of) {
    const std::string selector = join(map.selector, ".");
    switch (map.question) {
    case Question::presence:
    case Question::kind:
        return selector + " is " + (map.question == Question::kind ? "a " : "") + join(of.names, " or a ");
    case Question::choice:
        break;
    }
    return selector + " is " + join(of.names, ", ");
}

namespace {

/// In every plain map below `map`'s cases.
bool is_everywhere(const DeclaredKey& key, const Declaration& map) {
    if (!map.cases.empty()) {
        return std::ranges::all_of(map.cases, [&](const DeclaredCase& one) { return is_everywhere(key, one.map); });
    }
    const auto same = std::ranges::find(map.keys, key.name, &DeclaredKey::name);
    return same != map.keys.end() && *same == key;
}

} // namespace

std::vector<const DeclaredKey*> common_keys(const Declaration& map) {
    const Declaration* plain = &map;
    while (!plain->cases.empty()) {
        plain = &plain->cases.front().map;
    }
    std::vector<const DeclaredKey*> common;
    for (const DeclaredKey& key : plain->keys) {
        if (is_everywhere(key, map)) {
            common.push_back(&key);
        }
    }
    return common;
}

} // namespace lodestone::config
