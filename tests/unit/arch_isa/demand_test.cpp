// SPDX-License-Identifier: Apache-2.0
// Input regions: halos, groups, permutations, broadcasting, regrouped axes.
#include "arch/isa/demand.hpp"

#include <catch2/catch.hpp>

using namespace lodestone;
using namespace lodestone::isa;

namespace {

/// A program of one phase that computes `kernel` from tensors of the given shapes; the last shape is the output's.
Program one_phase(Kernel kernel, std::vector<Shape> shapes) {
    Program program;
    for (Shape& shape : shapes) {
        program.tensors.push_back({.name = "t", .shape = std::move(shape)});
    }
    Phase phase;
    phase.kernel = std::move(kernel);
    phase.output = static_cast<std::uint32_t>(program.tensors.size() - 1);
    for (std::uint32_t input = 0; input + 1 < program.tensors.size(); ++input) {
        phase.inputs.push_back({.tensor = input});
    }
    phase.split = whole(program.tensors.back().shape.size());
    program.phases.push_back(std::move(phase));
    return program;
}

Region box(std::initializer_list<Interval> axes) {
    return Region(std::span(axes.begin(), axes.size()));
}

Tile tile(Region output, Interval reduction = {.begin = 0, .end = 1}) {
    return {
        .idle = false, .frames = {.begin = 0, .end = 1}, .output = output, .reduction = reduction, .owns_output = true};
}

Region need(const Program& program, const Tile& piece, std::size_t input = 0) {
    return demand(program, program.phases.front(), input, piece);
}

const WindowAxis three_by_three{.size = 3, .stride = 1, .dilation = 1, .pad_begin = 1, .pad_end = 1};

} // namespace

TEST_CASE("a padded 3x3 window needs one row of halo inside and none beyond the edge", "[arch][isa]") {
    const Program program =
        one_phase(ConvKernel{.window = {three_by_three, three_by_three}, .in_channels = 8, .out_channels = 4},
                  {{1, 8, 16, 16}, {1, 4, 16, 16}});
    const Tile top = tile(box({{0, 1}, {0, 4}, {0, 4}, {4, 8}}), {0, 8});
    CHECK(need(program, top) == box({{0, 1}, {0, 8}, {0, 5}, {3, 9}}));
}

TEST_CASE("stride and dilation stretch the window's input", "[arch][isa]") {
    const WindowAxis strided{.size = 3, .stride = 2, .dilation = 2, .pad_begin = 0, .pad_end = 0};
    const Program program =
        one_phase(ConvKernel{.window = {strided}, .in_channels = 1, .out_channels = 1}, {{1, 1, 32}, {1, 1, 14}});
    CHECK(need(program, tile(box({{0, 1}, {0, 1}, {2, 4}}))) == box({{0, 1}, {0, 1}, {4, 11}}));
}

TEST_CASE("a depthwise convolution needs the channels it computes", "[arch][isa]") {
    const Program program =
        one_phase(ConvKernel{.window = {three_by_three}, .in_channels = 8, .out_channels = 8, .groups = 8},
                  {{1, 8, 16}, {1, 8, 16}});
    CHECK(need(program, tile(box({{0, 1}, {2, 5}, {0, 16}}))) == box({{0, 1}, {2, 5}, {0, 16}}));
}

TEST_CASE("the operands of a product are cut along different axes", "[arch][isa]") {
    const Program program =
        one_phase(MatMulKernel{.k = 6, .b_is_input = true, .transpose_b = true}, {{2, 4, 6}, {1, 5, 6}, {2, 4, 5}});
    const Tile piece = tile(box({{1, 2}, {0, 2}, {3, 5}}), {2, 4});
    CHECK(need(program, piece, 0) == box({{1, 2}, {0, 2}, {2, 4}}));
    CHECK(need(program, piece, 1) == box({{0, 1}, {3, 5}, {2, 4}}));
}

TEST_CASE("an axis of size one is broadcast", "[arch][isa]") {
    const Program program = one_phase(ElementwiseKernel{}, {{8, 1, 1}, {1, 8, 4, 4}});
    CHECK(need(program, tile(box({{0, 1}, {2, 4}, {0, 2}, {0, 4}}))) == box({{2, 4}, {0, 1}, {0, 1}}));
}

TEST_CASE("the second operand of a concatenation starts where the first ends", "[arch][isa]") {
    const Program program = one_phase(ConcatKernel{.axis = 1}, {{1, 3, 4}, {1, 5, 4}, {1, 8, 4}});
    const Tile piece = tile(box({{0, 1}, {2, 6}, {0, 4}}));
    CHECK(need(program, piece, 0) == box({{0, 1}, {2, 3}, {0, 4}}));
    CHECK(need(program, piece, 1) == box({{0, 1}, {0, 3}, {0, 4}}));
}

TEST_CASE("a reshape that splits an axis keeps the boxes of the others", "[arch][isa]") {
    const Program program = one_phase(ReshapeKernel{}, {{1, 10, 12}, {1, 10, 3, 4}});
    CHECK(need(program, tile(box({{0, 1}, {2, 5}, {1, 2}, {0, 4}}))) == box({{0, 1}, {2, 5}, {4, 8}}));
}

TEST_CASE("a flattened tensor needs the channels under its features", "[arch][isa]") {
    const Program program = one_phase(ReshapeKernel{}, {{1, 64, 1, 1}, {1, 64}});
    CHECK(need(program, tile(box({{0, 1}, {16, 32}}))) == box({{0, 1}, {16, 32}, {0, 1}, {0, 1}}));
}

TEST_CASE("a backward slice reads from the far end", "[arch][isa]") {
    const Program program = one_phase(SliceKernel{.starts = {9}, .steps = {-2}}, {{10}, {5}});
    CHECK(need(program, tile(box({{0, 2}}))) == box({{7, 10}}));
}

TEST_CASE("picked positions need the box around them", "[arch][isa]") {
    const Program program = one_phase(PickKernel{.axis = 1, .indices = {7, 3, 3, 9}}, {{2, 10}, {2, 4}});
    CHECK(need(program, tile(box({{0, 2}, {0, 2}}))) == box({{0, 2}, {3, 8}}));
    CHECK(need(program, tile(box({{1, 2}, {2, 3}}))) == box({{1, 2}, {3, 4}}));
}

TEST_CASE("an axis that a resize keeps needs no neighbours", "[arch][isa]") {
    const Program program = one_phase(ResizeKernel{.scales = {1, 2}, .mode = "linear"}, {{6, 4}, {6, 8}});
    CHECK(need(program, tile(box({{2, 3}, {2, 3}}))) == box({{2, 3}, {0, 2}}));
}

TEST_CASE("a transpose permutes the box", "[arch][isa]") {
    const Program program = one_phase(TransposeKernel{.order = {0, 2, 1}}, {{1, 5, 7}, {1, 7, 5}});
    CHECK(need(program, tile(box({{0, 1}, {3, 7}, {0, 2}}))) == box({{0, 1}, {0, 2}, {3, 7}}));
}

TEST_CASE("padding alone needs no input", "[arch][isa]") {
    const Program program = one_phase(PadKernel{.begin = {3}}, {{4}, {10}});
    CHECK(need(program, tile(box({{0, 3}}))).empty());
    CHECK(need(program, tile(box({{2, 5}}))) == box({{0, 2}}));
}

TEST_CASE("an idle core needs nothing", "[arch][isa]") {
    const Program program = one_phase(ElementwiseKernel{}, {{4}, {4}});
    CHECK(need(program, Tile{.output = Region(Shape{4})}).empty());
}

TEST_CASE("a concatenation's own inputs are those that fill the axis, whatever the epilogue reads", "[isa]") {
    Program program = one_phase(ConcatKernel{.axis = 1}, {{1, 2, 4}, {1, 3, 4}, {1, 5, 4}, {1, 5, 4}});
    Phase& phase = program.phases.front();
    phase.epilogue = {{.op = EpilogueOp::add, .input = 2}, {.op = EpilogueOp::multiply, .input = 2}};
    CHECK(kernel_inputs(program, phase) == 2); // one operand, read twice
    const Tile piece = tile(box({{0, 1}, {1, 4}, {0, 2}}));
    CHECK(need(program, piece, 0) == box({{0, 1}, {1, 2}, {0, 2}}));
    CHECK(need(program, piece, 1) == box({{0, 1}, {0, 2}, {0, 2}}));
    CHECK(need(program, piece, 2) == piece.output);
}
