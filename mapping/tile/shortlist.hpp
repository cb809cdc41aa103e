// SPDX-License-Identifier: Apache-2.0
// The candidates of one phase that take part in the joint search, and the layouts they imply.
#pragma once

#include "mapping/route/estimate.hpp"
#include "mapping/tile/search.hpp"

#include <map>
#include <vector>

namespace lodestone::tile {

struct Shortlist {
    std::vector<Candidate> candidates;             ///< those of a smaller effort first
    std::map<Effort, std::size_t> within;          ///< how many of them take part at an effort
    bool has_fixed_rule = false;                   ///< the first candidate is that of Strategy::fixed
    std::vector<std::size_t> layout;               ///< by candidate: which layout its split implies
    std::vector<route::Layout> homes;              ///< by layout
    std::vector<std::vector<route::Layout>> wants; ///< by input, by layout
};

/// Best candidates of a phase by their own cost, streamed and resident; what a smaller effort finds is among them, and
/// so is the fixed rule. Empty when none is legal.
[[nodiscard]] Shortlist shortlist(const isa::Program& program, std::size_t phase, const spec::CoreGridSpec& machine,
                                  const SearchOptions& options, SearchReport& report);

} // namespace lodestone::tile
