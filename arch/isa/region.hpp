// SPDX-License-Identifier: Apache-2.0
// Boxes in the index space of a tensor: what a core holds, needs, computes or sends.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <vector>

namespace lodestone::isa {

using Shape = std::vector<std::int64_t>;

/// Half-open interval [begin, end).
struct Interval {
    std::int64_t begin = 0;
    std::int64_t end = 0;

    [[nodiscard]] constexpr std::int64_t size() const { return std::max<std::int64_t>(0, end - begin); }
    [[nodiscard]] constexpr bool empty() const { return end <= begin; }
    [[nodiscard]] constexpr bool contains(Interval inner) const { return begin <= inner.begin && inner.end <= end; }
    friend constexpr bool operator==(Interval, Interval) = default;
    friend constexpr auto operator<=>(Interval, Interval) = default;
};

[[nodiscard]] constexpr Interval intersect(Interval a, Interval b) {
    return {.begin = std::max(a.begin, b.begin), .end = std::min(a.end, b.end)};
}

inline constexpr std::size_t kMaxRank = 6;

/// One interval per axis of a tensor, without heap storage: regions are made by the hundred thousand.
class Region {
public:
    Region() = default;
    explicit Region(std::span<const Interval> axes);
    /// The whole of a tensor.
    explicit Region(const Shape& shape);

    [[nodiscard]] std::size_t rank() const { return rank_; }
    [[nodiscard]] const Interval& operator[](std::size_t axis) const { return axes_[axis]; }
    [[nodiscard]] Interval& operator[](std::size_t axis) { return axes_[axis]; }
    [[nodiscard]] std::span<const Interval> axes() const { return {axes_.data(), rank_}; }
    /// Number of elements; 0 as soon as one axis is empty. A region of rank 0 holds one element.
    [[nodiscard]] std::int64_t elements() const;
    [[nodiscard]] bool empty() const { return elements() == 0; }
    [[nodiscard]] bool contains(const Region& inner) const;
    friend bool operator==(const Region& a, const Region& b);

private:
    std::array<Interval, kMaxRank> axes_{};
    std::size_t rank_ = 0;
};

[[nodiscard]] Region intersect(const Region& a, const Region& b);
/// Part `index` of `parts` nearly equal parts of [0, size): sizes differ by at most one, the longer ones spread evenly.
[[nodiscard]] constexpr Interval part_of(std::int64_t size, std::int64_t parts, std::int64_t index) {
    return {.begin = size * index / parts, .end = size * (index + 1) / parts};
}
/// Blocks of `block` elements in [0, size); the last one may be short.
[[nodiscard]] constexpr std::int64_t blocks_in(std::int64_t size, std::int64_t block) {
    return (size + block - 1) / block;
}
/// part_of() of [0, size) counted in blocks: no part begins or ends inside a block.
[[nodiscard]] constexpr Interval part_of_blocks(std::int64_t size, std::int64_t block, std::int64_t parts,
                                                std::int64_t index) {
    const Interval part = part_of(blocks_in(size, block), parts, index);
    return {.begin = std::min(size, part.begin * block), .end = std::min(size, part.end * block)};
}

} // namespace lodestone::isa
