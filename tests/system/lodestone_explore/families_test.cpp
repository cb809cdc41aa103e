// SPDX-License-Identifier: Apache-2.0
// Sweeps over spiking arrays and multiply-accumulate units: the figures of the runs that they stand for.
#include "tests/support/explorations.hpp"
#include "tests/support/places.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <string>

using lodestone::tests::CommandResult;
using lodestone::tests::lodestone_command;
using lodestone::tests::rows_of;
using lodestone::tests::ScratchFolder;
using lodestone::tests::source_folder;
using Json = nlohmann::json;

namespace {

const std::string kTruenorth = "  machine: {include: " + source_folder() + "/configs/arch/truenorth.yaml}\n";
const std::string kVoltages = "  - {name: voltage, path: machine.voltage, values: [0.7 V, 0.8 V]}\n";

std::string spiking_sweep(const std::string& run, const std::string& axes, const std::string& fidelity = "event") {
    return "name: spikes\nrun:\n" + kTruenorth + run + "axes:\n" + axes +
           "objectives:\n  - {key: power_w, goal: minimise}\n  - {key: fastest_tick_rate_hz, goal: maximise}\n" +
           "fidelity: " + fidelity + "\n";
}

Json explored(const ScratchFolder& scratch, const std::string& text, const std::string& store = "a.db",
              const std::string& options = "--jobs 1") {
    const std::string file = scratch.write(store + ".yaml", text);
    const std::string db = (scratch.path() / store).string();
    const CommandResult result = lodestone_command("explore " + file + " --db " + db + " " + options);
    INFO("stderr: " << result.err);
    REQUIRE(result.exit_code == 0);
    return rows_of(db);
}

} // namespace

TEST_CASE("a recorded spiking network has the figures of its run at every point", "[explore][spiking]") {
    const ScratchFolder scratch;
    const std::string network = source_folder() + "/tests/data/spiking/vmm_008.json.gz";
    const std::string text =
        spiking_sweep("  workload: " + network + "\n",
                      kVoltages + "  - {name: tick, path: machine.tick_rate, values: [1 kHz, 2 kHz]}\n");
    const Json rows = explored(scratch, text);
    REQUIRE(rows.size() == 4);
    const CommandResult run = lodestone_command("run --machine configs/arch/truenorth.yaml --workload " + network +
                                                " --set \"voltage=0.7 V\" --set \"tick_rate=2 kHz\" --json");
    REQUIRE(run.exit_code == 0);
    const Json result = Json::parse(run.out).at(0);
    const Json& figures = rows.at(1).at("figures");
    REQUIRE(rows.at(1).at("axes") == Json{{"voltage", "0.7 V"}, {"tick", "2 kHz"}});
    for (const char* key : {"latency_s", "power_w", "utilization", "spikes", "hops", "ticks", "fastest_tick_rate_hz",
                            "power_of_used_cores_w", "cores_in_use"}) {
        INFO(key);
        CHECK(figures.at(key) == result.at(key));
    }
    CHECK(figures.at("energy_j.total") == result.at("energy_j").at("total"));
    CHECK(figures.at("energy_j.synapse") == result.at("energy_j").at("synapse"));
    CHECK(figures.at("area_mm2.cores") == result.at("area_mm2").at("cores"));
    const double share = figures.at("cores_in_use").get<double>() / (64 * 64);
    CHECK(figures.at("area_of_used_cores_mm2").get<double>() ==
          Approx(share * result.at("area_mm2").at("total").get<double>()));
}

TEST_CASE("spiking runs that differ in voltage are run once, and priced again without running", "[explore][spiking]") {
    const ScratchFolder scratch;
    const std::string run = "  workload: " + source_folder() + "/tests/data/spiking/vmm_008.json.gz\n";
    const Json both = explored(scratch, spiking_sweep(run, kVoltages));
    REQUIRE(both.size() == 2);
    CHECK(both.at(0).at("figures").at("kernel_events") == both.at(1).at("figures").at("kernel_events"));
    CHECK(both.at(0).at("figures").at("power_w").get<double>() < both.at(1).at("figures").at("power_w").get<double>());
    const std::string one = "  - {name: tick, path: machine.tick_rate, values: [1 kHz]}\n";
    static_cast<void>(explored(scratch, spiking_sweep(run, one), "one.db"));
    const CommandResult priced = lodestone_command("explore --reprice --set \"machine.voltage=0.7 V\" --json --db " +
                                                   (scratch.path() / "one.db").string());
    INFO(priced.err);
    REQUIRE(priced.exit_code == 0);
    CHECK(Json::parse(priced.out).at("front").at(0).at("objectives").at("power_w") ==
          both.at(0).at("figures").at("power_w"));
}

TEST_CASE("a generated network is swept by its own fields", "[explore][spiking]") {
    const ScratchFolder scratch;
    const std::string run =
        "  workload: {generator: recurrent, cores: {rows: 2, cols: 2}, synapses: 16}\n  ticks: 20\n";
    const Json rows =
        explored(scratch, spiking_sweep(run, "  - {name: rate, path: workload.rate, values: [50 Hz, 200 Hz]}\n"));
    REQUIRE(rows.size() == 2);
    CHECK(rows.at(0).at("hash") != rows.at(1).at("hash"));
    CHECK(rows.at(0).at("figures").at("spikes").get<double>() < rows.at(1).at("figures").at("spikes").get<double>());
}

TEST_CASE("a trinary network takes fewer and larger cores as cores grow", "[explore][spiking]") {
    const ScratchFolder scratch;
    const std::string run = "  workload: " + source_folder() +
                            "/configs/workloads/fashion_trinary.yaml\n  data: {inputs: "
                            "/usr/share/datasets/fashion-mnist/t10k-images-idx3-ubyte.gz, samples: 2}\n";
    const std::string text =
        spiking_sweep(run, "  - {name: axons, path: machine.core.axons, values: [64, 256, 512]}\n", "functional");
    const std::string objectives = "  - {key: fastest_tick_rate_hz, goal: maximise}\n";
    std::string without_timing = text;
    without_timing.erase(without_timing.find(objectives), objectives.size());
    const Json rows = explored(scratch, without_timing);
    REQUIRE(rows.size() == 3);
    CHECK(rows.at(0).at("status") == "infeasible"); // too few axons for a position of the widest layer
    CHECK_THAT(rows.at(0).at("message").get<std::string>(), Catch::Contains("SPK-"));
    CHECK(rows.at(1).at("figures").at("cores_in_use").get<double>() >
          rows.at(2).at("figures").at("cores_in_use").get<double>());
    const auto area_of_core = [&rows](int row) {
        const Json& figures = rows.at(static_cast<std::size_t>(row)).at("figures");
        return figures.at("area_of_used_cores_mm2").get<double>() / figures.at("cores_in_use").get<double>();
    };
    CHECK(area_of_core(1) < area_of_core(2));
}

TEST_CASE("a multiply-accumulate unit has the figures of the comparison of units", "[explore][mac]") {
    const ScratchFolder scratch;
    const std::string text =
        "name: units\nmac_unit:\n  technology: {include: " + source_folder() +
        "/configs/tech/12nm_osu018.yaml, mac_table: {include: " + source_folder() +
        "/configs/tech/mac_osu018.yaml}}\n  format: int8\n  accumulator: kulisch\naxes:\n"
        "  - {name: format, path: format, values: [int8, fp8_e4m3]}\n"
        "  - {name: accumulator, path: accumulator, values: [kulisch, fp16, fp32]}\n"
        "  - {name: window, path: window, values: [0, 8]}\n"
        "objectives:\n  - {key: energy_fj, goal: minimise}\n  - {key: dot_sqnr_db, goal: maximise}\n";
    const Json rows = explored(scratch, text, "a.db", "--jobs 2");
    REQUIRE(rows.size() == 12);
    const CommandResult mac =
        lodestone_command("mac --formats int8,fp8_e4m3 --accumulators kulisch,fp16,fp32 --units fused_dot --json");
    REQUIRE(mac.exit_code == 0);
    const Json units = Json::parse(mac.out);
    const auto figures = [&rows](std::size_t row) { return rows.at(row).at("figures"); };
    for (std::size_t i = 0; i < 6; ++i) {
        INFO(units.at(i).at("format") << " " << units.at(i).at("accumulator"));
        CHECK(figures(2 * i).at("gates") == units.at(i).at("gates"));
        CHECK(figures(2 * i).at("sqnr_db.normal") == units.at(i).at("sqnr_db").at("normal"));
        // one technology scales all units alike
        CHECK(figures(2 * i).at("area_um2").get<double>() / figures(0).at("area_um2").get<double>() ==
              Approx(units.at(i).at("area_um2").get<double>() / units.at(0).at("area_um2").get<double>()));
        CHECK(figures(2 * i).at("energy_fj").get<double>() / figures(0).at("energy_fj").get<double>() ==
              Approx(units.at(i).at("energy_fj").get<double>() / units.at(0).at("energy_fj").get<double>()));
    }
    const auto dot = [&figures](std::size_t row) { return figures(row).at("dot_sqnr_db").get<double>(); };
    CHECK(dot(0) == Approx(figures(0).at("sqnr_db.normal").get<double>() - 3).margin(1)); // noise of two operands
    CHECK(dot(6) > dot(7));  // E4M3, exact before its window of 8 bits
    CHECK(dot(6) >= dot(8)); // and before fp16
}

TEST_CASE("units are priced again in another technology without being measured again", "[explore][mac]") {
    const ScratchFolder scratch;
    const auto text = [](const std::string& technology) {
        return "name: units\nmac_unit:\n  technology: {include: " + source_folder() + "/configs/tech/" + technology +
               ".yaml}\n  accumulator: kulisch\naxes:\n  - {name: format, path: format, values: [int8, fp8_e4m3]}\n"
               "objectives: [{key: energy_fj, goal: minimise}]\n";
    };
    static_cast<void>(explored(scratch, text("12nm")));
    const std::string db = (scratch.path() / "a.db").string();
    const CommandResult priced = lodestone_command("explore --reprice configs/tech/28nm.yaml --db " + db);
    INFO(priced.err);
    REQUIRE(priced.exit_code == 0);
    const Json fresh = explored(scratch, text("28nm"), "fresh.db");
    const Json again = rows_of(db);
    REQUIRE(again.size() == 2);
    for (std::size_t row = 0; row < 2; ++row) {
        CHECK(again.at(row).at("figures") == fresh.at(row).at("figures"));
    }
}

TEST_CASE("a sweep of units says what is wrong with it", "[explore][mac][errors]") {
    const ScratchFolder scratch;
    const auto refusal = [&scratch](const std::string& unit, const std::string& axis, const std::string& more = "") {
        const std::string file =
            scratch.write("sweep.yaml", "name: units\nmac_unit:\n  technology: {include: " + source_folder() +
                                            "/configs/tech/12nm.yaml}\n" + unit + "axes:\n  - " + axis +
                                            "\nobjectives: [{key: area_um2, goal: minimise}]\n" + more);
        const CommandResult result =
            lodestone_command("explore " + file + " --db " + (scratch.path() / "a.db").string());
        CHECK(result.exit_code == 2);
        return result.err;
    };
    const std::string good = "  format: int8\n  accumulator: kulisch\n";
    const std::string axis = "{name: lanes, path: lanes, values: [8, 16]}";
    CHECK_THAT(refusal("  format: int9\n  accumulator: kulisch\n", axis),
               Catch::Contains("format: unknown precision 'int9'"));
    CHECK_THAT(refusal(good, "{name: lane, path: lane, values: [8]}"),
               Catch::Contains("change lane, which is no field of the run; did you mean 'lanes'?"));
    CHECK_THAT(refusal(good, axis, "fidelity: analytic\n"), Catch::Contains("fidelity: stands beside 'mac_unit'"));
    CHECK_THAT(refusal(good, axis, "run: {}\n"), Catch::Contains("mac_unit: stands beside 'run'"));
}

TEST_CASE("each sweep of the gallery evaluates points and draws its page", "[explore][gallery]") {
    for (const auto& entry : std::filesystem::directory_iterator(source_folder() + "/configs/sweeps")) {
        const std::string name = entry.path().stem();
        INFO(name);
        const ScratchFolder scratch;
        const std::string db = (scratch.path() / "a.db").string();
        const std::string strategy = name == "core_grid_search" ? "" : " --set strategy.kind=random";
        const CommandResult result =
            lodestone_command("explore " + entry.path().string() + strategy +
                              " --set strategy.points=3 --set strategy.seed=5 --json --db " + db);
        INFO(result.err);
        CHECK(result.exit_code == 0);
        CHECK(Json::parse(result.out).at("points") == 3);
        CHECK(Json::parse(result.out).at("failed") == 0);
        const std::string page = (scratch.path() / "page.html").string();
        CHECK(lodestone_command("report " + db + " -o " + page).exit_code == 0);
        CHECK(std::filesystem::file_size(page) > 100'000);
    }
}
