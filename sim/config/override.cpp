// SPDX-License-Identifier: Apache-2.0
// One value of the command line laid over a tree.
#include "sim/config/node.hpp"
#include "sim/config/parse.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

namespace lodestone::config {
namespace {

/// One part of a path: a key of a map or an index of a sequence.
struct Step {
    std::string key;
    std::optional<std::size_t> index;
};

/// Reads `[2]` at `at`; moves behind it.
std::optional<Step> index_step(std::string_view text, std::size_t& at) {
    const std::size_t end = text.find(']', at);
    if (end == std::string_view::npos) {
        return std::nullopt;
    }
    std::size_t index = 0;
    const auto [stop, status] = std::from_chars(text.data() + at + 1, text.data() + end, index);
    if (status != std::errc{} || stop != text.data() + end || end == at + 1) {
        return std::nullopt;
    }
    at = end + 1;
    return Step{.key = "", .index = index};
}

/// Reads a plain or quoted key at `at`; moves behind it.
std::optional<Step> key_step(std::string_view text, std::size_t& at) {
    const char first = at < text.size() ? text[at] : '\0';
    const bool quoted = first == '\'' || first == '"';
    const std::size_t start = quoted ? at + 1 : at;
    const std::size_t end = quoted ? text.find(first, start) : std::min(text.find_first_of(".[=", at), text.size());
    if (end == std::string_view::npos || (end == start && !quoted)) {
        return std::nullopt;
    }
    at = quoted ? end + 1 : end;
    return Step{.key = std::string(text.substr(start, end - start)), .index = std::nullopt};
}

/// The path up to '='; `at` stands behind the '=' afterwards. Nothing when the text is not PATH=VALUE.
std::optional<std::vector<Step>> parse_path(std::string_view text, std::size_t& at) {
    std::vector<Step> steps;
    while (true) {
        const bool is_index = at < text.size() && text[at] == '[';
        std::optional<Step> step = is_index ? index_step(text, at) : key_step(text, at);
        if (!step) {
            return std::nullopt;
        }
        steps.push_back(std::move(*step));
        if (at >= text.size()) {
            return std::nullopt;
        }
        if (text[at] == '=') {
            ++at;
            return steps;
        }
        if (text[at] == '.') {
            ++at;
        } else if (text[at] != '[') {
            return std::nullopt;
        }
    }
}

bool holds_include(const Node& node) {
    const auto in_item = [](const Node& item) { return holds_include(item); };
    const auto in_entry = [](const Entry& entry) { return entry.key == "include" || holds_include(entry.value); };
    return std::any_of(node.items.begin(), node.items.end(), in_item) ||
           std::any_of(node.entries.begin(), node.entries.end(), in_entry);
}

class Override {
public:
    Override(Place place, Problems& problems) : place_(std::move(place)), problems_(problems) {}

    void assign(Node& root, const std::string& assignment) {
        std::size_t at = 0;
        const auto steps = parse_path(assignment, at);
        if (!steps) {
            problem("", "is not PATH=VALUE, such as array.rows=64 or layers[2].name=conv1");
            return;
        }
        if (!has_legal_depth(*steps)) {
            return;
        }
        Budget budget;
        const std::size_t before = problems_.error_count();
        Node value = parse({.text = std::string_view(assignment).substr(at), .file = place_.file, .numbered = false},
                           budget, problems_);
        if (problems_.error_count() != before) {
            return;
        }
        if (value.kind == Kind::null && assignment.find_first_not_of(" \t", at) == std::string::npos) {
            problem("", "gives no value; write ~ to remove a key");
            return;
        }
        if (holds_include(value) || (!steps->back().index && steps->back().key == "include")) {
            problem("", "includes a file; only files can, name the values to change");
            return;
        }
        value.place = place_;
        put(root, *steps, std::move(value));
    }

    /// The same for a value that is a tree already; a map replaces instead of merging.
    void set(Node& root, const std::string& path, Node value) {
        std::size_t at = 0;
        const auto steps = parse_path(path + "=", at);
        if (!steps || at != path.size() + 1) {
            problem("", "is no path, such as array.rows or layers[2].name");
            return;
        }
        if (!has_legal_depth(*steps)) {
            return;
        }
        if (value.kind == Kind::map) {
            put(root, *steps, Node{.kind = Kind::null, .place = place_});
        }
        put(root, *steps, std::move(value));
    }

private:
    bool has_legal_depth(const std::vector<Step>& steps) {
        if (steps.size() > max_nesting) {
            problem("", "has a path of more than " + std::to_string(max_nesting) + " parts");
        }
        return steps.size() <= max_nesting;
    }

    /// Descends to the map or sequence that holds the last step, making missing maps, and merges the value there.
    void put(Node& root, const std::vector<Step>& steps, Node value) {
        Node* node = &root;
        std::string path;
        for (std::size_t i = 0; i + 1 < steps.size() && node != nullptr; ++i) {
            node = child(*node, steps[i], path);
            if (node != nullptr && node->kind == Kind::null) {
                *node = Node{.kind = Kind::map, .place = place_};
            }
        }
        if (node == nullptr) {
            return;
        }
        const Step& last = steps.back();
        if (last.index) {
            if (Node* item = child(*node, last, path); item != nullptr) {
                merge(*item, std::move(value));
            }
            return;
        }
        if (!expect(*node, Kind::map, path, "key '" + last.key + "'")) {
            return;
        }
        Node patch{.kind = Kind::map, .place = node->place};
        patch.entries.push_back({.key = last.key, .place = place_, .value = std::move(value)});
        merge(*node, std::move(patch));
    }

    /// The node one step down; an empty one is made for a new key; nullptr after a problem.
    Node* child(Node& node, const Step& step, std::string& path) {
        if (!step.index) {
            if (!expect(node, Kind::map, path, "key '" + step.key + "'")) {
                return nullptr;
            }
            path = child_path(path, step.key);
            if (Node* found = node.find(step.key); found != nullptr) {
                return found;
            }
            node.entries.push_back(
                {.key = step.key, .place = place_, .value = Node{.kind = Kind::null, .place = place_}});
            return &node.entries.back().value;
        }
        if (!expect(node, Kind::sequence, path, "element " + item_path("", *step.index))) {
            return nullptr;
        }
        if (*step.index >= node.items.size()) {
            problem(path, "has " + std::to_string(node.items.size()) + " elements, counted from 0; there is no " +
                              item_path("", *step.index));
            return nullptr;
        }
        path = item_path(path, *step.index);
        return &node.items[*step.index];
    }

    bool expect(const Node& node, Kind kind, const std::string& path, const std::string& wanted) {
        if (node.kind == kind) {
            return true;
        }
        const char* found = node.kind == Kind::map        ? "a map"
                            : node.kind == Kind::sequence ? "a list"
                                                          : "a single value";
        problem(path, std::string("is ") + found + " (" + node.place.text() + "); it has no " + wanted);
        return false;
    }

    void problem(const std::string& path, const std::string& message) {
        problems_.error(place_.location(), path, message);
    }

    Place place_;
    Problems& problems_;
};

} // namespace

void apply_override(Node& root, const std::string& assignment, Problems& problems) {
    if (root.kind != Kind::absent) {
        const Place place{.file = std::make_shared<const std::string>("--set " + assignment)};
        Override(place, problems).assign(root, assignment);
    }
}

void set_value(Node& root, const std::string& path, Node value, Problems& problems) {
    if (root.kind != Kind::absent) {
        const Place place = value.place;
        Override(place, problems).set(root, path, std::move(value));
    }
}

} // namespace lodestone::config
