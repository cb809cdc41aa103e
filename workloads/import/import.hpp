// SPDX-License-Identifier: Apache-2.0
// Networks from files: the format is told from the content, never from the file's name.
#pragma once

#include "sim/base/diagnostics.hpp"
#include "workloads/graph/graph.hpp"

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace lodestone::import {

/// One file format. `read` gets the bytes and the path (for messages and for files beside it); it reports problems
/// and returns what it could read.
struct Format {
    std::string name;
    std::function<bool(std::string_view content)> recognises;
    std::function<graph::Graph(const std::string& content, const std::filesystem::path& path, Problems&)> read;
};

/// All formats, in the order in which they are asked.
[[nodiscard]] const std::vector<Format>& formats();

/// Reads, infers and verifies a network. Values stay as in the file; `graph::simplify` is the caller's choice.
/// All problems found are in `problems`, located by file and operator; with errors the graph is incomplete. Throws
/// UserError when the file cannot be read at all.
[[nodiscard]] graph::Graph import_network(const std::filesystem::path& path, Problems& problems);

/// As above, throwing UserError with all problems when there is an error.
[[nodiscard]] graph::Graph import_network(const std::filesystem::path& path);

} // namespace lodestone::import
