// SPDX-License-Identifier: Apache-2.0
// An exploration as columns, as a page and as a drawing for a paper.
#include "analysis/page/explore_data.hpp"
#include "analysis/page/explore_page.hpp"
#include "analysis/page/explore_plot.hpp"
#include "sim/base/error.hpp"
#include "tests/support/small_sweep.hpp"
#include "tests/support/text.hpp"

#include <catch2/catch.hpp>

#include <nlohmann/json.hpp>
#include <regex>

using namespace lodestone;
using Catch::Matchers::Contains;
using nlohmann::json;

namespace {

/// One row per value of the figure; an absent value is NaN.
explore::Exploration one_figure(const std::vector<double>& values) {
    explore::Exploration sweep{.name = "s", .axes = {{"precision", {"int8", "int4"}}}};
    for (std::size_t i = 0; i < values.size(); ++i) {
        explore::Row row{.id = i, .values = {i % 2 == 0 ? "int8" : "int4"}, .fidelity = "event"};
        if (!std::isnan(values[i])) {
            row.figures = {{"latency_s", values[i]}};
        }
        sweep.rows.push_back(row);
    }
    return sweep;
}

json column_of(const std::vector<double>& values) {
    return json::parse(page::explore_data(one_figure(values)))["figures"][0]["column"];
}

} // namespace

TEST_CASE("a figure that is the same everywhere is written once", "[analysis][page][explore]") {
    CHECK(column_of({0.5, 0.5, 0.5}) == json{{"all", 0.5}});
}

TEST_CASE("few values are indexed, an absent one is null", "[analysis][page][explore]") {
    const json column = column_of({1, 2, 1, NAN, 1, 1, 2, 1});
    CHECK(column["of"] == json::parse("[1.0, 2.0, null]"));
    CHECK(column["width"] == 1);
    CHECK(column["at"] == "AAEAAgAAAQA="); // 0 1 0 2 0 0 1 0
}

TEST_CASE("many values are their own bytes, nothing rounded", "[analysis][page][explore]") {
    CHECK(column_of({1, 0.1})["f64"] == "AAAAAAAA8D+amZmZmZm5Pw=="); // 3FF0000000000000 3FB999999999999A
}

TEST_CASE("from 257 values on an index has two bytes", "[analysis][page][explore]") {
    const auto width = [](int distinct) {
        std::vector<double> values;
        for (int i = 0; i < 4 * distinct; ++i) {
            values.push_back(i % distinct);
        }
        return column_of(values)["width"];
    };
    CHECK(width(256) == 1);
    CHECK(width(257) == 2);
}

TEST_CASE("units follow from the endings of result keys", "[analysis][page][explore]") {
    CHECK(page::unit_of_key("latency_s") == "s");
    CHECK(page::unit_of_key("throughput_per_s") == "1/s");
    CHECK(page::unit_of_key("energy_j.mac") == "J");
    CHECK(page::unit_of_key("area_mm2.total") == "mm\u00B2");
    CHECK(page::unit_of_key("traffic_bytes.sram_read") == "B");
    CHECK(page::unit_of_key("utilization") == "share");
    CHECK(page::unit_of_key("steady_state.period") == "");
}

TEST_CASE("the data of a page has every row with its status, reason and axes", "[analysis][page][explore]") {
    const explore::Exploration sweep = test::small_sweep(10);
    const json data = json::parse(page::explore_data(sweep));
    CHECK(data["rows"] == 1000);
    CHECK(data["planned"] == 1000);
    CHECK(data["front"].size() == sweep.front.size());
    CHECK(data["axes"][3]["column"]["of"][1] == "int8");
    CHECK(data["status"]["of"] == json::parse(R"(["done", "failed", "infeasible"])"));
    CHECK(data["message"]["of"][1] == "the process ended with signal 9");
    CHECK(data["objectives"][0] == json::parse(R"({"key": "latency_s", "maximise": false})"));
}

TEST_CASE("ten thousand points of eight figures take less than a megabyte", "[analysis][page][explore]") {
    CHECK(page::explore_data(test::small_sweep(100)).size() < 1'000'000);
}

TEST_CASE("no text of an exploration becomes markup", "[analysis][page][explore]") {
    const std::string evil = "</script><script>alert(1)</script><img src=x onerror='alert(2)'>";
    explore::Exploration sweep = test::small_sweep(1);
    sweep.name = evil;
    sweep.axes[0].name = evil;
    sweep.rows[7].message = evil;
    sweep.rows[3].values[3] = evil;
    sweep.rows[4].figures[0].first = evil;
    const std::string html = page::to_html(sweep, {.script = "", .licences = ""});
    CHECK(test::occurrences(html, "alert(1)</script>") == 0);
    CHECK(test::occurrences(html, "<img") == 0);
    CHECK(test::occurrences(html, "<script") == 3);
}

TEST_CASE("an exploration without rows has its page", "[analysis][page][explore]") {
    CHECK_THAT(page::to_html(explore::Exploration{.name = "empty"}, {.script = "", .licences = ""}),
               Contains("empty: exploration") && Contains("</html>"));
}

TEST_CASE("a drawing has a mark per done point, the rings of the front, and stands alone",
          "[analysis][page][explore]") {
    explore::Exploration sweep = one_figure({1, 2, 3, 4});
    for (explore::Row& row : sweep.rows) {
        row.figures.emplace_back("energy_j.total", 10 - row.figures[0].second);
    }
    sweep.rows[3].status = explore::Status::infeasible;
    sweep.front = {0, 1, 2};
    const std::string svg = page::scatter_svg(sweep, {.x = "latency_s", .y = "energy_j.total"});
    CHECK(svg.starts_with("<svg"));
    CHECK_THAT(svg,
               Contains("xmlns=\"http://www.w3.org/2000/svg\"") && Contains(">int4<") && Contains("energy_j.total"));
    CHECK(test::occurrences(svg, "<circle") == 2 + 3 + 2); // int8 points, their front, the legend
    CHECK(test::occurrences(svg, "<polygon") == 1 + 1);    // the int4 point, the legend
    CHECK(test::occurrences(svg, "class=\"front\"") == 2 * 2 + 1);
    CHECK_FALSE(std::regex_search(svg, std::regex("NaN|nan|inf")));
}

TEST_CASE("an axis over more than two powers of ten is logarithmic", "[analysis][page][explore]") {
    const auto drawing = [](double most) {
        explore::Exploration sweep = one_figure({1, most, 2});
        return page::scatter_svg(sweep, {.x = "latency_s", .y = "latency_s"});
    };
    CHECK_THAT(drawing(100), !Contains(">1 s<") && Contains(">20 s<"));
    CHECK_THAT(drawing(101), Contains(">1 s<") && Contains(">10 s<") && Contains(">100 s<"));
}

TEST_CASE("areas of a drawing take no prefix", "[analysis][page][explore]") {
    explore::Exploration sweep = one_figure({1000, 3000});
    for (explore::Row& row : sweep.rows) {
        row.figures[0].first = "area_mm2.total";
    }
    const std::string svg = page::scatter_svg(sweep, {.x = "area_mm2.total", .y = "area_mm2.total"});
    CHECK_THAT(svg, Contains(">2000 mm\u00B2<") || Contains(">2,000 mm\u00B2<"));
}

TEST_CASE("of a point at two fidelities the event-level row is drawn", "[analysis][page][explore]") {
    explore::Exploration sweep = one_figure({1, 2});
    sweep.rows[1].id = 0;
    sweep.rows[0].fidelity = "analytic";
    const std::string svg = page::scatter_svg(sweep, {.x = "latency_s", .y = "latency_s"});
    CHECK(test::occurrences(svg, "<polygon") == 2); // int4 and its legend; the int8 row is the analytic one
    CHECK(test::occurrences(svg, "<circle") == 2);  // legend only
}

TEST_CASE("a drawing of an unknown figure lists the known ones", "[errors][page][explore]") {
    const explore::Exploration sweep = test::small_sweep(1);
    CHECK_THROWS_WITH(page::scatter_svg(sweep, {.x = "latency", .y = ""}),
                      Contains("figure 'latency'") && Contains("latency_s") && Contains("area_mm2.total"));
}

TEST_CASE("a drawing of an exploration with one objective wants its axes named", "[errors][page][explore]") {
    explore::Exploration sweep = test::small_sweep(1);
    sweep.objectives.resize(1);
    CHECK_THROWS_WITH(page::scatter_svg(sweep, {}), Contains("--x and --y"));
    CHECK_NOTHROW(page::scatter_svg(sweep, {.x = "", .y = "utilization"}));
}
