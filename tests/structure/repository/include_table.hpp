// SPDX-License-Identifier: Apache-2.0
// Who may include whom: the layers of the house as data, and the rules over them.
#pragma once

#include "tests/structure/repository/source_text.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace lodestone::structure {

/// The room of a file: its first two folders ("sim/base", "mapping/tile"), or the first one where rooms are not
/// nested ("numerics", "benches"). "" for a file that is in no folder.
[[nodiscard]] std::string room_of(std::string_view path);

/// Whether the table knows the room.
[[nodiscard]] bool is_known_room(std::string_view room);

/// Whether the table lets a file of one room include a file of the other. Both must be known.
[[nodiscard]] bool may_include(std::string_view from, std::string_view to);

/// Every quoted include must start at the repository's root and obey the table. One message a violation.
[[nodiscard]] std::vector<std::string> verify_includes(const SourceFile& file);

/// Rooms of one line may use each other inside their folder, but never in a circle.
[[nodiscard]] std::vector<std::string> verify_no_circles(const std::vector<SourceFile>& files);

} // namespace lodestone::structure
