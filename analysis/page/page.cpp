// SPDX-License-Identifier: Apache-2.0
// The page of runs: comparison, then one section per result whose charts the script draws.
#include "analysis/page/page.hpp"

#include "analysis/page/document.hpp"
#include "analysis/page/markup.hpp"
#include "analysis/page/run_data.hpp"
#include "analysis/page/sections.hpp"
#include "sim/base/error.hpp"

#include <algorithm>

namespace lodestone::page {
namespace {

using compare::NamedResult;
using report::Result;

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

/// The place of a chart; the script knows the names of charts.
std::string figure(const char* chart, const char* title, const char* label) {
    return std::string("<figure><figcaption>") + title + "</figcaption><div class=\"chart\" data-chart=\"" + chart +
           "\" tabindex=\"0\" role=\"application\" aria-label=\"" + label + "\"></div></figure>";
}

/// Choice of a layer for the maps, and the line that reads out what the keyboard or the pointer is on.
std::string map_controls(const Result& result) {
    std::string html = "<div class=\"controls choices\"><label>Maps of <select class=\"choose-layer\">"
                       "<option value=\"-1\">the whole run</option>";
    for (std::size_t i = 0; i < result.layers.size(); ++i) {
        html += "<option value=\"" + std::to_string(i) + "\">" + std::to_string(i + 1) + ". " +
                escaped(result.layers[i].name) + "</option>";
    }
    return html + "</select></label> <label>unit <select class=\"choose-unit\"><option>matrix</option>"
                  "<option>vector</option></select></label></div>";
}

std::string charts_of_layers(const Result& result) {
    if (result.layers.empty()) {
        return "";
    }
    std::string html = figure("timeline", "Layers over time", "Layers over time; left and right choose a layer");
    if (has_maps(result)) {
        html += map_controls(result) + "<p class=\"reading\" aria-live=\"polite\"></p><div class=\"maps\"></div>";
    } else {
        html += "<p class=\"hint\">The result file does not tell what each core and link did; <code>lodestone run "
                "--detail</code> writes it, for event-level runs.</p>";
    }
    return html + figure("layer-energy", "Energy by layer", "Energy of each layer; left and right choose a layer");
}

std::string charts_of_spikes(const Result& result) {
    if (!result.spiking_detail) {
        return "<p class=\"hint\">The result file does not tell when neurons spiked; <code>lodestone run "
               "--detail</code> "
               "writes it.</p>";
    }
    return figure("raster", "Spikes over time", "Spikes of the neurons over the ticks of the run") +
           "<p class=\"reading\" aria-live=\"polite\"></p><div class=\"maps\"></div>";
}

std::string section(const std::vector<NamedResult>& results, std::size_t index) {
    const Result& result = results[index].result;
    return "<section class=\"result\" data-result=\"" + std::to_string(index) + "\"><h2>" +
           escaped(heading_of(results, index)) + "</h2><p class=\"file\">" + escaped(results[index].name) + "</p>" +
           summary(result) + (result.spiking ? charts_of_spikes(result) : "") + charts_of_layers(result) +
           (result.layers.empty() ? "" : "<h3>Layers</h3>" + layer_rows(result)) + remarks(result) + "</section>";
}

} // namespace

std::string to_html(const std::vector<NamedResult>& results, const ChartLibrary& library) {
    check_invariant(!results.empty(), "a page is made of at least one result");
    std::string body =
        "<main><section class=\"overview\">" +
        figure("inference-energy",
               results.front().result.spiking ? "Energy of the run" : "Energy of one inference in steady state",
               "Energy by component, a bar for each result");
    body += comparison(results) + layer_comparison(results) + "</section>";
    body += std::string("<div class=\"results") + (results.size() > 1 ? " several" : "") + "\">";
    for (std::size_t i = 0; i < results.size(); ++i) {
        body += section(results, i) + "\n";
    }
    return to_html(Document{.title = title_of(results),
                            .body = body + "</div></main>",
                            .data = run_data(results),
                            .script = run_script()},
                   library);
}

} // namespace lodestone::page
