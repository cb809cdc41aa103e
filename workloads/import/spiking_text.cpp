// SPDX-License-Identifier: Apache-2.0
// Unpacks gzip and walks JSON text to the value of a path.
#include "workloads/import/spiking_text.hpp"

#include "workloads/import/idx.hpp"

#include <algorithm>
#include <vector>

namespace lodestone::import {

namespace {

std::size_t skip_space(std::string_view text, std::size_t at) {
    return std::min(text.find_first_not_of(" \t\r\n", at), text.size());
}

/// Past the closing quote of the string that starts at `at`.
std::size_t skip_string(std::string_view text, std::size_t at) {
    for (++at; at < text.size() && text[at] != '"'; ++at) {
        at += text[at] == '\\' ? 1U : 0U;
    }
    return std::min(at + 1, text.size());
}

/// Past the value that starts at `at`.
std::size_t skip_value(std::string_view text, std::size_t at) {
    std::size_t depth = 0;
    while (at < text.size()) {
        const char c = text[at];
        if (c == '"') {
            at = skip_string(text, at);
        } else if (c == '{' || c == '[') {
            ++depth;
            ++at;
        } else if (c == '}' || c == ']') {
            if (depth == 0) {
                return at; // the end of the surrounding value: a number or word ended here
            }
            --depth;
            ++at;
        } else if (c == ',' && depth == 0) {
            return at;
        } else {
            ++at;
            continue;
        }
        if (depth == 0) {
            return at;
        }
    }
    return at;
}

std::optional<std::size_t> item_offset(std::string_view text, std::size_t list, std::size_t index) {
    std::size_t at = skip_space(text, list + 1);
    for (std::size_t item = 0; at < text.size() && text[at] != ']'; ++item) {
        if (item == index) {
            return at;
        }
        at = skip_space(text, skip_value(text, at));
        if (at < text.size() && text[at] == ',') {
            at = skip_space(text, at + 1);
        }
    }
    return std::nullopt;
}

std::optional<std::size_t> member_offset(std::string_view text, std::size_t object, std::string_view key) {
    std::size_t at = skip_space(text, object + 1);
    std::optional<std::size_t> found; // of equal keys the last one counts
    while (at < text.size() && text[at] == '"') {
        const std::size_t end = skip_string(text, at);
        const bool is_wanted = text.substr(at + 1, end - at - 2) == key;
        const std::size_t value = skip_space(text, skip_space(text, end) + 1);
        if (is_wanted) {
            found = value;
        }
        at = skip_space(text, skip_value(text, value));
        if (at < text.size() && text[at] == ',') {
            at = skip_space(text, at + 1);
        }
    }
    return found;
}

} // namespace

std::string path_of(const JsonStep& step) {
    if (step.parent == nullptr) {
        return "";
    }
    const std::string parent = path_of(*step.parent);
    if (step.key == nullptr) {
        return parent + "[" + std::to_string(step.index) + "]";
    }
    return parent.empty() ? step.key : parent + "." + step.key;
}

std::size_t offset_of(std::string_view text, const JsonStep& step) {
    std::vector<const JsonStep*> way;
    for (const JsonStep* s = &step; s->parent != nullptr; s = s->parent) {
        way.push_back(s);
    }
    std::size_t at = skip_space(text, 0);
    for (auto s = way.rbegin(); s != way.rend(); ++s) {
        std::optional<std::size_t> next;
        if (at < text.size() && text[at] == '{' && (*s)->key != nullptr) {
            next = member_offset(text, at, (*s)->key);
        } else if (at < text.size() && text[at] == '[' && (*s)->key == nullptr) {
            next = item_offset(text, at, (*s)->index);
        }
        if (!next) {
            return at;
        }
        at = *next;
    }
    return at;
}

Location location_of(std::string_view text, std::size_t offset, const std::string& file) {
    const std::string_view before = text.substr(0, std::min(offset, text.size()));
    const std::size_t line_start = before.rfind('\n');
    return {.file = file,
            .line = 1 + static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n')),
            .column = line_start == std::string_view::npos ? before.size() + 1 : before.size() - line_start};
}

std::string unpacked(std::string content, const std::string& file) {
    const bool is_gzip = content.size() >= 2 && content[0] == '\x1f' && content[1] == '\x8b';
    return is_gzip ? gunzip(content, file, max_unpacked_bytes) : content;
}

} // namespace lodestone::import
