// SPDX-License-Identifier: Apache-2.0
// Counts of cores and links in the result file: short, and the same when they are read back.
#include "analysis/report/detail.hpp"

#include "analysis/report/build_detail.hpp"
#include "analysis/report/result_json.hpp"
#include "tests/support/core_grid_layers.hpp"
#include "tests/support/small_detail.hpp"
#include "tests/support/small_results.hpp"

#include <catch2/catch.hpp>

using namespace lodestone;
using report::Counts;

TEST_CASE("equal neighbours are written once", "[analysis][report]") {
    CHECK(report::to_text(Counts{120, 120, 120, 0, 7}) == "120*3 0 7");
    CHECK(report::to_text(Counts{}).empty());
}

TEST_CASE("counts are read as they were written", "[analysis][report]") {
    constexpr std::uint64_t largest = ~std::uint64_t{0};
    const Counts counts{5, 5, 0, largest, 1, 1, 1, 1};
    CHECK(report::counts_of(report::to_text(counts), counts.size()) == counts);
}

TEST_CASE("a list of counts that is longer than it may be is refused", "[analysis][report]") {
    CHECK(report::counts_of("1 2 3", 3).has_value());
    CHECK_FALSE(report::counts_of("1 2 3", 2).has_value());
    CHECK_FALSE(report::counts_of("1*18446744073709551615", 4).has_value());
}

TEST_CASE("text that is no list of counts is refused", "[analysis][report]") {
    for (const char* text : {"a", "1,2", "1  2", "-1", "1*", "1*0", "1*2*2", " 1", "1 ", "99999999999999999999"}) {
        CAPTURE(text);
        CHECK_FALSE(report::counts_of(text, 100).has_value());
    }
}

TEST_CASE("a result keeps its counts of cores and links", "[analysis][report]") {
    report::Result result = test::small_result("int8");
    CHECK(report::to_json(result).find("\"detail\"") == std::string::npos);
    result.detail = test::small_detail();
    const std::string text = report::to_json(result);
    Problems problems;
    const auto results = report::results_from_json(text, "r.json", problems);
    REQUIRE_FALSE(problems.has_errors());
    REQUIRE(results.at(0).detail.has_value());
    CHECK(results[0].detail->layers[1].activation_flits == result.detail->layers[1].activation_flits);
    CHECK(results[0].detail->layers[1].model_flits == result.detail->layers[1].model_flits);
    CHECK(results[0].detail->layers[1].partial_sum_flits == result.detail->layers[1].partial_sum_flits);
    CHECK(report::to_json(results[0]) == text);
}

TEST_CASE("rising numbers are written as the first and the steps to the next", "[analysis][report]") {
    CHECK(report::to_text(report::steps_of(Counts{5, 6, 7, 8, 15})) == "5 1*3 7");
    CHECK(report::from_steps(Counts{5, 1, 1, 1, 7}) == Counts{5, 6, 7, 8, 15});
    CHECK(report::steps_of(Counts{}).empty());
}

TEST_CASE("a spiking result keeps its figures, spikes and loads", "[analysis][report]") {
    const report::Result result = test::small_spiking_result();
    Problems problems;
    const auto results = report::results_from_json(report::to_json(result), "r.json", problems);
    REQUIRE_FALSE(problems.has_errors());
    REQUIRE(results.at(0).spiking_detail.has_value());
    const report::SpikingDetail& read = *results[0].spiking_detail;
    CHECK(read.raster == result.spiking_detail->raster);
    CHECK(read.routers == Counts{0, 2});
    CHECK(read.link_packets == result.spiking_detail->link_packets);
    CHECK(results[0].spiking->tick_rate.count() == 1000);
    CHECK(results[0].events.spiking.at("hops") == 8);
    CHECK_FALSE(results[0].detail.has_value());
}

TEST_CASE("memory in use is that of the buffers alive and of the fullest core's weights", "[analysis][report]") {
    const isa::Program program = test::every_split_program({.rows = 2, .cols = 2});
    isa::Execution execution;
    execution.phases.resize(program.phases.size());
    const report::RunDetail detail = report::build_detail(program, execution, test::small_machine(program.grid));
    REQUIRE(detail.layers.size() == program.phases.size());
    Bytes weights;
    for (const isa::Constant& constant : program.constants) {
        weights += Bytes(constant.codes.size());
    }
    CHECK(detail.weights > Bytes(0));
    CHECK(detail.weights <= weights * program.grid.size());
    for (std::size_t phase = 0; phase < detail.layers.size(); ++phase) {
        CAPTURE(phase);
        CHECK(detail.layers[phase].matrix_busy.empty());
        CHECK(detail.layers[phase].home + detail.layers[phase].gathered + detail.weights <= detail.memory_capacity);
    }
}
