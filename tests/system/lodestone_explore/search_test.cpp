// SPDX-License-Identifier: Apache-2.0
// The search on real machines: how much of the whole grid's front it finds with a quarter of the points. The gallery's
// own space is too large for a test; benches/README.md has its figures.
#include "analysis/explore/search/hypervolume.hpp"
#include "tests/support/explorations.hpp"
#include "tests/support/places.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <string>

namespace explore = lodestone::explore;

namespace {

/// 768 machines of 192 runs: the axes of the gallery's search on the smallest network.
std::string space_text(const std::string& name, const std::string& strategy) {
    using lodestone::tests::source_folder;
    return "name: " + name + "\nrun:\n  machine: {include: " + source_folder() +
           "/configs/arch/tiny_2x2.yaml}\n  workload: " + source_folder() +
           "/configs/workloads/fashion_resnet.onnx\n  precision: int8\n  mapping: {effort: quick}\naxes:\n"
           "  - {name: rows, path: machine.grid.rows, values: [1, 2, 3, 4]}\n"
           "  - {name: cols, path: machine.grid.cols, values: [1, 2, 3]}\n"
           "  - {name: memory, path: machine.core.memory.capacity, values: [64 KiB, 256 KiB]}\n"
           "  - {name: clock, path: machine.clock, values: [200 MHz, 400 MHz, 600 MHz, 800 MHz]}\n"
           "  - {name: voltage, path: machine.voltage, values: [0.6 V, 0.7 V, 0.8 V, 0.9 V]}\n"
           "  - {name: precision, path: precision, values: [int8, int4]}\n"
           "constraints:\n  - {key: clock_headroom, min: 1}\n  - {key: area_mm2.total, max: 12 mm2}\n"
           "objectives:\n  - {key: latency_s, goal: minimise}\n  - {key: energy_j.total, goal: minimise}\n"
           "  - {key: area_mm2.total, goal: minimise}\nfidelity: analytic\n" +
           strategy;
}

/// Objectives of the front that the command prints.
std::vector<explore::Objectives> front_of(const lodestone::tests::ScratchFolder& scratch, const std::string& text) {
    const std::string sweep = scratch.write("space.yaml", text);
    const auto result = lodestone::tests::lodestone_command("explore " + sweep + " --json --db " +
                                                            (scratch.path() / "space.db").string());
    INFO(result.err);
    REQUIRE(result.exit_code == 0);
    std::vector<explore::Objectives> front;
    const nlohmann::json printed = nlohmann::json::parse(result.out);
    for (const nlohmann::json& point : printed.at("front")) {
        const nlohmann::json& objectives = point.at("objectives");
        front.push_back({objectives.at("latency_s"), objectives.at("energy_j.total"), objectives.at("area_mm2.total")});
    }
    return front;
}

} // namespace

TEST_CASE("a search of a quarter of the points reaches 95 % of the whole grid's hypervolume, with each of five seeds",
          "[explore][search]") {
    const lodestone::tests::ScratchFolder scratch; // one store: what the grid evaluated costs the searches nothing
    const std::vector<explore::Sense> senses(3, explore::Sense::minimise);
    const std::vector<explore::Objectives> whole = front_of(scratch, space_text("grid", ""));
    REQUIRE(whole.size() > 3);
    constexpr double margin = 0.1;
    const explore::Objectives reference = explore::reference_of(whole, margin, senses);
    const double volume = explore::hypervolume(whole, reference, senses);
    for (int seed = 1; seed <= 5; ++seed) {
        const std::string number = std::to_string(seed);
        const auto found = front_of(
            scratch, space_text("search " + number, "strategy: {kind: nsga2, points: 192, seed: " + number + "}\n"));
        CAPTURE(seed);
        CHECK(explore::hypervolume(found, reference, senses) >= 0.95 * volume);
    }
}
