// SPDX-License-Identifier: Apache-2.0
// Flows under a schedule: a strict run finds every link free, and names the collision when it does not.
#include "arch/core_grid/run.hpp"
#include "arch/isa/program_file.hpp"
#include "sim/base/error.hpp"
#include "tests/support/brute_force.hpp"
#include "tests/support/core_grid_layers.hpp"

#include <catch2/catch.hpp>

namespace lodestone::core_grid {
namespace {

using Catch::Matchers::Contains;

constexpr GridShape kGrid{.rows = 4, .cols = 4};

isa::Execution run(const isa::Program& program, FlowControl flow_control) {
    RunOptions options;
    options.flow_control = flow_control;
    return run_core_grid(program, test::small_machine(program.grid), options);
}

isa::Program scheduled_program() {
    const isa::Program program = test::every_split_program(kGrid);
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

} // namespace

TEST_CASE("a scheduled program runs strictly in the cycles of its schedule, without a stall", "[arch][core_grid]") {
    const isa::Program program = scheduled_program();
    const isa::Execution strict = run(program, FlowControl::strict);
    CHECK(strict.events.networks.at("activation").stalls == 0);
    CHECK(strict.cycles == run(program, FlowControl::schedule).cycles);
}

TEST_CASE("an elastic run counts the cycles that flows wait for links", "[arch][core_grid]") {
    CHECK(run(test::every_split_program(kGrid), FlowControl::elastic).events.networks.at("activation").stalls > 0);
}

TEST_CASE("a strict run gives the bits of the whole", "[arch][core_grid]") {
    const isa::Program program = scheduled_program();
    const auto inputs = test::random_inputs(program);
    RunOptions options{.flow_control = FlowControl::strict, .functional = true, .inputs = inputs};
    CHECK(run_core_grid(program, test::small_machine(program.grid), options).outputs.front().values ==
          test::brute_force(program, inputs).front().values);
}

TEST_CASE("a strict run needs a slot for every flow", "[arch][core_grid]") {
    isa::Program program = test::every_split_program(kGrid);
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

TEST_CASE("slots stand in the program file", "[arch][core_grid]") {
    const isa::Program program = scheduled_program();
    Problems problems;
    const isa::Program read = isa::parse_program(isa::program_text(program), "p.json", problems);
    REQUIRE_FALSE(problems.has_errors());
    CHECK(read.phases[2].inputs[0].slots == program.phases[2].inputs[0].slots);
    CHECK(run(read, FlowControl::strict).cycles == run(program, FlowControl::strict).cycles);
}

} // namespace lodestone::core_grid
