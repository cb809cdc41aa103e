// SPDX-License-Identifier: Apache-2.0
// Buffers and weight homes.
#include "mapping/place/memory.hpp"
#include "mapping/route/gathers.hpp"
#include "sim/base/error.hpp"
#include "tests/support/lowered_networks.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

using namespace lodestone;

namespace {

constexpr Bytes kLine{16};

isa::Buffer buffer(std::uint64_t bytes, std::uint32_t first, std::uint32_t last) {
    return {.bytes = Bytes(bytes), .first_phase = first, .last_phase = last};
}

isa::Program residual_network() {
    test::LoweredNetwork net({.rows = 2, .cols = 2});
    const std::uint32_t x = net.conv("a", net.input({1, 4, 8, 8}), {.channels = 8});
    const std::uint32_t y = net.conv("b", x, {.channels = 8, .size = 3});
    return net.finish(net.conv("c", y, {.channels = 8, .residual = x}));
}

const isa::Buffer& home_of(const isa::Program& program, std::uint32_t phase) {
    return program.buffers.at(program.phases[phase].output_buffer);
}

} // namespace

TEST_CASE("buffers whose lives do not meet share addresses", "[mapping][place]") {
    std::vector<isa::Buffer> buffers{buffer(100, 0, 1), buffer(100, 2, 3), buffer(50, 1, 2)};
    CHECK(place::assign_addresses(buffers, kLine) == Bytes(112 + 64));
    CHECK(buffers[0].address == buffers[1].address);
    CHECK(buffers[2].address == Bytes(112));
}

TEST_CASE("a buffer takes the smallest gap that holds it", "[mapping][place]") {
    // 208 and 96 bytes come and go between those that stay, and leave gaps of both sizes.
    std::vector<isa::Buffer> buffers{buffer(304, 0, 9), buffer(208, 0, 3), buffer(128, 0, 9),
                                     buffer(96, 0, 3),  buffer(64, 0, 9),  buffer(48, 5, 6)};
    place::assign_addresses(buffers, kLine);
    CHECK(buffers[5].address == buffers[3].address);
}

TEST_CASE("a tensor stays at home until it was gathered for the last time", "[mapping][place]") {
    isa::Program program = residual_network();
    program.phases[1].split.axes[2] = {.rows = 2, .cols = 1};
    route::plan_gathers(program);
    place::place(program, kLine, Bytes(768 * 1024));
    // a is gathered for c (phase 3) while b (phase 2) runs; b's tensor is home in phase 2 alone.
    CHECK(home_of(program, 1).first_phase == 1);
    CHECK(home_of(program, 1).last_phase == 2);
    CHECK(home_of(program, 2).last_phase == 3); // read in place by c
    const isa::Gather& residual = program.phases[3].inputs[1];
    CHECK_FALSE(residual.in_place);
    CHECK(program.buffers[residual.buffer].first_phase == 2);
    CHECK(program.buffers[residual.buffer].last_phase == 3);
}

TEST_CASE("a gathered buffer holds the halo of the core that needs most", "[mapping][place]") {
    isa::Program program = residual_network();
    program.phases[2].split.axes[2] = {.rows = 2, .cols = 1};
    route::plan_gathers(program);
    place::place(program, kLine, Bytes(768 * 1024));
    CHECK(program.buffers[program.phases[2].inputs[0].buffer].frame_bytes == Bytes(8 * 5 * 8));
    CHECK(home_of(program, 2).frame_bytes == Bytes(8 * 4 * 8));
}

TEST_CASE("chunks of streamed weights are spread over the cores of their group", "[mapping][place]") {
    isa::Program program = residual_network();
    isa::Phase& phase = program.phases[2];
    phase.split.axes[1] = {.rows = 1, .cols = 2};
    phase.split.axes[2] = {.rows = 2, .cols = 1};
    phase.weights->chunks = 2;
    route::plan_gathers(program);
    place::place(program, kLine, Bytes(768 * 1024));
    REQUIRE(phase.weights->homes.size() == 4);
    for (std::uint32_t group = 0; group < 2; ++group) {
        for (std::uint32_t chunk = 0; chunk < 2; ++chunk) {
            const GridPosition home = program.grid.position(phase.weights->homes[group * 2 + chunk].core);
            CHECK(home.col == group);
        }
        CHECK(phase.weights->homes[group * 2].core != phase.weights->homes[group * 2 + 1].core);
    }
}

TEST_CASE("resident slices have one address in all cores and chunks follow each other", "[mapping][place]") {
    isa::Program program = residual_network();
    isa::Phase& phase = program.phases[2];
    phase.split.axes[1] = {.rows = 1, .cols = 2};
    phase.weights->chunks = 2;
    phase.weights->resident = true;
    route::plan_gathers(program);
    const place::MemoryUse use = place::place(program, kLine, Bytes(768 * 1024));
    CHECK(phase.weights->homes[0].address == phase.weights->homes[2].address);
    CHECK(phase.weights->homes[1].address == phase.weights->homes[0].address + Bytes(2 * 8 * 9));
    CHECK(use.resident == Bytes(2 * 2 * 8 * 9));
}

TEST_CASE("addresses are whole rows of lines, one of every bank", "[mapping][place]") {
    CHECK(place::alignment({.width = Bytes(128), .banks = 8}) == Bytes(128));
    CHECK(place::alignment({.width = Bytes(96), .banks = 4}) == Bytes(96));
    CHECK(place::alignment({.width = Bytes(16), .banks = 4}) == Bytes(16));
    CHECK(place::alignment({.width = Bytes(12), .banks = 4}) == Bytes(24));
}

TEST_CASE("what does not fit is named with its size, the fullest layer and the largest weights", "[mapping][place]") {
    isa::Program program = residual_network();
    route::plan_gathers(program);
    const place::MemoryUse use = place::place(program, kLine, Bytes(768 * 1024));
    CHECK_NOTHROW(place::require_fit(program, {.capacity = use.total()}, use));
    CHECK_THROWS_WITH(place::require_fit(program, {.capacity = use.total() - Bytes(1)}, use),
                      Catch::Contains(", 1 more than its ") && Catch::Contains("the largest layers") &&
                          Catch::Contains("'b' 576"));
}

TEST_CASE("layers that repeat have their weights at the same cores while there is room", "[mapping][place]") {
    test::LoweredNetwork net({.rows = 2, .cols = 2});
    std::uint32_t x = net.input({1, 8, 8, 8});
    for (const char* name : {"a", "b", "c"}) {
        x = net.conv(name, x, {.channels = 8, .size = 3});
    }
    isa::Program program = net.finish(x);
    for (std::uint32_t phase = 1; phase <= 3; ++phase) {
        program.phases[phase].split.axes[2] = {.rows = 2, .cols = 2};
    }
    route::plan_gathers(program);
    const auto home = [&](std::uint32_t phase) { return program.phases[phase].weights->homes.at(0).core; };
    const place::MemoryUse roomy = place::place(program, kLine, Bytes(768 * 1024));
    CHECK(home(1) == home(2));
    CHECK(home(2) == home(3));
    const place::MemoryUse tight = place::place(program, kLine, roomy.total() - Bytes(1));
    CHECK(home(1) != home(2));
    CHECK(home(2) != home(3));
    CHECK(tight.total() < roomy.total());
}
