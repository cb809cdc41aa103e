// SPDX-License-Identifier: Apache-2.0
// Indices that name one thing of a machine or a graph; an index of one kind is never taken for another.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>

namespace lodestone {

template <class Kind>
struct Id {
    std::uint32_t value = 0;

    constexpr Id() = default;
    constexpr explicit Id(std::uint32_t index) : value(index) {}
    [[nodiscard]] constexpr std::size_t index() const { return value; }
    friend constexpr auto operator<=>(Id, Id) = default;
};

using CoreId = Id<struct CoreKind>; ///< row-major position in the grid
using BankId = Id<struct BankKind>;
using LinkId = Id<struct LinkKind>;
using PhaseId = Id<struct PhaseKind>;
using BufferId = Id<struct BufferKind>;
using TensorId = Id<struct TensorKind>;
using OperatorId = Id<struct OperatorKind>;
using AxonId = Id<struct AxonKind>;
using NeuronId = Id<struct NeuronKind>;

/// Row and column of a core in its grid; row 0 is the top, column 0 the left.
struct GridPosition {
    std::uint32_t row = 0;
    std::uint32_t col = 0;
    friend constexpr auto operator<=>(GridPosition, GridPosition) = default;
};

/// Number of rows and columns of a grid of cores.
struct GridShape {
    std::uint32_t rows = 1;
    std::uint32_t cols = 1;

    [[nodiscard]] constexpr std::uint32_t size() const { return rows * cols; }
    [[nodiscard]] constexpr CoreId at(GridPosition p) const { return CoreId(p.row * cols + p.col); }
    [[nodiscard]] constexpr GridPosition position(CoreId core) const {
        return {.row = core.value / cols, .col = core.value % cols};
    }
    friend constexpr auto operator<=>(GridShape, GridShape) = default;
};

} // namespace lodestone

template <class Kind>
struct std::hash<lodestone::Id<Kind>> {
    std::size_t operator()(lodestone::Id<Kind> id) const noexcept { return id.value; }
};
