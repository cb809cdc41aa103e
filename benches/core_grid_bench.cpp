// SPDX-License-Identifier: Apache-2.0
// How fast is the core grid mapped and simulated? ResNet-50 at int8 on 16x16 and 64x64 cores like
// NorthPole's, and their network alone.
//
// Method: `simulate` imports, quantises and compiles the network once; one iteration is one whole simulation, timing
// only. `map_and_simulate` compiles in every iteration too. Items are kernel events. `network` sends 256 bytes from
// random cores to one or four random cores at a steady rate; items are router-cycles.
#include "arch/core_grid/run.hpp"
#include "arch/noc/network.hpp"
#include "arch/spec/machine.hpp"
#include "mapping/emit/compile.hpp"
#include "sim/config/map_reader.hpp"
#include "sim/config/node.hpp"
#include "workloads/import/import.hpp"
#include "workloads/quantise/quantise.hpp"

#include <benchmark/benchmark.h>

#include <random>
#include <sys/resource.h>

namespace {

using namespace lodestone;

double peak_megabytes() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return static_cast<double>(usage.ru_maxrss) / 1024.0;
}

graph::QuantisedModel quantised(const char* network) {
    const quantise::QuantiseOptions options;
    return quantise::quantise(import::import_network(std::string(LODESTONE_SOURCE_DIR "/configs/workloads/") + network),
                              options);
}

/// As the command compiles: with the model lent to the search.
isa::Program compiled(const graph::QuantisedModel& model, const spec::CoreGridSpec& machine, std::int64_t batch,
                      tile::Effort effort = tile::Effort::quick) {
    emit::CompileOptions compile;
    compile.batch = batch;
    compile.search.effort = effort;
    compile.search.trial = [&machine](const isa::Program& program, isa::PhaseRange range) {
        return core_grid::run_core_grid(program, machine, {.only = range}).phases;
    };
    compile.matrix_shape = [](numerics::FormatId, numerics::FormatId) {
        return spec::MatrixShape{.inputs = 32, .outputs = 32};
    };
    return emit::compile(model, machine, compile);
}

/// The NorthPole-like machine with another number of cores.
spec::CoreGridSpec square_grid(std::int64_t side) {
    Problems problems;
    const config::Node root = config::load_file(LODESTONE_SOURCE_DIR "/configs/arch/northpole.yaml", problems);
    config::MapReader reader(root, problems);
    auto machine = std::get<spec::CoreGridSpec>(spec::read_machine(reader).family);
    problems.throw_if_errors();
    machine.grid = {.rows = static_cast<std::uint32_t>(side), .cols = static_cast<std::uint32_t>(side)};
    return machine;
}

/// Sides of the square grid, resident batch, effort.
void map_and_simulate(benchmark::State& state, const char* network) {
    const spec::CoreGridSpec machine = square_grid(state.range(0));
    const graph::QuantisedModel model = quantised(network);
    isa::Execution execution;
    for (auto _ : state) {
        execution = core_grid::run_core_grid(
            compiled(model, machine, state.range(1), static_cast<tile::Effort>(state.range(2))), machine);
    }
    state.SetItemsProcessed(static_cast<std::int64_t>(execution.kernel_events) * state.iterations());
    state.counters["cycles"] = static_cast<double>(execution.cycles.count());
    state.counters["peak_mb"] = peak_megabytes();
}

/// The same without mapping.
void simulate(benchmark::State& state, const char* network) {
    const spec::CoreGridSpec machine = square_grid(state.range(0));
    const isa::Program program = compiled(quantised(network), machine, state.range(1));
    isa::Execution execution;
    for (auto _ : state) {
        execution = core_grid::run_core_grid(program, machine);
    }
    state.SetItemsProcessed(static_cast<std::int64_t>(execution.kernel_events) * state.iterations());
    state.counters["cycles"] = static_cast<double>(execution.cycles.count());
    state.counters["kernel_events"] = static_cast<double>(execution.kernel_events);
    state.counters["transfers"] = static_cast<double>(execution.events.networks.at("activation").transfers);
    state.counters["peak_mb"] = peak_megabytes();
}

void network(benchmark::State& state) {
    const auto side = static_cast<std::uint32_t>(state.range(0));
    const GridShape grid{.rows = side, .cols = side};
    constexpr std::uint64_t cycles = 2000;
    const auto destinations = static_cast<std::uint32_t>(state.range(1));
    constexpr Bytes bytes(256);
    // Flits per router and cycle that keep the links in the middle busy a third of the time: a mesh carries 4 / side.
    const double load = destinations == 1 ? 4.0 / 3 / side : 0.6 / side;
    const spec::NetworkSpec spec;
    const auto flits = static_cast<double>(bytes / spec.link_width);
    const auto sent = static_cast<std::uint64_t>(load * static_cast<double>(cycles * grid.size()) / flits);
    std::mt19937 random(1);
    double waited = 0;
    for (auto _ : state) {
        noc::Network mesh("activation", grid, spec);
        for (std::uint64_t i = 0; i < sent; ++i) {
            const CoreId source(static_cast<std::uint32_t>(random()) % grid.size());
            std::vector<CoreId> to;
            for (std::uint32_t d = 0; d < destinations; ++d) {
                to.emplace_back(static_cast<std::uint32_t>(random()) % grid.size());
            }
            const std::vector<isa::LinkUse> links = isa::multicast_tree(grid, source, to);
            mesh.advance(Cycles(i * cycles / sent));
            benchmark::DoNotOptimize(mesh.send({.links = links,
                                                .bytes = bytes,
                                                .destinations = destinations,
                                                .earliest = Cycles(i * cycles / sent),
                                                .source_cycles = {}}));
        }
        waited = static_cast<double>(mesh.waited().count()) / static_cast<double>(sent);
    }
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(cycles * grid.size()));
    state.counters["waited_cycles"] = waited;
    state.counters["peak_mb"] = peak_megabytes();
}

} // namespace

BENCHMARK_CAPTURE(map_and_simulate, resnet50, "resnet50.onnx")
    ->ArgNames({"side", "batch", "effort"}) // 0 quick, 1 normal
    ->Args({16, 1, 0})
    ->Args({16, 1, 1})
    ->Args({64, 1, 0})
    ->Args({64, 1, 1})
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(simulate, resnet50, "resnet50.onnx")
    ->Args({16, 1})
    ->Args({16, 8})
    ->Args({64, 1})
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(simulate, mobilenet_v2, "mobilenet_v2.onnx")->Args({16, 1})->Unit(benchmark::kMillisecond);
BENCHMARK(network)->Args({16, 1})->Args({64, 1})->Args({16, 4})->Args({64, 4})->Unit(benchmark::kMillisecond);
