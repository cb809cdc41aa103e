// SPDX-License-Identifier: Apache-2.0
// The printed form of a mapping, and that it means the same when it is read back.
#include "mapping/emit/map.hpp"
#include "mapping/emit/mapping_file.hpp"
#include "tests/support/lowered_networks.hpp"

#include <catch2/catch.hpp>

using namespace lodestone;

namespace {

isa::Program small_network() {
    test::LoweredNetwork net({.rows = 2, .cols = 2});
    net.program.machine = "tiny";
    const std::uint32_t x = net.conv("stem/Conv", net.input({1, 2, 8, 8}), {.channels = 4, .size = 3});
    return net.finish(net.matmul("fc", net.flatten("flat", x), 10));
}

tile::SearchOptions by_hand() {
    tile::SearchOptions options;
    tile::Forced stem{.split = isa::whole(4), .chunks = 1, .resident = true};
    stem.split.axes[2] = {.rows = 2, .cols = 1};
    stem.split.axes[3] = {.rows = 1, .cols = 2};
    stem.steps = isa::StepPlan{.frame_blocks = 1, .axis_blocks = 2, .blocked_axis = 2};
    tile::Forced flat{.split = isa::whole(2)};
    flat.split.axes[1] = {.rows = 2, .cols = 2};
    tile::Forced fc{.split = isa::whole(2), .chunks = 2, .resident = false};
    fc.split.axes[1] = {.rows = 2, .cols = 1};
    fc.split.reduction = {.rows = 1, .cols = 2};
    options.forced = {{"stem/Conv", stem}, {"flat", flat}, {"fc", fc}};
    return options;
}

} // namespace

TEST_CASE("a mapping prints layer by layer with what can be changed as values", "[mapping][golden]") {
    isa::Program program = small_network();
    emit::map_program(program, {.grid = program.grid}, by_hand());
    CHECK(emit::mapping_yaml(program) == R"(# Mapping of test (int8) to tiny, 2 x 2 cores, batch 1.
# Parts are written: along the rows of the grid x along its columns.
layers:
  - name: "stem/Conv"
    # Conv, int8 x int8 to int8, 4 cores
    split: {rows: 2x1, cols: 1x2}
    weights: {resident: true, chunks: 1}
    steps: {frame_blocks: 1, axis: rows, axis_blocks: 2}
    # reads input, gathered in phase 0
  - name: "flat"
    # Flatten, int8, 4 cores
    split: {output_channels: 2x2}
    steps: {frame_blocks: 1}
    # reads stem/Conv.out, gathered in phase 1
  - name: "fc"
    # MatMul, int8 x int8 to int8, 4 cores
    split: {output_channels: 2x1, input_channels: 1x2}
    weights: {resident: false, chunks: 2}
    steps: {frame_blocks: 1}
    # reads flat.out, gathered in phase 2
# Buffers in every core: address + bytes, life, content
#   256 + 50, phases 0 to 1: input for stem/Conv
#   0 + 64, phases 1 to 1: stem/Conv.out
#   128 + 64, phases 1 to 2: stem/Conv.out for flat
#   256 + 64, phases 2 to 2: flat.out
#   0 + 128, phases 2 to 3: flat.out for fc
#   128 + 5, phases 3 to 4: fc.out
)");
}

TEST_CASE("a printed mapping read back makes the same program", "[mapping][golden]") {
    isa::Program first = small_network();
    const spec::CoreGridSpec machine{.grid = first.grid};
    emit::map_program(first, machine, {});
    const std::string text = emit::mapping_yaml(first);
    isa::Program second = small_network();
    tile::SearchOptions options;
    options.forced = emit::resolve_mapping(second, machine, emit::read_mapping_text(text, "printed.yaml"));
    CHECK(options.forced.size() == 3);
    emit::map_program(second, machine, options);
    CHECK(emit::mapping_yaml(second) == text);
}
