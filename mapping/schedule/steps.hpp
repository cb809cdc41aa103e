// SPDX-License-Identifier: Apache-2.0
// How a core's tile is cut into steps: weight chunks that fit the buffer, blocks that let transfers overlap.
#pragma once

#include "arch/isa/program.hpp"

#include <optional>

namespace lodestone::schedule {

/// The tile of the core with most work: every axis at its largest part, as near the middle of the tensor as such a part
/// is (halos not clipped); end of its reduction chain.
[[nodiscard]] isa::Tile heaviest_tile(const isa::Program& program, const isa::Phase& phase);

/// Bytes of the largest group's slice of the weights when its channels are cut in `chunks`: of the largest chunk.
[[nodiscard]] Bytes largest_chunk(const isa::Program& program, const isa::Phase& phase, std::uint32_t chunks);

/// Chunk counts that are legal: every chunk has an output channel, and two chunks fit the weight buffer.
struct ChunkRange {
    std::uint32_t fewest = 1;
    std::uint32_t most = 1;
};
/// Empty when not even single output channels fit.
[[nodiscard]] std::optional<ChunkRange> chunk_range(const isa::Program& program, const isa::Phase& phase,
                                                    const spec::CoreGridSpec& machine);

/// Blocks for a phase whose split and chunks are set and whose heaviest tile takes `work` cycles: as many steps as let
/// finished values leave while the rest is computed, none so short that the pipeline's fill would show.
[[nodiscard]] isa::StepPlan plan_steps(const isa::Program& program, const isa::Phase& phase, Cycles work);

} // namespace lodestone::schedule
