// SPDX-License-Identifier: Apache-2.0
// The published figures of the core grid's silicon: ours beside each, within the tolerance that its file states.
#include "arch/cost/technology.hpp"
#include "sim/config/map_reader.hpp"
#include "tests/support/command.hpp"
#include "tests/support/places.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <cmath>
#include <iostream>
#include <map>
#include <string>

using namespace lodestone;
using lodestone::tests::CommandResult;
using lodestone::tests::lodestone_command;
using Json = nlohmann::json;

namespace {

const std::string kFile = "anchors configs/anchors/northpole.yaml";

Json rows() {
    const CommandResult result = lodestone_command(kFile + " --json");
    INFO(result.err);
    REQUIRE(result.exit_code == 0);
    return Json::parse(result.out);
}

/// The number behind "name: {value: ".
double fitted(const std::string& text, const std::string& name) {
    const std::string key = "    " + name + ": {value: ";
    const std::size_t at = text.find(key);
    REQUIRE(at != std::string::npos);
    return std::stod(text.substr(at + key.size()));
}

cost::Technology technology() {
    Problems problems;
    const config::Node root = config::load_file(tests::source_folder() + "/configs/tech/12nm.yaml", problems);
    config::MapReader reader(root, problems);
    cost::Technology read = cost::read_technology(reader);
    problems.throw_if_errors();
    return read;
}

} // namespace

TEST_CASE("every published figure of NorthPole is met within its tolerance, rates and peaks without calibration",
          "[anchors][core_grid]") {
    std::map<std::string, Json> by_name;
    for (const Json& row : rows()) {
        INFO(row.dump());
        std::cout << row.at("name") << ": ours " << row.at("ours") << ", published " << row.at("published") << "\n";
        const std::string unit = row.at("unit"); // rates and peaks are not calibrated
        CHECK(row.at("calibrated").get<bool>() == (unit == "W" || unit == "frame/s/W" || unit == "mm2"));
        const double error = row.at("ours").get<double>() / row.at("published").get<double>() - 1;
        CHECK(row.at("error_pct").get<double>() == Approx(error * 100));
        CHECK(std::abs(error) * 100 <= row.at("tolerance_pct").get<double>());
        by_name[row.at("name")] = row;
    }
    CHECK(by_name.at("resnet50_throughput").at("published") == 42460);
    CHECK(by_name.at("resnet50_throughput").at("tolerance_pct").get<double>() <= 10);
    CHECK(by_name.at("resnet50_power").at("published") == 74);
    CHECK(by_name.at("resnet50_efficiency").at("published") == 571);
    CHECK(by_name.at("llm_card_power").at("published") == 42);
    CHECK(by_name.at("area").at("published") == 800);
    CHECK(by_name.at("area").at("tolerance_pct").get<double>() <= 15);
}

TEST_CASE("the calibrated constants in use are those that the anchors ask for", "[anchors][core_grid]") {
    const CommandResult result = lodestone_command(kFile + " --fit");
    REQUIRE(result.exit_code == 0);
    const cost::Calibration used = technology().calibration.at("core_grid");
    constexpr double drift = 0.05; // of the mapper's choice since they were fitted
    CHECK(used.area.value == Approx(fitted(result.out, "area")).epsilon(drift));
    CHECK(used.static_and_clock.value == Approx(fitted(result.out, "static_and_clock")).epsilon(drift));
    CHECK(used.dynamic_energy.value == Approx(fitted(result.out, "dynamic_energy")).epsilon(drift));
    CHECK(cost::calibrated_constants(technology(), "core_grid").size() <= 3);
}

TEST_CASE("reports name every calibrated constant", "[anchors][core_grid]") {
    const CommandResult result = lodestone_command("run --machine configs/arch/tiny_2x2.yaml --workload "
                                                   "configs/workloads/fashion_resnet.onnx --precision int8");
    REQUIRE(result.exit_code == 0);
    for (const cost::CalibratedConstant& constant : cost::calibrated_constants(technology(), "core_grid")) {
        CHECK(result.out.find("calibrated: " + constant.name) != std::string::npos);
    }
}
