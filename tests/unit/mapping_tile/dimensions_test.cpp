// SPDX-License-Identifier: Apache-2.0
// Which cuts are legal and which part counts are tried.
#include "mapping/tile/dimensions.hpp"
#include "mapping/tile/enumerate.hpp"
#include "tests/support/lowered_networks.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

using namespace lodestone;
using tile::Dimension;

namespace {

isa::Program one_conv(GridShape grid, const test::LoweredNetwork::Conv& conv, isa::Shape input) {
    test::LoweredNetwork net(grid);
    return net.finish(net.conv("conv", net.input(std::move(input)), conv));
}

const Dimension* find(const std::vector<Dimension>& dims, Dimension::Kind kind, std::size_t axis = 0) {
    const auto found = std::ranges::find_if(dims, [&](const Dimension& dim) {
        return dim.kind == kind && (kind != Dimension::Kind::axis || dim.axis == axis);
    });
    return found == dims.end() ? nullptr : &*found;
}

} // namespace

TEST_CASE("a convolution is cut along channels, rows, columns and input channels", "[mapping][tile]") {
    const isa::Program program = one_conv({.rows = 4, .cols = 4}, {.channels = 8, .size = 3}, {1, 16, 10, 6});
    const auto dims = tile::dimensions(program, program.phases[1]);
    CHECK(dims.size() == 4);
    CHECK(find(dims, Dimension::Kind::axis, 1)->size == 8);
    CHECK(find(dims, Dimension::Kind::axis, 2)->size == 10);
    CHECK(find(dims, Dimension::Kind::axis, 3)->size == 6);
    CHECK(find(dims, Dimension::Kind::reduction)->size == 16);
}

TEST_CASE("part counts are the smallest that give their largest part and fit the grid", "[mapping][tile]") {
    const isa::Program program = one_conv({.rows = 4, .cols = 4}, {.channels = 8}, {1, 1, 10, 1});
    const auto dims = tile::dimensions(program, program.phases[1]);
    // Largest parts of 10: 10, 5, 4, 3, 2, 1 with 1, 2, 3, 4, 5 and 10 parts; 5 and 10 need a side of 5.
    CHECK(find(dims, Dimension::Kind::axis, 2)->options == std::vector<std::uint32_t>{1, 2, 3, 4, 6});
}

TEST_CASE("a softmax is not cut along its axis nor a normalisation along its inner axes", "[mapping][tile]") {
    test::LoweredNetwork net({.rows = 4, .cols = 4});
    std::uint32_t x = net.input({2, 6, 8});
    x = net.add_kernel("softmax", isa::SoftmaxKernel{.axis = 1}, {x}, {2, 6, 8});
    x = net.add_kernel("norm", isa::LayerNormKernel{.axis = 1}, {x}, {2, 6, 8});
    const isa::Program program = net.finish(x);
    CHECK(find(tile::dimensions(program, program.phases[1]), Dimension::Kind::axis, 1) == nullptr);
    CHECK(find(tile::dimensions(program, program.phases[1]), Dimension::Kind::axis, 2) != nullptr);
    CHECK(tile::dimensions(program, program.phases[2]).size() == 1);
}

TEST_CASE("a resident batch is a dimension", "[mapping][tile]") {
    test::LoweredNetwork net({.rows = 4, .cols = 4}, 3);
    const isa::Program program = net.finish(net.conv("conv", net.input({1, 1, 4, 4}), {.channels = 2}));
    CHECK(find(tile::dimensions(program, program.phases[1]), Dimension::Kind::batch)->size == 3);
}

TEST_CASE("the reason against a split names what is wrong", "[mapping][tile]") {
    const isa::Program program = one_conv({.rows = 4, .cols = 4}, {.channels = 8}, {1, 4, 8, 8});
    const isa::Phase& phase = program.phases[1];
    isa::Split split = isa::whole(4);
    CHECK(tile::reason_against(program, phase, split).empty());
    split.axes[2].rows = 4;
    split.axes[1].rows = 2;
    CHECK(tile::reason_against(program, phase, split) == "it takes 8 rows of the grid, there are 4");
    split.axes[2] = {.rows = 1, .cols = 16};
    CHECK(tile::reason_against(program, phase, split) == "rows is cut in 16 parts and has 8");
    split = isa::whole(4);
    split.reduction = {.rows = 2, .cols = 2};
    CHECK(tile::reason_against(program, phase, split) ==
          "input_channels are cut along rows and columns; partial sums pass between neighbours of one side only");
    split = isa::whole(3);
    CHECK(tile::reason_against(program, phase, split) == "it cuts 3 axes, the output has 4");
}

TEST_CASE("axes have the names of images and of products", "[mapping][tile]") {
    test::LoweredNetwork net({.rows = 2, .cols = 2});
    std::uint32_t x = net.conv("conv", net.input({1, 1, 4, 4}), {.channels = 2});
    x = net.matmul("fc", net.flatten("flat", x), 3);
    const isa::Program program = net.finish(x);
    CHECK(tile::axis_names(program, program.phases[1]) ==
          std::vector<std::string>{"images", "output_channels", "rows", "cols"});
    CHECK(tile::axis_names(program, program.phases[3]) == std::vector<std::string>{"rows", "output_channels"});
}

TEST_CASE("placements are legal, distinct and keep the parts", "[mapping][tile]") {
    const isa::Program program = one_conv({.rows = 6, .cols = 4}, {.channels = 16}, {1, 8, 12, 12});
    const isa::Phase& phase = program.phases[1];
    const auto dims = tile::dimensions(program, phase);
    std::uint64_t examined = 0;
    const auto best = tile::best_parts(program, phase, {.grid = program.grid}, 20, examined);
    REQUIRE(best.size() >= 20);
    CHECK(examined > 100);
    for (const tile::Parts& parts : best) {
        std::vector<isa::Split> placed = tile::placements(program, phase, parts.counts);
        for (const isa::Split& split : placed) {
            CHECK(tile::reason_against(program, phase, split).empty());
            CHECK(std::ranges::count(placed, split) == 1);
            for (std::size_t i = 0; i < dims.size(); ++i) {
                CHECK(tile::cut(split, dims[i]).parts() == parts.counts[i]);
            }
        }
    }
}

TEST_CASE("the fixed rule cuts rows down, columns across, and channels with what is left", "[mapping][tile]") {
    const isa::Program program = one_conv({.rows = 16, .cols = 16}, {.channels = 64}, {1, 8, 8, 5});
    const isa::Split split = tile::fixed_rule(program, program.phases[1]);
    CHECK(split.axes[2] == isa::AxisSplit{.rows = 8, .cols = 1});
    CHECK(split.axes[3] == isa::AxisSplit{.rows = 1, .cols = 5});
    CHECK(split.axes[1] == isa::AxisSplit{.rows = 2, .cols = 3});
    CHECK(tile::reason_against(program, program.phases[1], split).empty());
}
