// SPDX-License-Identifier: Apache-2.0
// Programs on real data: bit-identical to the brute-force meaning, however they are cut and in every format.
#include "arch/core_grid/run.hpp"
#include "sim/base/error.hpp"
#include "tests/support/brute_force.hpp"
#include "tests/support/core_grid_layers.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <set>

namespace lodestone::core_grid {
namespace {

using Catch::Matchers::Contains;
using numerics::FormatId;

/// Runs functionally and compares every output bit for bit.
void check_exact(const isa::Program& program, float range = 10.0F) {
    const auto inputs = test::random_inputs(program, range);
    const isa::Execution execution =
        run_core_grid(program, test::small_machine(program.grid), {.functional = true, .inputs = inputs});
    const auto expected = test::brute_force(program, inputs);
    REQUIRE(execution.outputs.size() == expected.size());
    for (std::size_t output = 0; output < expected.size(); ++output) {
        REQUIRE(execution.outputs[output].values == expected[output].values);
        const std::set<float> distinct(expected[output].values.begin(), expected[output].values.end());
        CHECK(distinct.size() > 3); // not all clipped to one value
    }
}

constexpr GridShape kGrids[] = {{.rows = 1, .cols = 1}, {.rows = 2, .cols = 2}, {.rows = 4, .cols = 4}};

} // namespace

TEST_CASE("every kind of split gives the bits of the whole on grids of one, four and sixteen cores",
          "[arch][core_grid]") {
    for (const GridShape grid : kGrids) {
        CAPTURE(grid.rows);
        check_exact(test::every_split_program(grid));
    }
}

TEST_CASE("every format gives the bits of the whole", "[arch][core_grid]") {
    for (const FormatId format : {FormatId::int2, FormatId::int4, FormatId::int8, FormatId::int16, FormatId::fp8_e4m3,
                                  FormatId::fp8_e5m2, FormatId::fp8_e3m4, FormatId::fp6_e2m3, FormatId::fp16}) {
        CAPTURE(numerics::name_of(format));
        check_exact(test::every_split_program({.rows = 2, .cols = 2}, format), 0.3F);
    }
}

TEST_CASE("strides, groups and steps of all kinds give the bits of the whole", "[arch][core_grid]") {
    constexpr GridShape grid{.rows = 2, .cols = 2};
    check_exact(test::conv_program(grid, {.size = 9, .stride = 2, .rows = 2, .cols = 2}));
    check_exact(test::conv_program(grid, {.out_channels = 8, .groups = 8, .rows = 2, .channel_parts = 2}));
    check_exact(test::conv_program(grid, {.groups = 2, .kernel = 1, .reduction_parts = 2, .chunks = 3}));
    check_exact(test::conv_program(grid, {.size = 7,
                                          .in_channels = 6,
                                          .out_channels = 10,
                                          .batch = 3,
                                          .rows = 2,
                                          .channel_parts = 2,
                                          .chunks = 2,
                                          .resident = true,
                                          .steps = {.frame_blocks = 2, .axis_blocks = 3, .blocked_axis = 3}}));
}

TEST_CASE("a functional run has the cycles of a timing run", "[arch][core_grid]") {
    const isa::Program program = test::every_split_program({.rows = 2, .cols = 2});
    const spec::CoreGridSpec machine = test::small_machine(program.grid);
    const isa::Execution functional =
        run_core_grid(program, machine, {.functional = true, .inputs = test::random_inputs(program)});
    CHECK(run_core_grid(program, machine).cycles == functional.cycles);
}

TEST_CASE("a functional run without parameters names what is missing", "[arch][core_grid]") {
    isa::Program program = test::conv_program({.rows = 2, .cols = 2}, {});
    program.constants[0].codes.clear();
    CHECK_THROWS_WITH(run_core_grid(program, test::small_machine(program.grid),
                                    {.functional = true, .inputs = test::random_inputs(program)}),
                      Contains("weights") && Contains("0 of its 1152 values"));
}

TEST_CASE("a functional run refuses inputs of another size and weights without their scales", "[arch][core_grid]") {
    isa::Program program = test::conv_program({.rows = 2, .cols = 2}, {});
    const spec::CoreGridSpec machine = test::small_machine(program.grid);
    CHECK_THROWS_WITH(run_core_grid(program, machine, {.functional = true, .inputs = {{1.0F, 2.0F}}}),
                      Contains("2 values are given") && Contains("512"));
    program.constants[0].format = FormatId::mxint8;
    CHECK_THROWS_WITH(run_core_grid(program, machine, {.functional = true, .inputs = test::random_inputs(program)}),
                      Contains("0 of its 144 scales"));
}

namespace {

isa::Buffer& buffer_named(isa::Program& program, const std::string& name) {
    return *std::ranges::find(program.buffers, name, &isa::Buffer::name);
}

std::vector<float> outputs_of(const isa::Program& program) {
    return run_core_grid(program, test::small_machine(program.grid),
                         {.functional = true, .inputs = test::random_inputs(program)})
        .outputs.front()
        .values;
}

} // namespace

TEST_CASE("a buffer over another one that is in use changes the result", "[arch][core_grid]") {
    isa::Program program = test::every_split_program({.rows = 2, .cols = 2});
    const std::vector<float> expected = outputs_of(program);
    buffer_named(program, "conv_reduction.home").address = buffer_named(program, "conv_reduction.input0").address;
    CHECK(outputs_of(program) != expected);
}

TEST_CASE("an input read in place that is not there is a machine error", "[arch][core_grid]") {
    isa::Program program = test::every_split_program({.rows = 2, .cols = 2});
    program.phases[2].inputs[0].in_place = true;
    program.phases[2].inputs[0].buffer = program.phases[1].output_buffer;
    CHECK_THROWS_AS(outputs_of(program), MachineError);
}

TEST_CASE("a buffer too small for a frame is a machine error that names it", "[arch][core_grid]") {
    isa::Program program = test::every_split_program({.rows = 2, .cols = 2});
    isa::Buffer& buffer = buffer_named(program, "pool.home");
    buffer.frame_bytes -= Bytes(1);
    CHECK_THROWS_WITH(outputs_of(program), Contains("pool.home"));
}

TEST_CASE("an address beyond core memory is a machine error", "[arch][core_grid]") {
    isa::Program program = test::every_split_program({.rows = 2, .cols = 2});
    buffer_named(program, "pool.home").address = Bytes(1024 * 1024);
    CHECK_THROWS_AS(outputs_of(program), MachineError);
}

TEST_CASE("weights are read from the addresses of their chunks, streamed or resident", "[arch][core_grid]") {
    for (const bool resident : {false, true}) {
        CAPTURE(resident);
        const GridShape grid{.rows = 2, .cols = 2};
        const isa::Program program =
            test::conv_program(grid, {.rows = 2, .cols = 2, .chunks = 2, .resident = resident});
        const auto inputs = test::random_inputs(program);
        const auto outputs = [&](const isa::Program& variant) {
            return run_core_grid(variant, test::small_machine(grid),
                                 {.functional = true, .inputs = inputs, .loaded = &program})
                .outputs.front()
                .values;
        };
        const std::vector<float> right = outputs(program);
        isa::Program moved = program;
        moved.phases[1].weights->homes[1].address += Bytes(8);
        CHECK(outputs(moved) != right);
        isa::Program exchanged = program;
        std::swap(exchanged.phases[1].weights->homes[0], exchanged.phases[1].weights->homes[1]);
        CHECK(outputs(exchanged) != right);
        CHECK(outputs(program) == right);
    }
}

} // namespace lodestone::core_grid
