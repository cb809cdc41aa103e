// SPDX-License-Identifier: Apache-2.0
// What a file is, told from its content, so that `check` and `explain` need no option for it.
#pragma once

#include <string>

namespace lodestone::apps {

enum class FileKind {
    machine,
    run,
    sweep,
    technology, ///< or a table that technologies include
    anchors,
    program,
    spiking_network, ///< spiking JSON, plain or gzip, a trinary network (YAML), NIR (HDF5)
    network,         ///< and everything else: the importer says what it cannot read
};

/// Throws UserError when the file cannot be read.
[[nodiscard]] FileKind kind_of_file(const std::string& file);
/// Text without control characters other than white space: what YAML and JSON files are.
[[nodiscard]] bool is_text(const std::string& content);
/// "machine", "run file", …
[[nodiscard]] std::string name_of(FileKind kind);

} // namespace lodestone::apps
