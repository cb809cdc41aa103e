// SPDX-License-Identifier: Apache-2.0
// `lodestone run` on the spiking array: recorded spikes, results and files through the command.
#include "sim/base/file.hpp"
#include "tests/support/command.hpp"
#include "tests/support/places.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <set>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

using namespace lodestone;
using lodestone::tests::CommandResult;
using lodestone::tests::lodestone_command;
using lodestone::tests::ScratchFolder;
using Json = nlohmann::json;

namespace {

using Spikes = std::set<std::pair<std::uint64_t, std::uint32_t>>; // (row, output)

const std::string kData = "tests/data/spiking/";

CommandResult run(const std::string& options) {
    const CommandResult result = lodestone_command("run --machine configs/arch/truenorth.yaml " + options);
    INFO("stderr: " << result.err);
    REQUIRE(result.exit_code == 0);
    return result;
}

Json result_of(const std::string& options) {
    const Json results = Json::parse(run(options + " --json").out);
    REQUIRE(results.size() == 1);
    return results[0];
}

/// The network's file, unpacked by the shell.
Json network(const ScratchFolder& scratch, const std::string& name) {
    const std::string plain = (scratch.path() / (name + ".json")).string();
    REQUIRE(std::system(
                ("gzip -dc " + tests::source_folder() + "/" + kData + name + ".json.gz > '" + plain + "'").c_str()) ==
            0);
    return Json::parse(read_file(plain));
}

/// Reads `row,output`; refuses a wrong header, an entry that occurs twice, and entries out of order.
Spikes spikes_of(const std::string& csv) {
    std::istringstream in(csv);
    std::string line;
    REQUIRE(std::getline(in, line));
    REQUIRE(line == "row,output");
    Spikes spikes;
    while (std::getline(in, line)) {
        const std::size_t comma = line.find(',');
        const auto added = spikes.emplace(std::stoull(line.substr(0, comma)),
                                          static_cast<std::uint32_t>(std::stoul(line.substr(comma + 1))));
        REQUIRE(added.second);
        REQUIRE(std::next(added.first) == spikes.end());
    }
    return spikes;
}

Spikes spikes_written(const ScratchFolder& scratch, const std::string& name, const std::string& fidelity) {
    const std::string file = (scratch.path() / (name + fidelity + ".csv")).string();
    run("--workload " + kData + name + ".json.gz --fidelity " + fidelity + " --spikes-out '" + file + "'");
    return spikes_of(read_file(file));
}

std::vector<std::string> recordings(const std::string& prefix) {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(tests::source_folder() + "/" + kData)) {
        const std::string name = entry.path().filename().string();
        if (name.starts_with(prefix)) {
            names.push_back(name.substr(0, name.find('.')));
        }
    }
    std::ranges::sort(names);
    return names;
}

} // namespace

TEST_CASE("the command writes exactly the recorded spikes of every vector-matrix product", "[system][spiking]") {
    const ScratchFolder scratch;
    const auto names = recordings("vmm_");
    REQUIRE(names.size() == 20);
    for (const std::string& name : names) {
        INFO(name);
        const Json json = network(scratch, name);
        Spikes wanted;
        for (const Json& pair : json.at("expected").at("spikes_tick_output")) {
            wanted.emplace(pair[0].get<std::uint64_t>(), pair[1].get<std::uint32_t>());
        }
        REQUIRE_FALSE(wanted.empty());
        CHECK(spikes_written(scratch, name, "functional") == wanted);
        CHECK(spikes_written(scratch, name, "event") == wanted);
    }
}

TEST_CASE("the command writes the recorded outputs of every image of the digit classifiers", "[system][spiking]") {
    const ScratchFolder scratch;
    for (const auto& [name, first_row] : {std::pair<std::string, std::uint64_t>{"mnist_256", 2}, {"mnist_128", 3}}) {
        INFO(name);
        const Json images = network(scratch, name).at("expected").at("output_neurons_per_image");
        REQUIRE(images.size() == 10);
        for (const char* fidelity : {"functional", "event"}) {
            const Spikes found = spikes_written(scratch, name, fidelity);
            for (std::size_t image = 0; image < images.size(); ++image) {
                const std::uint64_t row = first_row + image;
                std::vector<std::uint32_t> outputs;
                for (auto it = found.lower_bound({row, 0}); it != found.end() && it->first == row; ++it) {
                    outputs.push_back(it->second);
                }
                INFO(fidelity << " image " << image);
                CHECK(outputs == images[image].get<std::vector<std::uint32_t>>());
            }
        }
    }
}

TEST_CASE("a spiking result has the fixed keys, and only the components of a spiking array", "[system][spiking]") {
    const Json result = result_of("--workload " + kData + "vmm_000.json.gz");
    for (const char* key : {"schema",           "version",       "machine",      "workload",
                            "precision",        "batch",         "seed",         "config_hash",
                            "fidelity",         "clock_hz",      "cycles",       "latency_s",
                            "throughput_per_s", "power_w",       "utilization",  "energy_j",
                            "area_mm2",         "traffic_bytes", "layers",       "events",
                            "warnings",         "ticks",         "spikes",       "synaptic_events",
                            "neuron_updates",   "hops",          "tick_rate_hz", "energy_per_frame_j"}) {
        INFO(key);
        CHECK(result.contains(key));
    }
    CHECK(result.at("workload") == "vmm_000");
    CHECK(result.at("fidelity") == "event");
    const Json& energy = result.at("energy_j");
    for (const char* absent : {"mac", "vector", "dram", "flash", "io", "clock"}) {
        CHECK_FALSE(energy.contains(absent));
    }
    double parts = 0;
    for (const char* part : {"sram", "neuron", "synapse", "noc", "leakage"}) {
        parts += energy.at(part).get<double>();
    }
    CHECK(parts == Approx(energy.at("total").get<double>()).epsilon(1e-12));
    const double seconds = result.at("latency_s").get<double>();
    CHECK(result.at("power_w").get<double>() * seconds == Approx(parts).epsilon(1e-12));
    CHECK(seconds == Approx(result.at("ticks").get<double>() / result.at("tick_rate_hz").get<double>()));
    CHECK(result.at("functional").at("differing_spikes") == 0);
    const Json& events = result.at("events").at("spiking");
    CHECK(events.at("sent").get<std::uint64_t>() + events.at("inputs").get<std::uint64_t>() ==
          events.at("delivered").get<std::uint64_t>() + events.at("in_flight").get<std::uint64_t>() +
              events.at("off_chip").get<std::uint64_t>() + events.at("lost").get<std::uint64_t>());
}

TEST_CASE("both fidelities count the same events", "[system][spiking]") {
    const std::string options = "--workload " + kData + "mnist_128.json.gz";
    const Json event = result_of(options);
    const Json functional = result_of(options + " --fidelity functional");
    for (const char* key : {"ticks", "spikes", "synaptic_events", "neuron_updates", "hops"}) {
        CHECK(event.at(key) == functional.at(key));
    }
    CHECK(event.at("batch") == 10);
    CHECK(event.at("energy_per_frame_j").get<double>() * 10 ==
          Approx(event.at("energy_j").at("total").get<double>()).epsilon(1e-12));
    CHECK(event.contains("fastest_tick_rate_hz"));
    CHECK_FALSE(functional.contains("fastest_tick_rate_hz"));
}

TEST_CASE("plain JSON runs as gzip does, for as many ticks as asked", "[system][spiking]") {
    const ScratchFolder scratch;
    static_cast<void>(network(scratch, "vmm_003"));
    const std::string plain = (scratch.path() / "vmm_003.json").string();
    const Json result = result_of("--workload '" + plain + "' --ticks 7");
    CHECK(result.at("ticks") == 7);
    CHECK_FALSE(result.contains("functional"));
}

TEST_CASE("the same spiking run twice gives the same bytes", "[system][spiking]") {
    const ScratchFolder scratch;
    std::vector<std::string> files;
    for (const char* folder : {"first", "second"}) {
        const std::string out = (scratch.path() / folder).string();
        run("--workload " + kData + "mnist_256.json.gz --out '" + out + "' --spikes-out '" + out + "/spikes.csv'");
        files.push_back(read_file(out + "/mnist_256.json") + read_file(out + "/spikes.csv"));
    }
    CHECK(files[0] == files[1]);
}

TEST_CASE("a result accounts for every spike, also behind a warm-up", "[system][spiking]") {
    for (const char* warm_up : {"0", "15"}) {
        const CommandResult done = lodestone_command(
            "run configs/runs/truenorth_recurrent.yaml --json --set workload.cores.rows=2 --set workload.cores.cols=3 "
            "--set warm_up=" +
            std::string(warm_up));
        REQUIRE(done.exit_code == 0);
        const Json events = Json::parse(done.out)[0].at("events").at("spiking");
        const auto count = [&](const char* name) { return events.at(name).get<std::uint64_t>(); };
        CHECK(count("in_flight_before") + count("sent") + count("inputs") ==
              count("delivered") + count("in_flight") + count("off_chip") + count("lost"));
        CHECK((count("in_flight_before") > 0) == (std::string(warm_up) != "0"));
    }
}

TEST_CASE("the recurrent benchmark of a run file fires at its rate", "[system][spiking]") {
    const CommandResult done = lodestone_command(
        "run configs/runs/truenorth_recurrent.yaml --json --set workload.cores.rows=2 --set workload.cores.cols=3 "
        "--set \"workload.rate=50 Hz\"");
    INFO(done.err);
    REQUIRE(done.exit_code == 0);
    const Json result = Json::parse(done.out)[0];
    CHECK(result.at("ticks") == 100); // without the warm-up
    CHECK(result.at("cores_in_use") == 6);
    CHECK(result.at("neuron_updates") == 100 * 6 * 256);
    const double rate = result.at("spikes").get<double>() / result.at("neuron_updates").get<double>() * 1000.0;
    CHECK(rate == Approx(50.0).epsilon(0.03));
    const double per_spike = result.at("synaptic_events").get<double>() / result.at("spikes").get<double>();
    CHECK(per_spike == Approx(128.0).epsilon(0.05));
}

TEST_CASE("several chips give the same bytes on any number of threads", "[system][spiking]") {
    const ScratchFolder scratch;
    const auto bytes = [&](const std::string& threads) {
        const std::string out = (scratch.path() / ("t" + threads)).string();
        const CommandResult done = lodestone_command(
            "run configs/runs/truenorth_recurrent.yaml --detail --set ticks=40 --set machine.chips.cols=3 "
            "--set machine.cores.rows=4 --set machine.cores.cols=2 --set workload.cores.rows=4 "
            "--set workload.cores.cols=6 --threads " +
            threads + " --out '" + out + "'");
        INFO(done.err);
        REQUIRE(done.exit_code == 0);
        return read_file(out + "/recurrent.json");
    };
    const std::string one = bytes("1");
    CHECK(Json::parse(one).at("events").at("spiking").at("chip_crossings") > 1000);
    for (const char* threads : {"2", "3", "5", "100"}) {
        CHECK(bytes(threads) == one);
    }
}

TEST_CASE("check knows spiking networks, and tables name what was reproduced", "[system][spiking]") {
    const CommandResult checked = lodestone_command("check " + kData + "vmm_001.json.gz");
    CHECK(checked.exit_code == 0);
    CHECK(checked.out == kData + "vmm_001.json.gz: good (spiking network)\n");
    const std::string table = run("--workload " + kData + "vmm_001.json.gz").out;
    CHECK_THAT(table, Catch::Contains("recorded spikes are reproduced, and no others"));
    CHECK_THAT(table, Catch::Contains("power of the array"));
}

TEST_CASE("detail tells every spike, and where they went", "[system][spiking]") {
    const Json result = result_of("--workload " + kData + "vmm_000.json.gz --fidelity functional --detail");
    const Json& detail = result["detail"];
    const auto sum_of = [](const std::string& text) {
        std::uint64_t sum = 0;
        std::istringstream in(text);
        for (std::string part; in >> part;) {
            const std::size_t star = part.find('*');
            sum += std::stoull(part) * (star == std::string::npos ? 1 : std::stoull(part.substr(star + 1)));
        }
        return sum;
    };
    const auto count_of = [](const std::string& text) {
        std::uint64_t count = 0;
        std::istringstream in(text);
        for (std::string part; in >> part;) {
            const std::size_t star = part.find('*');
            count += star == std::string::npos ? 1 : std::stoull(part.substr(star + 1));
        }
        return count;
    };
    std::uint64_t in_raster = 0;
    for (const Json& tick : detail["raster"]) {
        in_raster += tick == "-" ? 0 : count_of(tick.get<std::string>());
    }
    CHECK(detail["raster"].size() == result["ticks"]);
    CHECK(in_raster == result["spikes"]);
    CHECK(sum_of(detail["spikes"].get<std::string>()) == result["spikes"]);
    CHECK(sum_of(detail["link_packets"].get<std::string>()) == result["hops"]);
    CHECK(count_of(detail["routers"].get<std::string>()) == result["cores_in_use"]);
}
