// SPDX-License-Identifier: Apache-2.0
// How fast a sweep is: points per second and core at both fidelities, bytes per point, peak memory; pricing anew; and
// how much of the front the gallery's search finds.
#include "analysis/explore/search/hypervolume.hpp"
#include "analysis/explore/store.hpp"

#include <benchmark/benchmark.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>
#include <string>
#include <sys/resource.h>
#include <vector>

namespace {

namespace fs = std::filesystem;
using namespace lodestone;

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

/// `more`: keys of the machine besides.
std::string resnet50(const std::string& effort, const std::string& more = "") {
    return "  machine: {include: " + kRoot + "/configs/arch/northpole.yaml" + more + "}\n  workload: " + kRoot +
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

/// The sweep of a thousand: ResNet-50 on grids of 8x8 to 16x16, memory, clock and precision.
std::string thousand_axes() {
    return "  - {name: rows, path: machine.grid.rows, values: [8, 10, 12, 14, 16]}\n"
           "  - {name: cols, path: machine.grid.cols, values: [8, 10, 12, 14, 16]}\n"
           "  - {name: memory, path: machine.core.memory.capacity, values: [768 KiB, 1 MiB]}\n"
           "  - {name: clock, path: machine.clock, range: {from: 200 MHz, to: 600 MHz, steps: 5}}\n"
           "  - {name: precision, path: precision, values: [int8, int4, fp8_e4m3, fp8_e5m2]}\n";
}
constexpr std::size_t points_of_thousand = 1000;

/// It or a part of it, drawn evenly, on two jobs.
void thousand(benchmark::State& state, const std::string& fidelity) {
    const double points = static_cast<double>(state.range(0));
    constexpr double jobs = 2;
    double bytes = 0;
    for (auto _ : state) {
        const fs::path folder = scratch();
        const fs::path store = folder / "a.db";
        const std::string strategy = "\nstrategy: {kind: random, points: " + std::to_string(state.range(0)) + "}";
        run(state, write_sweep(folder, resnet50("quick"), thousand_axes(), fidelity + strategy) + " --jobs 2 --db " +
                       store.string());
        std::error_code missing;
        bytes = static_cast<double>(fs::file_size(store, missing));
        fs::remove_all(folder);
    }
    rusage usage{};
    ::getrusage(RUSAGE_CHILDREN, &usage); // the largest process so far: sizes run in ascending order
    constexpr double kib_per_mib = 1024;
    state.counters["points_per_s_and_core"] =
        benchmark::Counter(points / jobs * static_cast<double>(state.iterations()), benchmark::Counter::kIsRate);
    state.counters["bytes_per_point"] = bytes / points;
    state.counters["peak_mib"] = static_cast<double>(usage.ru_maxrss) / kib_per_mib;
}

/// Objectives of the points on the front.
std::vector<explore::Objectives> front_of(const explore::Exploration& exploration) {
    std::vector<explore::Objectives> front;
    for (const explore::Row& row : exploration.rows) {
        if (std::ranges::find(exploration.front, row.id) == exploration.front.end()) {
            continue;
        }
        explore::Objectives& values = front.emplace_back();
        for (const explore::Objective& objective : exploration.objectives) {
            values.push_back(
                std::ranges::find(row.figures, objective.key, &std::pair<std::string, double>::first)->second);
        }
    }
    return front;
}

/// A sweep of the gallery under another name, with its paths absolute, one fidelity, and the strategy `how` ("": all
/// points).
std::string gallery_text(const std::string& sweep, const std::string& name, const std::string& how) {
    std::stringstream text;
    text << std::ifstream(kRoot + "/configs/sweeps/" + sweep + ".yaml").rdbuf();
    std::string gallery = std::regex_replace(text.str(), std::regex(R"(\.\./)"), kRoot + "/configs/");
    gallery = std::regex_replace(gallery, std::regex("strategy: .*\n"), "");
    gallery = std::regex_replace(gallery, std::regex("fidelity: .*\n"), "");
    const bool is_unit = gallery.find("\nmac_unit:") != std::string::npos;
    return std::regex_replace(gallery, std::regex("\nname: .*\n"), "\nname: " + name + "\n") + how +
           (is_unit ? "" : "fidelity: analytic\n");
}

/// A search with ten seeds beside the whole grid of a gallery sweep; `least` is the worst of them. The store is one, so
/// that the searches find every point evaluated.
void gallery_search(benchmark::State& state, const std::string& sweep) {
    const fs::path folder = scratch();
    const fs::path store = folder / "a.db";
    const auto explored = [&](const std::string& name, const std::string& how) {
        const fs::path file = folder / "sweep.yaml";
        std::ofstream(file) << gallery_text(sweep, name, how);
        run(state, file.string() + " --db " + store.string());
        return explore::load_exploration(store, name);
    };
    const explore::Exploration grid = explored("grid", "");
    std::vector<explore::Sense> senses;
    for (const explore::Objective& objective : grid.objectives) {
        senses.push_back(objective.sense);
    }
    const std::vector<explore::Objectives> whole = front_of(grid);
    const explore::Objectives reference = explore::reference_of(whole, 0.1, senses);
    const double volume = explore::hypervolume(whole, reference, senses);
    double least = 1;
    double sum = 0;
    constexpr int seeds = 10;
    for (auto _ : state) {
        for (int seed = 1; seed <= seeds; ++seed) {
            const std::string number = std::to_string(seed);
            const explore::Exploration found =
                explored("seed " + number, "strategy: {kind: nsga2, points: " + std::to_string(state.range(0)) +
                                               ", seed: " + number + "}\n");
            const double share = explore::hypervolume(front_of(found), reference, senses) / volume;
            least = std::min(least, share);
            sum += share;
        }
    }
    fs::remove_all(folder);
    state.counters["least"] = least;
    state.counters["mean"] = sum / seeds;
    state.counters["grid"] = static_cast<double>(grid.rows.size());
    state.counters["front"] = static_cast<double>(whole.size());
    state.counters["share_of_points"] = static_cast<double>(state.range(0)) / static_cast<double>(grid.rows.size());
}

/// 1,000 finished points in another technology.
void reprice(benchmark::State& state) {
    const fs::path folder = scratch();
    const std::string store = (folder / "a.db").string();
    const std::string tiny = "  machine: {include: " + kRoot + "/configs/arch/tiny_2x2.yaml}\n  workload: " + kRoot +
                             "/configs/workloads/fashion_resnet.onnx\n  precision: int8\n  mapping: {effort: quick}\n";
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

/// The thousand of ResNet-50 in another technology, and each row beside that of a fresh exploration in it.
void reprice_thousand(benchmark::State& state) {
    const fs::path folder = scratch();
    const std::string store = (folder / "a.db").string();
    const std::string technology = kRoot + "/configs/tech/28nm.yaml";
    run(state, write_sweep(folder, resnet50("quick"), thousand_axes(), "analytic") + " --db " + store);
    const std::string priced_name = "bench (28 nm)";
    const fs::path copy = folder / "copy.db";
    for (auto _ : state) {
        state.PauseTiming();
        fs::copy_file(store, copy, fs::copy_options::overwrite_existing);
        state.ResumeTiming();
        run(state, "--reprice " + technology + " --json --db " + copy.string());
    }
    const fs::path fresh = folder / "fresh.db";
    const std::string other = resnet50("quick", ", technology: {include: " + technology + "}");
    run(state, write_sweep(folder, other, thousand_axes(), "analytic") + " --db " + fresh.string());
    const explore::Exploration ours = explore::load_exploration(copy, priced_name);
    const explore::Exploration theirs = explore::load_exploration(fresh, "bench");
    fs::remove_all(folder);
    if (ours.rows.size() != points_of_thousand || theirs.rows.size() != ours.rows.size()) {
        state.SkipWithError("rows are missing");
        return;
    }
    double differing = 0;
    for (std::size_t i = 0; i < ours.rows.size(); ++i) {
        const explore::Row& a = ours.rows[i];
        const explore::Row& b = theirs.rows[i];
        const bool is_same = a.id == b.id && a.status == b.status && a.values == b.values && a.figures == b.figures;
        differing += is_same ? 0 : 1;
    }
    state.counters["differing_rows"] = differing;
}

} // namespace

BENCHMARK_CAPTURE(core_grid, analytic_quick, "analytic", "quick")->UseRealTime()->Unit(benchmark::kSecond);
BENCHMARK_CAPTURE(core_grid, event_quick, "event", "quick")->UseRealTime()->Unit(benchmark::kSecond);
BENCHMARK_CAPTURE(core_grid, event_normal, "event", "normal")->UseRealTime()->Unit(benchmark::kSecond);
BENCHMARK_CAPTURE(thousand, analytic, "analytic")
    ->Arg(100)
    ->Arg(500)
    ->Arg(1000)
    ->Iterations(1)
    ->UseRealTime()
    ->Unit(benchmark::kSecond);
BENCHMARK_CAPTURE(thousand, event, "event")->Arg(1000)->Iterations(1)->UseRealTime()->Unit(benchmark::kSecond);
BENCHMARK_CAPTURE(gallery_search, core_grid_search, "core_grid_search")
    ->Arg(400)
    ->Iterations(1)
    ->UseRealTime()
    ->Unit(benchmark::kSecond);
BENCHMARK_CAPTURE(gallery_search, core_grid, "core_grid")
    ->Arg(50)
    ->Arg(100)
    ->Iterations(1)
    ->UseRealTime()
    ->Unit(benchmark::kSecond);
BENCHMARK_CAPTURE(gallery_search, mac_accumulators, "mac_accumulators")
    ->Arg(24)
    ->Arg(48)
    ->Iterations(1)
    ->UseRealTime()
    ->Unit(benchmark::kSecond);
BENCHMARK(reprice)->UseRealTime()->Unit(benchmark::kSecond);
BENCHMARK(reprice_thousand)->UseRealTime()->Unit(benchmark::kSecond);
