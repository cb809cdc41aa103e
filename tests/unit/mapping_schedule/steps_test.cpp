// SPDX-License-Identifier: Apache-2.0
// Chunks, blocks, the heaviest tile, instruction sizes.
#include "arch/isa/instructions.hpp"
#include "arch/isa/work.hpp"
#include "mapping/route/gathers.hpp"
#include "mapping/schedule/instructions.hpp"
#include "mapping/schedule/steps.hpp"
#include "sim/base/error.hpp"
#include "tests/support/lowered_networks.hpp"

#include <catch2/catch.hpp>

using namespace lodestone;

namespace {

isa::Program conv_program(GridShape grid, const test::LoweredNetwork::Conv& conv, isa::Shape input) {
    test::LoweredNetwork net(grid);
    return net.finish(net.conv("conv", net.input(std::move(input)), conv));
}

} // namespace

TEST_CASE("the heaviest tile has the largest part of every axis and owns its output", "[mapping][schedule]") {
    isa::Program program = conv_program({.rows = 4, .cols = 4}, {.channels = 7}, {1, 10, 9, 9});
    isa::Phase& phase = program.phases[1];
    phase.split.axes[1] = {.rows = 2, .cols = 1};
    phase.split.axes[2] = {.rows = 1, .cols = 2};
    phase.split.reduction = {.rows = 2, .cols = 1};
    const isa::Tile tile = schedule::heaviest_tile(program, phase);
    CHECK(tile.output[1].size() == 4);
    CHECK(tile.output[2].size() == 5);
    CHECK(tile.reduction.size() == 5);
    CHECK(tile.owns_output);
}

TEST_CASE("two of the largest chunks fit the weight buffer, and fewer chunks would not", "[mapping][schedule]") {
    isa::Program program = conv_program({.rows = 4, .cols = 4}, {.channels = 100, .size = 3}, {1, 64, 8, 8});
    isa::Phase& phase = program.phases[1];
    spec::CoreGridSpec machine{.grid = program.grid};
    machine.matrix.weight_buffer = Bytes(16 * 1024);
    const auto range = schedule::chunk_range(program, phase, machine);
    REQUIRE(range);
    CHECK(range->most == 100);
    CHECK(schedule::largest_chunk(program, phase, range->fewest) <= Bytes(8 * 1024));
    CHECK(schedule::largest_chunk(program, phase, range->fewest - 1) > Bytes(8 * 1024));
}

TEST_CASE("an output channel larger than half the weight buffer has no chunks", "[mapping][schedule]") {
    isa::Program program = conv_program({.rows = 1, .cols = 1}, {.channels = 2, .size = 3}, {1, 64, 8, 8});
    spec::CoreGridSpec machine{.grid = program.grid};
    machine.matrix.weight_buffer = Bytes(2 * 64 * 9);
    CHECK(schedule::chunk_range(program, program.phases[1], machine)); // exactly one channel per half
    machine.matrix.weight_buffer = Bytes(2 * 64 * 9 - 2);
    CHECK_FALSE(schedule::chunk_range(program, program.phases[1], machine));
}

TEST_CASE("short work is one step and long work is cut along rows", "[mapping][schedule]") {
    const isa::Program program = conv_program({.rows = 1, .cols = 1}, {.channels = 2}, {1, 4, 20, 8});
    const isa::StepPlan brief = schedule::plan_steps(program, program.phases[1], Cycles(100));
    CHECK(brief.axis_blocks == 1);
    const isa::StepPlan longer = schedule::plan_steps(program, program.phases[1], Cycles(320));
    CHECK(longer.axis_blocks == 5);
    CHECK(longer.blocked_axis == 2);
}

TEST_CASE("frames are blocked before rows", "[mapping][schedule]") {
    test::LoweredNetwork net({.rows = 1, .cols = 1}, 4);
    const isa::Program program = net.finish(net.conv("conv", net.input({1, 1, 8, 8}), {.channels = 2}));
    const isa::StepPlan plan = schedule::plan_steps(program, program.phases[1], Cycles(100'000));
    CHECK(plan.frame_blocks == 4);
    CHECK(plan.axis_blocks == 2);
}

TEST_CASE("a softmax is never blocked along its axis", "[mapping][schedule]") {
    test::LoweredNetwork net({.rows = 1, .cols = 1});
    const std::uint32_t x = net.add_kernel("softmax", isa::SoftmaxKernel{.axis = 0}, {net.input({9, 5})}, {9, 5});
    const isa::Program program = net.finish(x);
    const isa::StepPlan plan = schedule::plan_steps(program, program.phases[1], Cycles(100'000));
    CHECK(plan.blocked_axis == 1);
    CHECK(plan.axis_blocks == 5);
}

TEST_CASE("instructions count the phase, its buffers, its steps and the flows of the busiest core",
          "[mapping][schedule]") {
    test::LoweredNetwork net({.rows = 2, .cols = 2});
    const std::uint32_t x = net.conv("a", net.input({1, 4, 8, 8}), {.channels = 4});
    isa::Program program = net.finish(net.conv("b", x, {.channels = 4}));
    program.phases[1].split.axes[2] = {.rows = 2, .cols = 1};
    program.phases[1].steps = {.frame_blocks = 1, .axis_blocks = 2, .blocked_axis = 3};
    route::plan_gathers(program);
    // b reads everything on core [0][0]: the core below sends its two steps.
    CHECK(isa::descriptors(program, 1) == 3 + 2 + 2);
    CHECK(isa::descriptors(program, 0) == 2);
    schedule::fit_instructions(program, {.memory = Bytes(16 * 1024), .bytes_per_descriptor = Bytes(16)});
    CHECK(program.phases[1].instruction_bytes == Bytes(7 * 16));
}

TEST_CASE("steps are merged until two programs fit the instruction memory, and what cannot is an error",
          "[mapping][schedule]") {
    test::LoweredNetwork net({.rows = 2, .cols = 2});
    isa::Program program = net.finish(net.conv("a", net.input({1, 4, 16, 8}), {.channels = 4}));
    program.phases[1].steps = {.frame_blocks = 1, .axis_blocks = 16, .blocked_axis = 2};
    route::plan_gathers(program);
    schedule::fit_instructions(program, {.memory = Bytes(12 * 16), .bytes_per_descriptor = Bytes(16)});
    CHECK(program.phases[1].steps.axis_blocks == 4);
    CHECK_THROWS_WITH(schedule::fit_instructions(program, {.memory = Bytes(4 * 16), .bytes_per_descriptor = Bytes(16)}),
                      Catch::Contains("bytes of instruction memory together with the phase before it, a core has 64"));
}
