// SPDX-License-Identifier: Apache-2.0
// Chromium without a screen.
#include "tests/system/pages/browser.hpp"

#include "sim/base/file.hpp"

#include <catch2/catch.hpp>

#include <cstdlib>
#include <regex>
#include <sys/wait.h>

namespace lodestone::tests {
namespace {

/// Runs the browser; its standard output goes to `out`, what it logs is returned.
std::string run_browser(const ScratchFolder& scratch, const std::string& page, const std::string& options,
                        const std::string& out) {
    const std::string log = (scratch.path() / "browser.log").string();
    const std::string profile = (scratch.path() / "profile").string();
    const std::string line =
        "'" LODESTONE_CHROMIUM "' --headless --no-sandbox --disable-gpu --disable-quic --no-first-run"
        " --disable-background-networking --disable-component-update --disable-sync --enable-logging=stderr"
        " --user-data-dir='" +
        profile + "' " + options + " 'file://" + page + "' >'" + out + "' 2>'" + log + "'";
    const int status = std::system(line.c_str()); // NOLINT(bugprone-command-processor): the test's own words
    INFO(read_file(log));
    REQUIRE(WIFEXITED(status));
    REQUIRE(WEXITSTATUS(status) == 0);
    return read_file(log);
}

constexpr const char* kHelpers = R"js(
    const seen = document.documentElement.dataset;
    const press = (element, key, more = {}) => {
      element.focus();
      element.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...more }));
    };
    const pressAt = (element, x, y) => {
      const box = element.getBoundingClientRect();
      const target = element.querySelector("canvas, svg") ?? element;
      for (const kind of ["mousemove", "mousedown", "mouseup", "click"]) {
        target.dispatchEvent(new MouseEvent(kind, { clientX: box.left + x, clientY: box.top + y, bubbles: true }));
      }
    };
)js";

} // namespace

Rendered render(const ScratchFolder& scratch, const std::string& page, const std::string& options) {
    const std::string out = (scratch.path() / "document.html").string();
    const std::string log = run_browser(scratch, page, "--dump-dom " + options, out);
    Rendered rendered{.document = read_file(out), .console = ""};
    const std::regex console("[^\n]*CONSOLE[^\n]*\n");
    for (std::sregex_iterator it(log.begin(), log.end(), console); it != std::sregex_iterator(); ++it) {
        rendered.console += it->str();
    }
    return rendered;
}

std::string with_script(const ScratchFolder& scratch, const std::string& page, const std::string& script) {
    std::string html = read_file(page);
    html.insert(html.rfind("</body>"), std::string("<script>{") + kHelpers + script + "}</script>");
    return scratch.write("used.html", html);
}

std::string taken(const ScratchFolder& scratch, const std::string& page, const std::string& option) {
    const std::string file = (scratch.path() / "taken").string();
    run_browser(scratch, page, option + "='" + file + "'", (scratch.path() / "out").string());
    return read_file(file);
}

std::size_t occurrences(const std::string& text, const std::string& what) {
    std::size_t count = 0;
    for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) {
        ++count;
    }
    return count;
}

} // namespace lodestone::tests
