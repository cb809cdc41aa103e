// SPDX-License-Identifier: Apache-2.0
// The page of a real run in a headless browser: drawn, without complaints on the console, and answering.
#include "tests/system/pages/browser.hpp"

#include <catch2/catch.hpp>

#include <regex>

using namespace lodestone;
using Catch::Matchers::Contains;
using lodestone::tests::lodestone_command;
using lodestone::tests::occurrences;
using lodestone::tests::render;
using lodestone::tests::Rendered;
using lodestone::tests::ScratchFolder;
using lodestone::tests::with_script;

namespace {

/// ResNet-50 on the 16 x 16 grid, with what each core and link did, as a page.
std::string page_of_resnet(const ScratchFolder& scratch, const std::string& precisions) {
    const std::string folder = scratch.path().string();
    const auto run = lodestone_command("run --machine configs/arch/northpole.yaml --workload "
                                       "configs/workloads/resnet50.onnx --precision " +
                                       precisions + " --effort quick --detail --out '" + folder + "'");
    INFO(run.err);
    REQUIRE(run.exit_code == 0);
    std::string files;
    for (std::size_t begin = 0; begin < precisions.size();) {
        const std::size_t end = std::min(precisions.find(',', begin), precisions.size());
        files += " '" + folder + "/resnet50_" + precisions.substr(begin, end - begin) + ".json'";
        begin = end + 1;
    }
    const std::string page = folder + "/page.html";
    const auto report = lodestone_command("report" + files + " -o '" + page + "'");
    INFO(report.err);
    REQUIRE(report.exit_code == 0);
    return page;
}

} // namespace

TEST_CASE("a browser draws the page of a run without a word on the console", "[system][pages]") {
    const ScratchFolder scratch;
    const std::string page = with_script(scratch, page_of_resnet(scratch, "int8"), R"js(
        const series = name => charts.find(entry => entry.element.closest("figure").textContent.startsWith(name))
          .chart.getOption().series;
        seen.cores = series("Cores")[0].data.length;
        seen.links = series("Links of the activation")[0].data.length;
        seen.bars = series("Layers over time").filter(one => one.id.startsWith("bars")).reduce((sum, one) => sum + one.data.length, 0);
        seen.layers = document.querySelectorAll("tr.layer").length;
        seen.drawn = charts.every(entry => entry.chart.getWidth() > 200 && entry.chart.getHeight() > 90);
        seen.boxes = document.querySelectorAll('[data-chart="timeline"] svg path').length;
    )js");
    const Rendered drawn = render(scratch, page);
    CHECK(drawn.console.empty());
    for (const char* attribute : {"data-ready=\"true\"", "data-drawn=\"true\"", "data-cores=\"256\"",
                                  "data-links=\"992\"", "data-bars=\"59\"", "data-layers=\"59\""}) {
        CAPTURE(attribute);
        CHECK_THAT(drawn.document, Contains(attribute));
    }
    const std::string document = drawn.document.substr(0, drawn.document.find("<script"));
    CHECK_FALSE(std::regex_search(document, std::regex(R"([a-z]="[^"]*(NaN|undefined|Infinity))")));
    CHECK(std::regex_search(document, std::regex("data-boxes=\"[1-9][0-9]{2,}\"")));
}

TEST_CASE("choosing, sorting and arrow keys work", "[system][pages]") {
    const ScratchFolder scratch;
    const std::string used = with_script(scratch, page_of_resnet(scratch, "int8"), R"js(
        const map = document.querySelector(".map");
        const most = () => map.parentElement.querySelector(".most").textContent;
        const before = most();
        document.querySelectorAll("tr.layer")[5].click();
        seen.chosen = document.querySelector(".choose-layer").value;
        seen.marked = document.querySelectorAll("tr.layer.chosen").length;
        seen.repainted = before !== most();
        press(map, "ArrowRight"); press(map, "ArrowRight"); press(map, "ArrowRight"); press(map, "ArrowDown");
        seen.focused = document.activeElement === map;
        seen.reading = document.querySelector(".reading").textContent;
        const timeline = document.querySelector('[data-chart="timeline"]');
        press(timeline, "ArrowRight");
        seen.next = document.querySelector(".choose-layer").value;
        press(timeline, "Escape");
        seen.whole = document.querySelector(".choose-layer").value;
        const chart = charts.find(entry => entry.element === timeline).chart;
        const layer = pageData[0].layers[20], middle = (layer.begin + layer.cycles / 2) / pageData[0].clock_hz;
        pressAt(timeline, chart.convertToPixel({ xAxisIndex: 1 }, middle), kBarsTop + kBarsHeight - 10);
        seen.clicked = document.querySelector(".choose-layer").value;
        const cycles = [...document.querySelectorAll("thead .sort")].find(button => button.textContent === "cycles");
        cycles.click(); cycles.click();
        const column = [...cycles.closest("tr").children].indexOf(cycles.closest("th"));
        const values = [...document.querySelectorAll("tr.layer")].map(row => Number(row.children[column].dataset.value));
        seen.sorted = values.every((value, i) => i === 0 || values[i - 1] >= value);
        seen.order = cycles.closest("th").getAttribute("aria-sort");
    )js");
    const Rendered page = render(scratch, used);
    CHECK(page.console.empty());
    for (const char* attribute :
         {"data-chosen=\"5\"", "data-marked=\"1\"", "data-repainted=\"true\"", "data-focused=\"true\"",
          "core [1][2], matrix unit busy: ", "data-next=\"6\"", "data-whole=\"-1\"", "data-clicked=\"20\"",
          "data-sorted=\"true\"", "data-order=\"descending\""}) {
        CAPTURE(attribute);
        CHECK_THAT(page.document, Contains(attribute));
    }
}

TEST_CASE("two precisions stand side by side on a wide screen", "[system][pages]") {
    const ScratchFolder scratch;
    const std::string used = with_script(scratch, page_of_resnet(scratch, "int8,fp8_e4m3"), R"js(
        const [a, b] = [...document.querySelectorAll("section.result")].map(s => s.getBoundingClientRect());
        seen.beside = a.top === b.top && a.right <= b.left;
        seen.fits = document.documentElement.scrollWidth <= window.innerWidth;
    )js");
    const Rendered page = render(scratch, used, "--window-size=1600,1000");
    CHECK(page.console.empty());
    CHECK_THAT(page.document, Contains("data-beside=\"true\"") && Contains("data-fits=\"true\""));
}

TEST_CASE("a narrow screen scrolls tables, not the page", "[system][pages]") {
    const ScratchFolder scratch;
    const std::string used = with_script(scratch, page_of_resnet(scratch, "int8"),
                                         "seen.fits = document.documentElement.scrollWidth <= window.innerWidth;");
    CHECK_THAT(render(scratch, used, "--window-size=520,900").document, Contains("data-fits=\"true\""));
}

TEST_CASE("a spiking run shows its raster, rates and loads", "[system][pages]") {
    const ScratchFolder scratch;
    const std::string folder = scratch.path().string();
    const auto run = lodestone_command("run --machine configs/arch/truenorth.yaml --workload "
                                       "tests/data/spiking/mnist_128.json.gz --detail --out '" +
                                       folder + "'");
    INFO(run.err);
    REQUIRE(run.exit_code == 0);
    REQUIRE(lodestone_command("report '" + folder + "/mnist_128.json' -o '" + folder + "/page.html'").exit_code == 0);
    const std::string used = with_script(scratch, folder + "/page.html", R"js(
        const series = (name, id) => charts.find(entry => entry.element.closest("figure").textContent.startsWith(name))
          .chart.getOption().series.find(one => one.id === id);
        seen.spikes = series("Spikes over time", "spikes").data.length;
        seen.ticks = series("Spikes over time", "totals").data.length;
        seen.cores = series("Cores", "marks").data.length;
        const map = document.querySelector(".map");
        press(map, "ArrowRight");
        seen.reading = document.querySelector(".reading").textContent;
        const raster = document.querySelector('[data-chart="raster"]');
        press(raster, "+");
        const zoom = charts.find(entry => entry.element === raster).chart.getOption().dataZoom[0];
        seen.zoomed = zoom.end - zoom.start;
    )js");
    const Rendered page = render(scratch, used);
    CHECK(page.console.empty());
    for (const char* attribute : {"data-ready=\"true\"", "data-spikes=\"7853\"", "data-ticks=\"25\"", "core [0][0]",
                                  "data-zoomed=\"50\"", "used corner"}) {
        CAPTURE(attribute);
        CHECK_THAT(page.document, Contains(attribute));
    }
}
