// SPDX-License-Identifier: Apache-2.0
// What `lodestone run` promises of its results, on real networks, through the command.
#include "sim/base/file.hpp"

#include "tests/support/command.hpp"
#include "tests/support/places.hpp"
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <cmath>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

using namespace lodestone;
using lodestone::tests::CommandResult;
using lodestone::tests::lodestone_command;
using lodestone::tests::ScratchFolder;
using Json = nlohmann::json;

namespace {

const std::string kNorthPole = "--machine configs/arch/northpole.yaml ";
const std::string kSmallMachine = "--machine configs/arch/tiny_2x2.yaml ";

std::string workload(const std::string& name) {
    return "--workload configs/workloads/" + name + ".onnx ";
}

/// Results of a run that must succeed.
Json results_of(const std::string& options) {
    const CommandResult result = lodestone_command("run " + options + " --json");
    INFO("stderr: " << result.err);
    REQUIRE(result.exit_code == 0);
    return Json::parse(result.out);
}

void check_fixed_keys(const Json& result) {
    for (const char* key : {"schema",   "version",   "machine",          "workload", "precision",
                            "batch",    "seed",      "config_hash",      "fidelity", "clock_hz",
                            "cycles",   "latency_s", "throughput_per_s", "power_w",  "utilization",
                            "energy_j", "area_mm2",  "traffic_bytes",    "layers",   "events",
                            "warnings"}) {
        INFO(key);
        CHECK(result.contains(key));
    }
    CHECK(result.at("schema") == "lodestone.result/1");
}

void check_sums(const Json& result) {
    std::uint64_t macs = 0;
    std::uint64_t cycles = 0;
    double energy = 0;
    std::map<std::string, std::uint64_t> traffic;
    for (const Json& layer : result.at("layers")) {
        macs += layer.at("macs").get<std::uint64_t>();
        cycles += layer.at("cycles").get<std::uint64_t>();
        energy += layer.at("energy_j").is_object() ? layer.at("energy_j").at("total").get<double>()
                                                   : layer.at("energy_j").get<double>();
        for (const auto& [key, value] : layer.at("traffic_bytes").items()) {
            traffic[key] += value.get<std::uint64_t>();
        }
    }
    std::uint64_t counted = 0;
    for (const auto& [key, value] : result.at("events").at("macs").items()) {
        counted += value.get<std::uint64_t>();
    }
    CHECK(macs == counted);
    CHECK(cycles == result.at("cycles").get<std::uint64_t>());
    double parts = 0;
    for (const auto& [key, value] : result.at("energy_j").items()) {
        parts += key == "total" ? 0.0 : value.get<double>();
    }
    const double total = result.at("energy_j").at("total").get<double>();
    CHECK(parts == Approx(total).epsilon(1e-12));
    CHECK(energy == Approx(total).epsilon(1e-9));
    for (const auto& [key, value] : result.at("traffic_bytes").items()) {
        INFO(key);
        CHECK(traffic[key] == value.get<std::uint64_t>());
    }
}

void check_conservation(const Json& result) {
    for (const auto& [network, count] : result.at("events").at("networks").items()) {
        INFO(network);
        CHECK(count.at("sent") == count.at("received"));
    }
}

std::uint64_t layer_macs(const Json& result) {
    std::uint64_t macs = 0;
    for (const Json& layer : result.at("layers")) {
        macs += layer.at("macs").get<std::uint64_t>();
    }
    return macs;
}

} // namespace

TEST_CASE("ResNet-50 at INT8 and FP8 gives two results whose parts sum to the whole", "[system]") {
    const Json results = results_of(kNorthPole + workload("resnet50") + "--precision int8,fp8_e4m3");
    REQUIRE(results.size() == 2);
    CHECK(results[0].at("precision") == "int8");
    CHECK(results[1].at("precision") == "fp8_e4m3");
    for (const Json& result : results) {
        check_fixed_keys(result);
        check_sums(result);
        check_conservation(result);
        CHECK(layer_macs(result) == 4'089'184'256); // torchvision's ResNet-50, stride in the 3x3
    }
}

TEST_CASE("every weight of ResNet-50 is read at least once", "[system]") {
    const Json results = results_of(kNorthPole + workload("resnet50") + "--precision int8");
    constexpr std::uint64_t weights = 25'502'912; // parameters without biases, one byte each
    const auto written = results[0].at("events").at("memories").at("weight_buffer").at("written").get<std::uint64_t>();
    CHECK(written >= weights);
    CHECK(results[0].at("traffic_bytes").at("sram_read").get<std::uint64_t>() >= weights);
}

TEST_CASE("no layer is faster than its bound, and the analytic run is the bound", "[system]") {
    const std::string options = kNorthPole + workload("resnet18") + "--precision int8,int4,fp8_e5m2 --effort quick ";
    const Json event = results_of(options);
    const Json analytic = results_of(options + "--fidelity analytic");
    for (std::size_t i = 0; i < event.size(); ++i) {
        REQUIRE(event[i].at("layers").size() == analytic[i].at("layers").size());
        for (std::size_t k = 0; k < event[i].at("layers").size(); ++k) {
            INFO(event[i].at("layers")[k].at("name"));
            CHECK(event[i].at("layers")[k].at("cycles") >= analytic[i].at("layers")[k].at("cycles"));
        }
    }
}

TEST_CASE("a depthwise network runs and its multiply-accumulates are all there", "[system]") {
    const Json results = results_of(kNorthPole + workload("mobilenet_v2") + "--precision int8,fp8_e4m3 --effort quick");
    for (const Json& result : results) {
        check_sums(result);
        check_conservation(result);
        CHECK(layer_macs(result) == 300'774'272); // torchvision's MobileNetV2, width 1.0
    }
}

TEST_CASE("the same run twice gives the same bytes", "[system]") {
    const ScratchFolder scratch;
    std::vector<std::string> files;
    for (const char* folder : {"first", "second"}) {
        const std::string out = (scratch.path() / folder).string();
        REQUIRE(lodestone_command("run " + kSmallMachine + workload("fashion_resnet") +
                                  "--precision int8 --batch 2 --functional --out '" + out + "'")
                    .exit_code == 0);
        files.push_back(read_file(out + "/fashion_resnet_int8.json"));
    }
    CHECK(files[0] == files[1]);
}

TEST_CASE("the simulated grid computes what the reference interpreter computes, at every precision", "[system]") {
    const std::string data = " --functional --inputs /usr/share/datasets/fashion-mnist/t10k-images-idx3-ubyte.gz"
                             " --labels /usr/share/datasets/fashion-mnist/t10k-labels-idx1-ubyte.gz --samples 100";
    const Json results =
        results_of(kSmallMachine + workload("fashion_resnet") +
                   "--precision int8,int4,int2,fp8_e4m3,fp8_e5m2,mxfp8,mxfp4,mxint8 --batch 10" + data);
    for (const Json& result : results) {
        INFO(result.at("precision"));
        CHECK(result.at("functional").at("samples") == 100);
        CHECK(result.at("functional").at("values_compared") == 1000);
        CHECK(result.at("functional").at("differing_values") == 0);
    }
    CHECK(results[0].at("functional").at("accuracy").get<double>() > 0.88);
}

TEST_CASE("an override changes one field and the result with it", "[system]") {
    const Json plain = results_of(kSmallMachine + workload("fashion_resnet") + "--precision int8");
    const Json fast = results_of(kSmallMachine + workload("fashion_resnet") + "--precision int8 --set 'clock=800 MHz'");
    CHECK(plain[0].at("clock_hz") == 400e6);
    CHECK(fast[0].at("clock_hz") == 800e6);
    CHECK(plain[0].at("config_hash") != fast[0].at("config_hash"));
    CHECK(results_of(kSmallMachine + workload("fashion_resnet") + "--precision int8 --set 'machine.clock=800 MHz'") ==
          fast);
}

TEST_CASE("a run file includes a machine and changes one field of it", "[system]") {
    const ScratchFolder scratch;
    const std::string root = tests::source_folder();
    const std::string file = scratch.write(
        "r.yaml", "machine: {include: " + root + "/configs/arch/tiny_2x2.yaml, clock: 250 MHz}\nworkload: " + root +
                      "/configs/workloads/fashion_resnet.onnx\nprecision: int8\n");
    CHECK(results_of("'" + file + "'")[0].at("clock_hz") == 250e6);
    const CommandResult explained = lodestone_command("explain '" + file + "' --set machine.grid.rows=4");
    REQUIRE(explained.exit_code == 0);
    CHECK_THAT(explained.out, Catch::Contains("clock: 250 MHz") && Catch::Contains("r.yaml:1:") &&
                                  Catch::Contains("(was 400 MHz at") && Catch::Contains("--set machine.grid.rows=4"));
}

TEST_CASE("the peak of the NorthPole-like grid is the published one", "[system]") {
    const Json results = results_of(kNorthPole + workload("resnet18") + "--precision int8,int4,int2 --effort quick");
    const std::vector<double> peak_tops{209.7, 419.4, 838.9}; // [cassidy2024]
    for (std::size_t i = 0; i < peak_tops.size(); ++i) {
        const Json& result = results[i];
        const double seconds = result.at("cycles").get<double>() / result.at("clock_hz").get<double>();
        const double macs = static_cast<double>(layer_macs(result));
        const double peak = 2 * macs / seconds / result.at("utilization").get<double>() / 1e12;
        CHECK(peak == Approx(peak_tops[i]).epsilon(0.001));
    }
}

TEST_CASE("a program that was compiled verifies, and a damaged one does not", "[system]") {
    const ScratchFolder scratch;
    const std::string program = (scratch.path() / "p.json").string();
    const std::string mapping = (scratch.path() / "m.yaml").string();
    REQUIRE(lodestone_command("compile " + kSmallMachine + workload("fashion_resnet") + "--precision int8 -o '" +
                              program + "' --mapping-out '" + mapping + "'")
                .exit_code == 0);
    CHECK(lodestone_command("verify '" + program + "' " + kSmallMachine).exit_code == 0);
    CHECK(lodestone_command("verify --mapping '" + mapping + "' " + kSmallMachine + workload("fashion_resnet") +
                            "--precision int8")
              .exit_code == 0);
    std::string text = read_file(program);
    const std::string address = "\"address\":";
    const std::size_t at = text.find(address, text.find("\"buffers\""));
    text.insert(at + address.size(), "99");
    const CommandResult damaged =
        lodestone_command("verify '" + scratch.write("d.json", text) + "' " + kSmallMachine + "--json");
    CHECK(damaged.exit_code == 2);
    const Json verdict = Json::parse(damaged.out);
    CHECK(verdict.at("ok") == false);
    CHECK(verdict.at("violations").size() >= 1);
}
