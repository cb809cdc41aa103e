// SPDX-License-Identifier: Apache-2.0
// Links of the mesh, their names, and multicast trees that go along the row first.
#include "arch/isa/flow.hpp"

#include <algorithm>
#include <limits>

namespace lodestone::isa {
namespace {

constexpr std::uint32_t kDirections = 4;

/// Rows that the vertical part of a tree must reach in one column.
struct ColumnReach {
    std::uint32_t top = std::numeric_limits<std::uint32_t>::max();
    std::uint32_t bottom = 0;
    [[nodiscard]] bool used() const { return top <= bottom; }
};

struct TreeBuilder {
    const GridShape& grid;
    std::vector<LinkUse> links;

    void add(GridPosition from, Direction direction, std::uint32_t depth) {
        links.push_back({.link = link_from(grid, grid.at(from), direction), .depth = depth});
    }

    void add_column(GridPosition start, const ColumnReach& reach, std::uint32_t depth) {
        for (std::uint32_t row = start.row; row < reach.bottom; ++row) {
            add({.row = row, .col = start.col}, Direction::south, depth + row - start.row);
        }
        for (std::uint32_t row = start.row; row > reach.top; --row) {
            add({.row = row, .col = start.col}, Direction::north, depth + start.row - row);
        }
    }
};

std::vector<LinkUse> tree_from(const GridShape& grid, GridPosition start, const std::vector<CoreId>& destinations,
                               std::uint32_t depth) {
    std::vector<ColumnReach> columns(grid.cols);
    std::uint32_t east = start.col;
    std::uint32_t west = start.col;
    for (const CoreId destination : destinations) {
        const GridPosition position = grid.position(destination);
        ColumnReach& reach = columns[position.col];
        reach.top = std::min(reach.top, position.row);
        reach.bottom = std::max(reach.bottom, position.row);
        east = std::max(east, position.col);
        west = std::min(west, position.col);
    }
    TreeBuilder tree{.grid = grid, .links = {}};
    for (std::uint32_t col = start.col; col < east; ++col) {
        tree.add({.row = start.row, .col = col}, Direction::east, depth + col - start.col);
    }
    for (std::uint32_t col = start.col; col > west; --col) {
        tree.add({.row = start.row, .col = col}, Direction::west, depth + start.col - col);
    }
    for (std::uint32_t col = west; col <= east; ++col) {
        if (columns[col].used()) {
            const std::uint32_t along_row = col > start.col ? col - start.col : start.col - col;
            tree.add_column({.row = start.row, .col = col}, columns[col], depth + along_row);
        }
    }
    return tree.links;
}

} // namespace

LinkId link_from(const GridShape& grid, CoreId router, Direction direction) {
    static_cast<void>(grid);
    return LinkId(router.value * kDirections + static_cast<std::uint32_t>(direction));
}

LinkId frame_buffer_link(const GridShape& grid, std::uint32_t row, bool into_grid) {
    return LinkId(grid.size() * kDirections + row * 2 + (into_grid ? 0 : 1));
}

std::uint32_t link_count(const GridShape& grid) {
    return grid.size() * kDirections + grid.rows * 2;
}

std::string link_name(const GridShape& grid, LinkId link) {
    const std::uint32_t mesh_links = grid.size() * kDirections;
    if (link.value >= mesh_links) {
        const std::uint32_t port = link.value - mesh_links;
        return "frame_buffer[" + std::to_string(port / 2) + "]." + (port % 2 == 0 ? "in" : "out");
    }
    constexpr const char* names[] = {"east", "west", "south", "north"};
    const GridPosition router = grid.position(CoreId(link.value / kDirections));
    return "[" + std::to_string(router.row) + "][" + std::to_string(router.col) + "]." +
           names[link.value % kDirections];
}

std::vector<LinkUse> multicast_tree(const GridShape& grid, CoreId source, const std::vector<CoreId>& destinations) {
    return tree_from(grid, grid.position(source), destinations, 0);
}

std::vector<LinkUse> route(const GridShape& grid, const Flow& flow) {
    if (flow.from_frame_buffer) {
        std::vector<LinkUse> links = tree_from(grid, {.row = flow.port_row, .col = 0}, flow.destinations, 1);
        links.insert(links.begin(), {.link = frame_buffer_link(grid, flow.port_row, true), .depth = 0});
        return links;
    }
    if (flow.to_frame_buffer) {
        const CoreId exit = grid.at({.row = flow.port_row, .col = 0});
        std::vector<LinkUse> links = tree_from(grid, grid.position(flow.source), {exit}, 0);
        const auto depth = static_cast<std::uint32_t>(links.size());
        links.push_back({.link = frame_buffer_link(grid, flow.port_row, false), .depth = depth});
        return links;
    }
    return tree_from(grid, grid.position(flow.source), flow.destinations, 0);
}

} // namespace lodestone::isa
