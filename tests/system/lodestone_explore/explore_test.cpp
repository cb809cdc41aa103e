// SPDX-License-Identifier: Apache-2.0
// Sweeps as a user runs them: the same table from one job or two, after a crash, and from another sweep's points.
#include "tests/support/explorations.hpp"
#include "tests/support/places.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <fstream>
#include <iterator>
#include <limits>
#include <random>
#include <set>
#include <string>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

using lodestone::tests::CommandResult;
using lodestone::tests::lodestone_command;
using lodestone::tests::rows_of;
using lodestone::tests::ScratchFolder;
using lodestone::tests::source_folder;
using Json = nlohmann::json;

namespace {

const std::string kQuick = "  mapping: {effort: quick}\n";

/// Four layers on a 2x2 grid: quick enough for hundreds of points.
std::string sweep_text(const std::string& axes, const std::string& more = "fidelity: analytic\n") {
    return "name: tiny\nrun:\n  machine: {include: " + source_folder() +
           "/configs/arch/tiny_2x2.yaml}\n  workload: " + source_folder() +
           "/configs/workloads/fashion_resnet.onnx\n  precision: int8\n" + kQuick + "axes:\n" + axes +
           "objectives:\n  - {key: latency_s, goal: minimise}\n  - {key: energy_j.total, goal: minimise}\n" + more;
}

const std::string kSmallAxes = "  - {name: side, paths: [machine.grid.rows, machine.grid.cols], values: [1, 2, 3]}\n"
                               "  - {name: precision, path: precision, values: [int8, fp8_e4m3]}\n";

/// 200 points that differ in clock and voltage.
const std::string kLargeAxes =
    "  - {name: clock, path: machine.clock, range: {from: 100 MHz, to: 500 MHz, steps: 20}}\n"
    "  - {name: voltage, path: machine.voltage, range: {from: 0.6 V, to: 0.9 V, steps: 10}}\n";

CommandResult explore(const std::string& sweep, const std::filesystem::path& store, const std::string& options = "") {
    const CommandResult result = lodestone_command("explore " + sweep + " --db " + store.string() + " " + options);
    INFO("stderr: " << result.err);
    REQUIRE(result.exit_code == 0);
    return result;
}

/// Starts an explorer; the id of its process.
pid_t start_explorer(const std::string& sweep, const std::string& store) {
    const pid_t process = ::fork();
    if (process == 0) {
        const int nowhere = ::open("/dev/null", O_WRONLY);
        ::dup2(nowhere, STDOUT_FILENO);
        ::dup2(nowhere, STDERR_FILENO);
        ::execl((lodestone::tests::binary_folder() + "/bin/lodestone").c_str(), "lodestone", "explore", sweep.c_str(),
                "--db", store.c_str(), "--jobs", "2", nullptr);
        ::_exit(1);
    }
    return process;
}

} // namespace

TEST_CASE("an exploration prints its counts and its front", "[explore]") {
    const ScratchFolder scratch;
    const std::string sweep = scratch.write("sweep.yaml", sweep_text(kSmallAxes, ""));
    const Json json = Json::parse(explore(sweep, scratch.path() / "a.db", "--json").out);
    CHECK(json.at("points") == 6);
    CHECK(json.at("done").get<int>() + json.at("infeasible").get<int>() == 6);
    CHECK(json.at("failed") == 0);
    REQUIRE_FALSE(json.at("front").empty());
    for (const Json& point : json.at("front")) {
        CHECK(point.at("axes").contains("side"));
        CHECK(point.at("objectives").at("latency_s").get<double>() > 0);
        CHECK(point.at("objectives").at("energy_j.total").get<double>() > 0);
    }
}

TEST_CASE("a point has the figures of the run that it stands for", "[explore]") {
    const ScratchFolder scratch;
    std::string text = sweep_text(kSmallAxes, "");
    text.replace(text.find("quick"), 5, "normal"); // as the run below
    static_cast<void>(explore(scratch.write("sweep.yaml", text), scratch.path() / "a.db"));
    const CommandResult run = lodestone_command("run --machine configs/arch/tiny_2x2.yaml --workload "
                                                "configs/workloads/fashion_resnet.onnx --precision fp8_e4m3 "
                                                "--set grid.rows=3 --set grid.cols=3 --json");
    REQUIRE(run.exit_code == 0);
    const Json result = Json::parse(run.out).at(0);
    const Json row = rows_of(scratch.path() / "a.db").at(5);
    REQUIRE(row.at("axes") == Json{{"side", "3"}, {"precision", "fp8_e4m3"}});
    CHECK(row.at("figures").at("cycles") == result.at("cycles"));
    CHECK(row.at("figures").at("energy_j.total") == result.at("energy_j").at("total"));
    CHECK(row.at("figures").at("area_mm2.total") == result.at("area_mm2").at("total"));
    CHECK(row.at("figures").at("power_w") == result.at("power_w"));
}

TEST_CASE("a sweep that names no mapping effort is mapped quickly, says so, and is the sweep that names it",
          "[explore]") {
    const ScratchFolder scratch;
    const std::string quick = sweep_text(kSmallAxes);
    std::string silent = quick;
    silent.erase(silent.find(kQuick), kQuick.size());
    const auto store = scratch.path() / "a.db";
    const CommandResult named = explore(scratch.write("quick.yaml", quick), store);
    CHECK_THAT(named.err, !Catch::Contains("mapping effort"));
    const Json rows = rows_of(store);
    const CommandResult unnamed = explore(scratch.write("silent.yaml", silent), store, "--resume");
    CHECK_THAT(unnamed.err, Catch::Contains("mapping effort: quick"));
    CHECK(rows_of(store) == rows);
    const CommandResult other =
        explore(scratch.write("silent.yaml", silent), scratch.path() / "b.db", "--set run.mapping.effort=normal");
    CHECK_THAT(other.err, !Catch::Contains("mapping effort"));
    CHECK(rows_of(scratch.path() / "b.db").at(0).at("hash") != rows.at(0).at("hash"));
    const std::string axes = "  - {name: effort, path: mapping.effort, values: [quick, normal]}\n";
    std::string swept = sweep_text(axes);
    swept.erase(swept.find(kQuick), kQuick.size());
    CHECK_THAT(explore(scratch.write("swept.yaml", swept), scratch.path() / "c.db").err,
               !Catch::Contains("mapping effort"));
}

TEST_CASE("one job and two give the same rows", "[explore]") {
    const ScratchFolder scratch;
    const std::string sweep = scratch.write("sweep.yaml", sweep_text(kSmallAxes, ""));
    static_cast<void>(explore(sweep, scratch.path() / "one.db", "--jobs 1"));
    static_cast<void>(explore(sweep, scratch.path() / "two.db", "--jobs 2"));
    CHECK(rows_of(scratch.path() / "one.db") == rows_of(scratch.path() / "two.db"));
}

TEST_CASE("a worker that has evaluated other points gives what a fresh process gives", "[explore]") {
    const ScratchFolder scratch;
    const std::string technologies = "values: [{include: " + source_folder() +
                                     "/configs/tech/12nm.yaml}, {include: " + source_folder() +
                                     "/configs/tech/28nm.yaml}]}\n";
    const std::string axes =
        "  - {name: clock, path: machine.clock, values: [400 MHz, 5 GHz]}\n"
        "  - {name: sizing, path: machine.core.matrix_unit.sizing, values: [iso_lanes, iso_area]}\n"
        "  - {name: link, path: machine.networks.activation.link_width, values: [8 B, 64 B]}\n"
        "  - {name: technology, path: machine.technology, " +
        technologies + "  - {name: precision, path: precision, values: [int8, fp8_e4m3, mxfp8]}\n";
    for (const std::string fidelity : {"analytic", "event"}) {
        INFO(fidelity);
        const std::string sweep = scratch.write("sweep.yaml", sweep_text(axes, "fidelity: " + fidelity + "\n"));
        static_cast<void>(explore(sweep, scratch.path() / (fidelity + ".db"), "--jobs 1"));
        const Json warm = rows_of(scratch.path() / (fidelity + ".db"));
        constexpr int points = 48;
        REQUIRE(warm.size() == points);
        std::set<double> latencies;
        for (int point = 0; point < points; point += 5) { // a process of its own for every fifth
            INFO(point);
            const std::string number = std::to_string(point);
            const auto store = scratch.path() / (fidelity + number + ".db");
            static_cast<void>(explore(sweep, store, "--jobs 1 --shard " + number + "/" + std::to_string(points)));
            CHECK(rows_of(store) == Json::array({warm.at(static_cast<std::size_t>(point))}));
            latencies.insert(warm.at(static_cast<std::size_t>(point)).at("figures").at("latency_s").get<double>());
        }
        CHECK(latencies.size() > 4); // the points do differ
    }
}

TEST_CASE("an illegal machine and one that is too small are infeasible with the reason", "[explore]") {
    const ScratchFolder scratch;
    const std::string sweep = scratch.write(
        "sweep.yaml", sweep_text("  - {name: memory, path: machine.core.memory.capacity, values: [1 KiB, 256 KiB]}\n"
                                 "  - {name: rows, path: machine.grid.rows, values: [0, 2]}\n"));
    const Json json = Json::parse(explore(sweep, scratch.path() / "a.db", "--json").out);
    CHECK(json.at("infeasible") == 3);
    CHECK(json.at("done") == 1);
    const Json rows = rows_of(scratch.path() / "a.db");
    CHECK(rows.at(0).at("status") == "infeasible");
    CHECK_THAT(rows.at(0).at("message").get<std::string>(),
               Catch::Contains("sweep.yaml:9:52: machine.grid.rows: is '0'"));
    CHECK(rows.at(1).at("message").get<std::string>() != "");
    CHECK(rows.at(3).at("status") == "done");
}

TEST_CASE("a constraint makes a finished point infeasible and keeps its figures", "[explore]") {
    const ScratchFolder scratch;
    const std::string sweep = scratch.write(
        "sweep.yaml", sweep_text(kSmallAxes, "fidelity: analytic\nconstraints: [{key: cycles, max: 1}, {expression: "
                                             "side, max: 2}]\n"));
    const CommandResult result = lodestone_command("explore " + sweep + " --db " + (scratch.path() / "a.db").string());
    CHECK(result.exit_code == 2);
    CHECK_THAT(result.err, Catch::Contains("no point could be evaluated"));
    const Json rows = rows_of(scratch.path() / "a.db");
    CHECK_THAT(rows.at(2).at("message").get<std::string>(), Catch::Contains("cycles is "));
    CHECK(rows.at(2).at("figures").at("cycles").get<double>() > 1);
    CHECK(rows.at(5).at("message") == "side is 3; at most 2 is allowed");
    CHECK(rows.at(5).at("figures").empty());
}

TEST_CASE("points that a store has are not evaluated again, whatever sweep asked for them", "[explore]") {
    const ScratchFolder scratch;
    const auto store = scratch.path() / "a.db";
    const std::string sweep = scratch.write("sweep.yaml", sweep_text(kSmallAxes));
    static_cast<void>(explore(sweep, store));
    const CommandResult first = lodestone_command("explore --export json --db " + store.string());
    static_cast<void>(explore(sweep, store, "--resume"));
    const CommandResult again = lodestone_command("explore --export json --db " + store.string());
    CHECK(first.out == again.out); // the times too
    const std::string other =
        scratch.write("other.yaml", sweep_text("  - {name: precision, path: precision, values: [fp8_e4m3]}\n"
                                               "  - {name: rows, path: machine.grid.rows, values: [2]}\n"));
    static_cast<void>(explore(other, store));
    const Json rows = Json::parse(lodestone_command("explore --export json --db " + store.string()).out);
    CHECK(rows.at(0).at("wall_s") == Json::parse(first.out).at(3).at("wall_s"));
}

TEST_CASE("a sweep that is killed at random twenty times ends with the rows of an undisturbed one", "[explore]") {
    const ScratchFolder scratch;
    const std::string sweep = scratch.write("sweep.yaml", sweep_text(kLargeAxes));
    const std::string store = (scratch.path() / "killed.db").string();
    static_cast<void>(explore(sweep, scratch.path() / "whole.db"));
    std::mt19937 engine(1);
    constexpr int kills = 20;
    int died = 0;
    for (int i = 0; i < kills; ++i) {
        const pid_t process = start_explorer(sweep, store);
        std::this_thread::sleep_for(std::chrono::milliseconds(20 + engine() % 120));
        ::kill(process, SIGKILL);
        int status = 0;
        ::waitpid(process, &status, 0);
        died += WIFSIGNALED(status) ? 1 : 0;
    }
    CHECK(died > 0);
    static_cast<void>(explore(sweep, store));
    const Json rows = rows_of(store);
    CHECK(rows.size() == 200);
    CHECK(rows == rows_of(scratch.path() / "whole.db"));
}

TEST_CASE("a store shows how far it is and exports its rows", "[explore]") {
    const ScratchFolder scratch;
    const auto store = scratch.path() / "a.db";
    static_cast<void>(explore(scratch.write("sweep.yaml", sweep_text(kSmallAxes)), store));
    const CommandResult status = lodestone_command("explore --status " + store.string());
    CHECK(status.exit_code == 0);
    CHECK_THAT(status.out, Catch::Contains("tiny: 6 points"));
    const CommandResult csv = lodestone_command("explore --export csv --db " + store.string());
    CHECK(std::ranges::count(csv.out, '\n') == 7);
    CHECK_THAT(csv.out, Catch::StartsWith("id,fidelity,status,side,precision,clock_hz,cycles,latency_s"));
}

TEST_CASE("the survivors of a first pass are evaluated by simulation", "[explore]") {
    const ScratchFolder scratch;
    const auto store = scratch.path() / "a.db";
    const std::string sweep =
        scratch.write("sweep.yaml", sweep_text(kSmallAxes, "fidelity: {first: analytic, then: event, keep: 0.5}\n"));
    static_cast<void>(explore(sweep, store));
    const Json rows = rows_of(store);
    const auto has_fidelity = [](const char* name) {
        return [name](const Json& row) { return row.at("fidelity") == name; };
    };
    const auto done = std::ranges::count_if(
        rows, [](const Json& row) { return row.at("fidelity") == "analytic" && row.at("status") == "done"; });
    CHECK(std::ranges::count_if(rows, has_fidelity("analytic")) == 6);
    CHECK(std::ranges::count_if(rows, has_fidelity("event")) == (done + 1) / 2);
}

TEST_CASE("points priced anew equal those of a fresh exploration to the last digit", "[explore]") {
    const ScratchFolder scratch;
    const std::string axes = "  - {name: side, paths: [machine.grid.rows, machine.grid.cols], values: [2, 3]}\n"
                             "  - {name: memory, path: machine.core.memory.capacity, values: [1 KiB, 256 KiB]}\n"
                             "  - {name: precision, path: precision, values: [int8, fp8_e4m3]}\n";
    const std::string sweep = scratch.write("sweep.yaml", sweep_text(axes, ""));
    const auto store = scratch.path() / "a.db";
    static_cast<void>(explore(sweep, store));
    const auto figures = [](const Json& rows) {
        Json list = Json::array();
        for (const Json& row : rows) {
            list.push_back({row.at("id"), row.at("hash"), row.at("status"), row.at("message"), row.at("figures")});
        }
        return list;
    };
    const Json before = figures(rows_of(store));
    int round = 0;
    for (const std::string change : {"--set \"machine.voltage=0.7 V\"", "configs/tech/28nm.yaml"}) {
        INFO(change);
        const CommandResult priced =
            lodestone_command("explore --reprice " + change + " --sweep tiny --db " + store.string());
        REQUIRE(priced.err == "");
        REQUIRE(priced.exit_code == 0);
        const Json after = figures(rows_of(store));
        CHECK(after != before);
        std::string text = sweep_text(axes, "");
        const std::string machine = "{include: " + source_folder() + "/configs/arch/tiny_2x2.yaml";
        text.replace(text.find(machine), machine.size(),
                     machine + (round == 0
                                    ? ", voltage: 0.7 V"
                                    : ", technology: {include: " + source_folder() + "/configs/tech/28nm.yaml}"));
        const std::string fresh = "fresh" + std::to_string(round++);
        static_cast<void>(explore(scratch.write(fresh + ".yaml", text), scratch.path() / (fresh + ".db")));
        Json expected = figures(rows_of(scratch.path() / (fresh + ".db")));
        for (Json& row : expected) { // the file that a message names is another
            row.at(3) = row.at(3) == "" ? "" : "infeasible";
        }
        Json found = after;
        for (Json& row : found) {
            row.at(3) = row.at(3) == "" ? "" : "infeasible";
        }
        CHECK(found == expected);
    }
}

TEST_CASE("a change that the run depends on cannot be priced", "[explore]") {
    const ScratchFolder scratch;
    const auto store = scratch.path() / "a.db";
    const std::string axes =
        "  - {name: sizing, path: machine.core.matrix_unit.sizing, values: [iso_lanes, iso_area]}\n";
    static_cast<void>(explore(scratch.write("sweep.yaml", sweep_text(axes)), store));
    const CommandResult clock =
        lodestone_command("explore --reprice --set \"machine.clock=300 MHz\" --db " + store.string());
    CHECK(clock.exit_code == 2);
    CHECK_THAT(clock.err, Catch::Contains("has no run that can be priced so"));
    CHECK(rows_of(store).size() == 2); // of the sweep itself
    const CommandResult technology =
        lodestone_command("explore --reprice configs/tech/28nm.yaml --db " + store.string());
    CHECK(technology.exit_code == 0);
    CHECK_THAT(technology.err, Catch::Contains("1 rows cannot be priced without running them"));
    CHECK(rows_of(store).size() == 1);
    const CommandResult nothing = lodestone_command("explore --reprice --db " + store.string());
    CHECK(nothing.exit_code == 2);
    CHECK_THAT(nothing.err, Catch::Contains("--reprice: changes nothing"));
}

TEST_CASE("runs that differ in price alone are run once", "[explore]") {
    const ScratchFolder scratch;
    const auto store = scratch.path() / "a.db";
    const std::string axes = "  - {name: voltage, path: machine.voltage, values: [0.7 V, 0.8 V]}\n"
                             "  - {name: technology, path: machine.technology, values: [{include: " +
                             source_folder() + "/configs/tech/12nm.yaml}, {include: " + source_folder() +
                             "/configs/tech/28nm.yaml}]}\n";
    static_cast<void>(explore(scratch.write("sweep.yaml", sweep_text(axes)), store, "--jobs 1"));
    const Json rows = rows_of(store);
    REQUIRE(rows.size() == 4);
    CHECK(rows.at(1).at("axes").at("technology") == "28 nm");
    for (const Json& row : rows) {
        CHECK(row.at("figures").at("cycles") == rows.at(0).at("figures").at("cycles"));
    }
    CHECK(rows.at(0).at("figures").at("energy_j.total") != rows.at(1).at("figures").at("energy_j.total"));
    CHECK(rows.at(0).at("figures").at("energy_j.total") != rows.at(2).at("figures").at("energy_j.total"));
}

TEST_CASE("a point with all that pricing needs takes less than 5 KB", "[explore]") {
    const ScratchFolder scratch;
    const auto store = scratch.path() / "a.db";
    const std::string axes =
        "  - {name: clock, path: machine.clock, range: {from: 100 MHz, to: 500 MHz, steps: 100}}\n";
    static_cast<void>(explore(scratch.write("sweep.yaml", sweep_text(axes)), store));
    CHECK(std::filesystem::file_size(store) < 100 * 5000);
}

TEST_CASE("every strategy takes as many points as it may", "[explore]") {
    const ScratchFolder scratch;
    const std::string sweep = sweep_text(kLargeAxes, "fidelity: analytic\nstrategy: {kind: KIND, points: 12}\n");
    for (const std::string kind : {"random", "latin_hypercube", "nsga2"}) {
        INFO(kind);
        std::string text = sweep;
        text.replace(text.find("KIND"), 4, kind);
        const auto store = scratch.path() / (kind + ".db");
        static_cast<void>(explore(scratch.write(kind + ".yaml", text), store));
        CHECK(rows_of(store).size() == 12);
    }
}

TEST_CASE("the example script reads a store with the SQLite driver of Python", "[explore][docs]") {
    const ScratchFolder scratch;
    const std::string store = (scratch.path() / "a.db").string();
    static_cast<void>(explore(source_folder() + "/docs/examples/tutorial_sweep.yaml", store));
    const std::string out = (scratch.path() / "out.txt").string();
    const std::string line =
        "python3 " + source_folder() + "/docs/examples/read_store.py " + store + " > " + out + " 2>&1";
    const int status = std::system(line.c_str());
    std::ifstream in(out);
    const std::string printed(std::istreambuf_iterator<char>(in), {});
    INFO(printed);
    CHECK(status == 0);
    double least = std::numeric_limits<double>::infinity();
    for (const Json& row : rows_of(store)) {
        if (row.at("status") == "done" && row.at("axes").at("precision") == "fp8_e4m3") {
            least = std::min(least, row.at("figures").at("energy_j.total").get<double>());
        }
    }
    const std::string start = "precision fp8_e4m3: least energy_j.total ";
    REQUIRE_THAT(printed, Catch::Contains(start));
    CHECK(std::stod(printed.substr(printed.find(start) + start.size())) == Approx(least).epsilon(1e-5));
    CHECK_THAT(printed, Catch::Contains(" points done"));
}
