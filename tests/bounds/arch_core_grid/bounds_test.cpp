// SPDX-License-Identifier: Apache-2.0
// Cycles of a phase against the busy cycles of the one resource that binds it: never below, and near when clean.
#include "arch/core_grid/run.hpp"
#include "tests/support/core_grid_layers.hpp"

#include <catch2/catch.hpp>

namespace lodestone::core_grid {
namespace {

constexpr GridShape kGrid{.rows = 2, .cols = 2};

const isa::PhaseRecord& phase_named(const isa::Execution& execution, const std::string& name) {
    for (const isa::PhaseRecord& phase : execution.phases) {
        if (phase.name == name) {
            return phase;
        }
    }
    throw std::out_of_range(name);
}

/// The phase is bound by `resource`: at least its busy cycles, at most five percent more.
void check_bound(const isa::PhaseRecord& phase, const std::string& resource) {
    const std::uint64_t cycles = (phase.end - phase.begin).count();
    CAPTURE(phase.name, resource, cycles);
    std::uint64_t busiest = 0;
    for (const auto& [name, busy] : phase.busiest) {
        CAPTURE(name, busy.count());
        CHECK(busy.count() <= cycles);
        busiest = std::max(busiest, busy.count());
    }
    CHECK(phase.busiest.at(resource).count() == busiest);
    CHECK(static_cast<double>(cycles) <= 1.05 * static_cast<double>(busiest));
}

} // namespace

TEST_CASE("a large convolution takes the cycles of its matrix unit", "[arch][core_grid]") {
    const isa::Program program = test::conv_program(
        kGrid, {.size = 32, .in_channels = 16, .out_channels = 32, .rows = 2, .cols = 2, .chunks = 4});
    check_bound(phase_named(run_core_grid(program, test::small_machine(kGrid)), "conv"), "matrix");
}

TEST_CASE("many small steps still take the cycles of the matrix unit", "[arch][core_grid]") {
    test::ConvCase layer{.size = 32, .in_channels = 16, .out_channels = 32, .rows = 2, .cols = 2, .chunks = 4};
    layer.steps = {.frame_blocks = 1, .axis_blocks = 8, .blocked_axis = 2};
    check_bound(phase_named(run_core_grid(test::conv_program(kGrid, layer), test::small_machine(kGrid)), "conv"),
                "matrix");
}

TEST_CASE("a reduction chain takes the cycles of its matrix units", "[arch][core_grid]") {
    test::ConvCase layer{
        .size = 32, .in_channels = 32, .out_channels = 32, .rows = 2, .reduction_parts = 2, .chunks = 4};
    layer.steps = {.frame_blocks = 1, .axis_blocks = 4, .blocked_axis = 2};
    check_bound(phase_named(run_core_grid(test::conv_program(kGrid, layer), test::small_machine(kGrid)), "conv"),
                "matrix");
}

TEST_CASE("a convolution with few vector lanes takes the cycles of its vector unit", "[arch][core_grid]") {
    spec::CoreGridSpec machine = test::small_machine(kGrid);
    machine.vector.lanes = 1;
    const isa::Program program = test::conv_program(
        kGrid, {.size = 32, .in_channels = 4, .out_channels = 32, .kernel = 1, .rows = 2, .cols = 2, .chunks = 4});
    check_bound(phase_named(run_core_grid(program, machine), "conv"), "vector");
}

TEST_CASE("a convolution on a narrow memory takes the cycles of its memory", "[arch][core_grid]") {
    spec::CoreGridSpec machine = test::small_machine(kGrid);
    machine.memory.width = Bytes(4);
    machine.matrix.activation_buffer = Bytes(64);
    test::ConvCase layer{.size = 32, .in_channels = 16, .out_channels = 16, .rows = 2, .cols = 2, .resident = true};
    layer.steps = {.frame_blocks = 1, .axis_blocks = 8, .blocked_axis = 2};
    check_bound(phase_named(run_core_grid(test::conv_program(kGrid, layer), machine), "conv"), "memory");
}

TEST_CASE("a layer with many weights and few positions takes the cycles of the model network", "[arch][core_grid]") {
    spec::CoreGridSpec machine = test::small_machine(kGrid);
    machine.model_network.link_width = Bytes(4);
    machine.matrix.weight_buffer = Bytes(2048);
    const isa::Program program = test::conv_program(
        kGrid, {.size = 4, .in_channels = 64, .out_channels = 64, .kernel = 1, .rows = 2, .cols = 2, .chunks = 16});
    const isa::PhaseRecord phase = phase_named(run_core_grid(program, machine), "conv");
    CHECK(phase.busiest.at("model_link") <= phase.end - phase.begin);
    // The first two chunks are prefetched during the phase before; each other one waits for its room.
    CHECK((phase.end - phase.begin).count() <= 64 * 64 / 4 * 14 / 16 * 130 / 100);
}

TEST_CASE("the whole batch enters at the rate of chip I/O", "[arch][core_grid]") {
    spec::CoreGridSpec machine = test::small_machine(kGrid);
    machine.io_bandwidth = BytesPerSecond(400e6); // one byte per cycle
    const isa::Program program = test::conv_program(kGrid, {.size = 16, .batch = 4, .rows = 2});
    const isa::PhaseRecord phase = run_core_grid(program, machine).phases.front();
    constexpr std::uint64_t bytes = 4 * 8 * 16 * 16;
    CHECK((phase.end - phase.begin).count() >= bytes);
    CHECK(static_cast<double>((phase.end - phase.begin).count()) <= 1.05 * bytes);
}

} // namespace lodestone::core_grid
