// SPDX-License-Identifier: Apache-2.0
// Walking a box of index space in row-major order.
#pragma once

#include "arch/isa/region.hpp"

#include <array>
#include <cstddef>

namespace lodestone::core_grid {

using Index = std::array<std::int64_t, isa::kMaxRank>;

/// Place of `index` among the elements of `region` in row-major order.
[[nodiscard]] inline std::size_t place_in(const isa::Region& region, const Index& index) {
    std::int64_t place = 0;
    for (std::size_t axis = 0; axis < region.rank(); ++axis) {
        place = place * region[axis].size() + index[axis] - region[axis].begin;
    }
    return static_cast<std::size_t>(place);
}

[[nodiscard]] inline Index first_of(const isa::Region& region) {
    Index index{};
    for (std::size_t axis = 0; axis < region.rank(); ++axis) {
        index[axis] = region[axis].begin;
    }
    return index;
}

/// Advances over the first `axes` axes, the last of them fastest; false after the last index.
inline bool next_index(const isa::Region& region, std::size_t axes, Index& index) {
    for (std::size_t axis = axes; axis-- > 0;) {
        if (++index[axis] < region[axis].end) {
            return true;
        }
        index[axis] = region[axis].begin;
    }
    return false;
}

/// Calls visit(index) for every element, in row-major order.
template <class Visit>
void for_each_index(const isa::Region& region, Visit visit) {
    if (region.empty()) {
        return;
    }
    Index index = first_of(region);
    do {
        visit(index);
    } while (next_index(region, region.rank(), index));
}

/// Calls visit(index, length) for every run along the last axis.
template <class Visit>
void for_each_run(const isa::Region& region, Visit visit) {
    if (region.empty()) {
        return;
    }
    const std::size_t outer = region.rank() == 0 ? 0 : region.rank() - 1;
    const std::size_t length = region.rank() == 0 ? 1 : static_cast<std::size_t>(region[outer].size());
    Index index = first_of(region);
    do {
        visit(index, length);
    } while (next_index(region, outer, index));
}

} // namespace lodestone::core_grid
