// SPDX-License-Identifier: Apache-2.0
// How fast a sweep is: points per second and core at both fidelities, bytes per point, and pricing anew.
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

namespace {

namespace fs = std::filesystem;

const std::string kRoot = LODESTONE_SOURCE_DIR;
const std::string kCommand = LODESTONE_BINARY_DIR "/bin/lodestone explore ";

/// A folder for one benchmark's files, empty at first.
fs::path scratch() {
    std::string name = (fs::temp_directory_path() / "lodestone-bench-XXXXXX").string();
    return ::mkdtemp(name.data());
}

void run(benchmark::State& state, const std::string& arguments) {
    if (std::system((kCommand + arguments + " >/dev/null 2>&1").c_str()) != 0) { // NOLINT(bugprone-command-processor)
        state.SkipWithError("the command failed");
    }
}

std::string write_sweep(const fs::path& folder, const std::string& run_keys, const std::string& axes,
                        const std::string& fidelity) {
    const std::string file = (folder / "sweep.yaml").string();
    std::ofstream(file)
        << "name: bench\nrun:\n"
        << run_keys << "axes:\n"
        << axes << "objectives:\n  - {key: latency_s, goal: minimise}\n  - {key: energy_j.total, goal: minimise}\n"
        << "  - {key: area_mm2.total, goal: minimise}\nfidelity: " << fidelity << "\n";
    return file;
}

std::string resnet50(const std::string& effort) {
    return "  machine: {include: " + kRoot + "/configs/arch/northpole.yaml}\n  workload: " + kRoot +
           "/configs/workloads/resnet50.onnx\n  precision: int8\n  mapping: {effort: " + effort + "}\n";
}

/// ResNet-50 on relatives of the 16x16 grid, one worker, a new store each time.
void core_grid(benchmark::State& state, const std::string& fidelity, const std::string& effort) {
    const std::string axes = "  - {name: rows, path: machine.grid.rows, values: [8, 12, 16]}\n"
                             "  - {name: cols, path: machine.grid.cols, values: [8, 12, 16]}\n"
                             "  - {name: memory, path: machine.core.memory.capacity, values: [768 KiB, 1 MiB]}\n"
                             "  - {name: precision, path: precision, values: [int8, fp8_e4m3]}\n";
    constexpr double points = 36;
    double bytes = 0;
    for (auto _ : state) {
        const fs::path folder = scratch();
        const fs::path store = folder / "a.db";
        run(state, write_sweep(folder, resnet50(effort), axes, fidelity) + " --jobs 1 --db " + store.string());
        std::error_code missing;
        bytes = static_cast<double>(fs::file_size(store, missing));
        fs::remove_all(folder);
    }
    state.counters["points_per_s"] =
        benchmark::Counter(points * static_cast<double>(state.iterations()), benchmark::Counter::kIsRate);
    state.counters["bytes_per_point"] = bytes / points;
}

/// 1,000 finished points in another technology.
void reprice(benchmark::State& state) {
    const fs::path folder = scratch();
    const std::string store = (folder / "a.db").string();
    const std::string tiny = "  machine: {include: " + kRoot + "/configs/arch/tiny_2x2.yaml}\n  workload: " + kRoot +
                             "/configs/workloads/fashion_resnet.onnx\n  precision: int8\n";
    run(state, write_sweep(folder, tiny,
                           "  - {name: clock, path: machine.clock, range: {from: 100 MHz, to: 500 MHz, steps: 1000}}\n",
                           "analytic") +
                   " --db " + store);
    for (auto _ : state) {
        const fs::path copy = folder / "copy.db";
        state.PauseTiming();
        fs::copy_file(store, copy, fs::copy_options::overwrite_existing);
        state.ResumeTiming();
        run(state, "--reprice " + kRoot + "/configs/tech/28nm.yaml --json --db " + copy.string());
    }
    fs::remove_all(folder);
}

} // namespace

BENCHMARK_CAPTURE(core_grid, analytic_quick, "analytic", "quick")->UseRealTime()->Unit(benchmark::kSecond);
BENCHMARK_CAPTURE(core_grid, event_quick, "event", "quick")->UseRealTime()->Unit(benchmark::kSecond);
BENCHMARK_CAPTURE(core_grid, event_normal, "event", "normal")->UseRealTime()->Unit(benchmark::kSecond);
BENCHMARK(reprice)->UseRealTime()->Unit(benchmark::kSecond);
