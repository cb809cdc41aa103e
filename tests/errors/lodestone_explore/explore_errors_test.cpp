// SPDX-License-Identifier: Apache-2.0
// Wrong uses of `explore`: exit 2, a message that says what to do, and no store left behind.
#include "tests/support/command.hpp"
#include "tests/support/places.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <string>
#include <vector>

using lodestone::tests::CommandResult;
using lodestone::tests::lodestone_command;
using lodestone::tests::ScratchFolder;

namespace {

const std::string kRoot = lodestone::tests::source_folder();
const std::string kObjectives = "objectives: [{key: latency_s, goal: minimise}]\n";

std::string sweep_text(const std::string& axes, const std::string& run_more = "  precision: int8\n") {
    return "name: tiny\nrun:\n  machine: {include: " + kRoot + "/configs/arch/tiny_2x2.yaml}\n  workload: " + kRoot +
           "/configs/workloads/fashion_resnet.onnx\n" + run_more + "axes:\n" + axes + kObjectives;
}

/// Explores into a store that must stay away.
void expect_refusal(const std::string& text, const std::vector<std::string>& expected,
                    const std::string& options = "") {
    const ScratchFolder scratch;
    const auto store = scratch.path() / "a.db";
    const CommandResult result =
        lodestone_command("explore " + scratch.write("sweep.yaml", text) + " --db " + store.string() + " " + options);
    INFO("stderr: " << result.err);
    CHECK(result.exit_code == 2);
    CHECK_FALSE(std::filesystem::exists(store));
    for (const std::string& part : expected) {
        CHECK_THAT(result.err, Catch::Contains(part));
    }
}

} // namespace

TEST_CASE("an axis over an unknown field names the known ones of its map", "[explore][errors]") {
    expect_refusal(
        sweep_text("  - {name: rows, path: machine.grid.row, values: [2]}\n"),
        {"sweep.yaml:7:24: axes: change machine.grid.row, which is no field of the run; did you mean 'rows'?",
         "rows, cols", "(fields of machine.grid)"});
    expect_refusal(sweep_text("  - {name: rows, path: machine.grit.rows, values: [2]}\n"),
                   {"axes: change machine.grit, which is no field of the run; did you mean 'grid'?"});
    expect_refusal(sweep_text("  - {name: p, path: precission, values: [int8]}\n"), {"did you mean 'precision'?"});
}

TEST_CASE("a problem of the run at every point is one of the sweep", "[explore][errors]") {
    expect_refusal(sweep_text("  - {name: rows, path: machine.grid.rows, values: [2, 4]}\n", "  precision: int9\n"),
                   {"sweep.yaml:5:14: precision: unknown precision 'int9'"});
    expect_refusal(
        sweep_text("  - {name: rows, path: machine.grid.rows, values: [2, 4]}\n", "  precision: [int8, int4]\n"),
        {"names 2 formats; a point has one, make an axis of them"});
    expect_refusal(sweep_text("  - {name: rows, path: machine.grid.rows, values: [2, 4]}\n", "  functional: true\n"),
                   {"is functional; a sweep moves sizes only"});
}

TEST_CASE("a fidelity that the machine does not know is refused", "[explore][errors]") {
    std::string text =
        sweep_text("  - {name: v, path: machine.voltage, values: [0.8 V]}\n", "") + "fidelity: analytic\n";
    expect_refusal(sweep_text("  - {name: v, path: machine.voltage, values: [0.8 V]}\n") + "fidelity: functional\n",
                   {"run.machine: is a core grid, which knows fidelity event and analytic"});
    text.replace(text.find("tiny_2x2"), 8, "truenorth");
    expect_refusal(text, {"run.machine: is a spiking array, which knows fidelity event or functional"});
}

TEST_CASE("options that are wrong are named before a store is made", "[explore][errors]") {
    const std::string good = sweep_text("  - {name: rows, path: machine.grid.rows, values: [2]}\n");
    expect_refusal(good, {"--jobs", "is 0; from 1 to 1024"}, "--jobs 0");
    expect_refusal(good, {"--time-limit", "is '5'; a value above 0 in s is needed"}, "--time-limit 5");
    expect_refusal(good, {"--memory-limit", "a value above 0 in B"}, "--memory-limit '2 W'");
    expect_refusal(good, {"--set run.machine.grid.rowz=3", "rowz"}, "--set run.machine.grid.rowz=3");
}

TEST_CASE("a sweep and a store must be named", "[explore][errors]") {
    const CommandResult nothing = lodestone_command("explore");
    CHECK(nothing.exit_code == 2);
    CHECK_THAT(nothing.err, Catch::Contains("SWEEP: is missing") && Catch::Contains("--db: is missing"));
    const CommandResult no_file = lodestone_command("explore no_such.yaml --db no_such_folder/a.db");
    CHECK(no_file.exit_code == 2);
    CHECK_THAT(no_file.err, Catch::Contains("no_such.yaml: no such file"));
    const CommandResult no_store = lodestone_command("explore --status no_such.db");
    CHECK(no_store.exit_code == 2);
    CHECK_THAT(no_store.err, Catch::Contains("no_such.db: no such file"));
}

TEST_CASE("a store in a folder that cannot be written is refused", "[explore][errors]") {
    const CommandResult result = lodestone_command("explore configs/sweeps/first_sweep.yaml --db /proc/a.db");
    CHECK(result.exit_code == 2);
    CHECK_THAT(result.err, Catch::Contains("/proc/a.db: cannot be written"));
}

TEST_CASE("there is nothing to resume in a store without the sweep", "[explore][errors]") {
    const ScratchFolder scratch;
    const CommandResult result = lodestone_command("explore configs/sweeps/first_sweep.yaml --resume --db " +
                                                   (scratch.path() / "a.db").string());
    CHECK(result.exit_code == 2);
    CHECK_THAT(result.err, Catch::Contains("has no sweep like configs/sweeps/first_sweep.yaml to resume"));
}
