// SPDX-License-Identifier: Apache-2.0
// Random convolutions, cut at random: bits of the whole, conservation, and time no shorter than any resource.
#include "arch/core_grid/run.hpp"
#include "tests/support/brute_force.hpp"
#include "tests/support/core_grid_layers.hpp"

#include <catch2/catch.hpp>
#include <random>

namespace lodestone::core_grid {
namespace {

class Dice {
public:
    std::int64_t between(std::int64_t low, std::int64_t high) {
        return low + static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(high - low + 1));
    }
    std::uint32_t part(std::int64_t most) { return static_cast<std::uint32_t>(between(1, most)); }

private:
    std::mt19937_64 random_{2024};
};

test::ConvCase random_case(Dice& dice, GridShape grid) {
    test::ConvCase layer;
    layer.size = dice.between(3, 9);
    layer.groups = dice.between(0, 2) == 0 ? 2 : 1;
    layer.in_channels = layer.groups * dice.between(2, 6);
    layer.out_channels = layer.groups * dice.between(4, 8);
    layer.kernel = dice.between(0, 1) == 0 ? 1 : 3;
    layer.stride = dice.between(1, 2);
    layer.batch = dice.between(1, 3);
    layer.rows = dice.part(grid.rows);
    layer.batch_parts = grid.rows / layer.rows;
    switch (dice.between(0, 2)) {
    case 0:
        layer.cols = dice.part(grid.cols);
        break;
    case 1:
        layer.channel_parts = dice.part(grid.cols);
        break;
    default:
        layer.reduction_parts = dice.part(std::min<std::int64_t>(grid.cols, layer.in_channels / layer.groups));
    }
    layer.chunks = dice.part(layer.out_channels / layer.channel_parts);
    layer.resident = dice.between(0, 1) == 0;
    layer.steps = {.frame_blocks = dice.part(3),
                   .axis_blocks = dice.part(3),
                   .blocked_axis = static_cast<std::uint32_t>(dice.between(2, 3))};
    return layer;
}

} // namespace

TEST_CASE("two random convolutions after each other, cut at random, keep bits, bytes and bounds", "[arch][core_grid]") {
    Dice dice;
    for (int round = 0; round < 60; ++round) {
        CAPTURE(round);
        const GridShape grid{.rows = dice.part(4), .cols = dice.part(4)};
        const test::ConvCase first = random_case(dice, grid);
        test::ConvCase second = random_case(dice, grid);
        test::ProgramBuilder builder(grid, first.batch);
        const std::uint32_t input = builder.input({1, first.in_channels, first.size, first.size}, first.format, 0.1);
        const std::uint32_t middle = test::add_conv(builder, input, first, "first");
        second.in_channels = first.out_channels;
        second.groups = 1;
        second.size = (first.size + 2 * (first.kernel / 2) - first.kernel) / first.stride + 1;
        const isa::Program program = builder.finish({test::add_conv(builder, middle, second, "second")});

        const auto inputs = test::random_inputs(program);
        const isa::Execution execution =
            run_core_grid(program, test::small_machine(grid), {.functional = true, .inputs = inputs});
        REQUIRE(execution.outputs.front().values == test::brute_force(program, inputs).front().values);
        for (const isa::PhaseRecord& phase : execution.phases) {
            for (const auto& [resource, busy] : phase.busiest) {
                CAPTURE(phase.name, resource);
                REQUIRE(busy <= phase.end - phase.begin);
            }
        }
        for (const auto& [name, network] : execution.events.networks) {
            CAPTURE(name);
            REQUIRE(network.sent == network.received);
        }
    }
}

TEST_CASE("two hundred simulations in sequence give the same cycles", "[arch][core_grid]") {
    const isa::Program program = test::conv_program({.rows = 2, .cols = 2}, {.rows = 2, .cols = 2});
    const spec::CoreGridSpec machine = test::small_machine(program.grid);
    const Cycles first = run_core_grid(program, machine).cycles;
    for (int run = 0; run < 200; ++run) {
        REQUIRE(run_core_grid(program, machine).cycles == first);
    }
}

} // namespace lodestone::core_grid
