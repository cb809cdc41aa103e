// SPDX-License-Identifier: Apache-2.0
// Stores on disks that fill up or cannot be written: a message, every finished point kept, and on from there.
#include "tests/support/explorations.hpp"
#include "tests/support/places.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <sys/wait.h>

using lodestone::tests::CommandResult;
using lodestone::tests::lodestone_command;
using lodestone::tests::rows_of;
using lodestone::tests::ScratchFolder;
using lodestone::tests::source_folder;
using Json = nlohmann::json;

namespace {

const std::string kCommand = lodestone::tests::binary_folder() + "/bin/lodestone explore ";

/// 60 points, of which 20 are runs.
std::string write_sweep(const ScratchFolder& scratch) {
    return scratch.write(
        "sweep.yaml",
        "name: tiny\nrun:\n  machine: {include: " + source_folder() +
            "/configs/arch/tiny_2x2.yaml}\n  workload: " + source_folder() +
            "/configs/workloads/fashion_resnet.onnx\n  precision: int8\n  mapping: {effort: quick}\naxes:\n"
            "  - {name: clock, path: machine.clock, range: {from: 100 MHz, to: 500 MHz, steps: 20}}\n"
            "  - {name: voltage, path: machine.voltage, values: [0.6 V, 0.7 V, 0.8 V]}\n"
            "objectives: [{key: latency_s, goal: minimise}]\nfidelity: analytic\n");
}

Json rows_of_undisturbed(const ScratchFolder& scratch, const std::string& sweep) {
    const std::string store = (scratch.path() / "whole.db").string();
    REQUIRE(lodestone_command("explore " + sweep + " --db " + store).exit_code == 0);
    return rows_of(store);
}

struct ShellResult {
    int exit_code = -1;
    std::string output; ///< stdout and stderr together
};

ShellResult run_shell(const ScratchFolder& scratch, const std::string& script) {
    const std::string out = (scratch.path() / "out.txt").string();
    const std::string file = scratch.write("script.sh", script);
    const int status = std::system(("sh " + file + " > " + out + " 2>&1").c_str());
    std::ifstream in(out);
    return {.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1,
            .output = std::string(std::istreambuf_iterator<char>(in), {})};
}

} // namespace

TEST_CASE("a store that may not grow keeps its points, says so, and goes on when it may", "[explore][disk]") {
    const ScratchFolder scratch;
    const std::string sweep = write_sweep(scratch);
    const std::string store = (scratch.path() / "a.db").string();
    constexpr int blocks = 600; // of 512 bytes: the log of a few points
    const ShellResult full = run_shell(scratch, "ulimit -f " + std::to_string(blocks) + "\nexec " + kCommand + sweep +
                                                    " --db " + store + "\n");
    INFO(full.output);
    CHECK(full.exit_code == 2);
    CHECK_THAT(full.output, Catch::Contains("the disk is full") && Catch::Contains("every finished point is kept"));
    const Json kept = rows_of(store);
    CHECK_FALSE(kept.empty());
    CHECK(kept.size() < 60);
    REQUIRE(lodestone_command("explore " + sweep + " --resume --db " + store).exit_code == 0);
    CHECK(rows_of(store) == rows_of_undisturbed(scratch, sweep));
}

TEST_CASE("an exploration goes on when space is freed on a full disk", "[explore][disk]") {
    const ScratchFolder scratch;
    const std::string sweep = write_sweep(scratch);
    const std::string disk = (scratch.path() / "disk").string();
    const std::string copy = (scratch.path() / "copy.db").string();
    const std::string run = kCommand + sweep + " --db " + disk + "/a.db";
    const ShellResult result = run_shell(
        scratch, "mkdir " + disk + "\nexec unshare --mount sh -c '\nmount -t tmpfs -o size=512k none " + disk +
                     " || exit 77\n" + run + "; echo full: $?\nmount -o remount,size=8m none " + disk + "\n" + run +
                     " --resume; echo resumed: $?\nmount -o remount,ro none " + disk + "\n" + kCommand + sweep +
                     " --db " + disk + "/b.db; echo read-only: $?\ncp " + disk + "/a.db " + copy + "'\n");
    if (result.exit_code == 77 || result.exit_code == 1) {
        WARN("skipped: a disk of its own needs root (" << result.output << ")");
        return;
    }
    INFO(result.output);
    CHECK_THAT(result.output, Catch::Contains("the disk is full: free some space and start again") &&
                                  Catch::Contains("full: 2") && Catch::Contains("resumed: 0"));
    CHECK_THAT(result.output,
               Catch::Contains("b.db: cannot be written: Read-only file system") && Catch::Contains("read-only: 2"));
    CHECK(rows_of(copy) == rows_of_undisturbed(scratch, sweep));
}
