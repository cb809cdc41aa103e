// SPDX-License-Identifier: Apache-2.0
// The published figures of the spiking chip through the command: three powers within 5 %, the others with their error.
#include "tests/support/command.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <cmath>
#include <iostream>
#include <map>
#include <string>

using lodestone::tests::CommandResult;
using lodestone::tests::lodestone_command;
using Json = nlohmann::json;

TEST_CASE("the published powers of TrueNorth are met, or shown with their error", "[anchors][spiking]") {
    const std::string file = "anchors configs/anchors/truenorth.yaml";
    const CommandResult result = lodestone_command(file + " --json");
    INFO(result.err);
    REQUIRE(result.exit_code == 0);
    std::map<std::string, Json> by_name;
    for (const Json& row : Json::parse(result.out)) {
        std::cout << row.at("name") << ": ours " << row.at("ours") << ", published " << row.at("published") << "\n";
        const double error = row.at("ours").get<double>() / row.at("published").get<double>() - 1;
        CHECK(row.at("error_pct").get<double>() == Approx(error * 100));
        CHECK(row.at("calibrated") == false);
        CHECK(row.at("agrees") == true);
        by_name[row.at("name")] = row;
    }
    const std::map<std::string, double> exact{{"power_12hz", 68}, {"power_96hz", 94}, {"power_idle", 42}};
    for (const auto& [name, milliwatts] : exact) {
        INFO(name);
        CHECK(by_name.at(name).at("published") == milliwatts);
        CHECK(by_name.at(name).at("unit") == "mW");
        CHECK(std::abs(by_name.at(name).at("error_pct").get<double>()) < 5);
    }
    CHECK(by_name.at("power_20hz_775mv").at("published") == 72);
    CHECK(by_name.at("power_20hz_750mv").at("published") == 65);
    CHECK(by_name.at("one_chip_cores").at("published") == 4042);
    CHECK(by_name.at("one_chip_cores").at("ours").get<double>() <= 4096);
    CHECK(by_name.at("one_chip_efficiency").at("published") == 6108.6);
}
