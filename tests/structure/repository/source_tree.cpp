// SPDX-License-Identifier: Apache-2.0
// Walks the repository and reads its text files.
#include "tests/structure/repository/source_tree.hpp"

#include "sim/base/file.hpp"

#include <algorithm>

namespace lodestone::structure {
namespace {

namespace fs = std::filesystem;

bool is_outside(const fs::path& relative) {
    const std::string name = relative.filename().string();
    return relative == "build" || relative == "results" || relative == "node_modules" ||
           (name.starts_with('.') && name != ".ci");
}

bool is_text(const std::string& content) {
    return content.find('\0') == std::string::npos;
}

} // namespace

SourceTree read_tree(const fs::path& root) {
    SourceTree tree;
    for (auto it = fs::recursive_directory_iterator(root); it != fs::recursive_directory_iterator(); ++it) {
        const fs::path relative = it->path().lexically_relative(root);
        if (it->is_directory()) {
            if (is_outside(relative)) {
                it.disable_recursion_pending();
            } else if (fs::is_empty(it->path())) {
                tree.empty_folders.push_back(relative.generic_string());
            }
        } else if (it->is_regular_file() && relative != ".git") { // in a linked worktree .git is a file
            tree.paths.push_back(relative.generic_string());
            std::string content = read_file(it->path());
            if (is_text(content)) {
                tree.files.push_back({.path = relative.generic_string(), .text = std::move(content)});
            }
        }
    }
    std::ranges::sort(tree.paths);
    std::ranges::sort(tree.files, {}, &SourceFile::path);
    return tree;
}

} // namespace lodestone::structure
