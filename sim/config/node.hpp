// SPDX-License-Identifier: Apache-2.0
// A configuration as a tree in which every value knows where it was written and what it replaced.
#pragma once

#include "sim/base/diagnostics.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace lodestone::config {

/// Where a value was written. The file name is shared by all values of a file; for a value of the command line it
/// is the option itself ("--set array.rows=64") and the line is 0. Columns count bytes.
struct Place {
    std::shared_ptr<const std::string> file;
    std::uint32_t line = 0;
    std::uint32_t column = 0;

    [[nodiscard]] Location location() const;
    /// "configs/arch/northpole.yaml:7:3" or "--set array.rows=64".
    [[nodiscard]] std::string text() const;
};

/// `absent` is the tree of a file that could not be read: its problem is reported, readers of it stay silent.
enum class Kind : std::uint8_t { absent, null, scalar, sequence, map };

struct Entry;

/// One value of the tree.
struct Node {
    Kind kind = Kind::absent;
    bool quoted = false;        ///< a scalar that was written in quotes or as a block: always text, never a number
    Place place;                ///< of a map: its first key or its brace
    std::string text;           ///< of a scalar
    std::string was;            ///< what this value replaced and where that was written; "" when it replaced nothing
    std::vector<Node> items;    ///< of a sequence
    std::vector<Entry> entries; ///< of a map, in the order of the file; keys are unique

    /// The value under `key`, or nullptr when this is not a map or lacks it.
    [[nodiscard]] const Node* find(std::string_view key) const;
    [[nodiscard]] Node* find(std::string_view key);
};

/// A key of a map and its value.
struct Entry {
    std::string key;
    Place place;
    Node value;
};

/// The file with its includes resolved. Whatever is wrong is added to `problems`; the result is then `absent`
/// (a file that cannot be parsed) or has an `absent` part (an include that failed).
///
/// `include: other.yaml`, or a list of files, in any map: the map becomes the included tree with the sibling keys
/// merged over it. Paths are relative to the including file. Maps merge key by key, everything else is replaced,
/// and a null over an included value removes it.
[[nodiscard]] Node load_file(const std::filesystem::path& path, Problems& problems);

/// The same for text in memory; `file_name` names it in messages, and includes are relative to its folder.
[[nodiscard]] Node load_text(std::string_view text, const std::string& file_name, Problems& problems);

/// Applies one `PATH=VALUE` of the command line: "array.rows=64", "layers[2].split={rows: 4}", "names.'a.b'=x".
/// The value is YAML; it merges as an include does, may create keys, and null (~) removes. A key that no reader
/// knows is found by the reader, whose message then names the option.
void apply_override(Node& root, const std::string& assignment, Problems& problems);

/// Puts a value at a PATH of --set as if it had been written there: maps on the way are made when they are missing, and
/// what was there is replaced, a map too. What is wrong is reported at the value's place.
void set_value(Node& root, const std::string& path, Node value, Problems& problems);

/// Merges `over` into `base` by the rule of includes; replaced values are remembered in `was`.
void merge(Node& base, Node over);

/// "array" + "rows" = "array.rows"; a key that is not a plain word is quoted. The result is a PATH of --set.
[[nodiscard]] std::string child_path(const std::string& parent, std::string_view key);
/// "layers" + 2 = "layers[2]"
[[nodiscard]] std::string item_path(const std::string& parent, std::size_t index);

/// Limits that keep a hostile file from exhausting the machine; each is reported as a located problem.
inline constexpr std::size_t max_file_bytes = std::size_t{16} << 20;
inline constexpr std::size_t max_values = 1'000'000; ///< over all included files, aliases counted as often as used
inline constexpr std::size_t max_nesting = 64;
inline constexpr std::size_t max_included_files = 256;
inline constexpr std::size_t max_include_chain = 16;

} // namespace lodestone::config
