// SPDX-License-Identifier: Apache-2.0
// Networks from files: the format is told from the content, never from the file's name.
#pragma once

#include "sim/base/diagnostics.hpp"
#include "workloads/graph/graph.hpp"

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace lodestone::import {

/// What the user fixes about a network that leaves it open.
struct ImportOptions {
    std::map<std::string, std::int64_t> dimensions;  ///< sizes of symbolic dimensions, by name
    std::map<std::string, graph::TensorData> values; ///< inputs whose values are known before the run, by name
};

/// The bytes of a file and its path, for messages and for files beside it.
struct Source {
    std::string content;
    std::filesystem::path path;
};

/// One file format. `read` reports problems and returns what it could read, operators in any order.
struct Format {
    std::string name;
    bool (*recognises)(std::string_view content);
    graph::Graph (*read)(const Source& source, const ImportOptions& options, Problems& problems);
};

/// All formats, in the order in which they are asked.
[[nodiscard]] const std::vector<Format>& formats();

/// Reads, infers and verifies a network. Values stay as in the file; `graph::simplify` is the caller's choice.
/// A symbolic first dimension of an input is a batch of 1 unless `options` says otherwise; other symbolic dimensions
/// are problems. All problems found are in `problems`, located by file and operator; with errors the graph is
/// incomplete. Throws UserError when the file cannot be read at all.
[[nodiscard]] graph::Graph import_network(const std::filesystem::path& path, Problems& problems,
                                          const ImportOptions& options = {});
/// The same from bytes in memory.
[[nodiscard]] graph::Graph import_network(const Source& source, Problems& problems, const ImportOptions& options = {});
/// As the first, throwing UserError with all problems when there is an error.
[[nodiscard]] graph::Graph import_network(const std::filesystem::path& path);

} // namespace lodestone::import
