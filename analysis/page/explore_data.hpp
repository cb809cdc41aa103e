// SPDX-License-Identifier: Apache-2.0
// An exploration as the compact columns that its page draws from.
#pragma once

#include "analysis/explore/exploration.hpp"

#include <string>

namespace lodestone::page {

/// JSON, safe inside a script element. Every figure is one column over the rows; a column of N rows is
///   {"all": v}                          the same value everywhere
///   {"of": [v…], "width": W, "at": B}   indices into `of`, W bytes each (1, 2 or 4)
///   {"f64": B}                          the numbers themselves, NaN where a row lacks the figure
/// with B the little-endian bytes in base64 and null in `of` for an absent number. Nothing is rounded.
[[nodiscard]] std::string explore_data(const explore::Exploration& exploration);

/// Unit of a result key by its ending: "latency_s" is in "s", "energy_j.mac" in "J"; "share" for a part of one; ""
/// when it has none.
[[nodiscard]] std::string unit_of_key(const std::string& key);

} // namespace lodestone::page
