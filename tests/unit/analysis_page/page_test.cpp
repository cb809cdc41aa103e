// SPDX-License-Identifier: Apache-2.0
// The page as text: complete, without requests, with the figures of its results and none of their markup.
#include "analysis/page/page.hpp"
#include "tests/support/small_detail.hpp"
#include "tests/support/small_results.hpp"
#include "tests/support/text.hpp"

#include <catch2/catch.hpp>

#include <nlohmann/json.hpp>
#include <regex>

using namespace lodestone;
using Catch::Matchers::Contains;

namespace {

report::Result detailed(const std::string& precision, double factor = 1) {
    report::Result result = test::small_result(precision, factor);
    result.detail = test::small_detail();
    return result;
}

/// In place of the library, which is large and knows nothing of results.
page::ChartLibrary no_charts() {
    return {.script = "const echarts = null;", .licences = "Licence of <charts>"};
}

std::string page_of(const report::Result& result) {
    return page::to_html({{.name = "a.json", .result = result}}, no_charts());
}

/// The numbers that the charts of a page are drawn from.
nlohmann::json data_of(const std::string& html) {
    const std::string start = "<script type=\"application/json\" id=\"page-data\">";
    const std::size_t begin = html.find(start) + start.size();
    return nlohmann::json::parse(html.substr(begin, html.find("</script>", begin) - begin));
}

} // namespace

TEST_CASE("the page names the run and its key figures", "[analysis][page]") {
    const std::string html = page_of(detailed("int8"));
    for (const char* text :
         {"net on tiny: int8", "400 ms", "80.0 mW", "10.0 mJ", "12 nm", "1.00 kHz", "800 mV", "40.0 %", "a.json"}) {
        CAPTURE(text);
        CHECK_THAT(html, Contains(text));
    }
}

TEST_CASE("warnings and calibrated constants are named", "[analysis][page]") {
    const std::string html = page_of(detailed("int8"));
    CHECK_THAT(html, Contains("<li>careful</li>"));
    CHECK_THAT(html, Contains("<b>area</b> = 2.50: an anchor"));
}

TEST_CASE("layers stand one after the other", "[analysis][page]") {
    const nlohmann::json run = data_of(page_of(detailed("int8")))[0];
    CHECK(run["clock_hz"] == 1000);
    CHECK(run["cycles"] == 400);
    CHECK(run["layers"][0]["name"] == "conv1");
    CHECK(run["layers"][0]["begin"] == 0);
    CHECK(run["layers"][0]["cycles"] == 100);
    CHECK(run["layers"][1]["begin"] == 100);
    CHECK(run["layers"][1]["utilization"] == 0.125);
    CHECK(run["layers"][1]["bound_by"] == "model_link");
}

TEST_CASE("energies keep the order of their components", "[analysis][page]") {
    const nlohmann::json run = data_of(page_of(detailed("int8")))[0];
    CHECK(run["energy"] == nlohmann::json::parse(R"([["mac", 0.008], ["sram", 0.016]])"));
    CHECK(run["layers"][0]["energy"][1] == nlohmann::json::parse(R"(["sram", 0.004])"));
    CHECK(run["inference"][0][0] == "mac");
}

TEST_CASE("maps have the counts of every core and link, layer by layer", "[analysis][page]") {
    const nlohmann::json maps = data_of(page_of(detailed("int8")))[0]["maps"];
    CHECK(maps["rows"] == 1);
    CHECK(maps["cols"] == 2);
    CHECK(maps["units"]["matrix"] == nlohmann::json::parse(R"(["90 30", "40*2"])"));
    CHECK(maps["networks"]["activation"][1] == "120 0*8 7");
}

TEST_CASE("memory of the fullest core comes with its capacity", "[analysis][page]") {
    const nlohmann::json memory = data_of(page_of(detailed("int8")))[0]["memory"];
    CHECK(memory["capacity"] == 10000);
    CHECK(memory["weights"] == 4000);
    CHECK(memory["home"] == nlohmann::json::parse("[2000, 500]"));
    CHECK(memory["gathered"] == nlohmann::json::parse("[1000, 0]"));
}

TEST_CASE("a result without details has no maps and says how to get them", "[analysis][page]") {
    const std::string html = page_of(test::small_result("int8"));
    CHECK_FALSE(data_of(html)[0].contains("maps"));
    CHECK(test::occurrences(html, "class=\"maps\"") == 0);
    CHECK_THAT(html, Contains("--detail"));
}

TEST_CASE("several results stand side by side with ratios to the first", "[analysis][page]") {
    const std::string html = page::to_html(
        {{.name = "a.json", .result = detailed("int8")}, {.name = "b.json", .result = detailed("fp8_e4m3", 1.5)}},
        no_charts());
    CHECK_THAT(html, Contains("net on tiny: int8, fp8_e4m3"));
    CHECK_THAT(html, Contains("[2] fp8_e4m3, batch 2"));
    CHECK_THAT(html, Contains("<td class=\"number\">120 mW</td><td class=\"number\">1.500</td>"));
    CHECK(test::occurrences(html, "<section class=\"result\"") == 2);
}

TEST_CASE("a layer that one of the results lacks is a dash", "[analysis][page]") {
    report::Result other = test::small_result("int4");
    other.layers[1].name = "another";
    const std::string html = page::to_html(
        {{.name = "a.json", .result = test::small_result("int8")}, {.name = "b.json", .result = other}}, no_charts());
    CHECK_THAT(html, Contains("<td colspan=\"4\" class=\"number\">-</td>"));
}

TEST_CASE("no text of a result becomes markup", "[analysis][page]") {
    const std::string evil = "</script><script>alert(1)</script><img src=x onerror='alert(2)'>\"";
    report::Result result = detailed(evil);
    for (std::string* text :
         {&result.machine, &result.workload, &result.config_hash, &result.fidelity, &result.technology, &result.version,
          &result.layers[0].name, &result.layers[0].op, &result.layers[0].bound_by, &result.energy[0].first,
          &result.layers[0].energy[0].first, &result.steady.energy_per_inference[0].first, &result.area[0].first,
          &result.warnings[0], &result.calibrated[0].name, &result.calibrated[0].source}) {
        *text = evil;
    }
    const std::string html = page::to_html(
        {{.name = evil, .result = result}, {.name = evil, .result = test::small_result(evil)}}, no_charts());
    CHECK(test::occurrences(html, "alert(1)</script>") == 0);
    CHECK(test::occurrences(html, "<img") == 0);
    CHECK(test::occurrences(html, "<script") == 3);
    CHECK(test::occurrences(html, "</script") == 3);
}

TEST_CASE("the page asks for nothing outside of itself", "[analysis][page]") {
    const std::string html = page_of(detailed("int8"));
    CHECK(html.starts_with("<!DOCTYPE html>"));
    CHECK_FALSE(std::regex_search(html, std::regex(R"(https?:|\bsrc=|<link\b|@import|url\()")));
    CHECK_THAT(html, Contains("default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'\""));
}

TEST_CASE("the page carries the licences of the chart library", "[analysis][page]") {
    CHECK_THAT(page_of(detailed("int8")), Contains("Licence of &lt;charts&gt;"));
}

TEST_CASE("a result without layers and with zero cycles still has its page", "[analysis][page]") {
    report::Result result;
    result.precision = "int8";
    CHECK_THAT(page_of(result), Contains("</html>"));
}

TEST_CASE("a spiking result has its own figures and pictures", "[analysis][page]") {
    const std::string html = page_of(test::small_spiking_result());
    for (const char* text : {"tick rate", "1.00 kHz", "3.00 \u00B5J", "Spikes over time", "Energy of the run"}) {
        CAPTURE(text);
        CHECK_THAT(html, Contains(text));
    }
    CHECK_THAT(html, !Contains("latency of the batch") && !Contains("<h3>Layers</h3>"));
    const nlohmann::json spiking = data_of(html)[0]["spiking"];
    CHECK(spiking["raster"] == nlohmann::json::parse(R"(["0 1*2 3", "", "3 4"])"));
    CHECK(spiking["spikes"] == "4 0 2");
    CHECK(spiking["routers"] == "0 2");
}

TEST_CASE("a spiking result without details says how to get them", "[analysis][page]") {
    report::Result result = test::small_spiking_result();
    result.spiking_detail.reset();
    const std::string html = page_of(result);
    CHECK_THAT(html, Contains("--detail"));
    CHECK_FALSE(data_of(html)[0].contains("spiking"));
}
