// SPDX-License-Identifier: Apache-2.0
// Analytic bounds against the event-driven model: never above it, near it when one resource binds, the same counts.
#include "analysis/bounds/bounds.hpp"

#include "arch/core_grid/run.hpp"
#include "tests/support/core_grid_layers.hpp"

#include <catch2/catch.hpp>

using namespace lodestone;

namespace {

constexpr GridShape kGrid{.rows = 2, .cols = 2};

/// Every phase of the run takes at least its bound; the bounds themselves.
std::vector<bounds::PhaseBound> check_below(const isa::Program& program, const spec::CoreGridSpec& machine,
                                            const isa::Execution& run) {
    std::vector<bounds::PhaseBound> all = bounds::phase_bounds(program, machine);
    REQUIRE(all.size() == run.phases.size());
    for (std::size_t phase = 0; phase < all.size(); ++phase) {
        const isa::PhaseRecord& record = run.phases[phase];
        CAPTURE(record.name, all[phase].bound_by, all[phase].cycles.count(), (record.end - record.begin).count());
        CHECK(all[phase].cycles <= record.end - record.begin);
    }
    return all;
}

void check_same_counts(const isa::EventCounts& ours, const isa::EventCounts& model) {
    CHECK(ours.macs == model.macs);
    CHECK(ours.matrix_slots == model.matrix_slots);
    CHECK(ours.vector_ops == model.vector_ops);
    CHECK(ours.function_ops == model.function_ops);
    for (const auto& [name, count] : model.memories) {
        CAPTURE(name);
        CHECK(ours.memories.at(name).read.count() == count.read.count());
        CHECK(ours.memories.at(name).written.count() == count.written.count());
    }
    for (const auto& [name, count] : model.networks) {
        CAPTURE(name);
        CHECK(ours.networks.at(name).injected.count() == count.injected.count());
        CHECK(ours.networks.at(name).sent.count() == count.sent.count());
        CHECK(ours.networks.at(name).received.count() == count.received.count());
        CHECK(ours.networks.at(name).transfers == count.transfers);
        CHECK(ours.networks.at(name).flit_hops == count.flit_hops);
    }
}

/// Convolutions in every kind of split, delivery and blocking that the tests of the model use, and more.
std::vector<test::ConvCase> cases() {
    std::vector<test::ConvCase> list;
    for (const std::uint32_t chunks : {1U, 4U}) {
        for (const bool resident : {false, true}) {
            test::ConvCase layer{.size = 12, .in_channels = 16, .out_channels = 24, .chunks = chunks};
            layer.resident = resident;
            layer.steps = {.frame_blocks = 1, .axis_blocks = 3, .blocked_axis = 2};
            layer.rows = 2;
            layer.cols = 2;
            list.push_back(layer);
            layer.cols = 1;
            layer.channel_parts = 2;
            list.push_back(layer);
            layer.channel_parts = 1;
            layer.reduction_parts = 2;
            list.push_back(layer);
            layer.rows = 1;
            layer.batch = 4;
            layer.batch_parts = 2;
            layer.steps.frame_blocks = 2;
            list.push_back(layer);
        }
    }
    list.push_back({.size = 15, .in_channels = 8, .out_channels = 8, .groups = 8, .stride = 2, .rows = 2, .cols = 2});
    list.push_back({.size = 9, .in_channels = 8, .out_channels = 8, .kernel = 7, .rows = 2, .cols = 2});
    return list;
}

/// Machines that differ from the small one in a single part that loads depend on, or do not depend on.
std::vector<spec::CoreGridSpec> relatives(GridShape grid) {
    std::vector<spec::CoreGridSpec> machines(13, test::small_machine(grid));
    machines[1].activation_network.link_width = Bytes(4);
    machines[2].partial_sum_network.link_width = Bytes(4);
    machines[3].model_network.link_width = Bytes(4);
    machines[4].matrix.packs_window = !machines[4].matrix.packs_window;
    machines[5].matrix.activation_buffer = Bytes(64);
    machines[6].matrix.weight_buffer = Bytes(4096);
    machines[7].vector.lanes = 1;
    machines[8].vector.steps_per_pass = 1;
    machines[9].vector.function_lanes = 1;
    machines[10].clock = Hertz(1e9);
    machines[11].memory.width = Bytes(4);
    machines[12].synchronisation = Cycles(1000);
    return machines;
}

void check_same_run(const isa::Execution& ours, const isa::Execution& fresh) {
    REQUIRE(ours.phases.size() == fresh.phases.size());
    for (std::size_t phase = 0; phase < fresh.phases.size(); ++phase) {
        CAPTURE(fresh.phases[phase].name);
        CHECK(ours.phases[phase].end == fresh.phases[phase].end);
        CHECK(ours.phases[phase].busiest == fresh.phases[phase].busiest);
        CHECK(ours.phases[phase].events.core_cycles == fresh.phases[phase].events.core_cycles);
        check_same_counts(ours.phases[phase].events, fresh.phases[phase].events);
    }
}

} // namespace

TEST_CASE("no convolution runs faster than its bound", "[analysis][bounds]") {
    const spec::CoreGridSpec machine = test::small_machine(kGrid);
    for (const test::ConvCase& layer : cases()) {
        const isa::Program program = test::conv_program(kGrid, layer);
        check_below(program, machine, core_grid::run_core_grid(program, machine));
    }
}

TEST_CASE("no phase of a network of every split runs faster than its bound", "[analysis][bounds]") {
    for (const GridShape grid : {GridShape{.rows = 2, .cols = 2}, GridShape{.rows = 4, .cols = 4}}) {
        const spec::CoreGridSpec machine = test::small_machine(grid);
        const isa::Program program = test::every_split_program(grid);
        check_below(program, machine, core_grid::run_core_grid(program, machine));
    }
}

TEST_CASE("narrow links, memories and buffers leave the bound a bound", "[analysis][bounds]") {
    for (const std::uint64_t width : {1ULL, 4ULL, 64ULL}) {
        spec::CoreGridSpec machine = test::small_machine(kGrid);
        machine.activation_network.link_width = Bytes(width);
        machine.model_network.link_width = Bytes(width);
        machine.partial_sum_network.link_width = Bytes(width);
        machine.memory.width = Bytes(width);
        machine.memory.banks = 1;
        machine.matrix.weight_buffer = Bytes(4096);
        machine.io_bandwidth = BytesPerSecond(machine.clock.count() * static_cast<double>(width));
        for (const test::ConvCase& layer : cases()) {
            const isa::Program program = test::conv_program(kGrid, layer);
            check_below(program, machine, core_grid::run_core_grid(program, machine));
        }
    }
}

TEST_CASE("the closed form counts what the model counts", "[analysis][bounds]") {
    const spec::CoreGridSpec machine = test::small_machine(kGrid);
    for (const test::ConvCase& layer : cases()) {
        const isa::Program program = test::conv_program(kGrid, layer);
        check_same_counts(bounds::analytic_execution(program, machine).events,
                          core_grid::run_core_grid(program, machine).events);
    }
    const GridShape grid{.rows = 4, .cols = 4};
    const isa::Program program = test::every_split_program(grid);
    check_same_counts(bounds::analytic_execution(program, test::small_machine(grid)).events,
                      core_grid::run_core_grid(program, test::small_machine(grid)).events);
}

TEST_CASE("a phase that one resource binds is within five percent of its bound", "[analysis][bounds]") {
    struct Case {
        const char* resource;
        spec::CoreGridSpec machine;
        test::ConvCase layer;
    };
    std::vector<Case> list;
    const spec::CoreGridSpec machine = test::small_machine(kGrid);
    list.push_back({"matrix", machine, {.size = 32, .in_channels = 16, .out_channels = 32, .rows = 2, .cols = 2}});
    list.back().layer.chunks = 4;
    list.push_back({"vector", machine, {.size = 32, .in_channels = 4, .out_channels = 32, .kernel = 1}});
    list.back().machine.vector.lanes = 1;
    list.back().layer.rows = list.back().layer.cols = 2;
    list.back().layer.chunks = 4;
    list.push_back({"memory", machine, {.size = 32, .in_channels = 16, .out_channels = 16, .rows = 2, .cols = 2}});
    list.back().machine.memory.width = Bytes(4);
    list.back().machine.activation_network.link_width = Bytes(4);
    list.back().machine.matrix.activation_buffer = Bytes(64);
    list.back().layer.resident = true;
    list.back().layer.steps = {.frame_blocks = 1, .axis_blocks = 16, .blocked_axis = 2};
    for (const Case& entry : list) {
        const isa::Program program = test::conv_program(kGrid, entry.layer);
        const isa::Execution run = core_grid::run_core_grid(program, entry.machine);
        const auto all = check_below(program, entry.machine, run);
        const isa::PhaseRecord& conv = run.phases.at(1);
        CAPTURE(entry.resource, all[1].cycles.count(), (conv.end - conv.begin).count());
        CHECK(all[1].bound_by == entry.resource);
        CHECK(static_cast<double>((conv.end - conv.begin).count()) <=
              1.05 * static_cast<double>(all[1].cycles.count()));
    }
}

TEST_CASE("the phases of an analytic run follow each other and sum to it", "[analysis][bounds]") {
    const isa::Execution run = bounds::analytic_execution(test::every_split_program(kGrid), test::small_machine(kGrid));
    Cycles end;
    isa::EventCounts sum;
    for (const isa::PhaseRecord& phase : run.phases) {
        CHECK(phase.begin == end);
        CHECK(phase.events.elapsed == phase.end - phase.begin);
        end = phase.end;
        sum += phase.events;
    }
    CHECK(run.cycles == end);
    CHECK(run.events.elapsed == end);
    CHECK(isa::total_macs(run.events) == isa::total_macs(sum));
    CHECK(run.kernel_events == 0);
}

TEST_CASE("loads known from other programs and machines give the run that fresh ones give", "[analysis][bounds]") {
    std::vector<isa::Program> programs{test::every_split_program(kGrid)};
    for (const test::ConvCase& layer : cases()) {
        programs.push_back(test::conv_program(kGrid, layer));
        for (isa::Phase& phase : programs.emplace_back(programs.back()).phases) {
            phase.accumulator_bits = 16;
            phase.matrix = {.inputs = 8, .outputs = 4};
            phase.weight_format = numerics::FormatId::fp8_e4m3;
        }
        for (isa::ProgramTensor& tensor : programs.emplace_back(programs[programs.size() - 2]).tensors) {
            tensor.format = numerics::FormatId::int4;
        }
    }
    bounds::KnownLoads known;
    for (int round = 0; round < 2; ++round) { // in the second all of them are known
        for (const spec::CoreGridSpec& machine : relatives(kGrid)) {
            for (const isa::Program& program : programs) {
                check_same_run(bounds::analytic_execution(program, machine, known),
                               bounds::analytic_execution(program, machine));
            }
        }
    }
}
