// SPDX-License-Identifier: Apache-2.0
// Puts compared anchors into a table and into JSON.
#include "analysis/anchors/tables.hpp"

#include "analysis/report/table.hpp"
#include "analysis/report/tables.hpp"

#include <nlohmann/json.hpp>

namespace lodestone::anchors {
namespace {

constexpr double percent = 100;

/// Four digits at least: published figures have as many.
std::string digits(double value) {
    constexpr double four_digits = 1000;
    return report::fixed(value, value < four_digits ? 1 : 0);
}

std::string latency_of(const report::Result& result) {
    constexpr double milli = 1e3;
    return report::significant(result.latency.count() * milli) + " ms for " + std::to_string(result.batch) +
           (result.batch == 1 ? " frame" : " frames");
}

} // namespace

std::string to_text(const std::vector<Row>& rows) {
    report::Table table({{.title = "anchor", .unit = "", .align = report::Align::left},
                         {.title = "published", .unit = ""},
                         {.title = "ours", .unit = ""},
                         {.title = "unit", .unit = "", .align = report::Align::left},
                         {.title = "error", .unit = "%"},
                         {.title = "allowed", .unit = "%"},
                         {.title = "calibrated", .unit = "", .align = report::Align::left},
                         {.title = "source", .unit = "", .align = report::Align::left}});
    for (const Row& row : rows) {
        table.add_row({row.anchor.name, digits(row.anchor.published), digits(row.ours), row.anchor.unit,
                       report::fixed(row.error * percent, 1) + (row.agrees() ? "" : " !"),
                       report::fixed(row.anchor.tolerance * percent, 0), row.calibrated ? "yes" : "no",
                       row.anchor.source});
    }
    return table.to_text();
}

std::string to_text(const std::vector<Row>& rows, const Subject& subject) {
    return to_text(rows) + "ours: " + subject.resident.workload + " on " + subject.resident.machine +
           ", resident batch of " + std::to_string(subject.resident.batch) + "; latency from idle " +
           latency_of(subject.frame) + ", " + latency_of(subject.resident) + "\n" + report::notes({&subject.resident});
}

std::string to_json(const std::vector<Row>& rows) {
    nlohmann::ordered_json list = nlohmann::ordered_json::array();
    for (const Row& row : rows) {
        list.push_back({{"name", row.anchor.name},
                        {"published", row.anchor.published},
                        {"ours", row.ours},
                        {"unit", row.anchor.unit},
                        {"error_pct", row.error * percent},
                        {"calibrated", row.calibrated},
                        {"source", row.anchor.source},
                        {"tolerance_pct", row.anchor.tolerance * percent},
                        {"agrees", row.agrees()}});
    }
    constexpr int indent = 2;
    return list.dump(indent) + "\n";
}

} // namespace lodestone::anchors
