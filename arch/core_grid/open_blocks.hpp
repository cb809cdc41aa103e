// SPDX-License-Identifier: Apache-2.0
// A step that begins or ends inside blocks that share a scale: which values it can store, which ones wait.
#pragma once

#include "arch/isa/program.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace lodestone::core_grid {

/// Values of one frame of a step. Where the step ends its blocks, values that earlier steps left are fetched first;
/// those of blocks that go on are left, as binary32, for a later step. All regions are parts of the output.
class OpenBlocks {
public:
    OpenBlocks(const isa::ProgramTensor& tensor, const isa::Step& step);

    [[nodiscard]] const isa::Region& fetched() const { return fetched_; }
    [[nodiscard]] const isa::Region& left() const { return left_; }
    /// Where fetched or left values lie among the open ones: within one block, counted from its first element.
    [[nodiscard]] isa::Region placed(isa::Region part) const;

    /// Values of step.finished from what the step computed and the bits of what it fetched.
    [[nodiscard]] std::vector<float> finished(std::span<const float> computed,
                                              std::span<const std::uint32_t> fetched) const;
    /// Bits of what the step leaves.
    [[nodiscard]] std::vector<std::uint32_t> left_bits(std::span<const float> computed) const;

private:
    const isa::Step& step_;
    std::size_t axis_;
    std::int64_t length_;
    isa::Region fetched_;
    isa::Region left_;
};

} // namespace lodestone::core_grid
