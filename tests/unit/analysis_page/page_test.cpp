// SPDX-License-Identifier: Apache-2.0
// The page as text: complete, without requests, with the figures of its results and none of their markup.
#include "analysis/page/page.hpp"
#include "tests/support/small_detail.hpp"
#include "tests/support/small_results.hpp"

#include <catch2/catch.hpp>

#include <regex>

using namespace lodestone;
using Catch::Matchers::Contains;

namespace {

report::Result detailed(const std::string& precision, double factor = 1) {
    report::Result result = test::small_result(precision, factor);
    result.detail = test::small_detail();
    return result;
}

std::string page_of(const report::Result& result) {
    return page::to_html({{.name = "a.json", .result = result}});
}

std::size_t occurrences(const std::string& text, const std::string& what) {
    std::size_t count = 0;
    for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) {
        ++count;
    }
    return count;
}

} // namespace

TEST_CASE("the page names the run and its key figures", "[analysis][page]") {
    const std::string html = page_of(detailed("int8"));
    for (const char* text :
         {"net on tiny: int8", "400 ms", "80.0 mW", "10.0 mJ", "12 nm", "1.00 kHz", "800 mV", "25.0 %", "a.json"}) {
        CAPTURE(text);
        CHECK_THAT(html, Contains(text));
    }
}

TEST_CASE("warnings and calibrated constants are named", "[analysis][page]") {
    const std::string html = page_of(detailed("int8"));
    CHECK_THAT(html, Contains("<li>careful</li>"));
    CHECK_THAT(html, Contains("<b>area</b> = 2.50: an anchor"));
}

TEST_CASE("layers stand one after the other on the time axis", "[analysis][page]") {
    const std::string html = page_of(detailed("int8"));
    CHECK_THAT(html, Contains("conv1 (Conv): 100 cycles from 0, utilisation 50.0 %, bound by matrix"));
    CHECK_THAT(html, Contains("fc (Gemm): 300 cycles from 100, utilisation 12.5 %, bound by model_link"));
}

TEST_CASE("maps draw every core, every link that exists, and nothing off the edge", "[analysis][page]") {
    const std::string html = page_of(detailed("int8"));
    CHECK(occurrences(html, "class=\"heat\" fill-opacity") == 2);
    CHECK(occurrences(html, "data-link=") == 4); // east, west, two of the frame buffer
    CHECK_THAT(html, Contains("data-name=\"[0][0].east\""));
    CHECK_THAT(html, Contains("130 of 400 cycles (32.5 %)")); // 90 + 40 of the left core
    CHECK_THAT(html, Contains("120 of 400 cycles (30.0 %)")); // 120 flits eastwards
}

TEST_CASE("memory of the fullest core is shown against its capacity", "[analysis][page]") {
    CHECK_THAT(page_of(detailed("int8")), Contains("capacity 10.0 kB, fullest moment 70.0 %"));
}

TEST_CASE("a result without details has no maps and says how to get them", "[analysis][page]") {
    const std::string html = page_of(test::small_result("int8"));
    CHECK(occurrences(html, "class=\"map\"") == 0);
    CHECK_THAT(html, Contains("--detail"));
}

TEST_CASE("several results stand side by side with ratios to the first", "[analysis][page]") {
    const std::string html = page::to_html(
        {{.name = "a.json", .result = detailed("int8")}, {.name = "b.json", .result = detailed("fp8_e4m3", 1.5)}});
    CHECK_THAT(html, Contains("net on tiny: int8, fp8_e4m3"));
    CHECK_THAT(html, Contains("[2] fp8_e4m3, batch 2"));
    CHECK_THAT(html, Contains("<td class=\"number\">120 mW</td><td class=\"number\">1.500</td>"));
    CHECK(occurrences(html, "<section class=\"result\"") == 2);
}

TEST_CASE("a layer that one of the results lacks is a dash", "[analysis][page]") {
    report::Result other = test::small_result("int4");
    other.layers[1].name = "another";
    const std::string html =
        page::to_html({{.name = "a.json", .result = test::small_result("int8")}, {.name = "b.json", .result = other}});
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
    const std::string html =
        page::to_html({{.name = evil, .result = result}, {.name = evil, .result = test::small_result(evil)}});
    CHECK(occurrences(html, "alert(1)</script>") == 0);
    CHECK(occurrences(html, "<img") == 0);
    CHECK(occurrences(html, "<script") == 2);
    CHECK(occurrences(html, "</script") == 2);
}

TEST_CASE("the page asks for nothing outside of itself", "[analysis][page]") {
    const std::string html = page_of(detailed("int8"));
    CHECK(html.starts_with("<!DOCTYPE html>"));
    CHECK_FALSE(std::regex_search(html, std::regex(R"(https?:|\bsrc=|<link\b|@import|url\()")));
    CHECK_THAT(html, Contains("default-src 'none'"));
}

TEST_CASE("a result without layers and with zero cycles still has its page", "[analysis][page]") {
    report::Result result;
    result.precision = "int8";
    CHECK_THAT(page_of(result), Contains("</html>"));
}
