// SPDX-License-Identifier: Apache-2.0
// Figures, comparisons, layers and remarks as HTML.
#include "analysis/page/sections.hpp"

#include "analysis/page/markup.hpp"
#include "analysis/page/run_data.hpp"
#include "analysis/report/table.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>

namespace lodestone::page {
namespace {

using compare::NamedResult;
using report::LayerResult;
using report::Result;
using report::sum;

constexpr std::size_t kHashDigits = 12; ///< enough to tell runs apart

double count(Cycles cycles) {
    return static_cast<double>(cycles.count());
}

std::string term(const std::string& name, const std::string& value) {
    return "<div><dt>" + escaped(name) + "</dt><dd>" + escaped(value) + "</dd></div>";
}

/// A figure of a comparison: shares in percent, cycles whole, everything else with a prefix.
std::string value_text(const compare::Figure& figure, std::optional<double> value) {
    if (!value || !std::isfinite(*value)) {
        return "-";
    }
    if (figure.unit.empty()) {
        return percent(*value);
    }
    if (figure.unit == "cycles") {
        return grouped(*value);
    }
    if (figure.unit == "1/s") {
        constexpr double large = 1000;
        return (*value < large ? report::significant(*value) : grouped(*value)) + " /s";
    }
    if (figure.unit == "mm2") {
        return report::significant(*value) + " mm\u00B2";
    }
    return with_unit(*value, figure.unit);
}

std::string ratio_text(std::optional<double> ratio) {
    return ratio && std::isfinite(*ratio) ? report::fixed(*ratio, 3) : "-";
}

std::string number_cell(const std::string& text) {
    return "<td class=\"number\">" + escaped(text) + "</td>";
}

/// "[2] fp8_e4m3"
std::string column_name(const std::vector<NamedResult>& results, std::size_t index) {
    return "[" + std::to_string(index + 1) + "] " + results[index].result.precision;
}

std::string comparison_head(const std::vector<NamedResult>& results, const std::string& first, std::size_t columns) {
    std::string html = "<thead><tr><th scope=\"col\">" + escaped(first) + "</th>";
    for (std::size_t i = 0; i < results.size(); ++i) {
        const std::size_t span = i == 0 ? columns : 2 * columns;
        html += "<th scope=\"colgroup\" colspan=\"" + std::to_string(span) + "\">" + escaped(column_name(results, i)) +
                (i == 0 ? "" : "<small> and ratio to [1]</small>") + "</th>";
    }
    return html + "</tr></thead>";
}

/// Layers of a result by name; a name that repeats stands for its first layer.
std::map<std::string, const LayerResult*> by_name(const Result& result) {
    std::map<std::string, const LayerResult*> layers;
    for (const LayerResult& layer : result.layers) {
        layers.emplace(layer.name, &layer);
    }
    return layers;
}

std::string pair_of_cells(double value, const std::string& text, std::optional<double> first) {
    const bool comparable = first && *first > 0;
    return number_cell(text) + (first ? number_cell(comparable ? ratio_text(value / *first) : "-") : std::string());
}

struct SortableColumn {
    const char* title;
    bool is_number;
};

std::string sortable_head(const std::vector<SortableColumn>& columns) {
    std::string html = "<thead><tr>";
    for (const SortableColumn& column : columns) {
        html += std::string("<th scope=\"col\" class=\"") + (column.is_number ? "number" : "text") +
                "\"><button type=\"button\" class=\"sort\">" + column.title + "</button></th>";
    }
    return html + "</tr></thead>";
}

/// A cell that sorts by its value, not by its text.
std::string sorted_cell(double value, const std::string& text) {
    return "<td class=\"number\" data-value=\"" + nlohmann::json(value).dump() + "\">" + escaped(text) + "</td>";
}

std::string layer_row(const Result& result, std::size_t index, Cycles begin) {
    const LayerResult& layer = result.layers[index];
    const Bytes* moved = report::find(layer.traffic, "noc");
    const Bytes* read = report::find(layer.traffic, "sram_read");
    const Bytes* written = report::find(layer.traffic, "sram_write");
    const double memory = static_cast<double>((read == nullptr ? Bytes(0) : *read).count() +
                                              (written == nullptr ? Bytes(0) : *written).count());
    const double network = moved == nullptr ? 0 : static_cast<double>(moved->count());
    const double energy = sum(layer.energy).count();
    return "<tr class=\"layer\" data-layer=\"" + std::to_string(index) + "\">" +
           sorted_cell(static_cast<double>(index), std::to_string(index + 1)) + "<th scope=\"row\">" +
           escaped(layer.name) + "</th><td>" + escaped(layer.op) + "</td>" +
           sorted_cell(count(begin), grouped(count(begin))) +
           sorted_cell(count(layer.cycles), grouped(count(layer.cycles))) +
           sorted_cell(layer.utilization, percent(layer.utilization)) +
           sorted_cell(static_cast<double>(layer.macs.count()),
                       with_unit(static_cast<double>(layer.macs.count()), "MAC")) +
           sorted_cell(energy, with_unit(energy, "J")) + sorted_cell(memory, with_unit(memory, "B")) +
           sorted_cell(network, with_unit(network, "B")) + "<td>" + escaped(layer.bound_by) + "</td></tr>";
}

std::string dense_figures(const Result& result) {
    const double energy = sum(result.steady.energy_per_inference).count();
    return term("latency of the batch", with_unit(result.latency.count(), "s")) +
           term("inferences per second", grouped(result.throughput_per_s)) +
           term("power", with_unit(result.power.count(), "W")) + term("energy per inference", with_unit(energy, "J")) +
           term("inferences per joule", energy > 0 ? report::significant(1 / energy) : "-") +
           term("utilisation, steady", percent(result.steady.utilization));
}

std::string spiking_figures(const Result& result) {
    const report::SpikingFigures& figures = *result.spiking;
    std::string html = term("tick rate", with_unit(figures.tick_rate.count(), "Hz")) +
                       term("frames per second", report::significant(result.throughput_per_s)) +
                       term("power of the array", with_unit(result.power.count(), "W")) +
                       term("power of the cores in use", with_unit(figures.power_of_used_cores.count(), "W")) +
                       term("energy per frame", with_unit(figures.energy_per_frame.count(), "J")) +
                       term("cores in use", grouped(static_cast<double>(figures.cores_in_use)));
    for (const auto& [key, title] : {std::pair{"ticks", "ticks"},
                                     {"spikes", "spikes"},
                                     {"synaptic_events", "synaptic events"},
                                     {"hops", "hops"}}) {
        const auto found = result.events.spiking.find(key);
        html += found == result.events.spiking.end() ? "" : term(title, grouped(static_cast<double>(found->second)));
    }
    if (figures.fastest_tick_rate.count() > 0) {
        html += term("fastest safe tick rate", with_unit(figures.fastest_tick_rate.count(), "Hz"));
    }
    return html;
}

/// What was run and priced with, smaller than the key figures.
std::string facts(const Result& result) {
    std::string html = "<dl class=\"facts\">" + term("machine", result.machine) + term("workload", result.workload) +
                       term("precision", result.precision) + term("batch", std::to_string(result.batch)) +
                       term("clock", with_unit(result.clock.count(), "Hz")) +
                       term("voltage", result.voltage.count() > 0 ? with_unit(result.voltage.count(), "V") : "-") +
                       term("technology", result.technology.empty() ? "-" : result.technology) +
                       term("cycles", grouped(count(result.cycles)));
    if (!result.spiking) {
        html += term("steady period", grouped(count(result.steady.period)) + " cycles");
    }
    return html + term("fidelity", result.fidelity) + term("seed", std::to_string(result.seed)) +
           term("configuration", result.config_hash.substr(0, kHashDigits)) + term("Lodestone", result.version) +
           "</dl>";
}

} // namespace

std::string summary(const Result& result) {
    return "<dl class=\"key\">" + (result.spiking ? spiking_figures(result) : dense_figures(result)) +
           term("area", report::significant(sum(result.area).count()) + " mm\u00B2") + "</dl>" + facts(result);
}

std::string comparison(const std::vector<NamedResult>& results) {
    if (results.size() < 2) {
        return "";
    }
    std::string html = "<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"Comparison\"><table>" +
                       comparison_head(results, "figure", 1) + "<tbody>";
    for (const compare::Figure& figure : compare::figures_of(results)) {
        const bool is_part = figure.name.find('.') != std::string::npos;
        html += std::string("<tr") + (is_part ? " class=\"part\"" : "") + "><th scope=\"row\">" +
                escaped(is_part ? figure.name.substr(figure.name.find('.') + 1) : figure.name) + "</th>";
        for (std::size_t i = 0; i < results.size(); ++i) {
            html += number_cell(value_text(figure, figure.values[i])) +
                    (i == 0 ? std::string() : number_cell(ratio_text(figure.ratio(i))));
        }
        html += "</tr>";
    }
    return html + "</tbody></table></div>";
}

std::string layer_comparison(const std::vector<NamedResult>& results) {
    if (results.size() < 2) {
        return "";
    }
    std::vector<std::map<std::string, const LayerResult*>> layers;
    for (const NamedResult& entry : results) {
        layers.push_back(by_name(entry.result));
    }
    std::string html = "<details><summary>Cycles and energy of every layer, side by side</summary><div class=\"wide\" "
                       "tabindex=\"0\" role=\"region\" aria-label=\"Layers side by side\"><table>" +
                       comparison_head(results, "layer", 2) + "<tbody>";
    for (const LayerResult& reference : results.front().result.layers) {
        html += "<tr><th scope=\"row\">" + escaped(reference.name) + "</th>";
        for (std::size_t i = 0; i < results.size(); ++i) {
            const auto found = layers[i].find(reference.name);
            if (found == layers[i].end()) {
                html += "<td colspan=\"4\" class=\"number\">-</td>";
                continue;
            }
            const double energy = sum(found->second->energy).count();
            const double cycles = count(found->second->cycles);
            const bool with_ratio = i > 0;
            html += pair_of_cells(cycles, grouped(cycles),
                                  with_ratio ? std::optional(count(reference.cycles)) : std::nullopt);
            html += pair_of_cells(energy, with_unit(energy, "J"),
                                  with_ratio ? std::optional(sum(reference.energy).count()) : std::nullopt);
        }
        html += "</tr>";
    }
    return html + "</tbody></table></div></details>";
}

std::string layer_rows(const Result& result) {
    std::string html =
        "<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"Layers\"><table class=\"layers\">" +
        sortable_head({{"#", true},
                       {"layer", false},
                       {"operator", false},
                       {"begins at", true},
                       {"cycles", true},
                       {"utilisation", true},
                       {"work", true},
                       {"energy", true},
                       {"memory traffic", true},
                       {"network traffic", true},
                       {"bound by", false}}) +
        "<tbody>";
    const std::vector<Cycles> begins = layer_begins(result);
    for (std::size_t i = 0; i < result.layers.size(); ++i) {
        html += layer_row(result, i, begins[i]);
    }
    return html + "</tbody></table></div>";
}

std::string remarks(const Result& result) {
    std::string html = "<h3>Warnings</h3>";
    if (result.warnings.empty()) {
        html += "<p>None.</p>";
    } else {
        html += "<ul class=\"warnings\">";
        for (const std::string& warning : result.warnings) {
            html += "<li>" + escaped(warning) + "</li>";
        }
        html += "</ul>";
    }
    html += "<h3>Calibrated constants</h3>";
    if (result.calibrated.empty()) {
        return html + "<p>None: every constant has a source that is not this model.</p>";
    }
    html += "<p>These were fitted to silicon; every other constant was not.</p><ul class=\"calibrated\">";
    for (const cost::CalibratedConstant& constant : result.calibrated) {
        html += "<li><b>" + escaped(constant.name) + "</b> = " + escaped(report::significant(constant.value)) + ": " +
                escaped(constant.source) + "</li>";
    }
    return html + "</ul>";
}

} // namespace lodestone::page
