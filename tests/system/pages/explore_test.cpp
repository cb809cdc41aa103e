// SPDX-License-Identifier: Apache-2.0
// The page of an exploration in a headless browser: filters, brushes, pairs, choice, keyboard, tables, files.
#include "analysis/page/explore_page.hpp"
#include "sim/base/file.hpp"
#include "tests/support/small_sweep.hpp"
#include "tests/system/pages/browser.hpp"

#include <catch2/catch.hpp>

using namespace lodestone;
using Catch::Matchers::Contains;
using lodestone::tests::lodestone_command;
using lodestone::tests::render;
using lodestone::tests::Rendered;
using lodestone::tests::ScratchFolder;
using lodestone::tests::taken;
using lodestone::tests::with_script;

namespace {

std::string page_of(const ScratchFolder& scratch, const explore::Exploration& sweep) {
    const auto library = page::chart_library();
    REQUIRE(library);
    return scratch.write("page.html", page::to_html(sweep, *library));
}

/// What a script saw on the page of a thousand points; nothing may be said on the console.
std::string seen_on(const explore::Exploration& sweep, const std::string& script) {
    const ScratchFolder scratch;
    const Rendered page =
        render(scratch, with_script(scratch, page_of(scratch, sweep), script), "--window-size=1400,1200");
    CHECK(page.console.empty());
    CHECK_THAT(page.document, Contains("data-ready=\"true\""));
    return page.document.substr(0, page.document.find("<head>"));
}

void check_all(const std::string& seen, const std::vector<const char*>& attributes) {
    for (const char* attribute : attributes) {
        CAPTURE(attribute, seen);
        CHECK_THAT(seen, Contains(attribute));
    }
}

} // namespace

TEST_CASE("scatter and parallel coordinates draw every point with a result", "[system][pages][explore]") {
    const std::string seen = seen_on(test::small_sweep(10), R"js(
        const drawn = (entry, start) => entry.chart.getOption().series.filter(one => one.id.startsWith(start))
          .reduce((sum, one) => sum + one.data.length, 0);
        seen.points = drawn(scatter.entry, "points");
        seen.lines = drawn(parallel.entry, "lines");
        seen.rings = drawn(scatter.entry, "sweep-front") === pageData.front.length;
        seen.count = document.querySelector("#count").textContent;
        seen.axes = parallel.entry.chart.getOption().parallelAxis.map(axis => axis.name).join(" ");
        const canvas = document.querySelector("#scatter canvas");
        const pixels = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
        seen.painted = pixels.some((value, i) => i % 4 === 3 && value > 0);
    )js");
    check_all(seen, {"data-points=\"974\"", "data-lines=\"974\"", "data-rings=\"true\"", "974 of 974 points shown",
                     "array.cores core.memory machine.clock precision latency_s energy_j.total area_mm2.total",
                     "data-painted=\"true\""});
}

TEST_CASE("filters by axis and range, and brushes, narrow drawings and table", "[system][pages][explore]") {
    const std::string seen = seen_on(test::small_sweep(10), R"js(
        const count = () => `${state.shown.length} ${points()}`;
        const points = () => document.querySelector("#points .place").textContent.split(" of ")[1].replace(",", "");
        document.querySelector('fieldset[data-axis="precision"] input').click(); // int4 goes
        seen.axis = count();
        const from = document.querySelector('input[aria-label="to latency_s"]');
        from.value = "0.0001";
        from.dispatchEvent(new Event("change"));
        seen.range = state.shown.every(row => figureOf("latency_s").numbers[row] <= 1e-4) && count();
        const before = state.shown.length;
        parallel.entry.chart.dispatchAction({ type: "axisAreaSelect", parallelAxisId: "dim2", intervals: [[-0.4, 0.4]] });
        seen.brushed = state.shown.length < before && state.shown.every(row => axes[2].text(row) === "200 MHz");
        seen.drawn = scatter.entry.chart.getOption().series.filter(one => one.id.startsWith("points"))
          .reduce((sum, one) => sum + one.data.length, 0) === state.shown.length;
        document.querySelector("#clear-brushes").click();
        seen.cleared = state.shown.length === before;
        document.querySelector("#reset").click();
        seen.reset = count();
    )js");
    check_all(seen, {"data-axis=\"779 779\"", "data-brushed=\"true\"", "data-drawn=\"true\"", "data-cleared=\"true\"",
                     "data-reset=\"974 974\""});
    CHECK_THAT(seen, !Contains("data-range=\"false\"") && !Contains("data-range=\"779"));
}

TEST_CASE("a press on a point shows its configuration and energy, keys do the same", "[system][pages][explore]") {
    const std::string seen = seen_on(test::small_sweep(10), R"js(
        const holder = document.querySelector("#scatter");
        const row = scatter.rows.find(row => rowIds[row] === 23);
        const [x, y] = pixelOf(row, measureOf(state.x), measureOf(state.y));
        pressAt(holder, x, y);
        seen.clicked = state.chosen.map(row => rowIds[row]).join(" ");
        const table = () => document.querySelector("#chosen-table").textContent;
        seen.configuration = axes.every(axis => table().includes(axis.key) && table().includes(axis.text(row)));
        seen.parts = charts.find(entry => entry.element.id === "energy").chart.getOption().series.map(one => one.name).join(" ");
        press(holder, "Home"); press(holder, "ArrowRight");
        seen.reading = document.querySelector("#reading").textContent;
        press(holder, "Enter", { shiftKey: true });
        seen.beside = document.querySelectorAll("#chosen-table thead th").length;
        seen.ratio = /\u00D7\d/.test(table());
        press(holder, "+");
        seen.zoomed = scatter.entry.chart.getOption().dataZoom[0].end - scatter.entry.chart.getOption().dataZoom[0].start;
        document.querySelector("#points input").click();
        seen.ticked = state.chosen.length;
        seen.kept = document.activeElement.dataset.row === "0" || document.activeElement === holder;
        document.querySelector("#drop-all").click();
        seen.dropped = state.chosen.length === 0 && document.querySelector("#chosen-table").hidden;
    )js");
    check_all(seen, {"data-configuration=\"true\"", "data-parts=\"mac sram leakage\"", "data-beside=\"3\"",
                     "data-ratio=\"true\"", "data-zoomed=\"50\"", "data-ticked=\"3\"", "data-dropped=\"true\"",
                     "data-clicked=\"23\"", "data-reading=\"point "});
}

TEST_CASE("pairs join points that differ in their precision only", "[system][pages][explore]") {
    const std::string seen = seen_on(test::small_sweep(10), R"js(
        document.querySelector("#show-pairs").click();
        const pairs = pairsOf(scatter.rows);
        seen.pairs = pairs.length;
        seen.alike = pairs.every(([a, b]) => axes.slice(0, 3).every(axis => axis.text(a) === axis.text(b)) &&
          axes[3].text(a) === "int8" && axes[3].text(b) === "fp8_e4m3");
        seen.drawn = scatter.entry.chart.getOption().series.find(one => one.id === "pairs").data.length;
        seen.words = document.querySelector("#pair-ratios").textContent;
    )js");
    check_all(seen, {"data-pairs=\"194\"", "data-alike=\"true\"", "data-drawn=\"582\"",
                     "194 pairs, fp8_e4m3 over int8, median and range: latency_s"});
}

TEST_CASE("the front of two figures follows their senses", "[system][pages][explore]") {
    const std::string seen = seen_on(test::small_sweep(4), R"js(
        const beats = (a, b, x, y, sign) => sign * x.numbers[a] <= sign * x.numbers[b] && y.numbers[a] <= y.numbers[b] &&
          (x.numbers[a] !== x.numbers[b] || y.numbers[a] !== y.numbers[b]);
        const isRight = (keyX, sign) => {
          const x = figureOf(keyX), y = figureOf("energy_j.total"), rows = doneRows.filter(row => row % 7 !== 0);
          const slow = rows.filter(row => !rows.some(other => beats(other, row, x, y, sign)));
          return slow.length > 1 && slow.sort((a, b) => a - b).join() === frontOf(rows, x, y).sort((a, b) => a - b).join();
        };
        seen.fewer = isRight("latency_s", 1);
        seen.more = isRight("throughput_per_s", -1);
    )js");
    check_all(seen, {"data-fewer=\"true\"", "data-more=\"true\""});
}

TEST_CASE("tables sort and turn pages, and the file has every figure unrounded", "[system][pages][explore]") {
    const std::string seen = seen_on(test::small_sweep(10), R"js(
        const sort = title => [...document.querySelectorAll("#points .sort")].find(button => button.textContent === title).click();
        const firstCell = () => document.querySelector("#points tbody tr").children[1].textContent;
        sort("latency_s");
        const fastest = doneRows.reduce((a, b) => figureOf("latency_s").numbers[a] <= figureOf("latency_s").numbers[b] ? a : b);
        seen.rises = firstCell() === String(rowIds[fastest]);
        sort("latency_s");
        seen.falls = firstCell() !== String(rowIds[fastest]);
        document.querySelector('#points [aria-label="next rows"]').click();
        seen.place = document.querySelector("#points .place").textContent;
        let file = "";
        const create = URL.createObjectURL;
        URL.createObjectURL = blob => { blob.text().then(text => { file = text; }); return create(blob); };
        document.querySelector("#csv-all").click();
        const lines = csvOfRows(allRows).split("\r\n");
        seen.lines = lines.length;
        seen.head = lines[0];
        seen.quoted = lines.some(line => line.includes('"layer conv1 needs 70 KiB of core memory, <64 KiB> are there"'));
        const cells = lines[12].split(","), head = lines[0].split(",");
        seen.exact = Number(cells[head.indexOf("energy_j.mac")]) === figureOf("energy_j.mac").numbers[11] && cells[0] === "11";
    )js");
    check_all(seen, {"data-rises=\"true\"", "data-falls=\"true\"", "26\u201350 of 974", "data-lines=\"1002\"",
                     "point,status,fidelity,machine.array.cores,machine.core.memory,machine.clock,precision,latency_s",
                     "data-quoted=\"true\"", "data-exact=\"true\""});
}

TEST_CASE("points without a result are told with their reasons", "[system][pages][explore]") {
    const std::string seen = seen_on(test::small_sweep(10), R"js(
        seen.reasons = [...document.querySelectorAll("#reasons li")].map(item => item.textContent).join("; ");
        document.querySelectorAll("#reasons button")[1].click();
        seen.rows = document.querySelectorAll("#other-points tbody tr").length;
        document.querySelector("#other-points input").click();
        seen.told = document.querySelector("#chosen-table").textContent.includes("signal 9");
    )js");
    check_all(seen, {"25 infeasible: layer conv1 needs 70 KiB", "1 failed: the process ended with signal 9",
                     "data-rows=\"1\"", "data-told=\"true\""});
}

TEST_CASE("an exploration without a result, and one without rows, have their pages", "[system][pages][explore]") {
    explore::Exploration sweep = test::small_sweep(1);
    for (explore::Row& row : sweep.rows) {
        row.status = explore::Status::failed;
        row.figures.clear();
    }
    sweep.front.clear();
    const char* script = R"js(
        seen.nothing = !document.querySelector("#nothing").hidden && document.querySelector("#drawings").hidden;
        seen.others = document.querySelectorAll("#other-points tbody tr").length;
    )js";
    check_all(seen_on(sweep, script), {"data-nothing=\"true\"", "data-others=\"10\""});
    check_all(seen_on({.name = "empty"}, script), {"data-nothing=\"true\"", "data-others=\"0\""});
}

TEST_CASE("ten thousand points have no element of their own", "[system][pages][explore]") {
    const std::string seen = seen_on(test::small_sweep(100), R"js(
        seen.points = scatter.rows.length;
        seen.few = document.querySelectorAll("*").length < 2000;
        seen.lines = parallel.entry.chart.getOption().series.filter(one => one.id.startsWith("lines"))
          .reduce((sum, one) => sum + one.data.length, 0) <= kMostLines + pageData.front.length;
        const row = scatter.rows[100];
        const [x, y] = pixelOf(row, measureOf(state.x), measureOf(state.y));
        pressAt(document.querySelector("#scatter"), x, y);
        seen.answers = state.chosen.length === 1;
    )js");
    check_all(seen, {"data-points=\"7724\"", "data-few=\"true\"", "data-lines=\"true\"", "data-answers=\"true\""});
}

TEST_CASE("a dark theme darkens the drawings, and paper lightens them again", "[system][pages][explore]") {
    const ScratchFolder scratch;
    const std::string page = with_script(scratch, page_of(scratch, test::small_sweep(2)), R"js(
        const ink = () => scatter.entry.chart.getOption().xAxis[0].nameTextStyle.color;
        seen.screen = ink();
        dispatchEvent(new Event("beforeprint"));
        seen.paper = ink();
        seen.width = scatter.entry.chart.getWidth();
        dispatchEvent(new Event("afterprint"));
        seen.after = ink();
    )js");
    const Rendered dark = render(scratch, page, "--blink-settings=preferredColorScheme=0");
    CHECK(dark.console.empty());
    CHECK_THAT(dark.document, Contains("data-screen=\"#e6e9ed\"") && Contains("data-paper=\"#000\"") &&
                                  Contains("data-width=\"700\"") && Contains("data-after=\"#e6e9ed\""));
    CHECK(taken(scratch, page, "--print-to-pdf").starts_with("%PDF"));
}

TEST_CASE("a drawing is saved as vectors and as pixels", "[system][pages][explore]") {
    const std::string seen = seen_on(test::small_sweep(2), R"js(
        const svg = svgOf(scatter.entry);
        seen.svg = svg.startsWith("<svg") && svg.includes("energy_j.total");
        seen.png = [...pngOf(scatter.entry).slice(1, 4)].map(code => String.fromCharCode(code)).join("");
        seen.buttons = document.querySelectorAll(".save button").length;
    )js");
    check_all(seen, {"data-svg=\"true\"", "data-png=\"PNG\"", "data-buttons=\"4\""});
}

TEST_CASE("the store of a sweep becomes a page, vectors and pixels", "[system][pages][explore]") {
    const ScratchFolder scratch;
    const std::string store = (scratch.path() / "sweep.db").string();
    const auto explored = lodestone_command("explore configs/sweeps/first_sweep.yaml --db '" + store + "'");
    INFO(explored.err);
    REQUIRE(explored.exit_code == 0);
    const auto report = [&](const std::string& output, const std::string& options = "") {
        const std::string file = (scratch.path() / output).string();
        const auto written = lodestone_command("report '" + store + "' -o '" + file + "' " + options);
        INFO(written.err);
        REQUIRE(written.exit_code == 0);
        return file;
    };
    const Rendered page = render(scratch, with_script(scratch, report("page.html"), R"js(
        seen.points = new Set(allRows.map(row => rowIds[row])).size;
        seen.front = pageData.front.length > 0 && frontOf(scatter.rows, measureOf(state.x), measureOf(state.y)).length > 0;
        seen.precision = precisionAxis.key;
        seen.pairs = pairsOf(doneRows).length > 0;
    )js"));
    CHECK(page.console.empty());
    check_all(page.document.substr(0, page.document.find("<head>")),
              {"data-points=\"48\"", "data-front=\"true\"", "data-precision=\"precision\"", "data-pairs=\"true\""});
    const std::string svg = read_file(report("plot.svg", "--x area_mm2.total --y energy_j.total"));
    CHECK_THAT(svg, Contains("area_mm2.total") && Contains("fp8_e4m3") && Contains("class=\"ring\""));
    CHECK(read_file(report("plot.png")).starts_with("\x89PNG"));
    const auto unknown = lodestone_command("report '" + store + "' -o x.svg --x speed");
    CHECK(unknown.exit_code == 2);
    CHECK_THAT(unknown.err, Contains("figure 'speed'") && Contains("latency_s"));
    const auto several = lodestone_command("report '" + store + "' '" + store + "' -o x.html");
    CHECK(several.exit_code == 2);
    CHECK_THAT(several.err, Contains("name it alone"));
}
