// SPDX-License-Identifier: Apache-2.0
// Tables of keys, a section per map.
#include "sim/config/schema/reference.hpp"

#include "sim/base/diagnostics.hpp"
#include "sim/config/unit.hpp"

#include <algorithm>
#include <vector>

namespace lodestone::config {
namespace {

/// A map that is described in a section of its own.
struct Section {
    std::string title;
    const Declaration* map;
};

/// "layers/[]/split/*" as "layers[].split.NAME"
std::string title_of(const std::string& path) {
    std::string title;
    for (std::size_t start = 0; start < path.size();) {
        const std::size_t end = std::min(path.find('/', start), path.size());
        const std::string step = path.substr(start, end - start);
        if (step == element_step) {
            title += step;
        } else {
            title += (title.empty() ? "" : ".") + (step == any_name ? std::string("NAME") : step);
        }
        start = end + 1;
    }
    return title;
}

const DeclaredKey* key_of(const Declaration& map, const std::string& name) {
    const auto found = std::ranges::find(map.keys, name, &DeclaredKey::name);
    return found == map.keys.end() ? nullptr : &*found;
}

/// A constant with its source: {value, source, status} and perhaps a note.
bool is_sourced(const Declaration& value) {
    return value.is_map && value.keys.size() == 4 && value.forms.empty() && key_of(value, "value") != nullptr &&
           key_of(value, "source") != nullptr && key_of(value, "status") != nullptr && key_of(value, "note") != nullptr;
}

bool is_in_itself(const std::string& path) {
    const std::size_t last = path.rfind('/');
    return last != std::string::npos && ("/" + path.substr(0, last)).find(path.substr(last) + "/") != std::string::npos;
}

class Page {
public:
    Page(const ReferenceText& text, const Meanings& meanings) : text_(text), meanings_(meanings) {}

    std::string write(const Declaration& root) {
        page_ = "# " + text_.title + "\n" + text_.introduction + "\n";
        sections_.push_back({"", &root});
        for (std::size_t next = 0; next < sections_.size(); ++next) { // sections add those of the maps within them
            const Section section = sections_[next];
            if (!section.title.empty()) {
                page_ += "\n## " + section.title + "\n";
            }
            write_map(*section.map);
        }
        return std::move(page_);
    }

private:
    /// `written`: keys that a table above has.
    void write_map(const Declaration& map, std::vector<std::string> written = {}) {
        if (map.cases.empty()) {
            write_keys(map, written);
            return;
        }
        Declaration& shared = shared_.emplace_back(); // its sections come later
        for (const DeclaredKey* key : common_keys(map)) {
            if (std::ranges::find(written, key->name) == written.end()) {
                shared.keys.push_back(*key);
                written.push_back(key->name);
            }
        }
        if (!shared.keys.empty()) {
            write_keys(shared, {});
        }
        for (const DeclaredCase& one : map.cases) {
            page_ += "\nWhen " + words_of(map, one) + ":\n";
            write_map(one.map, written);
        }
    }

    void write_keys(const Declaration& map, const std::vector<std::string>& without) {
        std::string rows;
        for (const DeclaredKey& key : map.keys) {
            if (std::ranges::find(without, key.name) == without.end()) {
                rows += row(key);
            }
        }
        page_ += rows.empty() ? "\nNo further keys.\n"
                              : "\n| key | value | presence | meaning |\n|---|---|---|---|\n" + rows;
    }

    std::string row(const DeclaredKey& key) {
        std::string value = words_of(key.value);
        const Declaration* map = &key.value;
        while (!map->is_map && !map->element.empty()) {
            map = &map->element.front();
        }
        const auto link = text_.elsewhere.find(key.value.path);
        if (link != text_.elsewhere.end()) {
            value = link->second;
        } else if (is_sourced(key.value)) {
            value = "constant: " + words_of(key_of(key.value, "value")->value);
        } else if (is_in_itself(key.value.path)) {
            value += ", as above";
        } else if (map->is_map) {
            sections_.push_back({title_of(map->path), map});
        }
        const std::string name = key.name == any_name ? "any name" : "`" + key.name + "`";
        return "| " + name + " | " + value + " | " + presence_of(key) + " | " + meaning_of(key.value.path, meanings_) +
               " |\n";
    }

    const ReferenceText& text_;
    const Meanings& meanings_;
    std::vector<Section> sections_;
    std::list<Declaration> shared_;
    std::string page_;
};

} // namespace

std::string reference_page(const Declaration& root, const ReferenceText& text, const Meanings& meanings) {
    return Page(text, meanings).write(root);
}

} // namespace lodestone::config
