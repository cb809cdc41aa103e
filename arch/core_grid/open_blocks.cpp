// SPDX-License-Identifier: Apache-2.0
// Before, within and after the blocks that a step ends.
#include "arch/core_grid/open_blocks.hpp"

#include "arch/core_grid/region_walk.hpp"

#include <bit>

namespace lodestone::core_grid {

OpenBlocks::OpenBlocks(const isa::ProgramTensor& tensor, const isa::Step& step)
    : step_(step), axis_(tensor.block_axis), length_(isa::block_length(tensor.format)), fetched_(step.finished),
      left_(step.tile.output) {
    const isa::Interval piece = step.tile.output[axis_];
    const isa::Interval finished = step.finished[axis_];
    fetched_[axis_] = {.begin = finished.begin, .end = finished.empty() ? finished.begin : piece.begin};
    left_[axis_] = {.begin = std::max(piece.begin, finished.end), .end = piece.end};
}

isa::Region OpenBlocks::placed(isa::Region part) const {
    isa::Interval& axis = part[axis_];
    const std::int64_t first = axis.begin - axis.begin % length_;
    axis = {.begin = axis.begin - first, .end = axis.end - first};
    return part;
}

std::vector<float> OpenBlocks::finished(std::span<const float> computed, std::span<const std::uint32_t> fetched) const {
    std::vector<float> values;
    values.reserve(static_cast<std::size_t>(step_.finished.elements()));
    for_each_index(step_.finished, [&](const Index& at) {
        const bool is_fetched = at[axis_] < fetched_[axis_].end;
        values.push_back(is_fetched ? std::bit_cast<float>(fetched[place_in(fetched_, at)])
                                    : computed[place_in(step_.tile.output, at)]);
    });
    return values;
}

std::vector<std::uint32_t> OpenBlocks::left_bits(std::span<const float> computed) const {
    std::vector<std::uint32_t> bits;
    bits.reserve(static_cast<std::size_t>(left_.elements()));
    for_each_index(left_, [&](const Index& at) {
        bits.push_back(std::bit_cast<std::uint32_t>(computed[place_in(step_.tile.output, at)]));
    });
    return bits;
}

} // namespace lodestone::core_grid
