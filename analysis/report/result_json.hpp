// SPDX-License-Identifier: Apache-2.0
// The result file: JSON of schema lodestone.result/1.
#pragma once

#include "analysis/report/result.hpp"
#include "sim/base/diagnostics.hpp"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace lodestone::report {

/// One JSON object, indented, keys in the order of docs/result_format.md; the same result gives the same bytes.
[[nodiscard]] std::string to_json(const Result& result);
/// A JSON array of results, as `run --json` prints it.
[[nodiscard]] std::string to_json(const std::vector<Result>& results);

/// Reads one result, or an array of them; keys that are not known are ignored. `events` and the lists by network and
/// memory are not read back. Problems carry file, line and column.
[[nodiscard]] std::vector<Result> results_from_json(std::string_view text, const std::string& file_name,
                                                    Problems& problems);
/// The same from a file. Throws UserError with every problem.
[[nodiscard]] std::vector<Result> load_results(const std::filesystem::path& path);

/// Writes the file whole or not at all.
void write_result(const std::filesystem::path& path, const Result& result);

} // namespace lodestone::report
