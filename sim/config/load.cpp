// SPDX-License-Identifier: Apache-2.0
// Files and their includes.
#include "sim/base/error.hpp"
#include "sim/base/file.hpp"
#include "sim/config/node.hpp"
#include "sim/config/parse.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace lodestone::config {
namespace {

namespace fs = std::filesystem;

/// A file being read: its name in messages and, to recognise it under another name, its real path.
struct OpenFile {
    std::string name;
    fs::path real;
};

class Loader {
public:
    explicit Loader(Problems& problems) : problems_(problems) {}

    Node load_text(std::string_view text, const std::string& name, const std::string& path) {
        const auto shared = std::make_shared<const std::string>(name);
        Node node = parse({.text = text, .file = shared}, budget_, problems_);
        if (node.kind == Kind::null) {
            problems_.error({.file = name}, "", "is empty; a configuration has at least one key");
            node.kind = Kind::absent;
            return node;
        }
        chain_.push_back({.name = name, .real = real_path(name)});
        resolve(node, path);
        chain_.pop_back();
        return node;
    }

    /// The text of a file; throws UserError.
    static std::string text_of(const std::string& name) {
        std::error_code status;
        const auto kind = fs::status(name, status).type();
        if (kind == fs::file_type::character || kind == fs::file_type::block || kind == fs::file_type::socket) {
            throw UserError({.file = name}, "", "is a device, not a file");
        }
        const auto size = fs::file_size(name, status);
        if (!status && size > max_file_bytes) {
            throw UserError({.file = name}, "",
                            "has " + std::to_string(size) + " bytes; the limit is " + std::to_string(max_file_bytes) +
                                ", split it with 'include'");
        }
        return read_file(name);
    }

private:
    static fs::path real_path(const std::string& name) {
        std::error_code status;
        const fs::path real = fs::weakly_canonical(name, status);
        return status ? fs::path(name).lexically_normal() : real;
    }

    /// Replaces every map with an `include` key, deepest first.
    void resolve(Node& node, const std::string& path) {
        for (std::size_t i = 0; i < node.items.size(); ++i) {
            if (node.items[i].kind == Kind::map || node.items[i].kind == Kind::sequence) {
                resolve(node.items[i], item_path(path, i));
            }
        }
        for (Entry& entry : node.entries) {
            const bool holds_values = entry.value.kind == Kind::map || entry.value.kind == Kind::sequence;
            if (holds_values && entry.key != "include") {
                resolve(entry.value, child_path(path, entry.key));
            }
        }
        const auto found = std::find_if(node.entries.begin(), node.entries.end(),
                                        [](const Entry& entry) { return entry.key == "include"; });
        if (found != node.entries.end()) {
            const Node names = std::move(found->value);
            node.entries.erase(found);
            include(node, names, path);
        }
    }

    /// Merges `siblings`, the rest of the map, over the files named in `names`.
    void include(Node& siblings, const Node& names, const std::string& path) {
        std::vector<const Node*> files;
        if (names.kind == Kind::sequence) {
            for (const Node& name : names.items) {
                files.push_back(&name);
            }
        } else {
            files.push_back(&names);
        }
        Node base;
        bool complete = !files.empty();
        if (files.empty()) {
            problem(names, path, "names no file");
        }
        for (const Node* file : files) {
            std::optional<Node> tree = included(*file, path);
            complete = complete && tree.has_value();
            if (!tree) {
                continue;
            }
            const bool alone = files.size() == 1 && siblings.entries.empty();
            if (tree->kind != Kind::map && !alone) {
                problem(*file, path, "'" + file->text + "' is not a map; only a map can be merged with other keys");
                complete = false;
                continue;
            }
            merge(base, std::move(*tree));
        }
        if (!complete) {
            siblings = Node{.kind = Kind::absent, .place = siblings.place};
        } else if (base.kind == Kind::map) {
            merge(base, std::move(siblings));
            siblings = std::move(base);
        } else {
            siblings = std::move(base);
        }
    }

    /// The resolved tree of one included file; nothing when a problem was reported.
    std::optional<Node> included(const Node& name, const std::string& path) {
        if (name.kind != Kind::scalar || name.text.empty()) {
            problem(name, path, "expected the name of a file or a list of names");
            return std::nullopt;
        }
        const fs::path target = (fs::path(chain_.back().name).parent_path() / name.text).lexically_normal();
        const fs::path real = real_path(target.string());
        std::string route;
        bool cycle = false;
        for (const OpenFile& file : chain_) {
            cycle = cycle || file.real == real;
            route += file.name + " -> ";
        }
        if (cycle) {
            problem(name, path, "the file includes itself: " + route + target.string());
            return std::nullopt;
        }
        if (chain_.size() >= max_include_chain || ++budget_.files > max_included_files) {
            problem(name, path,
                    "'" + name.text + "' is one include too many; the limits are " + std::to_string(max_include_chain) +
                        " files in a chain and " + std::to_string(max_included_files) + " in all");
            return std::nullopt;
        }
        return load_included(name, target.string(), path);
    }

    std::optional<Node> load_included(const Node& name, const std::string& target, const std::string& path) {
        std::string text;
        try {
            text = text_of(target);
        } catch (const UserError& error) {
            for (const Diagnostic& diagnostic : error.problems().all()) {
                problem(name, path, "'" + target + "': " + diagnostic.message);
            }
            return std::nullopt;
        }
        Node tree = load_text(text, target, path);
        return tree.kind == Kind::absent ? std::nullopt : std::optional<Node>(std::move(tree));
    }

    void problem(const Node& where, const std::string& path, const std::string& message) {
        problems_.error(where.place.location(), child_path(path, "include"), message);
    }

    Problems& problems_;
    Budget budget_;
    std::vector<OpenFile> chain_;
};

} // namespace

Node load_file(const fs::path& path, Problems& problems) {
    std::string text;
    try {
        text = Loader::text_of(path.string());
    } catch (const UserError& error) {
        problems.append(error.problems());
        Node absent;
        absent.place = {.file = std::make_shared<const std::string>(path.string())};
        return absent;
    }
    return load_text(text, path.string(), problems);
}

Node load_text(std::string_view text, const std::string& file_name, Problems& problems) {
    return Loader(problems).load_text(text, file_name, "");
}

} // namespace lodestone::config
