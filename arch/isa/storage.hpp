// SPDX-License-Identifier: Apache-2.0
// Bytes that regions of tensors take: elements, the scales of their blocks, and blocks whose scale is not known yet.
//
// A region of a block format is its elements, packed bit by bit in row-major order, then the scales of all blocks that
// it touches, one byte each, in row-major order of scale_region(). A block cut by the region keeps its scale on both
// sides.
#pragma once

#include "arch/isa/program.hpp"

namespace lodestone::isa {

/// Places of a region's scales: the block axis counted in blocks, the others as they are.
[[nodiscard]] Region scale_region(const Region& region, numerics::FormatId format, std::uint32_t block_axis);

/// Bytes of a region, rounded up once; `block_axis` matters to block formats only.
[[nodiscard]] Bytes packed_bytes(const Region& region, numerics::FormatId format, std::uint32_t block_axis);
/// The same of one frame of an activation.
[[nodiscard]] Bytes packed_bytes(const Region& region, const ProgramTensor& tensor);

/// Axis of a matrix phase's constant along which blocks run: the one that is summed over.
[[nodiscard]] std::uint32_t weight_block_axis(const Kernel& kernel);

/// Values of a block that several steps compute wait for its scale as binary32, behind the packed tile in its home:
/// the tile with at most one block along the block axis. Empty when no step of the tile ends inside a block.
[[nodiscard]] Region open_region(const Program& program, const Phase& phase, const Tile& tile);
/// Bytes of one frame of a tile at home: the packed tile and its open blocks.
[[nodiscard]] Bytes home_bytes(const Program& program, const Phase& phase, const Tile& tile);

/// Elements of a step in one frame that wait at home for their block's scale, and those that its finished blocks fetch.
struct OpenElements {
    std::int64_t left = 0;
    std::int64_t fetched = 0;
};
[[nodiscard]] OpenElements open_elements(const Program& program, const Phase& phase, const Step& step);

inline constexpr std::uint64_t kOpenValueBits = 32; ///< binary32, what the vector unit computes in

} // namespace lodestone::isa
