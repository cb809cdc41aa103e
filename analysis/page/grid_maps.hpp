// SPDX-License-Identifier: Apache-2.0
// The grid seen from above: how long each core worked, what each link carried, for the run or one layer of it.
#pragma once

#include "analysis/report/result.hpp"

#include <string>

namespace lodestone::page {

/// Both maps of result number `index` with the choice of a layer; they show the whole run until the script changes it.
/// Empty when the result has no counts of cores and links.
[[nodiscard]] std::string grid_maps(const report::Result& result, std::size_t index);

/// What the script needs for the maps of a result, as JSON that is safe inside a script element; "null" without maps.
[[nodiscard]] std::string grid_data(const report::Result& result);

} // namespace lodestone::page
