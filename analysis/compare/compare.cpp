// SPDX-License-Identifier: Apache-2.0
// Collects the figures of several results into rows.
#include "analysis/compare/compare.hpp"

#include "analysis/report/result_json.hpp"
#include "analysis/report/table.hpp"
#include "sim/base/error.hpp"
#include "sim/base/file.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>

namespace lodestone::compare {
namespace {

using report::Result;

template <class Value>
Figure row(const std::string& name, const std::string& unit, const std::vector<NamedResult>& results, Value value) {
    Figure row{.name = name, .unit = unit, .values = {}};
    for (const NamedResult& entry : results) {
        row.values.push_back(value(entry.result));
    }
    return row;
}

/// One row for each name that occurs in any result's list.
template <class T>
void add_parts(std::vector<Figure>& rows, const Figure& total, const std::vector<NamedResult>& results,
               report::Named<T> Result::*list) {
    rows.push_back(total);
    std::vector<std::string> names;
    for (const NamedResult& entry : results) {
        for (const auto& [name, value] : entry.result.*list) {
            if (std::ranges::find(names, name) == names.end()) {
                names.push_back(name);
            }
        }
    }
    for (const std::string& name : names) {
        rows.push_back(row(total.name + "." + name, total.unit, results, [&](const Result& r) {
            const T* value = report::find(r.*list, name);
            return value == nullptr ? std::nullopt : std::optional(static_cast<double>(value->count()));
        }));
    }
}

std::string cell(const Figure& row, std::size_t column) {
    const std::optional<double> value = row.values[column];
    if (!value || !std::isfinite(*value)) {
        return "-";
    }
    constexpr double smallest_plain = 1e-3;
    constexpr double micro = 1e6;
    const bool tiny = *value != 0 && std::abs(*value) < smallest_plain;
    return tiny ? report::significant(*value * micro) + " u" : report::significant(*value);
}

nlohmann::ordered_json number(std::optional<double> value) {
    return value && std::isfinite(*value) ? nlohmann::ordered_json(*value) : nlohmann::ordered_json(nullptr);
}

} // namespace

std::optional<double> Figure::ratio(std::size_t column) const {
    const std::optional<double> first = values.front();
    const std::optional<double> own = values[column];
    if (!first || !own || *first == 0) {
        return std::nullopt;
    }
    return *own / *first;
}

std::vector<Figure> figures_of(const std::vector<NamedResult>& results) {
    std::vector<Figure> rows;
    const auto add = [&](const char* name, const char* unit, const auto& value) {
        rows.push_back(row(name, unit, results, [&](const Result& r) { return std::optional<double>(value(r)); }));
    };
    add("latency", "s", [](const Result& r) { return r.latency.count(); });
    add("cycles", "cycles", [](const Result& r) { return static_cast<double>(r.cycles.count()); });
    add("throughput", "1/s", [](const Result& r) { return r.throughput_per_s; });
    add("utilization", "", [](const Result& r) { return r.utilization; });
    add("power", "W", [](const Result& r) { return r.power.count(); });
    add("energy per inference", "J",
        [](const Result& r) { return r.power.count() / (r.throughput_per_s == 0 ? NAN : r.throughput_per_s); });
    const Figure energy =
        row("energy", "J", results, [](const Result& r) { return std::optional(report::sum(r.energy).count()); });
    add_parts(rows, energy, results, &Result::energy);
    const Figure area =
        row("area", "mm2", results, [](const Result& r) { return std::optional(report::sum(r.area).count()); });
    add_parts(rows, area, results, &Result::area);
    const Figure traffic = row("traffic", "B", results, [](const Result& r) {
        return std::optional(static_cast<double>(report::sum(r.traffic).count()));
    });
    add_parts(rows, traffic, results, &Result::traffic);
    return rows;
}

std::vector<NamedResult> load(const std::vector<std::string>& files, std::size_t at_least) {
    Problems problems;
    std::vector<NamedResult> results;
    for (const std::string& file : files) {
        try {
            std::vector<Result> read = report::results_from_json(read_file(file), file, problems);
            for (std::size_t i = 0; i < read.size(); ++i) {
                const std::string name = read.size() == 1 ? file : file + "[" + std::to_string(i) + "]";
                results.push_back({.name = name, .result = std::move(read[i])});
            }
        } catch (const UserError& unreadable) {
            problems.append(unreadable.problems());
        }
    }
    problems.throw_if_errors();
    if (results.size() < at_least) {
        throw UserError("at least " + std::to_string(at_least) + " results are needed; " +
                        std::to_string(results.size()) + " given");
    }
    return results;
}

std::string to_text(const std::vector<NamedResult>& results) {
    std::vector<report::Column> columns{{.title = "", .unit = "", .align = report::Align::left},
                                        {.title = "", .unit = "", .align = report::Align::left}};
    for (std::size_t i = 0; i < results.size(); ++i) {
        columns.push_back({.title = "[" + std::to_string(i + 1) + "]", .unit = results[i].result.precision});
        if (i > 0) {
            columns.push_back({.title = "ratio", .unit = "to [1]"});
        }
    }
    report::Table table(columns);
    for (const Figure& figure : figures_of(results)) {
        std::vector<std::string> cells{figure.name, figure.unit};
        for (std::size_t i = 0; i < results.size(); ++i) {
            cells.push_back(cell(figure, i));
            if (i > 0) {
                const std::optional<double> relative = figure.ratio(i);
                cells.push_back(relative && std::isfinite(*relative) ? report::fixed(*relative, 3) : "-");
            }
        }
        table.add_row(std::move(cells));
    }
    std::string text;
    for (std::size_t i = 0; i < results.size(); ++i) {
        const Result& r = results[i].result;
        text += "[" + std::to_string(i + 1) + "] " + results[i].name + ": " + r.workload + " on " + r.machine + ", " +
                r.precision + ", batch " + std::to_string(r.batch) + ", " + r.fidelity + "\n";
    }
    return text + "\n" + table.to_text();
}

std::string to_json(const std::vector<NamedResult>& results) {
    nlohmann::ordered_json json = {{"results", nlohmann::ordered_json::array()},
                                   {"figures", nlohmann::ordered_json::array()}};
    for (const NamedResult& entry : results) {
        json["results"].push_back({{"file", entry.name},
                                   {"machine", entry.result.machine},
                                   {"workload", entry.result.workload},
                                   {"precision", entry.result.precision},
                                   {"batch", entry.result.batch}});
    }
    for (const Figure& figure : figures_of(results)) {
        nlohmann::ordered_json values = nlohmann::ordered_json::array();
        nlohmann::ordered_json ratios = nlohmann::ordered_json::array();
        for (std::size_t i = 0; i < results.size(); ++i) {
            values.push_back(number(figure.values[i]));
            ratios.push_back(number(figure.ratio(i)));
        }
        json["figures"].push_back(
            {{"name", figure.name}, {"unit", figure.unit}, {"values", values}, {"ratios", ratios}});
    }
    return json.dump(1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

} // namespace lodestone::compare
