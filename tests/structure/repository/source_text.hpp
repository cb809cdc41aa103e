// SPDX-License-Identifier: Apache-2.0
// C++ text as the rules see it: code without comments and literals, and the includes with their lines.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace lodestone::structure {

/// A text file of the repository; `path` is relative to its root, with '/' between folders.
struct SourceFile {
    std::string path;
    std::string text;
};

/// The text with comments, string literals and character literals blanked; every line keeps its length.
[[nodiscard]] std::string code_only(std::string_view text);

[[nodiscard]] std::vector<std::string> lines_of(std::string_view text);

/// One `#include` line: `target` is what stands between the quotes or angle brackets.
struct Include {
    std::string target;
    bool quoted = false;
    std::size_t line = 0; ///< from 1
};

/// The includes that are code; those inside comments and literals do not count.
[[nodiscard]] std::vector<Include> includes_of(std::string_view text);

/// Whether the path ends as a C++ source or header of this repository does.
[[nodiscard]] bool is_cpp(std::string_view path);

} // namespace lodestone::structure
