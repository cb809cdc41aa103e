// SPDX-License-Identifier: Apache-2.0
// Explorations on paper: the front as a table or JSON, every row as JSON or CSV.
#include "apps/explore_output.hpp"

#include "analysis/explore/figures.hpp"
#include "analysis/explore/measured.hpp"
#include "analysis/explore/order_errors.hpp"
#include "analysis/explore/reasons.hpp"
#include "analysis/explore/store.hpp"
#include "analysis/report/table.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>
#include <set>

namespace lodestone::apps {
namespace {

using explore::Exploration;
using explore::Row;
using explore::Status;
using Json = nlohmann::ordered_json;

constexpr int indentation = 1;

std::string text_of(const Json& json) {
    return json.dump(indentation, ' ', false, Json::error_handler_t::replace) + "\n";
}

/// The row of each point at its highest fidelity; "event" sorts after "analytic".
std::map<std::uint64_t, const Row*> last_rows(const Exploration& exploration) {
    std::map<std::uint64_t, const Row*> rows;
    for (const Row& row : exploration.rows) {
        rows[row.id] = &row;
    }
    return rows;
}

/// The rows of the front, best in the first objective first.
std::vector<const Row*> front_rows(const Exploration& exploration) {
    const std::map<std::uint64_t, const Row*> rows = last_rows(exploration);
    std::vector<const Row*> front;
    for (const std::uint64_t id : exploration.front) {
        front.push_back(rows.at(id));
    }
    if (exploration.objectives.empty()) {
        return front;
    }
    const explore::Objective& first = exploration.objectives.front();
    std::ranges::stable_sort(front, [&first](const Row* a, const Row* b) {
        const double left = explore::find_figure(a->figures, first.key).value_or(0);
        const double right = explore::find_figure(b->figures, first.key).value_or(0);
        return first.sense == explore::Sense::minimise ? left < right : left > right;
    });
    return front;
}

Json axes_json(const Exploration& exploration, const Row& row) {
    Json axes = Json::object();
    for (std::size_t i = 0; i < exploration.axes.size(); ++i) {
        axes[exploration.axes[i].name] = row.values[i];
    }
    return axes;
}

/// Quoted when a comma, a quote or a line break asks for it (RFC 4180).
std::string csv_cell(const std::string& text) {
    if (text.find_first_of(",\"\r\n") == std::string::npos) {
        return text;
    }
    std::string quoted = "\"";
    for (const char c : text) {
        quoted += c;
        if (c == '"') {
            quoted += c;
        }
    }
    return quoted + "\"";
}

/// A value with an engineering prefix of its unit.
std::string cell(double value) {
    constexpr double smallest_plain = 1e-3;
    constexpr double micro = 1e6;
    const bool is_tiny = value != 0 && std::abs(value) < smallest_plain;
    return is_tiny ? report::significant(value * micro) + " u" : report::significant(value);
}

/// The commonest reasons for points that are not done, a line each with an example.
std::string why(const Exploration& exploration) {
    constexpr std::size_t most_lines = 4;
    const std::vector<explore::Reason> all = explore::reasons(exploration);
    std::string text;
    for (std::size_t i = 0; i < std::min(most_lines, all.size()); ++i) {
        const explore::Reason& reason = all[i];
        text += std::to_string(reason.points) + " " + explore::name_of(reason.status) + ", as point " +
                std::to_string(reason.first) + ": " + reason.message + "\n";
    }
    if (all.size() > most_lines) {
        text += std::to_string(all.size() - most_lines) + " other reasons; --export csv has them all\n";
    }
    return text;
}

} // namespace

PointCounts count_points(const Exploration& exploration) {
    PointCounts counts;
    for (const auto& [id, row] : last_rows(exploration)) {
        ++counts.points;
        switch (row->status) {
        case Status::done:
            ++counts.done;
            break;
        case Status::infeasible:
            ++counts.infeasible;
            break;
        case Status::failed:
        case Status::timed_out:
            ++counts.failed;
            break;
        }
    }
    return counts;
}

std::string front_json(const Exploration& exploration) {
    const PointCounts counts = count_points(exploration);
    Json json = {{"name", exploration.name},
                 {"points", counts.points},
                 {"done", counts.done},
                 {"failed", counts.failed},
                 {"infeasible", counts.infeasible}};
    if (exploration.planned) {
        json["planned"] = *exploration.planned;
    }
    json["front"] = Json::array();
    for (const Row* row : front_rows(exploration)) {
        Json objectives = Json::object();
        for (const explore::Objective& objective : exploration.objectives) {
            objectives[objective.key] = explore::find_figure(row->figures, objective.key).value_or(0);
        }
        json["front"].push_back({{"id", row->id},
                                 {"fidelity", row->fidelity},
                                 {"axes", axes_json(exploration, *row)},
                                 {"objectives", std::move(objectives)}});
    }
    json["order_errors"] = Json::array();
    for (const explore::OrderError& error : explore::order_errors(exploration)) {
        json["order_errors"].push_back({{"key", error.key}, {"pairs", error.pairs}, {"inverted", error.inverted}});
    }
    json["reasons"] = Json::array();
    for (const explore::Reason& reason : explore::reasons(exploration)) {
        json["reasons"].push_back({{"status", explore::name_of(reason.status)},
                                   {"points", reason.points},
                                   {"first", reason.first},
                                   {"message", reason.message}});
    }
    return text_of(json);
}

std::string front_table(const Exploration& exploration) {
    std::vector<report::Column> columns{{.title = "id", .unit = ""}};
    for (const explore::Axis& axis : exploration.axes) {
        columns.push_back({.title = axis.name, .unit = ""});
    }
    for (const explore::Objective& objective : exploration.objectives) {
        columns.push_back(
            {.title = objective.key, .unit = objective.sense == explore::Sense::minimise ? "min" : "max"});
    }
    report::Table table(columns);
    for (const Row* row : front_rows(exploration)) {
        std::vector<std::string> cells{std::to_string(row->id)};
        cells.insert(cells.end(), row->values.begin(), row->values.end());
        for (const explore::Objective& objective : exploration.objectives) {
            cells.push_back(cell(explore::find_figure(row->figures, objective.key).value_or(0)));
        }
        table.add_row(std::move(cells));
    }
    return table.to_text();
}

std::string summary(const Exploration& exploration) {
    const PointCounts counts = count_points(exploration);
    std::string text = exploration.name + ": " + std::to_string(counts.points);
    if (exploration.planned && *exploration.planned != counts.points) {
        text += " of " + std::to_string(*exploration.planned);
    }
    text += " points: " + std::to_string(counts.done) + " done, " + std::to_string(counts.failed) + " failed, " +
            std::to_string(counts.infeasible) + " infeasible; " + std::to_string(exploration.front.size()) +
            " on the front\n";
    constexpr double percent = 100;
    for (const explore::OrderError& error : explore::order_errors(exploration)) {
        text += error.key + ": the analytic figures order " + report::fixed(error.share() * percent, 1) + " % of " +
                std::to_string(error.pairs) + " pairs wrongly\n";
    }
    return text + why(exploration);
}

std::string rows_csv(const Exploration& exploration) {
    std::set<std::string> present;
    for (const Row& row : exploration.rows) {
        for (const auto& [key, value] : row.figures) {
            present.insert(key);
        }
    }
    std::vector<std::string> keys;
    std::ranges::copy_if(explore::figure_keys(), std::back_inserter(keys),
                         [&present](const std::string& key) { return present.contains(key); });
    std::string text = "id,fidelity,status";
    for (const explore::Axis& axis : exploration.axes) {
        text += "," + csv_cell(axis.name);
    }
    for (const std::string& key : keys) {
        text += "," + key;
    }
    text += ",message,wall_s,version,hash\n";
    for (const Row& row : exploration.rows) {
        text += std::to_string(row.id) + "," + row.fidelity + "," + explore::name_of(row.status);
        for (const std::string& value : row.values) {
            text += "," + csv_cell(value);
        }
        for (const std::string& key : keys) {
            const auto value = explore::find_figure(row.figures, key);
            text += "," + (value ? explore::shortest(*value) : "");
        }
        text += "," + csv_cell(row.message) + "," + explore::shortest(row.wall_s) + "," + row.version + "," + row.hash +
                "\n";
    }
    return text;
}

std::string rows_json(const Exploration& exploration) {
    Json list = Json::array();
    for (const Row& row : exploration.rows) {
        Json figures = Json::object();
        for (const auto& [key, value] : row.figures) {
            figures[key] = value;
        }
        list.push_back({{"id", row.id},
                        {"fidelity", row.fidelity},
                        {"status", explore::name_of(row.status)},
                        {"axes", axes_json(exploration, row)},
                        {"figures", std::move(figures)},
                        {"message", row.message},
                        {"wall_s", row.wall_s},
                        {"version", row.version},
                        {"hash", row.hash}});
    }
    return text_of(list);
}

} // namespace lodestone::apps
