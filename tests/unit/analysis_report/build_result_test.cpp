// SPDX-License-Identifier: Apache-2.0
// What a result says about a run: sums, steady state, utilisation, clock limit.
#include "analysis/report/build_result.hpp"

#include "analysis/bounds/bounds.hpp"
#include "analysis/report/result_json.hpp"
#include "tests/support/core_grid_layers.hpp"
#include "tests/support/cost_fixture.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace lodestone;

namespace {

constexpr GridShape kGrid{.rows = 2, .cols = 2};

struct Run {
    spec::MachineSpec machine;
    cost::Technology technology = test::load_technology("12nm.yaml");
    isa::Program program;
    isa::Execution execution;

    explicit Run(isa::Program of) : program(std::move(of)) {
        spec::CoreGridSpec grid = test::small_machine(kGrid);
        grid.matrix.modes = {{.precision = "int8", .shape = {.inputs = 8, .outputs = 8}}};
        machine = {.name = "small", .voltage = Volts(0.8), .family = grid};
        execution = bounds::analytic_execution(program, grid);
    }
    [[nodiscard]] report::Result result(const report::RunIdentity& identity = {}) const {
        return report::build_result(
            {.program = program, .execution = execution, .machine = machine, .technology = technology}, identity);
    }
};

isa::PhaseRecord record(const std::string& op, std::uint64_t begin, std::uint64_t end) {
    isa::PhaseRecord phase{.name = op, .op = op, .begin = Cycles(begin), .end = Cycles(end)};
    phase.events.elapsed = phase.end - phase.begin;
    return phase;
}

/// One byte of chip I/O per cycle.
spec::CoreGridSpec slow_io() {
    spec::CoreGridSpec machine;
    machine.clock = Hertz(1e6);
    machine.io_bandwidth = BytesPerSecond(1e6);
    return machine;
}

isa::Execution three_phases(std::uint64_t input_bytes) {
    isa::Execution run;
    isa::PhaseRecord input = record("Input", 0, input_bytes + 20);
    input.events.memories["io"].read = Bytes(input_bytes);
    input.busiest = {{"frame_buffer", Cycles(20)}, {"activation_link", Cycles(15)}};
    isa::PhaseRecord conv = record("Conv", input.end.count(), input.end.count() + 200);
    isa::PhaseRecord output = record("Output", conv.end.count(), conv.end.count() + 30);
    output.events.memories["io"].written = Bytes(10);
    output.busiest = {{"activation_link", Cycles(15)}};
    run.cycles = output.end;
    run.phases = {input, conv, output};
    return run;
}

} // namespace

TEST_CASE("in steady state the next batch's inputs arrive while this one is computed", "[analysis][report]") {
    // 80 bytes take 80 cycles, 60 of them alone: 100 - 60 + 200 + 30.
    const report::Period period = report::steady_period(three_phases(80), slow_io());
    CHECK(period.cycles == Cycles(270));
    CHECK(period.io_cycles == Cycles(80));
}

TEST_CASE("chip I/O sets the period when it takes longer than everything else", "[analysis][report]") {
    CHECK(report::steady_period(three_phases(400), slow_io()).cycles == Cycles(400));
}

TEST_CASE("layers sum to the run: MACs, cycles and bytes exactly, energy to rounding", "[analysis][report]") {
    const report::Result result = Run(test::every_split_program(kGrid)).result();
    Macs macs;
    Cycles cycles;
    Joules energy;
    std::map<std::string, Bytes> traffic;
    for (const report::LayerResult& layer : result.layers) {
        macs += layer.macs;
        cycles += layer.cycles;
        energy += report::sum(layer.energy);
        for (const auto& [name, bytes] : layer.traffic) {
            traffic[name] += bytes;
        }
    }
    CHECK(macs == isa::total_macs(result.events));
    CHECK(cycles == result.cycles);
    CHECK(energy.count() == Approx(report::sum(result.energy).count()).epsilon(1e-12));
    for (const auto& [name, bytes] : result.traffic) {
        CHECK(traffic.at(name) == bytes);
    }
}

TEST_CASE("the energy of a run is the price of its counts", "[analysis][report]") {
    const Run run(test::every_split_program(kGrid));
    const report::Result result = run.result();
    for (const auto& [name, value] : cost::energy(run.execution.events, run.machine, run.technology)) {
        INFO(name);
        REQUIRE(report::find(result.energy, name) != nullptr);
        CHECK(report::find(result.energy, name)->count() == Approx(value.count()).epsilon(1e-12));
    }
}

TEST_CASE("utilisation is useful MACs over the grid's peak in the cycles of the run", "[analysis][report]") {
    const report::Result result = Run(test::conv_program(kGrid, {.size = 16, .rows = 2, .cols = 2})).result();
    const double peak = 4.0 * 64 * static_cast<double>(result.cycles.count());
    CHECK(result.utilization == Approx(static_cast<double>(isa::total_macs(result.events).count()) / peak));
}

TEST_CASE("power is the energy of one period over its length", "[analysis][report]") {
    const report::Result result = Run(test::conv_program(kGrid, {.size = 16, .batch = 4, .rows = 2})).result();
    const double seconds = static_cast<double>(result.steady.period.count()) / result.clock.count();
    CHECK(result.throughput_per_s == Approx(4 / seconds));
    CHECK(result.power.count() == Approx(report::sum(result.steady.energy_per_inference).count() * 4 / seconds));
    CHECK(result.latency.count() == Approx(static_cast<double>(result.cycles.count()) / result.clock.count()));
}

TEST_CASE("a component that a core grid does not have is absent", "[analysis][report]") {
    const report::Result result = Run(test::conv_program(kGrid, {})).result();
    for (const char* name : {"dram", "flash"}) {
        CHECK(report::find(result.energy, name) == nullptr);
    }
    CHECK(report::find(result.traffic, "dram_read") == nullptr);
    CHECK(report::to_json(result).find("dram") == std::string::npos);
}

TEST_CASE("a clock above the delay limit is a warning with the limit and the block", "[analysis][report]") {
    Run run(test::conv_program(kGrid, {}));
    CHECK(run.result().warnings.empty());
    std::get<spec::CoreGridSpec>(run.machine.family).clock = Hertz(4e9);
    const report::Result result = run.result();
    REQUIRE(result.warnings.size() == 1);
    CHECK(result.warnings[0].find("4 GHz") != std::string::npos);
    const auto slowest =
        std::ranges::min_element(result.clock_limits, {}, [](const auto& limit) { return limit.second; });
    CHECK(slowest->second < result.clock);
    CHECK(result.warnings[0].find(slowest->first) != std::string::npos);
}

TEST_CASE("phases that do not sum to their run are a bug", "[analysis][report]") {
    Run run(test::conv_program(kGrid, {}));
    run.execution.cycles += Cycles(1);
    CHECK_THROWS_AS(run.result(), InternalError);
}

TEST_CASE("the same run gives the same bytes of its file", "[analysis][report]") {
    const report::RunIdentity identity{.version = "1", .seed = 3, .config_hash = "h", .fidelity = "analytic"};
    const isa::Program program = test::every_split_program(kGrid);
    CHECK(report::to_json(Run(program).result(identity)) == report::to_json(Run(program).result(identity)));
}

TEST_CASE("every layer's cycles are at least its bound", "[analysis][report]") {
    for (const report::LayerResult& layer : Run(test::every_split_program(kGrid)).result().layers) {
        for (const auto& [resource, cycles] : layer.bounds) {
            CHECK(cycles <= layer.cycles);
        }
    }
}
