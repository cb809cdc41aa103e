// SPDX-License-Identifier: Apache-2.0
// The page of a real run in a headless browser: drawn, without complaints on the console, and answering.
#include "sim/base/file.hpp"
#include "tests/support/command.hpp"

#include <catch2/catch.hpp>

#include <cstdlib>
#include <regex>
#include <sys/wait.h>

using namespace lodestone;
using Catch::Matchers::Contains;
using lodestone::tests::lodestone_command;
using lodestone::tests::ScratchFolder;

namespace {

struct Rendered {
    std::string document; ///< after all scripts have run
    std::string console;  ///< lines that the page wrote to the console, errors included
};

/// Opens a page in a browser with a profile of its own; options come before the address.
Rendered render(const ScratchFolder& scratch, const std::string& page, const std::string& options = "") {
    const std::string out = (scratch.path() / "document.html").string();
    const std::string err = (scratch.path() / "browser.log").string();
    const std::string profile = (scratch.path() / "profile").string();
    const std::string line =
        "'" LODESTONE_CHROMIUM "' --headless --no-sandbox --disable-gpu --disable-quic --no-first-run"
        " --disable-background-networking --disable-component-update --disable-sync --enable-logging=stderr"
        " --user-data-dir='" +
        profile + "' --dump-dom " + options + " 'file://" + page + "' >'" + out + "' 2>'" + err + "'";
    const int status = std::system(line.c_str()); // NOLINT(bugprone-command-processor): the test's own words
    INFO(read_file(err));
    REQUIRE(WIFEXITED(status));
    REQUIRE(WEXITSTATUS(status) == 0);
    Rendered rendered{.document = read_file(out), .console = ""};
    const std::string log = read_file(err);
    const std::regex console("[^\n]*CONSOLE[^\n]*\n");
    for (std::sregex_iterator it(log.begin(), log.end(), console); it != std::sregex_iterator(); ++it) {
        rendered.console += it->str();
    }
    return rendered;
}

/// ResNet-50 on the 16 x 16 grid, with what each core and link did, as a page.
std::string page_of_resnet(const ScratchFolder& scratch, const std::string& precisions) {
    const std::string folder = scratch.path().string();
    const auto run = lodestone_command("run --machine configs/arch/northpole.yaml --workload "
                                       "configs/workloads/resnet50.onnx --precision " +
                                       precisions + " --detail --out '" + folder + "'");
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

/// The page with a script at its end that uses it and writes what it saw into the document's attributes.
std::string with_script(const ScratchFolder& scratch, const std::string& page, const std::string& script) {
    std::string html = read_file(page);
    html.insert(html.rfind("</body>"), "<script>" + script + "</script>");
    return scratch.write("used.html", html);
}

std::size_t occurrences(const std::string& text, const std::string& what) {
    std::size_t count = 0;
    for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) {
        ++count;
    }
    return count;
}

} // namespace

TEST_CASE("a browser draws the page of a run without a word on the console", "[system][pages]") {
    const ScratchFolder scratch;
    const Rendered page = render(scratch, page_of_resnet(scratch, "int8"));
    CHECK(page.console.empty());
    CHECK_THAT(page.document, Contains("data-ready=\"true\""));
    CHECK(occurrences(page.document, "<svg") == 6);
    CHECK(occurrences(page.document, "class=\"heat\" fill-opacity=") == 256);
    CHECK(occurrences(page.document, "data-link=") == 4 * 16 * 15 + 2 * 16);
    CHECK_FALSE(std::regex_search(page.document, std::regex(R"([a-z]="[^"]*(NaN|undefined|Infinity))")));
}

TEST_CASE("choosing, sorting and arrow keys work", "[system][pages]") {
    const ScratchFolder scratch;
    const std::string used = with_script(scratch, page_of_resnet(scratch, "int8"), R"js(
        const seen = document.documentElement.dataset;
        const most = () => document.querySelector(".map[data-kind=cores]").parentElement.querySelector(".most").textContent;
        const before = most();
        document.querySelectorAll("tr.layer")[5].click();
        seen.chosen = document.querySelector(".choose-layer").value;
        seen.marked = document.querySelectorAll(".layer.chosen").length;
        seen.repainted = before !== most();
        const map = document.querySelector(".map[data-kind=cores]");
        map.focus();
        seen.focused = document.activeElement === map;
        for (const key of ["ArrowRight", "ArrowRight", "ArrowDown"]) {
          map.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
        }
        seen.reading = document.querySelector(".reading").textContent;
        const buttons = [...document.querySelectorAll(".sort")];
        const cycles = buttons.find(button => button.textContent === "cycles");
        cycles.click(); cycles.click();
        const column = [...cycles.closest("tr").children].indexOf(cycles.closest("th"));
        const values = [...document.querySelectorAll("tr.layer")].map(row => Number(row.children[column].dataset.value));
        seen.sorted = values.every((value, i) => i === 0 || values[i - 1] >= value);
        seen.order = cycles.closest("th").getAttribute("aria-sort");
    )js");
    const Rendered page = render(scratch, used);
    CHECK(page.console.empty());
    for (const char* attribute :
         {"data-chosen=\"5\"", "data-marked=\"3\"", "data-repainted=\"true\"", "data-focused=\"true\"",
          "data-sorted=\"true\"", "data-order=\"descending\"", "core [1][2], matrix unit busy: "}) {
        CAPTURE(attribute);
        CHECK_THAT(page.document, Contains(attribute));
    }
}

TEST_CASE("two precisions stand side by side on a wide screen", "[system][pages]") {
    const ScratchFolder scratch;
    const std::string used = with_script(scratch, page_of_resnet(scratch, "int8,fp8_e4m3"), R"js(
        const [a, b] = [...document.querySelectorAll("section.result")].map(s => s.getBoundingClientRect());
        document.documentElement.dataset.beside = a.top === b.top && a.right <= b.left;
        document.documentElement.dataset.fits = document.documentElement.scrollWidth <= window.innerWidth;
    )js");
    const Rendered page = render(scratch, used, "--window-size=1600,1000");
    CHECK(page.console.empty());
    CHECK_THAT(page.document, Contains("data-beside=\"true\"") && Contains("data-fits=\"true\""));
}

TEST_CASE("a narrow screen scrolls tables, not the page", "[system][pages]") {
    const ScratchFolder scratch;
    const std::string used = with_script(scratch, page_of_resnet(scratch, "int8"), R"js(
        document.documentElement.dataset.fits = document.documentElement.scrollWidth <= window.innerWidth;
    )js");
    CHECK_THAT(render(scratch, used, "--window-size=520,900").document, Contains("data-fits=\"true\""));
}
