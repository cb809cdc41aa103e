// SPDX-License-Identifier: Apache-2.0
// Work of a step by hand-countable examples.
#include "arch/isa/work.hpp"

#include <catch2/catch.hpp>

using namespace lodestone;
using namespace lodestone::isa;

namespace {

Program conv_program(std::int64_t in, std::int64_t out, std::int64_t groups) {
    const WindowAxis window{.size = 3, .stride = 1, .dilation = 1, .pad_begin = 1, .pad_end = 1};
    Program program;
    program.tensors = {{.name = "x", .shape = {1, in, 8, 8}, .format = numerics::FormatId::int8},
                       {.name = "y", .shape = {1, out, 8, 8}, .format = numerics::FormatId::int8, .producer = 0}};
    Phase phase{.name = "conv",
                .kernel =
                    ConvKernel{.window = {window, window}, .in_channels = in, .out_channels = out, .groups = groups},
                .inputs = {{.tensor = 0}},
                .output = 1,
                .split = whole(4),
                .matrix = {.inputs = 32, .outputs = 32}};
    program.phases = {phase};
    return program;
}

StepWork only_step(const Program& program, const spec::CoreGridSpec& machine = {}) {
    const Phase& phase = program.phases.front();
    const Tile tile = tile_of(phase.split, work_shape(program, phase), {});
    return step_work(program, phase, machine, step_of(program, phase, tile, 0));
}

} // namespace

TEST_CASE("useful multiply-accumulates count the window and the channels of a group", "[arch][isa]") {
    CHECK(only_step(conv_program(16, 24, 1)).macs == Macs(64 * 24 * 16 * 9));
    CHECK(only_step(conv_program(16, 16, 16)).macs == Macs(64 * 16 * 9));
    CHECK(phase_macs(conv_program(16, 24, 1), conv_program(16, 24, 1).phases[0]) == Macs(64 * 24 * 16 * 9));
}

TEST_CASE("window positions and channels fill the inputs together or apart", "[arch][isa]") {
    spec::CoreGridSpec apart;
    apart.matrix.packs_window = false;
    CHECK(only_step(conv_program(3, 32, 1)).matrix_cycles == Cycles(64 * 1)); // 27 of 32 inputs
    CHECK(only_step(conv_program(3, 32, 1), apart).matrix_cycles == Cycles(64 * 9));
}

TEST_CASE("depthwise groups share the unit block by block", "[arch][isa]") {
    CHECK(only_step(conv_program(16, 16, 16)).matrix_cycles == Cycles(64 * 6)); // three 9-input groups at a time
}

TEST_CASE("a core inside a reduction chain passes accumulators on and writes nothing", "[arch][isa]") {
    Program program = conv_program(16, 24, 1);
    program.phases[0].split.reduction.cols = 2;
    program.phases[0].accumulator_bits = 32;
    const StepWork work = only_step(program);
    CHECK(work.partial_sums == Bytes(64 * 24 * 4));
    CHECK(work.output_writes == Bytes(0));
    CHECK(work.macs == Macs(64 * 24 * 8 * 9));
}

TEST_CASE("an input that stays in the activation buffer is read once", "[arch][isa]") {
    spec::CoreGridSpec machine;
    machine.matrix.activation_buffer = Bytes(3 * 8 * 16);
    CHECK(only_step(conv_program(16, 24, 1), machine).activation_reads == Bytes(16 * 64));
    machine.matrix.activation_buffer = Bytes(3 * 8 * 16 - 1);
    CHECK(only_step(conv_program(16, 24, 1), machine).activation_reads == Bytes(3 * 16 * 64));
}

TEST_CASE("a chain of operations longer than one pass takes the lanes again", "[arch][isa]") {
    Program program = conv_program(16, 32, 1);
    spec::CoreGridSpec machine;
    machine.vector = {.lanes = 32, .steps_per_pass = 2};
    program.phases[0].epilogue = {{.op = EpilogueOp::relu}};
    CHECK(only_step(program, machine).vector_cycles == Cycles(64));
    program.phases[0].epilogue.push_back({.op = EpilogueOp::clip});
    CHECK(only_step(program, machine).vector_cycles == Cycles(128));
}
