// SPDX-License-Identifier: Apache-2.0
// Links of the mesh, their names, and multicast trees that go along the row first.
#include "arch/isa/flow.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <optional>
#include <span>
#include <utility>
#include <vector>

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

    /// Adds a link behind `parent` and returns its place.
    std::uint32_t add(GridPosition from, Direction direction, std::uint32_t parent) {
        const std::uint32_t depth = parent == LinkUse::kRoot ? 0 : links[parent].depth + 1;
        links.push_back({.link = link_from(grid, grid.at(from), direction), .depth = depth, .parent = parent});
        return static_cast<std::uint32_t>(links.size() - 1);
    }

    void add_column(GridPosition start, const ColumnReach& reach, std::uint32_t entry) {
        std::uint32_t parent = entry;
        for (std::uint32_t row = start.row; row < reach.bottom; ++row) {
            parent = add({.row = row, .col = start.col}, Direction::south, parent);
        }
        parent = entry;
        for (std::uint32_t row = start.row; row > reach.top; --row) {
            parent = add({.row = row, .col = start.col}, Direction::north, parent);
        }
    }
};

/// Adds a tree to `tree` that begins behind the link `root` of it (kRoot: at the source).
void add_tree(TreeBuilder& tree, GridPosition start, const std::vector<CoreId>& destinations, std::uint32_t root) {
    const GridShape& grid = tree.grid;
    constexpr std::size_t usual_cols = 64; // on the stack: a tree is built for each of very many flows
    std::array<ColumnReach, usual_cols> usual;
    std::vector<ColumnReach> many(grid.cols > usual_cols ? grid.cols : 0);
    const std::span<ColumnReach> columns = many.empty() ? std::span<ColumnReach>(usual) : std::span<ColumnReach>(many);
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
    std::size_t links = tree.links.size() + east - west;
    for (std::uint32_t col = west; col <= east; ++col) {
        const ColumnReach& reach = columns[col];
        links += reach.used() ? std::max(reach.bottom, start.row) - std::min(reach.top, start.row) : 0;
    }
    tree.links.reserve(links + 1); // the caller may add a port
    const auto visit = [&](std::uint32_t col, std::uint32_t entry) {
        if (columns[col].used()) {
            tree.add_column({.row = start.row, .col = col}, columns[col], entry);
        }
    };
    visit(start.col, root);
    std::uint32_t entry = root;
    for (std::uint32_t col = start.col; col < east; ++col) {
        entry = tree.add({.row = start.row, .col = col}, Direction::east, entry);
        visit(col + 1, entry);
    }
    entry = root;
    for (std::uint32_t col = start.col; col > west; --col) {
        entry = tree.add({.row = start.row, .col = col}, Direction::west, entry);
        visit(col - 1, entry);
    }
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

std::optional<CoreId> link_target(const GridShape& grid, LinkId link) {
    const std::uint32_t mesh_links = grid.size() * kDirections;
    if (link.value >= mesh_links) {
        const std::uint32_t port = link.value - mesh_links;
        return port % 2 == 0 ? std::optional(grid.at({.row = port / 2, .col = 0})) : std::nullopt;
    }
    const std::uint32_t router = link.value / kDirections;
    switch (static_cast<Direction>(link.value % kDirections)) {
    case Direction::east:
        return CoreId(router + 1);
    case Direction::west:
        return CoreId(router - 1);
    case Direction::south:
        return CoreId(router + grid.cols);
    case Direction::north:
        return CoreId(router - grid.cols);
    }
    return std::nullopt;
}

std::vector<LinkUse> multicast_tree(const GridShape& grid, CoreId source, const std::vector<CoreId>& destinations) {
    TreeBuilder tree{.grid = grid, .links = {}};
    add_tree(tree, grid.position(source), destinations, LinkUse::kRoot);
    return std::move(tree.links);
}

std::vector<LinkUse> route(const GridShape& grid, const Flow& flow) {
    TreeBuilder tree{.grid = grid, .links = {}};
    if (flow.from_frame_buffer) {
        tree.links.push_back({.link = frame_buffer_link(grid, flow.port_row, true)});
        add_tree(tree, {.row = flow.port_row, .col = 0}, flow.destinations, 0);
    } else if (flow.to_frame_buffer) {
        add_tree(tree, grid.position(flow.source), {grid.at({.row = flow.port_row, .col = 0})}, LinkUse::kRoot);
        const auto hops = static_cast<std::uint32_t>(tree.links.size());
        tree.links.push_back({.link = frame_buffer_link(grid, flow.port_row, false),
                              .depth = hops,
                              .parent = hops == 0 ? LinkUse::kRoot : hops - 1});
    } else {
        add_tree(tree, grid.position(flow.source), flow.destinations, LinkUse::kRoot);
    }
    return std::move(tree.links);
}

} // namespace lodestone::isa
