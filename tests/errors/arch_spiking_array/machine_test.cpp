// SPDX-License-Identifier: Apache-2.0
// Spiking machines and programs that cannot be: every limit from both sides, and the messages.
#include "arch/spec/spiking_array.hpp"
#include "arch/spiking_array/simulate.hpp"
#include "arch/spiking_array/verify_program.hpp"
#include "sim/base/error.hpp"
#include "tests/support/places.hpp"

#include <catch2/catch.hpp>

#include <functional>

using namespace lodestone;
using namespace lodestone::spiking_array;

namespace {

/// The machine of the file with one override; the problems found in it.
std::vector<std::string> problems_with(const std::string& assignment) {
    Problems problems;
    config::Node root = config::load_file(tests::source_folder() + "/configs/arch/truenorth.yaml", problems);
    if (!assignment.empty()) {
        config::apply_override(root, assignment, problems);
    }
    config::MapReader reader(root, problems);
    static_cast<void>(reader.required_string("name"));
    static_cast<void>(reader.required_string("family"));
    static_cast<void>(reader.required<Volts>("voltage"));
    static_cast<void>(reader.has("technology"));
    static_cast<void>(spec::read_spiking_array(reader));
    reader.finish();
    std::vector<std::string> lines;
    for (const Diagnostic& diagnostic : problems.all()) {
        lines.push_back(to_string(diagnostic));
    }
    return lines;
}

isa::SpikingProgram two_cores() {
    isa::SpikingProgram program{.columns = 2, .rows = 1};
    for (std::uint32_t x = 0; x < 2; ++x) {
        isa::SpikingCoreProgram core;
        core.x = x;
        core.neurons.resize(1);
        core.synapses.resize(program.words_per_row());
        program.cores.push_back(core);
    }
    return program;
}

std::string problem_of(const std::function<void(isa::SpikingProgram&)>& change) {
    isa::SpikingProgram program = two_cores();
    change(program);
    const Problems problems = verify_program(program, {});
    REQUIRE(problems.error_count() == 1);
    return to_string(problems.all().front());
}

} // namespace

TEST_CASE("the machine of the configuration is the one of the defaults", "[errors][spiking]") {
    CHECK(problems_with("").empty());
    Problems problems;
    const config::Node root = config::load_file(tests::source_folder() + "/configs/arch/truenorth.yaml", problems);
    config::MapReader reader(root, problems);
    const spec::SpikingArraySpec machine = spec::read_spiking_array(reader);
    const spec::SpikingArraySpec defaults;
    CHECK(machine.mesh() == defaults.mesh());
    CHECK(machine.tick_period() == defaults.tick_period());
    CHECK(machine.threshold_range().max == defaults.threshold_range().max);
    CHECK(machine.router.buffer_packets == defaults.router.buffer_packets);
    CHECK(spec::verify_spec(machine).all().empty());
}

TEST_CASE("wrong sizes and widths of a machine are located", "[errors][spiking]") {
    CHECK(problems_with("core.axons=4096").empty());
    CHECK(problems_with("core.axons=4097").size() == 1);
    CHECK(problems_with("core.weight_bits=1").size() == 1);
    CHECK(problems_with("mesh.buffer_packets=0").size() == 1);
    CHECK(problems_with("core.timing.visits=some").size() == 1);
    CHECK(problems_with("core.axon=256").front().find("axon") != std::string::npos);
    const auto many = problems_with("chips={rows: 64, cols: 32}");
    REQUIRE(many.size() == 1);
    CHECK(many.front().find("the array has 8388608 cores; the model holds at most 4194304") != std::string::npos);
}

TEST_CASE("a machine built in code is checked as one of a file", "[errors][spiking]") {
    spec::SpikingArraySpec machine;
    machine.neurons = 0;
    machine.router.port_occupancy = Cycles(0);
    CHECK(spec::verify_spec(machine).error_count() == 2);
    machine = {};
    machine.clock = Hertz(10);
    CHECK(spec::verify_spec(machine).error_count() == 1);
    CHECK_THROWS_AS(simulate(two_cores(), machine, {.ticks = 1}), UserError);
}

TEST_CASE("a program that the machine cannot hold is refused with its path", "[errors][spiking]") {
    CHECK(verify_program(two_cores(), {}).all().empty());
    CHECK(problem_of([](auto& p) { p.cores[1].neurons[0].weights[3] = 256; }) ==
          "cores[1].neurons[0].weights[3]: is 256; the machine allows -256 to 255");
    CHECK(problem_of([](auto& p) { p.cores[0].neurons[0].leak = -257; }) ==
          "cores[0].neurons[0].leak: is -257; the machine allows -256 to 255");
    CHECK(problem_of([](auto& p) { p.cores[0].neurons[0].positive_threshold = 1 << 18; }) ==
          "cores[0].neurons[0].positive_threshold: is 262144; the machine allows -262144 to 262143");
    CHECK(problem_of([](auto& p) { p.cores[0].neurons[0].destination.delay = 16; }) ==
          "cores[0].neurons[0].destination.delay: is 16; the machine allows 0 to 15");
    CHECK(problem_of([](auto& p) { p.cores[1].neurons[0].destination.dx = 1; }) ==
          "cores[1].neurons[0].destination: lies at (2, 0), outside the mesh of 2 x 1 cores");
    CHECK(problem_of([](auto& p) { p.cores[0].neurons[0].destination.axon = 256; }) ==
          "cores[0].neurons[0].destination.axon: is 256; the machine allows 0 to 255");
    CHECK(problem_of([](auto& p) { p.cores[1].x = 0; }) == "cores[1]: there is already a core at (0, 0)");
    CHECK(problem_of([](auto& p) { p.cores[0].synapses.pop_back(); }).find("its neurons need 4") != std::string::npos);
    CHECK(problem_of([](auto& p) { p.inputs.push_back({.x = 5}); }) ==
          "inputs[0]: lies at (5, 0), outside the mesh of 2 x 1 cores");
    CHECK(problem_of([](auto& p) { p.cores.clear(); }) == "cores: is empty; a program needs at least one core");
}
