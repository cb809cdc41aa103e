// SPDX-License-Identifier: Apache-2.0
// Hand-made programs on a small grid: phases, counts, conservation, determinism, errors.
#include "arch/core_grid/run.hpp"
#include "arch/core_grid/traffic.hpp"
#include "sim/base/error.hpp"
#include "sim/trace/trace_sink.hpp"
#include "tests/support/core_grid_layers.hpp"

#include <catch2/catch.hpp>
#include <map>

namespace lodestone::core_grid {
namespace {

using Catch::Matchers::Contains;
using test::ProgramBuilder;

constexpr GridShape kGrid{.rows = 2, .cols = 2};

isa::Execution run(const isa::Program& program) {
    return run_core_grid(program, test::small_machine(program.grid));
}

} // namespace

TEST_CASE("phases follow each other without gaps and sum to the run", "[arch][core_grid]") {
    const isa::Execution execution = run(test::every_split_program(kGrid));
    Cycles end;
    isa::EventCounts sum;
    for (const isa::PhaseRecord& phase : execution.phases) {
        CHECK(phase.begin == end);
        CHECK(phase.events.elapsed == phase.end - phase.begin);
        end = phase.end;
        sum += phase.events;
    }
    CHECK(end == execution.cycles);
    CHECK(sum.elapsed == execution.cycles);
    CHECK(isa::total_macs(sum) == isa::total_macs(execution.events));
}

TEST_CASE("phases run alone take as long as in the whole run once a phase before them sets the scene",
          "[arch][core_grid]") {
    const isa::Program program = test::every_split_program(kGrid);
    const isa::Execution whole = run(program);
    for (std::uint32_t phase = 1; phase < program.phases.size(); ++phase) {
        INFO(program.phases[phase].name);
        const isa::Execution part = run_core_grid(program, test::small_machine(program.grid),
                                                  {.only = isa::PhaseRange{.first = phase - 1, .last = phase}});
        REQUIRE(part.phases.size() == 2);
        CHECK(part.phases.back().name == program.phases[phase].name);
        CHECK(part.phases.back().events.elapsed == whole.phases[phase].events.elapsed);
    }
}

TEST_CASE("every network delivers what was sent", "[arch][core_grid]") {
    const isa::Execution execution = run(test::every_split_program(kGrid));
    for (const auto& [name, network] : execution.events.networks) {
        CAPTURE(name);
        CHECK(network.sent == network.received);
        CHECK(network.sent >= network.injected);
        CHECK(network.injected > Bytes(0));
    }
}

TEST_CASE("details of cores and links sum to the counts of their phase", "[arch][core_grid]") {
    const isa::Program program = test::every_split_program(kGrid);
    const isa::Execution execution = run_core_grid(program, test::small_machine(program.grid), {.detail = true});
    struct Links {
        const char* network;
        std::vector<std::uint64_t> isa::PhaseDetail::*flits;
    };
    const Links kinds[] = {{"activation", &isa::PhaseDetail::activation_flits},
                           {"model", &isa::PhaseDetail::model_flits},
                           {"partial_sum", &isa::PhaseDetail::partial_sum_flits}};
    std::map<std::string, std::uint64_t> flit_hops;
    for (const isa::PhaseRecord& phase : execution.phases) {
        CAPTURE(phase.name);
        REQUIRE(phase.detail.has_value());
        std::uint64_t matrix = 0;
        for (const std::uint64_t busy : phase.detail->matrix_busy) {
            CHECK(busy <= phase.busiest.at("matrix").count());
            matrix += busy;
        }
        CHECK(phase.detail->matrix_busy.size() == kGrid.size());
        CHECK(matrix == phase.events.core_cycles.at("matrix_busy"));
        for (const Links& kind : kinds) {
            CAPTURE(kind.network);
            std::uint64_t busiest_link = 0;
            for (const std::uint64_t flits : *phase.detail.*kind.flits) {
                busiest_link = std::max(busiest_link, flits);
                flit_hops[kind.network] += flits;
            }
            CHECK(busiest_link == phase.busiest.at(std::string(kind.network) + "_link").count());
        }
    }
    for (const Links& kind : kinds) {
        CAPTURE(kind.network);
        CHECK(flit_hops[kind.network] > 0);
        CHECK(flit_hops[kind.network] == execution.events.networks.at(kind.network).flit_hops);
    }
}

TEST_CASE("details are recorded only when asked for, and change nothing else", "[arch][core_grid]") {
    const isa::Program program = test::every_split_program(kGrid);
    const isa::Execution plain = run(program);
    const isa::Execution detailed = run_core_grid(program, test::small_machine(program.grid), {.detail = true});
    CHECK(plain.cycles == detailed.cycles);
    CHECK(plain.kernel_events == detailed.kernel_events);
    for (const isa::PhaseRecord& phase : plain.phases) {
        CHECK_FALSE(phase.detail.has_value());
    }
}

TEST_CASE("the same program gives the same execution twice", "[arch][core_grid]") {
    const isa::Program program = test::every_split_program(kGrid);
    const isa::Execution first = run(program);
    const isa::Execution second = run(program);
    CHECK(first.cycles == second.cycles);
    CHECK(first.kernel_events == second.kernel_events);
    for (std::size_t phase = 0; phase < first.phases.size(); ++phase) {
        CHECK(first.phases[phase].end == second.phases[phase].end);
        CHECK(first.phases[phase].events.core_cycles == second.phases[phase].events.core_cycles);
    }
}

TEST_CASE("no phase is shorter than its busiest resource is busy", "[arch][core_grid]") {
    const isa::Execution execution = run(test::every_split_program(kGrid));
    for (const isa::PhaseRecord& phase : execution.phases) {
        for (const auto& [resource, busy] : phase.busiest) {
            CAPTURE(phase.name, resource);
            CHECK(busy <= phase.end - phase.begin);
        }
    }
}

TEST_CASE("kernel events grow with steps, not with the size of the data", "[arch][core_grid]") {
    const isa::Execution small = run(test::conv_program(kGrid, {.size = 16, .rows = 2}));
    const isa::Execution large = run(test::conv_program(kGrid, {.size = 64, .rows = 2}));
    CHECK(large.cycles > small.cycles * 8);
    CHECK(large.kernel_events == small.kernel_events);
}

namespace {

/// Keeps the spans it is told.
class SpanList final : public trace::TraceSink {
public:
    struct Entry {
        std::string track;
        std::string name;
        Cycles start;
        Cycles end;
    };
    trace::TrackId add(const std::string& name) {
        tracks.push_back(name);
        return trace::TrackId(static_cast<std::uint32_t>(tracks.size() - 1));
    }
    trace::TrackId add_track(const std::string& process, const std::string& thread) override {
        return add(process + "." + thread);
    }
    trace::SignalId add_signal(const std::string& /*process*/, const std::string& /*name*/,
                               unsigned /*bits*/) override {
        return trace::SignalId(0);
    }
    void span(trace::TrackId track, const trace::Span& span) override {
        spans.push_back({tracks.at(track.index()), std::string(span.name), span.start, span.start + span.duration});
    }
    void change(trace::SignalId /*signal*/, Cycles /*at*/, std::uint64_t /*value*/) override {}
    void close() override {}

    std::vector<std::string> tracks;
    std::vector<Entry> spans;
};

} // namespace

TEST_CASE("a trace has one span per phase, and a core's matrix unit does one step at a time within its phase",
          "[arch][core_grid]") {
    const isa::Program program = test::every_split_program(kGrid);
    SpanList list;
    const isa::Execution execution = run_core_grid(program, test::small_machine(kGrid), {.trace = &list});
    std::map<std::string, const isa::PhaseRecord*> phases;
    for (const isa::PhaseRecord& phase : execution.phases) {
        phases[phase.name] = &phase;
    }
    std::size_t phase_spans = 0;
    std::map<std::string, Cycles> matrix_busy_until;
    for (const SpanList::Entry& span : list.spans) {
        const isa::PhaseRecord& phase = *phases.at(span.name);
        CHECK(span.start >= phase.begin);
        CHECK(span.end <= phase.end);
        phase_spans += span.track == "chip.phases" ? 1U : 0U;
        if (span.track.ends_with(".matrix")) {
            CHECK(span.start >= matrix_busy_until[span.track]);
            matrix_busy_until[span.track] = span.end;
        }
    }
    CHECK(phase_spans == execution.phases.size());
    CHECK(matrix_busy_until.size() == kGrid.size());
}

TEST_CASE("a program for another grid is refused", "[arch][core_grid]") {
    const isa::Program program = test::conv_program(kGrid, {});
    CHECK_THROWS_WITH(run_core_grid(program, test::small_machine({.rows = 3, .cols = 2})),
                      Contains("2x2") && Contains("3x2"));
}

TEST_CASE("a weight chunk larger than the weight buffer names layer, size and limit", "[arch][core_grid]") {
    spec::CoreGridSpec machine = test::small_machine(kGrid);
    machine.matrix.weight_buffer = Bytes(64);
    CHECK_THROWS_WITH(run_core_grid(test::conv_program(kGrid, {}), machine), Contains("conv") && Contains("64"));
}

TEST_CASE("a run beyond its limit of cycles is a machine error", "[arch][core_grid]") {
    const isa::Program program = test::conv_program(kGrid, {});
    CHECK_THROWS_AS(run_core_grid(program, test::small_machine(kGrid), {.cycle_limit = Cycles(50)}), MachineError);
}

TEST_CASE("a flow into a memory narrower than its link is written from its head on, no earlier", "[arch][core_grid]") {
    const GridShape grid{.rows = 1, .cols = 2};
    const isa::Program program = test::conv_program(grid, {.rows = 1, .cols = 2});
    spec::CoreGridSpec machine = test::small_machine(grid);
    machine.memory.width = Bytes(4);
    machine.memory.banks = 1;
    machine.activation_network.link_width = Bytes(64);
    Resources resources(program, machine, FlowControl::elastic);
    Traffic traffic(program, resources);
    isa::Flow flow = isa::gather_flows(program, 1, 0).front();
    REQUIRE(flow.from_frame_buffer);
    traffic.send(flow, Cycles(1000));
    const CoreId destination = flow.destinations.front();
    const Cycles head = resources.activation.head_arrival(destination);
    const Cycles write = transfer_cycles(flow.bytes, machine.memory.width);
    REQUIRE(write > transfer_cycles(flow.bytes, machine.activation_network.link_width));
    CHECK(resources.memories[destination.index()].settle(Cycles(0)) == head + write);
    CHECK(traffic.inputs_ready(destination, 1) == head + write);
}

} // namespace lodestone::core_grid
