// SPDX-License-Identifier: Apache-2.0
// The result file: its fixed keys, and reading it back.
#include "analysis/report/result_json.hpp"

#include "sim/base/error.hpp"
#include "tests/support/small_results.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace lodestone;

namespace {

nlohmann::ordered_json parsed() {
    return nlohmann::ordered_json::parse(report::to_json(test::small_result("int8")));
}

} // namespace

TEST_CASE("the result file has the keys of its schema, in order", "[analysis][report]") {
    const std::vector<std::string> expected{"schema",   "version",   "machine",          "workload", "precision",
                                            "batch",    "seed",      "config_hash",      "fidelity", "clock_hz",
                                            "cycles",   "latency_s", "throughput_per_s", "power_w",  "utilization",
                                            "energy_j", "area_mm2",  "traffic_bytes",    "layers",   "events",
                                            "warnings"};
    std::vector<std::string> found;
    const auto json = parsed();
    for (const auto& [key, value] : json.items()) {
        found.push_back(key);
    }
    found.resize(expected.size());
    CHECK(found == expected);
    CHECK(json["schema"] == "lodestone.result/1");
}

TEST_CASE("totals of energy and area are the sums of their parts", "[analysis][report]") {
    const auto json = parsed();
    CHECK(json["energy_j"]["total"].get<double>() == Approx(0.024));
    CHECK(json["area_mm2"]["total"].get<double>() == Approx(5));
}

TEST_CASE("a layer has its name, operator, counts, energy, traffic and binding resource", "[analysis][report]") {
    const auto layer = parsed()["layers"][0];
    CHECK(layer["name"] == "conv1");
    CHECK(layer["op"] == "Conv");
    CHECK(layer["macs"] == 1'000'000);
    CHECK(layer["cycles"] == 100);
    CHECK(layer["energy_j"].get<double>() == Approx(0.01));
    CHECK(layer["traffic_bytes"]["sram_read"] == 3'000'000);
    CHECK(layer["bound_by"] == "matrix");
    CHECK(layer["bound_cycles"]["matrix"] == 90);
}

TEST_CASE("a result that is written and read is the same", "[analysis][report]") {
    const std::string text = report::to_json(test::small_result("int8", 1.7));
    Problems problems;
    const auto results = report::results_from_json(text, "r.json", problems);
    REQUIRE_FALSE(problems.has_errors());
    REQUIRE(results.size() == 1);
    CHECK(report::to_json(results[0]) == text);
}

TEST_CASE("a list of results is read as one by one", "[analysis][report]") {
    const std::vector<report::Result> list{test::small_result("int8"), test::small_result("int4", 0.5)};
    Problems problems;
    const auto results = report::results_from_json(report::to_json(list), "r.json", problems);
    REQUIRE_FALSE(problems.has_errors());
    REQUIRE(results.size() == 2);
    CHECK(results[1].precision == "int4");
}

TEST_CASE("names with quotes, line ends and other scripts survive the file", "[analysis][report]") {
    report::Result result = test::small_result("int8");
    result.layers[0].name = "a \"b\"\n\\c: {d} #é";
    Problems problems;
    const auto results = report::results_from_json(report::to_json(result), "r.json", problems);
    REQUIRE_FALSE(problems.has_errors());
    CHECK(results[0].layers[0].name == result.layers[0].name);
}

TEST_CASE("figures of a functional run are written when there are any", "[analysis][report]") {
    report::Result result = test::small_result("int8");
    CHECK(report::to_json(result).find("functional") == std::string::npos);
    result.functional = {{"accuracy", 0.9}};
    CHECK(nlohmann::json::parse(report::to_json(result))["functional"]["accuracy"] == 0.9);
}
