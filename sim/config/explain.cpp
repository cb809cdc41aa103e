// SPDX-License-Identifier: Apache-2.0
// Printing trees as YAML.
#include "sim/config/explain.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <map>
#include <string_view>
#include <utility>
#include <vector>

namespace lodestone::config {
namespace {

std::string in_quotes(std::string_view text) {
    std::string quoted = "\"";
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            quoted += '\\';
            quoted += c;
        } else if (c == '\n') {
            quoted += "\\n";
        } else if (byte < ' ' || byte == 0x7F) {
            std::array<char, 8> escape{};
            std::snprintf(escape.data(), escape.size(), "\\x%02X", static_cast<unsigned>(byte));
            quoted += escape.data();
        } else {
            quoted += c;
        }
    }
    return quoted + '"';
}

/// True when the text means itself without quotes, in a block and in a flow list.
bool is_plain(std::string_view text) {
    const auto safe = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               std::string_view("_./+- ").find(c) != std::string_view::npos;
    };
    constexpr std::array<std::string_view, 4> nulls{"null", "Null", "NULL", "~"};
    return !text.empty() && std::all_of(text.begin(), text.end(), safe) && text.front() != ' ' && text.back() != ' ' &&
           (text.front() != '-' || (text.size() > 1 && text[1] != ' ' && text[1] != '-')) && text.front() != '.' &&
           std::find(nulls.begin(), nulls.end(), text) == nulls.end();
}

std::string scalar_text(const Node& node) {
    if (node.kind != Kind::scalar) {
        return "null";
    }
    return node.quoted || !is_plain(node.text) ? in_quotes(node.text) : node.text;
}

std::string key_text(std::string_view key) {
    return is_plain(key) && key.find(' ') == std::string_view::npos ? std::string(key) : in_quotes(key);
}

class Explainer {
public:
    explicit Explainer(const ReadLog* log) {
        if (log != nullptr) {
            for (const ReadLog::Read& read : log->reads) {
                auto& known = defaults_[read.map_path];
                const std::pair<std::string, std::string> entry(read.key, read.text);
                if (read.is_default && std::find(known.begin(), known.end(), entry) == known.end()) {
                    known.push_back(entry);
                }
            }
        }
    }

    std::string print(const Node& root) {
        if (root.kind == Kind::map) {
            print_map(root, "", "");
        } else {
            print_value(root, "", "");
        }
        return std::move(text_);
    }

private:
    bool has_defaults(const std::string& path) const {
        const auto found = defaults_.find(path);
        return found != defaults_.end() && !found->second.empty();
    }

    static std::string comment(const Node& node) {
        std::string origin = node.place.text() + (node.was.empty() ? "" : " (was " + node.was + ")");
        std::replace_if(
            origin.begin(), origin.end(), [](char c) { return static_cast<unsigned char>(c) < ' '; }, ' ');
        return "  # " + origin + "\n";
    }

    /// Whether a sequence fits one line: scalars written on one line of one file, none replaced.
    static bool is_short(const Node& node) {
        constexpr std::size_t most_items = 16;
        return node.items.size() <= most_items && std::all_of(node.items.begin(), node.items.end(), [&](const Node& i) {
                   return (i.kind == Kind::scalar || i.kind == Kind::null) && i.place.file == node.place.file &&
                          i.place.line == node.place.line && i.was.empty();
               });
    }

    /// Prints behind "key:" or "-", at the end of a line.
    void print_value(const Node& node, const std::string& indent, const std::string& path) {
        if (node.kind == Kind::map && (!node.entries.empty() || has_defaults(path))) {
            text_ += comment_of_map(node);
            print_map(node, indent, path);
        } else if (node.kind == Kind::map) {
            text_ += " {}" + comment(node);
        } else if (node.kind == Kind::sequence && is_short(node)) {
            std::string items;
            for (const Node& item : node.items) {
                items += (items.empty() ? "" : ", ") + scalar_text(item);
            }
            text_ += " [" + items + "]" + comment(node);
        } else if (node.kind == Kind::sequence) {
            text_ += comment_of_map(node);
            for (std::size_t i = 0; i < node.items.size(); ++i) {
                text_ += indent + "-";
                print_value(node.items[i], indent + "  ", item_path(path, i));
            }
        } else {
            text_ += " " + scalar_text(node) + comment(node);
        }
    }

    /// Maps and lists name their place only when they replaced something: their values name their own.
    static std::string comment_of_map(const Node& node) { return node.was.empty() ? "\n" : comment(node); }

    void print_map(const Node& map, const std::string& indent, const std::string& path) {
        for (const Entry& entry : map.entries) {
            text_ += indent + key_text(entry.key) + ":";
            print_value(entry.value, indent + "  ", child_path(path, entry.key));
        }
        const auto found = defaults_.find(path);
        if (found != defaults_.end()) {
            for (const auto& [key, value] : found->second) {
                text_ += indent + key_text(key) + ": " + (is_plain(value) ? value : in_quotes(value)) + "  # default\n";
            }
        }
    }

    std::map<std::string, std::vector<std::pair<std::string, std::string>>> defaults_;
    std::string text_;
};

void print_canonical(const Node& node, const std::string& indent, std::string& text) {
    if (node.kind == Kind::map) {
        std::vector<const Entry*> sorted;
        for (const Entry& entry : node.entries) {
            sorted.push_back(&entry);
        }
        std::sort(sorted.begin(), sorted.end(), [](const Entry* a, const Entry* b) { return a->key < b->key; });
        text += sorted.empty() ? " {}\n" : "\n";
        for (const Entry* entry : sorted) {
            text += indent + in_quotes(entry->key) + ":";
            print_canonical(entry->value, indent + " ", text);
        }
    } else if (node.kind == Kind::sequence) {
        text += node.items.empty() ? " []\n" : "\n";
        for (const Node& item : node.items) {
            text += indent + "-";
            print_canonical(item, indent + " ", text);
        }
    } else {
        text += node.kind == Kind::scalar ? " " + in_quotes(node.text) + "\n" : " null\n";
    }
}

} // namespace

std::string explain(const Node& node, const ReadLog* log) {
    return Explainer(log).print(node);
}

std::string canonical_text(const Node& node) {
    std::string text;
    print_canonical(node, "", text);
    return text;
}

} // namespace lodestone::config
