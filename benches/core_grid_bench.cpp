// SPDX-License-Identifier: Apache-2.0
// How fast is the core grid simulated? ResNet-50 at int8 on 16x16 and 64x64 cores, and its network alone.
//
// Method: the network is imported, quantised and compiled once; one iteration is one whole simulation, timing only.
// Items are kernel events. `network` sends multicasts of 256 bytes from random cores at a steady rate; items are
// router-cycles.
#include "arch/core_grid/run.hpp"
#include "arch/noc/network.hpp"
#include "mapping/emit/compile.hpp"
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

isa::Program compiled(const char* network, const spec::CoreGridSpec& machine, std::int64_t batch) {
    quantise::QuantiseOptions options;
    const graph::QuantisedModel model = quantise::quantise(
        import::import_network(std::string(LODESTONE_SOURCE_DIR "/configs/workloads/") + network), options);
    emit::CompileOptions compile;
    compile.batch = batch;
    compile.matrix_shape = [](numerics::FormatId, numerics::FormatId) {
        return spec::MatrixShape{.inputs = 32, .outputs = 32};
    };
    return emit::compile(model, machine, compile);
}

/// Sides of the square grid, resident batch.
void simulate(benchmark::State& state, const char* network) {
    spec::CoreGridSpec machine;
    const auto side = static_cast<std::uint32_t>(state.range(0));
    machine.grid = {.rows = side, .cols = side};
    const isa::Program program = compiled(network, machine, state.range(1));
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
    constexpr std::uint32_t destinations = 4;
    constexpr Bytes bytes(256);
    const double load = 0.6 / side; ///< flits per router and cycle, so that links are busy about a third of the time
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

BENCHMARK_CAPTURE(simulate, resnet50, "resnet50.onnx")
    ->Args({16, 1})
    ->Args({16, 8})
    ->Args({64, 1})
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(simulate, mobilenet_v2, "mobilenet_v2.onnx")->Args({16, 1})->Unit(benchmark::kMillisecond);
BENCHMARK(network)->Arg(16)->Arg(64)->Unit(benchmark::kMillisecond);
