// SPDX-License-Identifier: Apache-2.0
// Our side of the anchors of spiking arrays: the recurrent benchmark and the one-chip network, simulated.
#pragma once

#include "analysis/anchors/anchors.hpp"
#include "apps/run_request.hpp"

#include <string>
#include <vector>

namespace lodestone::apps {

/// One row per anchor. Throws UserError when an anchor is no figure of spiking arrays or the run is of another network.
[[nodiscard]] std::vector<anchors::Row> spiking_anchor_rows(const anchors::AnchorFile& file, const RunRequest& request);

} // namespace lodestone::apps
