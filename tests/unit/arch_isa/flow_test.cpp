// SPDX-License-Identifier: Apache-2.0
// Transfers: multicast trees, halo exchange, what stays local.
#include "arch/isa/flow.hpp"

#include <catch2/catch.hpp>

#include <set>

using namespace lodestone;
using namespace lodestone::isa;

namespace {

/// A tensor of 8 x 8 made by 2 x 2 cores and read by a second phase with a padded 3x3 window, one channel.
Program halo_exchange() {
    const WindowAxis window{.size = 3, .stride = 1, .dilation = 1, .pad_begin = 1, .pad_end = 1};
    Program program{.grid = {.rows = 2, .cols = 2}};
    program.tensors = {{.name = "x", .shape = {1, 1, 8, 8}, .format = numerics::FormatId::int8, .producer = 0},
                       {.name = "y", .shape = {1, 1, 8, 8}, .format = numerics::FormatId::int8, .producer = 1}};
    Split quarters = whole(4);
    quarters.axes[2].rows = 2;
    quarters.axes[3].cols = 2;
    Phase first{.name = "first", .kernel = ElementwiseKernel{}, .output = 0, .split = quarters};
    Phase second{.name = "second", .kernel = ConvKernel{.window = {window, window}}, .output = 1, .split = quarters};
    second.inputs = {{.tensor = 0, .issue_phase = 0}};
    program.phases = {first, second};
    return program;
}

} // namespace

TEST_CASE("each core sends its edges and its corner to its three neighbours", "[arch][isa]") {
    const Program program = halo_exchange();
    const std::vector<Flow> flows = gather_flows(program, 1, 0);
    Bytes received;
    for (const Flow& flow : flows) {
        received += flow.bytes * flow.destinations.size();
    }
    // Every core needs a 5 x 5 region and owns 4 x 4 of it.
    CHECK(received == Bytes(4 * (25 - 16)));
    for (std::uint32_t core = 0; core < 4; ++core) {
        CHECK(local_copy_bytes(program, 1, 0, CoreId(core)) == Bytes(16));
    }
}

TEST_CASE("a gather in place moves nothing", "[arch][isa]") {
    Program program = halo_exchange();
    program.phases[1].inputs[0].in_place = true;
    CHECK(gather_flows(program, 1, 0).empty());
    CHECK(local_copy_bytes(program, 1, 0, CoreId(0)) == Bytes(0));
}

TEST_CASE("a multicast to every core of a grid uses each link of its tree once", "[arch][isa]") {
    const GridShape grid{.rows = 4, .cols = 5};
    std::vector<CoreId> everybody;
    for (std::uint32_t core = 0; core < grid.size(); ++core) {
        everybody.push_back(CoreId(core));
    }
    const std::vector<LinkUse> tree = multicast_tree(grid, grid.at({.row = 1, .col = 2}), everybody);
    std::set<std::uint32_t> links;
    for (const LinkUse& use : tree) {
        links.insert(use.link.value);
    }
    CHECK(tree.size() == grid.size() - 1); // a spanning tree
    CHECK(links.size() == tree.size());
}

TEST_CASE("a route to one core goes along the row first", "[arch][isa]") {
    const GridShape grid{.rows = 3, .cols = 3};
    const std::vector<LinkUse> path =
        multicast_tree(grid, grid.at({.row = 0, .col = 0}), {grid.at({.row = 2, .col = 1})});
    REQUIRE(path.size() == 3);
    CHECK(link_name(grid, path[0].link) == "[0][0].east");
    CHECK(link_name(grid, path[1].link) == "[0][1].south");
    CHECK(link_name(grid, path[2].link) == "[1][1].south");
    CHECK(path[2].depth == 2);
}

TEST_CASE("a copy to the sender itself uses no link", "[arch][isa]") {
    const GridShape grid{.rows = 3, .cols = 3};
    CHECK(multicast_tree(grid, CoreId(4), {CoreId(4)}).empty());
}
