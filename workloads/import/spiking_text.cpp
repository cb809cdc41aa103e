// SPDX-License-Identifier: Apache-2.0
// Unpacks gzip with zlib and walks JSON text to the value of a path.
#include "workloads/import/spiking_text.hpp"

#include "sim/base/error.hpp"

#include <algorithm>
#include <span>
#include <utility>
#include <vector>

#include <zlib.h>

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

/// Frees the state of zlib.
class Inflater {
public:
    explicit Inflater(std::string& input) {
        stream_.next_in = reinterpret_cast<Bytef*>(input.data());
        stream_.avail_in = static_cast<uInt>(input.size());
        constexpr int gzip_window = 15 + 16; // largest window; +16: gzip header
        check_invariant(inflateInit2(&stream_, gzip_window) == Z_OK, "zlib has memory for its state");
    }
    ~Inflater() { inflateEnd(&stream_); }
    Inflater(const Inflater&) = delete;
    Inflater& operator=(const Inflater&) = delete;

    /// Fills `buffer`; the number of bytes produced, and whether the archive ended. Throws on damage.
    std::pair<std::size_t, bool> next(std::span<char> buffer, const std::string& file) {
        stream_.next_out = reinterpret_cast<Bytef*>(buffer.data());
        stream_.avail_out = static_cast<uInt>(buffer.size());
        const int status = inflate(&stream_, Z_NO_FLUSH);
        if (status != Z_OK && status != Z_STREAM_END) {
            const std::string reason = status == Z_BUF_ERROR    ? "the file is cut off"
                                       : stream_.msg != nullptr ? stream_.msg
                                                                : "the data are damaged";
            throw UserError({.file = file}, "", "cannot be unpacked from gzip: " + reason);
        }
        return {buffer.size() - stream_.avail_out, status == Z_STREAM_END};
    }

private:
    z_stream stream_{};
};

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
    if (!is_gzip) {
        return content;
    }
    Inflater inflater(content);
    std::vector<char> buffer(std::size_t{1} << 16);
    std::string text;
    for (bool done = false; !done;) {
        const auto [bytes, ended] = inflater.next(buffer, file);
        text.append(buffer.data(), bytes);
        done = ended;
        if (text.size() > max_unpacked_bytes) {
            throw UserError({.file = file}, "",
                            "unpacks to more than " + std::to_string(max_unpacked_bytes >> 20) + " MiB");
        }
    }
    return text;
}

} // namespace lodestone::import
