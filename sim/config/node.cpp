// SPDX-License-Identifier: Apache-2.0
// Places, look-up, paths and the merging of trees.
#include "sim/config/node.hpp"

#include <algorithm>
#include <utility>

namespace lodestone::config {

Location Place::location() const {
    return {.file = file ? *file : "", .line = line, .column = column};
}

std::string Place::text() const {
    const std::string name = file ? *file : "";
    return line == 0 ? name : name + ":" + std::to_string(line) + ":" + std::to_string(column);
}

const Node* Node::find(std::string_view key) const {
    const auto found =
        std::find_if(entries.begin(), entries.end(), [&](const Entry& entry) { return entry.key == key; });
    return found == entries.end() ? nullptr : &found->value;
}

Node* Node::find(std::string_view key) {
    return const_cast<Node*>(std::as_const(*this).find(key));
}

namespace {

constexpr std::size_t longest_quotation = 60; ///< of a replaced value, in its successor's comment

std::string short_text(const Node& node) {
    switch (node.kind) {
    case Kind::scalar:
        return node.text.size() > longest_quotation ? node.text.substr(0, longest_quotation) + "..." : node.text;
    case Kind::sequence:
        return "a list";
    case Kind::map:
        return "a map";
    case Kind::null:
    case Kind::absent:
        break;
    }
    return "empty";
}

} // namespace

void merge(Node& base, Node over) {
    if (base.kind != Kind::map || over.kind != Kind::map) {
        if (base.kind != Kind::absent) {
            over.was = short_text(base) + " at " + base.place.text() + (base.was.empty() ? "" : ", before " + base.was);
        }
        base = std::move(over);
        return;
    }
    base.place = over.place;
    for (Entry& entry : over.entries) {
        const auto found = std::find_if(base.entries.begin(), base.entries.end(),
                                        [&](const Entry& candidate) { return candidate.key == entry.key; });
        if (found == base.entries.end()) {
            base.entries.push_back(std::move(entry));
        } else if (entry.value.kind == Kind::null) {
            base.entries.erase(found);
        } else {
            found->place = entry.place;
            merge(found->value, std::move(entry.value));
        }
    }
}

std::string child_path(const std::string& parent, std::string_view key) {
    const bool plain = !key.empty() && key.find_first_of(".[]'\"= \t\n") == std::string_view::npos;
    const char quote = key.find('\'') == std::string_view::npos ? '\'' : '"';
    const std::string name = plain ? std::string(key) : quote + std::string(key) + quote;
    return parent.empty() ? name : parent + "." + name;
}

std::string item_path(const std::string& parent, std::size_t index) {
    return parent + "[" + std::to_string(index) + "]";
}

} // namespace lodestone::config
