// SPDX-License-Identifier: Apache-2.0
// The ways to cut one phase that are worth costing: all part counts by a quick estimate, then their placements.
#pragma once

#include "mapping/tile/dimensions.hpp"

#include <cstdint>
#include <vector>

namespace lodestone::tile {

/// Numbers of parts, one per dimension, and the quick estimate of the phase's cycles.
struct Parts {
    std::vector<std::uint32_t> counts;
    double estimate = 0; ///< cycles
    double memory = 0;   ///< bytes of operands and output in the busiest core
};

/// The `keep` best numbers of parts by the quick estimate, best first, then the `keep / 4` that need least memory.
/// `examined` grows by how many were estimated.
[[nodiscard]] std::vector<Parts> best_parts(const isa::Program& program, const isa::Phase& phase,
                                            const spec::CoreGridSpec& machine, std::size_t keep,
                                            std::uint64_t& examined);

/// Distinct placements of these parts on the rows and columns of the grid: image rows down and image columns across;
/// everything spatial down and channels across; the reverse. Empty when the parts do not fit in rows and columns.
[[nodiscard]] std::vector<isa::Split> placements(const isa::Program& program, const isa::Phase& phase,
                                                 const std::vector<std::uint32_t>& counts);

/// The first version's rule, kept to compare with: image rows down, image columns across, then the rest of both
/// sides to output channels, then to the batch. Always legal.
[[nodiscard]] isa::Split fixed_rule(const isa::Program& program, const isa::Phase& phase);

} // namespace lodestone::tile
