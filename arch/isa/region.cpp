// SPDX-License-Identifier: Apache-2.0
// Boxes: counting, containing, intersecting.
#include "arch/isa/region.hpp"

#include "sim/base/error.hpp"

namespace lodestone::isa {

Region::Region(std::span<const Interval> axes) : rank_(axes.size()) {
    check_invariant(axes.size() <= kMaxRank, "tensors of more axes than a region holds are refused at lowering");
    std::copy(axes.begin(), axes.end(), axes_.begin());
}

Region::Region(const Shape& shape) : rank_(shape.size()) {
    check_invariant(shape.size() <= kMaxRank, "tensors of more axes than a region holds are refused at lowering");
    for (std::size_t axis = 0; axis < rank_; ++axis) {
        axes_[axis] = {.begin = 0, .end = shape[axis]};
    }
}

std::int64_t Region::elements() const {
    std::int64_t count = 1;
    for (const Interval& axis : axes()) {
        count *= axis.size();
    }
    return count;
}

bool Region::contains(const Region& inner) const {
    if (rank_ == inner.rank_ && inner.empty()) {
        return true; // wherever it lies: a window over padding alone reads nothing
    }
    for (std::size_t axis = 0; axis < rank_; ++axis) {
        if (!axes_[axis].contains(inner.axes_[axis])) {
            return false;
        }
    }
    return rank_ == inner.rank_;
}

bool operator==(const Region& a, const Region& b) {
    return std::ranges::equal(a.axes(), b.axes());
}

Region intersect(const Region& a, const Region& b) {
    Region both = a;
    for (std::size_t axis = 0; axis < a.rank(); ++axis) {
        both[axis] = intersect(a[axis], b[axis]);
    }
    return both;
}

} // namespace lodestone::isa
