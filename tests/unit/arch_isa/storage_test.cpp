// SPDX-License-Identifier: Apache-2.0
// Bytes of regions with scales, and what steps leave open, by hand-countable examples.
#include "arch/isa/storage.hpp"

#include "arch/isa/chunk.hpp"
#include "arch/isa/work.hpp"

#include <catch2/catch.hpp>

using namespace lodestone;
using namespace lodestone::isa;
using numerics::FormatId;

namespace {

Region channels(std::int64_t begin, std::int64_t end, std::int64_t positions = 5) {
    const Interval axes[] = {{.begin = 0, .end = 1}, {.begin = begin, .end = end}, {.begin = 0, .end = positions}};
    return Region(axes);
}

/// A convolution 1x1 of `out` channels on `positions` x 1 pictures, whose output has blocks along its channels.
Program conv_program(std::int64_t in, std::int64_t out, FormatId format, std::int64_t positions = 4) {
    Program program;
    program.tensors = {
        {.name = "x", .shape = {1, in, positions, 1}, .format = format, .block_axis = 1},
        {.name = "y", .shape = {1, out, positions, 1}, .format = format, .producer = 0, .block_axis = 1}};
    Phase phase{.name = "conv",
                .kernel = ConvKernel{.window = {{}, {}}, .in_channels = in, .out_channels = out, .groups = 1},
                .inputs = {{.tensor = 0}},
                .output = 1,
                .split = whole(4),
                .weights = WeightPlan{},
                .weight_format = format,
                .activation_format = format,
                .matrix = {.inputs = 32, .outputs = 32}};
    program.phases = {phase};
    return program;
}

Tile tile(const Program& program, GridPosition core = {}) {
    return tile_of(program.phases[0].split, work_shape(program, program.phases[0]), core);
}

} // namespace

TEST_CASE("a region takes one scale for each block that it touches", "[arch][isa]") {
    CHECK(packed_bytes(channels(0, 32), FormatId::mxfp8, 1) == Bytes(32 * 5 + 5));
    CHECK(packed_bytes(channels(0, 33), FormatId::mxfp8, 1) == Bytes(33 * 5 + 2 * 5));
    CHECK(packed_bytes(channels(31, 33), FormatId::mxfp8, 1) == Bytes(2 * 5 + 2 * 5)); // a piece of two blocks
    CHECK(packed_bytes(channels(0, 3), FormatId::mxfp4, 1) == Bytes(8 + 5));        // 60 bits of elements, 40 of scales
    CHECK(packed_bytes(channels(0, 32), FormatId::mxfp8, 2) == Bytes(32 * 5 + 32)); // blocks along the positions
    CHECK(packed_bytes(channels(0, 32), FormatId::fp8_e4m3, 1) == Bytes(32 * 5));
    CHECK(packed_bytes(channels(7, 7), FormatId::mxfp8, 1) == Bytes(0));
}

TEST_CASE("weights have their blocks along the reduction", "[arch][isa]") {
    CHECK(weight_block_axis(ConvKernel{}) == 1);
    CHECK(weight_block_axis(MatMulKernel{}) == 0);
    CHECK(weight_block_axis(MatMulKernel{.transpose_b = true}) == 1);
    const Program program = conv_program(40, 8, FormatId::mxint8);
    CHECK(chunk_bytes(program, program.phases[0], 0, 0) == Bytes(8 * 40 + 8 * 2));
}

TEST_CASE("parts of channels and of the reduction are whole blocks", "[arch][isa]") {
    Program program = conv_program(96, 100, FormatId::mxfp8);
    program.phases[0].split.axes[1].cols = 2;
    program.phases[0].split.reduction.rows = 2;
    CHECK(tile(program).output[1] == Interval{.begin = 0, .end = 64});
    CHECK(tile(program).reduction == Interval{.begin = 0, .end = 32});
    CHECK(tile(program, {.row = 1, .col = 1}).output[1] == Interval{.begin = 64, .end = 100});
    CHECK(tile(program, {.row = 1, .col = 1}).reduction == Interval{.begin = 32, .end = 96});
    CHECK(chunk_region(program, program.phases[0], 3, 0)[0] == Interval{.begin = 64, .end = 100});
    CHECK(chunk_region(program, program.phases[0], 3, 0)[1] == Interval{.begin = 32, .end = 96});
}

TEST_CASE("a step finishes the blocks that end in it and leaves the last one open", "[arch][isa]") {
    Program program = conv_program(32, 80, FormatId::mxfp8);
    Phase& phase = program.phases[0];
    phase.weights->chunks = 5; // of 16 channels
    const Interval finished[] = {{0, 0}, {0, 32}, {32, 32}, {32, 64}, {64, 80}};
    const std::int64_t left[] = {16, 0, 16, 0, 0};
    const std::int64_t fetched[] = {0, 16, 0, 16, 0};
    for (std::uint32_t index = 0; index < 5; ++index) {
        const Step step = step_of(program, phase, tile(program), index);
        CAPTURE(index);
        CHECK(step.finished[1] == finished[index]);
        CHECK(open_elements(program, phase, step).left == 4 * left[index]);
        CHECK(open_elements(program, phase, step).fetched == 4 * fetched[index]);
    }
    CHECK(open_region(program, phase, tile(program)).elements() == 32 * 4);
    CHECK(home_bytes(program, phase, tile(program)) == Bytes(80 * 4 + 3 * 4 + 32 * 4 * 4));
}

TEST_CASE("steps that end where blocks do leave nothing open", "[arch][isa]") {
    Program program = conv_program(32, 96, FormatId::mxfp8);
    program.phases[0].weights->chunks = 3;
    CHECK(open_region(program, program.phases[0], tile(program)).empty());
    CHECK(home_bytes(program, program.phases[0], tile(program)) == Bytes(96 * 4 + 3 * 4));
    program.phases[0].weights->chunks = 2; // 48 channels
    CHECK_FALSE(open_region(program, program.phases[0], tile(program)).empty());
    program.tensors[1].format = FormatId::fp8_e4m3;
    CHECK(open_region(program, program.phases[0], tile(program)).empty());
}

TEST_CASE("open values go to core memory and back as binary32, and finding scales takes an operation", "[arch][isa]") {
    Program program = conv_program(32, 64, FormatId::mxfp8);
    Phase& phase = program.phases[0];
    const auto work = [&](std::uint32_t index) {
        return step_work(program, phase, {}, step_of(program, phase, tile(program), index));
    };
    const Bytes inputs(32 * 4 + 4);
    CHECK(work(0).output_writes == Bytes(64 * 4 + 2 * 4));
    CHECK(work(0).activation_reads == inputs);
    CHECK(work(0).vector_ops == 2 * 64 * 4);
    phase.weights->chunks = 4;
    CHECK(work(0).output_writes == Bytes(16 * 4 * 4));
    CHECK(work(1).output_writes == Bytes(32 * 4 + 4));
    CHECK(work(1).activation_reads == inputs + Bytes(16 * 4 * 4));
}
