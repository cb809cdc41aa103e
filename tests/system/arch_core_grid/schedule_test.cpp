// SPDX-License-Identifier: Apache-2.0
// Flows under a schedule: a strict run finds every link free, and names the collision when it does not.
#include "arch/core_grid/run.hpp"
#include "arch/isa/program_file.hpp"
#include "arch/isa/slots.hpp"
#include "sim/base/error.hpp"
#include "tests/support/brute_force.hpp"
#include "tests/support/core_grid_layers.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

namespace lodestone::core_grid {
namespace {

using Catch::Matchers::Contains;

constexpr GridShape kLargerGrid{.rows = 4, .cols = 4};

isa::Execution run(const isa::Program& program, FlowControl flow_control) {
    RunOptions options;
    options.flow_control = flow_control;
    return run_core_grid(program, test::small_machine(program.grid), options);
}

isa::Program scheduled_program() {
    const isa::Program program = test::every_split_program(kLargerGrid);
    return scheduled(program, test::small_machine(program.grid));
}

/// What a strict run says when flow `flow` into the second layer leaves `delay` cycles after its slot; "" when all goes
/// well.
std::string complaint(isa::Program program, std::size_t flow, std::uint64_t delay) {
    program.phases[2].inputs[0].slots[flow] += delay;
    try {
        static_cast<void>(run(program, FlowControl::strict));
    } catch (const MachineError& error) {
        return error.what();
    }
    return "";
}

/// One layer whose two chunks come from neighbouring cores and share links.
isa::Program two_homes() {
    isa::Program program = test::conv_program(kLargerGrid, {.out_channels = 32, .rows = 4, .chunks = 2});
    program.phases[1].weights->homes[0].core = CoreId(0);
    program.phases[1].weights->homes[1].core = CoreId(1);
    return scheduled(program, test::small_machine(kLargerGrid));
}

} // namespace

TEST_CASE("a scheduled program runs strictly in the cycles of its schedule, without a stall", "[arch][core_grid]") {
    const isa::Program program = scheduled_program();
    const isa::Execution strict = run(program, FlowControl::strict);
    for (const auto& [name, count] : strict.events.networks) {
        CAPTURE(name);
        CHECK(count.stalls == 0);
    }
    CHECK(strict.cycles == run(program, FlowControl::schedule).cycles);
}

TEST_CASE("an elastic run counts the cycles that flows wait for links", "[arch][core_grid]") {
    CHECK(run(test::every_split_program(kLargerGrid), FlowControl::elastic).events.networks.at("activation").stalls >
          0);
}

TEST_CASE("a strict run gives the bits of the whole", "[arch][core_grid]") {
    const isa::Program program = scheduled_program();
    const auto inputs = test::random_inputs(program);
    RunOptions options{.flow_control = FlowControl::strict, .functional = true, .inputs = inputs};
    CHECK(run_core_grid(program, test::small_machine(program.grid), options).outputs.front().values ==
          test::brute_force(program, inputs).front().values);
}

TEST_CASE("a strict run needs a slot for every flow", "[arch][core_grid]") {
    isa::Program program = test::every_split_program(kLargerGrid);
    CHECK_THROWS_WITH(run(program, FlowControl::strict), Contains("conv_rows: input 0 has 0 start slots for its"));
    program = scheduled_program();
    program.phases[1].inputs[0].slots.pop_back();
    CHECK_THROWS_AS(run(program, FlowControl::strict), UserError);
}

TEST_CASE("a slot before the data is there is a machine error", "[arch][core_grid]") {
    isa::Program program = scheduled_program();
    program.phases[2].inputs[0].slots.back() = 0;
    CHECK_THROWS_WITH(run(program, FlowControl::strict), Contains("for conv_cols_batch") && Contains("its data comes"));
}

TEST_CASE("a collision is a machine error with cycle, link and both flows", "[arch][core_grid]") {
    const isa::Program program = scheduled_program();
    std::string said;
    const std::vector<std::uint64_t>& slots = program.phases[2].inputs[0].slots;
    for (std::size_t flow = 0; flow < slots.size() && said.empty(); ++flow) {
        for (std::uint64_t delay = 1; delay <= 8 && said.empty(); ++delay) {
            said = complaint(program, flow, delay);
        }
    }
    CHECK_THAT(said, Contains("cycle ") && Contains("activation network link [") && Contains(" collides with flow ") &&
                         Contains("which holds it in cycles") && Contains("for conv_cols_batch from core["));
}

TEST_CASE("weight chunks, partial sums and instructions have slots too, which a strict run keeps to",
          "[arch][core_grid]") {
    const isa::Program program = scheduled_program();
    constexpr std::uint64_t delay = 50'000; // cycles: longer than the program
    REQUIRE(run(program, FlowControl::strict).cycles < Cycles(delay));
    isa::Program late = program;
    *late.phases[5].instruction_slot += delay;
    CHECK(run(late, FlowControl::strict).cycles > Cycles(delay));
    late = program;
    late.phases[3].weights->slots.back() += delay; // what the chunk is for misses its own slot
    CHECK_THROWS_WITH(run(late, FlowControl::strict),
                      Contains("of conv_channels for conv_reduction") && Contains("its data comes"));
    late = program;
    late.phases[4].partial_sum_slots.back() += delay;
    CHECK_THROWS_WITH(run(late, FlowControl::strict),
                      Contains("of conv_reduction for residual") && Contains("its data comes"));
}

TEST_CASE("a chunk or partial sum before its data is there is a machine error that names it", "[arch][core_grid]") {
    const isa::Program program = scheduled_program();
    isa::Program early = program;
    early.phases[4].partial_sum_slots.back() = 0;
    CHECK_THROWS_WITH(run(early, FlowControl::strict), Contains("partial-sum network") && Contains("step ") &&
                                                           Contains("of conv_reduction from core[") &&
                                                           Contains("its data comes"));
    early = program;
    early.phases[3].weights->slots.back() = 0;
    CHECK_THROWS_WITH(run(early, FlowControl::strict),
                      Contains("model network") && Contains("of conv_channels from core["));
}

TEST_CASE("a collision of weight chunks is a machine error with cycle, link and both chunks", "[arch][core_grid]") {
    isa::Program program = two_homes();
    std::vector<std::uint64_t>& slots = program.phases[1].weights->slots;
    REQUIRE(slots[0] != slots[1]); // the schedule keeps them apart
    slots[0] = slots[1] = std::min(slots[0], slots[1]);
    CHECK_THROWS_WITH(run(program, FlowControl::strict),
                      Contains("cycle ") && Contains("model network link [") && Contains(" collides with chunk "));
}

TEST_CASE("slots stand in the program file", "[arch][core_grid]") {
    const isa::Program program = scheduled_program();
    Problems problems;
    const isa::Program read = isa::parse_program(isa::program_text(program), "p.json", problems);
    REQUIRE_FALSE(problems.has_errors());
    for (std::size_t phase = 0; phase < program.phases.size(); ++phase) {
        const isa::PhaseSlots ours = isa::slots_of(read.phases[phase]);
        const isa::PhaseSlots theirs = isa::slots_of(program.phases[phase]);
        CHECK(ours.gathers == theirs.gathers);
        CHECK(ours.weights == theirs.weights);
        CHECK(ours.partial_sums == theirs.partial_sums);
        CHECK(ours.instructions == theirs.instructions);
    }
    CHECK(run(read, FlowControl::strict).cycles == run(program, FlowControl::strict).cycles);
}

} // namespace lodestone::core_grid
