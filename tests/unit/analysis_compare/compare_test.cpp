// SPDX-License-Identifier: Apache-2.0
// Results side by side.
#include "analysis/compare/compare.hpp"

#include "analysis/report/result_json.hpp"
#include "sim/base/error.hpp"
#include "tests/support/small_results.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace lodestone;

namespace {

std::vector<compare::NamedResult> two() {
    return {{.name = "a.json", .result = test::small_result("int8")},
            {.name = "b.json", .result = test::small_result("fp8_e4m3", 1.5)}};
}

const nlohmann::json& figure(const nlohmann::json& json, const std::string& name) {
    for (const auto& entry : json["figures"]) {
        if (entry["name"] == name) {
            return entry;
        }
    }
    throw std::out_of_range(name);
}

} // namespace

TEST_CASE("each figure has its ratio to the first result", "[analysis][compare]") {
    const auto json = nlohmann::json::parse(compare::to_json(two()));
    CHECK(figure(json, "energy")["ratios"][1].get<double>() == Approx(1.5));
    CHECK(figure(json, "latency")["ratios"][1].get<double>() == Approx(1));
    CHECK(figure(json, "area.matrix_unit")["values"][1].get<double>() == Approx(4.5));
    CHECK(figure(json, "energy per inference")["values"][0].get<double>() == Approx(0.01));
}

TEST_CASE("a figure that a result lacks is null, and has no ratio", "[analysis][compare]") {
    auto results = two();
    results[1].result.energy.pop_back();
    const auto json = nlohmann::json::parse(compare::to_json(results));
    CHECK(figure(json, "energy.sram")["values"][1].is_null());
    CHECK(figure(json, "energy.sram")["ratios"][1].is_null());
}

TEST_CASE("the text names what is compared and shows the ratios", "[analysis][compare]") {
    const std::string text = compare::to_text(two());
    CHECK(text.find("[2] b.json: net on tiny, fp8_e4m3, batch 2, event") != std::string::npos);
    CHECK(text.find("1.500") != std::string::npos);
}

TEST_CASE("fewer than two results cannot be compared", "[analysis][compare]") {
    CHECK_THROWS_AS(compare::load({}), UserError);
}

TEST_CASE("the problems of all files are reported together", "[analysis][compare]") {
    try {
        static_cast<void>(compare::load({"no_such_a.json", "no_such_b.json"}));
        FAIL("must throw");
    } catch (const UserError& error) {
        CHECK(error.problems().error_count() == 2);
    }
}
