// SPDX-License-Identifier: Apache-2.0
// The repository as the rules see it: its text files, and its folders that hold nothing.
#pragma once

#include "tests/structure/repository/source_text.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace lodestone::structure {

struct SourceTree {
    std::vector<SourceFile> files;          ///< text files, sorted by path
    std::vector<std::string> paths;         ///< all files, binary ones too, sorted
    std::vector<std::string> empty_folders; ///< nothing in them
};

/// Walks the tree below `root`, without build/, results/ and hidden folders other than .ci.
[[nodiscard]] SourceTree read_tree(const std::filesystem::path& root);

} // namespace lodestone::structure
