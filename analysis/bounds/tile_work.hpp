// SPDX-License-Identifier: Apache-2.0
// Work of all steps of one core's tile, computed once for cores whose tiles differ only in place.
#pragma once

#include "arch/isa/program.hpp"
#include "arch/isa/work.hpp"
#include "arch/spec/core_grid.hpp"

#include <array>
#include <vector>

namespace lodestone::bounds {

/// Sums over the steps of a tile.
struct TileWork {
    std::uint32_t steps = 0;
    isa::StepWork work;                  ///< summed
    Bytes activation_buffer_reads;       ///< operands handed to the matrix unit
    Bytes weight_buffer_reads;           ///< chunks loaded into the matrix unit, once per step
    Bytes accumulated;                   ///< partial sums read, and as many written, in the partial-sum buffer
    std::uint64_t partial_sum_flits = 0; ///< to the next core of the reduction chain
};

/// Computes tiles of one phase; remembers those it has seen.
class TileWorks {
public:
    TileWorks(const isa::Program& program, const isa::Phase& phase, const spec::CoreGridSpec& machine);

    /// Work of the tile of the core at `position`; the tile must not be idle. Valid until the next call.
    [[nodiscard]] const TileWork& of(const isa::Tile& tile, GridPosition position);

private:
    /// Two tiles with equal keys have equal steps: sizes, places among shared scales, and where their windows meet the
    /// border of the input.
    struct Key {
        std::array<std::int64_t, 4 * isa::kMaxRank + 4> values{};
        friend bool operator==(const Key&, const Key&) = default;
    };

    [[nodiscard]] Key key_of(const isa::Tile& tile) const;
    [[nodiscard]] TileWork compute(const isa::Tile& tile, GridPosition position) const;

    const isa::Program& program_;
    const isa::Phase& phase_;
    const spec::CoreGridSpec& machine_;
    bool shift_invariant_ = false;                       ///< work depends on the key alone
    std::array<std::int64_t, isa::kMaxRank> together_{}; ///< by axis of the output
    std::vector<std::pair<Key, TileWork>> known_;
    TileWork latest_;
};

} // namespace lodestone::bounds
