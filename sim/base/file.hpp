// SPDX-License-Identifier: Apache-2.0
// Whole files in and out: a file that is written appears complete or not at all.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace lodestone {

/// The bytes of a file. Throws UserError that names the file when it is missing, a folder or unreadable.
[[nodiscard]] std::string read_file(const std::filesystem::path& path);

/// Writes beside the target, then renames: readers see the old file or the new one, never a part.
/// Creates missing folders. Throws UserError when the place cannot be written; leaves nothing behind then.
void write_file(const std::filesystem::path& path, std::string_view content);

/// SHA-1 of the bytes, in hexadecimal: names contents (configurations, caches), protects nothing.
[[nodiscard]] std::string content_hash(std::string_view content);

} // namespace lodestone
