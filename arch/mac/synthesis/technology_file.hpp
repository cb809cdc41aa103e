// SPDX-License-Identifier: Apache-2.0
// Synthesised units as a technology file (`kind: mac_table`), which arch/cost reads.
#pragma once

#include "arch/cost/mac_table.hpp"

#include <string>

namespace lodestone::mac {

/// YAML of a table. What the synthesis does not measure (shares, library factors, gate model) keeps its values and
/// sources. The same table comes out of cost::read_mac_table, figures rounded to six digits.
[[nodiscard]] std::string technology_file(const cost::MacTable& table, const std::string& title);

} // namespace lodestone::mac
