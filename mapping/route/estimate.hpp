// SPDX-License-Identifier: Apache-2.0
// How long it takes to move a tensor from one layout to another, in closed form: what the search asks thousands of
// times.
#pragma once

#include "arch/isa/program.hpp"

#include <array>
#include <vector>

namespace lodestone::route {

/// Frames and region as one box.
struct Box {
    std::array<isa::Interval, isa::kMaxRank + 1> axes{};
    std::size_t rank = 0; ///< 0: nothing

    [[nodiscard]] double elements() const;
    [[nodiscard]] bool empty() const { return elements() == 0; }
    friend bool operator==(const Box& a, const Box& b) = default;
};

/// Elements that two boxes share.
[[nodiscard]] double shared_elements(const Box& a, const Box& b);
[[nodiscard]] Box hull(const Box& a, const Box& b);

/// Cores at which layouts are compared: up to eight rows times eight columns, ends included.
struct Sample {
    explicit Sample(const GridShape& grid);

    GridShape grid;
    std::vector<std::uint32_t> rows;
    std::vector<std::uint32_t> cols;
    [[nodiscard]] std::size_t size() const { return rows.size() * cols.size(); }
    [[nodiscard]] GridPosition at(std::size_t index) const {
        return {.row = rows[index / cols.size()], .col = cols[index % cols.size()]};
    }
    [[nodiscard]] std::size_t middle_row() const { return (rows.size() + 1) / 2; }
    [[nodiscard]] std::size_t middle_col() const { return (cols.size() + 1) / 2; }
    /// Cores of the grid per core of the sample.
    [[nodiscard]] double weight() const { return static_cast<double>(grid.size()) / static_cast<double>(size()); }
};

/// Which piece of a tensor each core of a sample holds or wants, with hulls over halves of the grid.
class Layout {
public:
    /// Home tiles of the output of `phase`.
    static Layout homes(const isa::Program& program, const isa::Phase& phase, const Sample& sample);
    /// What the cores need of input `input` of `phase`.
    static Layout wants(const isa::Program& program, const isa::Phase& phase, std::size_t input, const Sample& sample);

    std::vector<Box> boxes; ///< by sample index
    double largest = 0;     ///< elements of the largest box
    /// Hull and number of elements held of one half of a row, of one half of a column, or of half the grid.
    struct Part {
        Box box;
        double elements = 0;
        [[nodiscard]] double density() const;
    };
    std::vector<std::array<Part, 2>> row_halves;         ///< by sample row: west, east
    std::vector<std::array<Part, 2>> col_halves;         ///< by sample column: north, south
    std::array<Part, 2> sides;                           ///< west, east half of the grid
    std::array<Part, 2> ends;                            ///< north, south half of the grid
    std::array<std::int64_t, isa::kMaxRank + 1> sizes{}; ///< of homes: frames and axes of the tensor, in blocks
    std::array<std::int64_t, isa::kMaxRank + 1> block{}; ///< of homes: elements that are never cut apart
    std::array<std::int64_t, isa::kMaxRank + 1> parts{}; ///< of homes: in how many parts they are cut

    /// Homes of which `wanted` takes something.
    [[nodiscard]] double pieces(const Box& wanted) const;

private:
    void summarise(const Sample& sample);
};

/// Cost of one redistribution; bytes and flows are those of the busiest core.
struct Transfer {
    bool in_place = false;
    bool is_measured = false; ///< counted flow by flow instead of estimated
    double link_bytes = 0;    ///< over the busiest link, whole flits when measured
    double latency = 0;       ///< cycles of one flit on its way
    double received = 0;      ///< written to core memory
    double sent = 0;          ///< read from core memory
    double copied = 0;        ///< read and written locally
    double pieces = 1;        ///< flows that the busiest receiver gets; measured: that the busiest core sends or gets
    double sends = 0;         ///< measured only: flows that the busiest sender has, a descriptor each
    double piece_bytes = 0;   ///< of one of them
    double home_bytes = 0;    ///< that the senders hold, each
    double link_width = 1;

    /// Cycles on the network when the senders hand their tiles over in `steps` steps.
    [[nodiscard]] double cycles(double steps = 1) const;
    /// Flows that the busiest core sends then.
    [[nodiscard]] double flows(double steps = 1) const;

private:
    [[nodiscard]] double cuts(double steps) const;
};

struct TransferContext {
    const Sample& sample;
    const spec::CoreGridSpec& machine;
    double bits = 8; ///< per element
};

[[nodiscard]] Transfer estimate_move(const Layout& homes, const Layout& wants, const TransferContext& context);
/// From the frame buffer to the cores.
[[nodiscard]] Transfer estimate_load(const Layout& wants, const TransferContext& context);
/// From the cores to the frame buffer.
[[nodiscard]] Transfer estimate_store(const Layout& homes, const TransferContext& context);

} // namespace lodestone::route
