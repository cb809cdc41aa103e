// SPDX-License-Identifier: Apache-2.0
// In-place reads, issue phases, and the closed-form cost of a redistribution against the flows it stands for.
#include "arch/isa/flow.hpp"
#include "mapping/route/estimate.hpp"
#include "mapping/route/gathers.hpp"
#include "mapping/route/measure.hpp"
#include "tests/support/lowered_networks.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

using namespace lodestone;

namespace {

constexpr GridShape kGrid{.rows = 4, .cols = 4};

isa::Program two_pointwise() {
    test::LoweredNetwork net(kGrid);
    const std::uint32_t x = net.conv("a", net.input({1, 4, 16, 16}), {.channels = 8});
    return net.finish(net.conv("b", x, {.channels = 8}));
}

/// Flits over the busiest link when all flows of a gather run.
std::uint64_t busiest_link(const isa::Program& program, std::uint32_t phase, Bytes width) {
    std::vector<std::uint64_t> load(isa::link_count(program.grid));
    for (const isa::Flow& flow : isa::gather_flows(program, phase, 0)) {
        for (const isa::LinkUse& use : isa::route(program.grid, flow)) {
            load[use.link.index()] += transfer_cycles(flow.bytes, width).count();
        }
    }
    return *std::ranges::max_element(load);
}

double estimated(const isa::Program& program, const spec::CoreGridSpec& machine) {
    const route::Sample sample(program.grid);
    const auto homes = route::Layout::homes(program, program.phases[1], sample);
    const auto wants = route::Layout::wants(program, program.phases[2], 0, sample);
    return route::estimate_move(homes, wants, {.sample = sample, .machine = machine, .bits = 8}).cycles();
}

} // namespace

TEST_CASE("equal spatial cuts of a pointwise convolution are read in place", "[mapping][route]") {
    isa::Program program = two_pointwise();
    program.phases[1].split.axes[2] = {.rows = 4, .cols = 1};
    program.phases[2].split.axes[2] = {.rows = 4, .cols = 1};
    route::plan_gathers(program);
    CHECK(program.phases[2].inputs[0].in_place);
    CHECK_FALSE(program.phases[1].inputs[0].in_place); // from the frame buffer
}

TEST_CASE("one core that lacks one row makes the whole read a gather", "[mapping][route]") {
    isa::Program program = two_pointwise();
    program.phases[1].split.axes[2] = {.rows = 4, .cols = 1};
    program.phases[2].split.axes[2] = {.rows = 3, .cols = 1};
    route::plan_gathers(program);
    CHECK_FALSE(program.phases[2].inputs[0].in_place);
}

TEST_CASE("tensors are gathered in the phase before and stored in the last", "[mapping][route]") {
    isa::Program program = two_pointwise();
    route::plan_gathers(program);
    CHECK(program.phases[1].inputs[0].issue_phase == 0);
    CHECK(program.phases[2].inputs[0].issue_phase == 1);
    CHECK(program.phases[3].inputs[0].issue_phase == 3);
}

TEST_CASE("the estimate of a redistribution is near the load of its flows", "[mapping][route]") {
    isa::Program program = two_pointwise();
    const spec::CoreGridSpec machine{.grid = kGrid};
    struct Case {
        isa::AxisSplit channels;
        isa::AxisSplit rows;
        isa::AxisSplit to_rows;
        isa::AxisSplit to_cols;
    };
    const std::vector<Case> cases{
        {.channels = {1, 4}, .rows = {4, 1}, .to_rows = {4, 1}, .to_cols = {1, 4}}, // all-gather along rows
        {.channels = {1, 1}, .rows = {4, 4}, .to_rows = {1, 1}, .to_cols = {4, 4}}, // transposition
        {.channels = {1, 2}, .rows = {4, 2}, .to_rows = {1, 4}, .to_cols = {4, 1}}, // rows to columns
    };
    for (const Case& c : cases) {
        program.phases[1].split.axes[1] = c.channels;
        program.phases[1].split.axes[2] = c.rows;
        program.phases[2].split.axes[2] = c.to_rows;
        program.phases[2].split.axes[3] = c.to_cols;
        route::plan_gathers(program);
        const auto exact = static_cast<double>(busiest_link(program, 2, machine.activation_network.link_width));
        CHECK(estimated(program, machine) > 0.5 * exact);
        CHECK(estimated(program, machine) < 5 * exact + 20);
    }
}

TEST_CASE("a measured move counts the flits of the busiest link and the flows of the busiest core",
          "[mapping][route]") {
    isa::Program program = two_pointwise();
    const spec::CoreGridSpec machine{.grid = kGrid};
    program.phases[1].split.axes[2] = {.rows = 4, .cols = 1};
    program.phases[1].steps = {.frame_blocks = 1, .axis_blocks = 2, .blocked_axis = 3};
    route::plan_gathers(program); // everything goes to core [0][0]
    const route::Transfer moved = route::measure_move(program, 2, 0, machine);
    const Bytes width = machine.activation_network.link_width;
    CHECK_FALSE(moved.in_place);
    CHECK(moved.link_bytes == static_cast<double>(busiest_link(program, 2, width) * width.count()));
    CHECK(moved.received == 3 * 8 * 4 * 16);
    CHECK(moved.copied == 8 * 4 * 16);
    CHECK(moved.sent == 8 * 4 * 16);
    CHECK(moved.pieces == 3 * 2); // three senders of two steps each
    program.phases[2].split.axes[2] = {.rows = 4, .cols = 1};
    CHECK(route::measure_move(program, 2, 0, machine).in_place);
}

TEST_CASE("an estimate in place costs nothing", "[mapping][route]") {
    isa::Program program = two_pointwise();
    program.phases[1].split.axes[3] = {.rows = 1, .cols = 4};
    program.phases[2].split.axes[3] = {.rows = 1, .cols = 4};
    CHECK(estimated(program, {.grid = kGrid}) == 0);
}
