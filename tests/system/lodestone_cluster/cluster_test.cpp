// SPDX-License-Identifier: Apache-2.0
// Sweeps on clusters: ranks of an MPI job and shards of a job array give the rows of one explorer.
#include "tests/support/command.hpp"
#include "tests/support/places.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <sys/wait.h>

using lodestone::tests::CommandResult;
using lodestone::tests::lodestone_command;
using lodestone::tests::ScratchFolder;
using Json = nlohmann::json;

namespace {

const std::string kRoot = lodestone::tests::source_folder();
const std::string kCommand = lodestone::tests::binary_folder() + "/bin/lodestone";
// As root and with more ranks than cores, as on a small machine.
const std::string kLauncher = "OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 mpirun --oversubscribe -n 4 ";

/// Twelve points on the smallest machine; two are too small for the network.
std::string sweep_text(const std::string& more = "fidelity: event\n") {
    return "name: cluster\nrun:\n  machine: {include: " + kRoot + "/configs/arch/tiny_2x2.yaml}\n  workload: " + kRoot +
           "/configs/workloads/fashion_resnet.onnx\n  precision: int8\n"
           "  mapping: {effort: quick}\naxes:\n"
           "  - {name: side, paths: [machine.grid.rows, machine.grid.cols], values: [1, 2, 3]}\n"
           "  - {name: clock, path: machine.clock, values: [200 MHz, 300 MHz]}\n"
           "  - {name: precision, path: precision, values: [int8, fp8_e4m3]}\n"
           "objectives:\n  - {key: latency_s, goal: minimise}\n  - {key: energy_j.total, goal: minimise}\n" +
           more;
}

/// Every row of a store without the time that it took.
Json rows_of(const std::filesystem::path& store) {
    const CommandResult result = lodestone_command("explore --export json --db " + store.string());
    INFO(result.err);
    REQUIRE(result.exit_code == 0);
    Json rows = Json::parse(result.out);
    for (Json& row : rows) {
        row.erase("wall_s");
    }
    return rows;
}

Json rows_of_one_machine(const ScratchFolder& scratch, const std::string& sweep) {
    const std::filesystem::path store = scratch.path() / "alone.db";
    REQUIRE(lodestone_command("explore " + sweep + " --jobs 2 --db " + store.string()).exit_code == 0);
    return rows_of(store);
}

int run_shell(const std::string& line) {
    const int status = std::system(line.c_str());
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

} // namespace

TEST_CASE("four MPI ranks give the rows of two local jobs", "[cluster]") {
    const ScratchFolder scratch;
    const std::string sweep = scratch.write("sweep.yaml", sweep_text());
    const std::filesystem::path store = scratch.path() / "ranks.db";
    const std::string output = scratch.path() / "out.json";
    REQUIRE(run_shell(kLauncher + kCommand + " explore " + sweep + " --json --db " + store.string() + " > " + output +
                      " 2> /dev/null") == 0);
    CHECK(rows_of(store) == rows_of_one_machine(scratch, sweep));
    const CommandResult again = lodestone_command("explore --status " + store.string() + " --json");
    CHECK(Json::parse(again.out).at("points") == 12);
}

TEST_CASE("a mistake in the sweep ends every MPI rank, and is said once", "[cluster]") {
    const ScratchFolder scratch;
    const std::string sweep = scratch.write("sweep.yaml", sweep_text("fidelity: magic\n"));
    const std::string errors = scratch.path() / "errors.txt";
    CHECK(run_shell(kLauncher + kCommand + " explore " + sweep + " --db " + (scratch.path() / "a.db").string() +
                    " > /dev/null 2> " + errors) == 2);
    CHECK(run_shell("test $(grep -c 'magic' " + errors + ") = 1") == 0);
    CHECK_FALSE(std::filesystem::exists(scratch.path() / "a.db"));
}

TEST_CASE("merged shards give the rows of one explorer", "[cluster]") {
    const ScratchFolder scratch;
    const std::string sweep = scratch.write("sweep.yaml", sweep_text());
    std::string shards;
    for (const std::string part : {"0/3", "1/3", "2/3"}) {
        const std::string store = scratch.path() / ("shard" + part.substr(0, 1) + ".db");
        REQUIRE(lodestone_command("explore " + sweep + " --jobs 1 --shard " + part + " --db " + store).exit_code == 0);
        shards += " " + store;
    }
    const std::string merged = scratch.path() / "merged.db";
    const CommandResult merge = lodestone_command("explore --db " + merged + " --json --merge" + shards);
    INFO(merge.err);
    REQUIRE(merge.exit_code == 0);
    CHECK(Json::parse(merge.out).at("points") == 12);
    const Json alone = rows_of_one_machine(scratch, sweep);
    CHECK(rows_of(merged) == alone);
    SECTION("and merging them once more changes nothing") {
        REQUIRE(lodestone_command("explore --db " + merged + " --merge" + shards).exit_code == 0);
        CHECK(rows_of(merged) == alone);
    }
    SECTION("and the sweep on the merged store has nothing left to evaluate") {
        REQUIRE(lodestone_command("explore " + sweep + " --resume --db " + merged).exit_code == 0);
        CHECK(rows_of(merged) == alone);
    }
}

TEST_CASE("a shard that is none, a search in shards and a file that is no store are refused", "[cluster]") {
    const ScratchFolder scratch;
    const std::string sweep = scratch.write("sweep.yaml", sweep_text());
    const std::string store = scratch.path() / "a.db";
    for (const std::string part : {"3/3", "1", "x/2", "1/0", "0/2x"}) {
        const CommandResult result = lodestone_command("explore " + sweep + " --db " + store + " --shard " + part);
        CHECK(result.exit_code == 2);
        CHECK(result.err == "error: --shard: is '" + part + "'; K/N is needed, with K from 0 to N - 1, as 0/8\n");
    }
    const std::string search =
        scratch.write("search.yaml", sweep_text("strategy: {kind: nsga2, points: 8, population: 4, seed: 1}\n"));
    CHECK(lodestone_command("explore " + search + " --db " + store + " --shard 0/2").exit_code == 2);
    const CommandResult merge = lodestone_command("explore --db " + store + " --merge " + sweep);
    CHECK(merge.exit_code == 2);
    CHECK(merge.err.find(sweep) != std::string::npos);
    const CommandResult itself = lodestone_command("explore --db " + store + " --merge " + store);
    CHECK(itself.exit_code == 2);
    CHECK(itself.err == "error: " + store + ": is the store that is merged into; name other stores\n");
}

TEST_CASE("a Slurm job array gives the rows of one explorer", "[cluster]") {
    const ScratchFolder scratch;
    const std::string sweep = scratch.write("sweep.yaml", sweep_text());
    const std::string folder = scratch.path();
    const std::string job = scratch.write(
        "job.sh", "#!/bin/sh\nexec " + kCommand + " explore " + sweep + " --jobs 1 --db " + folder +
                      "/shard_$SLURM_ARRAY_TASK_ID.db --shard $SLURM_ARRAY_TASK_ID/$SLURM_ARRAY_TASK_COUNT\n");
    const int code = run_shell(kRoot + "/tests/support/one_node_slurm.sh " + folder + "/slurm --array=0-2 -D " +
                               folder + " " + job + " > /dev/null 2>&1");
    if (code == 77) {
        WARN("skipped: Slurm cannot be started here (packages slurmctld, slurmd, slurm-client)");
        return;
    }
    REQUIRE(code == 0);
    const std::string merged = folder + "/merged.db";
    REQUIRE(lodestone_command("explore --db " + merged + " --merge " + folder + "/shard_0.db " + folder +
                              "/shard_1.db " + folder + "/shard_2.db")
                .exit_code == 0);
    CHECK(rows_of(merged) == rows_of_one_machine(scratch, sweep));
}
