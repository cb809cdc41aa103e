// SPDX-License-Identifier: Apache-2.0
// Result files that are damaged: each problem has its place.
#include "analysis/report/result_json.hpp"

#include "sim/base/error.hpp"
#include "tests/support/small_detail.hpp"
#include "tests/support/small_results.hpp"

#include <catch2/catch.hpp>

using namespace lodestone;

namespace {

std::string problems_of(const std::string& text) {
    Problems problems;
    static_cast<void>(report::results_from_json(text, "r.json", problems));
    std::string all;
    for (const Diagnostic& diagnostic : problems.all()) {
        all += to_string(diagnostic) + "\n";
    }
    return all;
}

/// A good file with one piece of text replaced.
std::string damaged(const std::string& what, const std::string& with) {
    std::string text = report::to_json(test::small_result("int8"));
    const std::size_t at = text.find(what);
    REQUIRE(at != std::string::npos);
    return text.replace(at, what.size(), with);
}

} // namespace

TEST_CASE("a missing key is named with the place of its map", "[analysis][report]") {
    const std::string found = problems_of(damaged("\"latency_s\": 0.4,", ""));
    CHECK(found.starts_with("r.json:1:1: latency_s"));
}

TEST_CASE("a text where a number belongs is found at its line and column", "[analysis][report]") {
    CHECK(problems_of(damaged("\"cycles\": 400", "\"cycles\": \"many\"")).find("r.json:12:12: cycles") == 0);
}

TEST_CASE("a problem inside a layer names the layer", "[analysis][report]") {
    CHECK(problems_of(damaged("\"macs\": 500000", "\"macs\": -1")).find("layers[1].macs") != std::string::npos);
}

TEST_CASE("a file of another schema is refused with the one that is known", "[analysis][report]") {
    const std::string found = problems_of(damaged("lodestone.result/1", "lodestone.result/9"));
    CHECK(found.find("lodestone.result/9") != std::string::npos);
    CHECK(found.find("lodestone.result/1") != std::string::npos);
}

TEST_CASE("a file that ends too early is a located problem", "[analysis][report]") {
    const std::string text = report::to_json(test::small_result("int8"));
    CHECK(problems_of(text.substr(0, text.size() / 2)).find("r.json:") == 0);
}

TEST_CASE("an empty file and an empty list are problems", "[analysis][report]") {
    CHECK(problems_of("").find("r.json") == 0);
    CHECK(problems_of("[]").find("at least one result") != std::string::npos);
}

TEST_CASE("a missing file is the user's mistake", "[analysis][report]") {
    CHECK_THROWS_AS(report::load_results("no_such_result.json"), UserError);
}

TEST_CASE("counts that do not fit the grid or the layers are problems with their place", "[analysis][report]") {
    report::Result result = test::small_result("int8");
    result.detail = test::small_detail();
    result.detail->layers[1].matrix_busy = {1, 2, 3};
    result.detail->layers.push_back(result.detail->layers[0]);
    const std::string found = problems_of(report::to_json(result));
    CHECK(found.find("detail.layers[1].matrix_busy_cycles: is no list of 2 counts") != std::string::npos);
    CHECK(found.find("detail.layers: has 3 entries; the run has 2 layers") != std::string::npos);
}

TEST_CASE("a raster that does not rise, leaves the mesh or outlasts the run is a problem", "[analysis][report]") {
    report::Result result = test::small_spiking_result();
    result.spiking_detail->raster = {{2, 2}, {11}, {12}, {}};
    const std::string found = problems_of(report::to_json(result));
    CHECK(found.find("detail.raster: is no list of rising numbers below 12") != std::string::npos);
    CHECK(found.find("detail.raster: has 4 ticks; the run has 3") != std::string::npos);
    result.spiking_detail->raster = {{2, 3}, {11}};
    CHECK(problems_of(report::to_json(result)).empty());
}
