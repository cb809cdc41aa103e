// SPDX-License-Identifier: Apache-2.0
// The rules of the house that a machine can check; each takes text and answers with one message a violation.
#pragma once

#include "tests/structure/repository/source_text.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace lodestone::structure {

using Violations = std::vector<std::string>;

/// SystemC, yaml-cpp, ONNX/protobuf and CLI11 are included only where the design allows it.
[[nodiscard]] Violations verify_libraries(const SourceFile& file);

/// Only apps print to the terminal, end the process or read the environment; tests and benches are free.
[[nodiscard]] Violations verify_silence(const SourceFile& file);

/// The first line of a C++ file is its licence, the second its purpose.
[[nodiscard]] Violations verify_heading(const SourceFile& file);

/// Every source below tests/ belongs to a lodestone_tests line of tests/CMakeLists.txt, every bench to a
/// lodestone_bench line of benches/CMakeLists.txt: what is not listed is not built.
[[nodiscard]] Violations verify_listed(const std::vector<SourceFile>& files);

/// Every room has a CMakeLists.txt (itself or its first-level folder) and a README.md, every first-level folder a
/// README.md.
[[nodiscard]] Violations verify_room_files(const std::vector<SourceFile>& files);

/// READMEs stay short: two screens at the root, one page elsewhere.
[[nodiscard]] Violations verify_readme_length(const SourceFile& file);

/// No file stands for something that does not exist yet.
[[nodiscard]] Violations verify_no_placeholder(const SourceFile& file);

/// No absolute path of somebody's machine, in any text file.
[[nodiscard]] Violations verify_no_machine_path(const SourceFile& file);

/// Relative links of a Markdown file lead to a file or folder; `paths` are all files of the repository.
[[nodiscard]] Violations verify_links(const SourceFile& file, const std::vector<std::string>& paths);

} // namespace lodestone::structure
