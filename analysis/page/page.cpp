// SPDX-License-Identifier: Apache-2.0
// The document: head, comparison, one section per result.
#include "analysis/page/page.hpp"

#include "analysis/page/assets.hpp"
#include "analysis/page/charts.hpp"
#include "analysis/page/grid_maps.hpp"
#include "analysis/page/markup.hpp"
#include "analysis/page/sections.hpp"
#include "sim/base/error.hpp"

#include <algorithm>

namespace lodestone::page {
namespace {

using compare::NamedResult;
using report::Result;

/// Widths of drawings: of a page's column, and of one of two columns.
constexpr double kWide = 1080;
constexpr double kNarrow = 620;

/// Nothing may be loaded; what the page carries may run.
constexpr const char* kPolicy = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'";

/// "resnet50 on northpole", with all precisions.
std::string title_of(const std::vector<NamedResult>& results) {
    const Result& first = results.front().result;
    std::string title = first.workload + " on " + first.machine + ": ";
    std::vector<std::string> precisions;
    for (const NamedResult& entry : results) {
        if (std::ranges::find(precisions, entry.result.precision) == precisions.end()) {
            title += (precisions.empty() ? "" : ", ") + entry.result.precision;
            precisions.push_back(entry.result.precision);
        }
    }
    return title;
}

std::string heading_of(const std::vector<NamedResult>& results, std::size_t index) {
    const NamedResult& entry = results[index];
    const std::string number = results.size() > 1 ? "[" + std::to_string(index + 1) + "] " : "";
    return number + entry.result.precision + ", batch " + std::to_string(entry.result.batch);
}

std::string section(const std::vector<NamedResult>& results, std::size_t index) {
    const Result& result = results[index].result;
    const double width = results.size() > 1 ? kNarrow : kWide;
    const std::string maps = grid_maps(result, index);
    std::string html = "<section class=\"result\" data-result=\"" + std::to_string(index) + "\"><h2>" +
                       escaped(heading_of(results, index)) + "</h2><p class=\"file\">" + escaped(results[index].name) +
                       "</p>" + summary(result) + timeline(result, width) + maps + layer_energy(result, width) +
                       memory_over_time(result, width);
    if (maps.empty() || !result.detail) {
        html += "<p class=\"hint\">The result file does not tell what each core and link did; <code>lodestone run "
                "--detail</code> writes it, for event-level runs.</p>";
    }
    return html + "<h3>Layers</h3>" + layer_rows(result) + remarks(result) + "</section>";
}

std::string data_element(const std::vector<NamedResult>& results) {
    std::string json = "[";
    for (std::size_t i = 0; i < results.size(); ++i) {
        json += (i == 0 ? "" : ",") + grid_data(results[i].result);
    }
    return "<script type=\"application/json\" id=\"grid-data\">" + json + "]</script>";
}

} // namespace

std::string to_html(const std::vector<NamedResult>& results) {
    check_invariant(!results.empty(), "a page is made of at least one result");
    const std::string title = escaped(title_of(results));
    std::string html = "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>" + title +
                       "</title><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
                       "<meta name=\"color-scheme\" content=\"light dark\"><meta name=\"generator\" "
                       "content=\"Lodestone\"><meta http-equiv=\"Content-Security-Policy\" content=\"" +
                       kPolicy + "\"><style>" + style() + "</style></head>\n<body><header><h1>" + title +
                       "</h1></header><main>";
    html += "<section class=\"overview\">" + energy_bars(results, kWide);
    html += comparison(results) + layer_comparison(results) + "</section>";
    html += std::string("<div class=\"results") + (results.size() > 1 ? " several" : "") + "\">";
    for (std::size_t i = 0; i < results.size(); ++i) {
        html += section(results, i) + "\n";
    }
    return html + "</div></main>" + data_element(results) + "<script>" + script() + "</script></body></html>\n";
}

} // namespace lodestone::page
