// SPDX-License-Identifier: Apache-2.0
// Every network in configs/workloads maps, verifies and runs on the published grid, at every precision and sizing.
#include "tests/support/command.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <map>
#include <string>

using lodestone::tests::CommandResult;
using lodestone::tests::lodestone_command;
using Json = nlohmann::json;

namespace {

const std::string kMachine = "--machine configs/arch/northpole.yaml ";

/// Results by precision of a run that must succeed; a program that breaks a rule ends the command with a failure.
std::map<std::string, Json> results_by_precision(const std::string& options) {
    const CommandResult result = lodestone_command("run " + options + " --json");
    INFO(options << "\n" << result.err);
    REQUIRE(result.exit_code == 0);
    std::map<std::string, Json> by_precision;
    for (const Json& entry : Json::parse(result.out)) {
        by_precision[entry.at("precision")] = entry;
    }
    return by_precision;
}

std::uint64_t macs_of(const Json& result) {
    std::uint64_t sum = 0;
    for (const Json& layer : result.at("layers")) {
        sum += layer.at("macs").get<std::uint64_t>();
    }
    return sum;
}

/// Every precision runs, with the same multiply-accumulates; narrower integers are faster. An integer and a floating
/// precision are mapped with the effort that a user gets, the others with less.
void check_precisions(const std::string& network) {
    const std::string run = kMachine + "--workload configs/workloads/" + network;
    auto results = results_by_precision(run + " --precision int8,fp8_e4m3");
    results.merge(results_by_precision(run + " --precision int4,int2,fp8_e5m2,w4a8 --effort quick"));
    REQUIRE(results.size() == 6);
    for (const auto& [precision, result] : results) {
        INFO(precision);
        CHECK(macs_of(result) == macs_of(results.at("int8")));
        CHECK(result.at("throughput_per_s").get<double>() > 0);
    }
    CHECK(results.at("int4").at("cycles") < results.at("int8").at("cycles"));
    CHECK(results.at("int2").at("cycles") < results.at("int4").at("cycles"));
}

/// FP8 on the area of the integer unit and on as many lanes as it has.
void check_sizings(const std::string& network) {
    const std::string run =
        kMachine + "--workload configs/workloads/" + network + " --precision fp8_e4m3,fp8_e5m2 --effort quick";
    const auto area = results_by_precision(run + " --set core.matrix_unit.sizing=iso_area");
    const auto lanes = results_by_precision(run + " --set core.matrix_unit.sizing=iso_lanes");
    for (const char* precision : {"fp8_e4m3", "fp8_e5m2"}) {
        INFO(precision);
        CHECK(macs_of(area.at(precision)) == macs_of(lanes.at(precision)));
        CHECK(area.at(precision).at("area_mm2").at("total") < lanes.at(precision).at("area_mm2").at("total"));
    }
}

} // namespace

TEST_CASE("ResNet-50 runs at every precision with the same multiply-accumulates", "[system]") {
    check_precisions("resnet50.onnx");
}

TEST_CASE("ResNet-50 runs in FP8 on the area and on the lanes of the integer unit", "[system]") {
    check_sizings("resnet50.onnx");
}

TEST_CASE("ResNet-18 runs at every precision with the same multiply-accumulates", "[system]") {
    check_precisions("resnet18.onnx");
}

TEST_CASE("ResNet-18 runs in FP8 on the area and on the lanes of the integer unit", "[system]") {
    check_sizings("resnet18.onnx");
}

TEST_CASE("MobileNetV2 runs at every precision with the same multiply-accumulates", "[system]") {
    check_precisions("mobilenet_v2.onnx");
}

TEST_CASE("MobileNetV2 runs in FP8 on the area and on the lanes of the integer unit", "[system]") {
    check_sizings("mobilenet_v2.onnx");
}

TEST_CASE("a 12-layer transformer runs at every precision with the same multiply-accumulates", "[system]") {
    check_precisions("vit_tiny.yaml");
}

TEST_CASE("a 12-layer transformer runs in FP8 on the area and on the lanes of the integer unit", "[system]") {
    check_sizings("vit_tiny.yaml");
}

TEST_CASE("a transformer runs with a format per layer", "[system]") {
    const auto results = results_by_precision("configs/runs/mixed_precision.yaml");
    REQUIRE(results.size() == 1);
    const Json& macs = results.begin()->second.at("events").at("macs");
    for (const char* pair : {"int8*int8", "int4*int4", "fp8_e4m3*fp8_e4m3"}) {
        INFO(macs.dump());
        CHECK(macs.contains(pair));
    }
}

TEST_CASE("the published operating point computes its first convolution at 8 bit and the rest at 4", "[system]") {
    const auto results = results_by_precision("configs/runs/northpole_resnet50.yaml");
    REQUIRE(results.size() == 1);
    const Json& result = results.begin()->second;
    const auto batch = result.at("batch").get<std::uint64_t>();
    const Json& macs = result.at("events").at("macs");
    CHECK(macs.at("int8*int8") == 118'013'952 * batch); // 64 x 112 x 112 x 3 x 7 x 7
    CHECK(macs.size() == 2);
    CHECK(macs.contains("int4*int4"));
}
