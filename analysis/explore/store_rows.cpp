// SPDX-License-Identifier: Apache-2.0
// Columns of a store, and the reading side.
#include "analysis/explore/store_rows.hpp"

#include "analysis/explore/figures.hpp"
#include "analysis/explore/search/dominance.hpp"
#include "analysis/explore/store.hpp"
#include "sim/base/error.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace lodestone::explore {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::array statuses{std::pair("done", Status::done), std::pair("infeasible", Status::infeasible),
                              std::pair("failed", Status::failed), std::pair("timed_out", Status::timed_out)};

std::string text_of(const Json& json) {
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

} // namespace

std::string name_of(Status status) {
    return std::ranges::find(statuses, status, &std::pair<const char*, Status>::second)->first;
}

Status status_of(const std::string& name) {
    const auto* const found = std::ranges::find(statuses, name, &std::pair<const char*, Status>::first);
    return found == statuses.end() ? Status::failed : found->second;
}

void verify_schema(const Database& database, const std::string& file) {
    if (database.integer("PRAGMA application_id") != kStoreApplication) {
        throw UserError({.file = file}, "", "is no store of 'lodestone explore'; name one, or a new file");
    }
    const std::uint64_t schema = database.integer("PRAGMA user_version");
    if (schema > kStoreSchema) {
        throw UserError({.file = file}, "",
                        "is a store of schema " + std::to_string(schema) + "; this version of lodestone reads up to " +
                            std::to_string(kStoreSchema) + ", use the newer one that made it, or name a new file");
    }
}

std::string axes_text(const std::vector<Axis>& axes) {
    Json json = Json::array();
    for (const Axis& axis : axes) {
        json.push_back({{"name", axis.name}, {"values", axis.values}});
    }
    return text_of(json);
}

std::vector<Axis> parse_axes(const std::string& text) {
    std::vector<Axis> axes;
    for (const Json& axis : Json::parse(text)) {
        axes.push_back({.name = axis.at("name"), .values = axis.at("values")});
    }
    return axes;
}

std::string objectives_text(const std::vector<Objective>& objectives) {
    Json json = Json::array();
    for (const Objective& objective : objectives) {
        json.push_back(
            {{"key", objective.key}, {"goal", objective.sense == Sense::minimise ? "minimise" : "maximise"}});
    }
    return text_of(json);
}

std::vector<Objective> parse_objectives(const std::string& text) {
    std::vector<Objective> objectives;
    for (const Json& objective : Json::parse(text)) {
        objectives.push_back({.key = objective.at("key"),
                              .sense = objective.at("goal") == "minimise" ? Sense::minimise : Sense::maximise});
    }
    return objectives;
}

std::string workloads_text(const std::vector<StoredWorkload>& workloads) {
    Json json = Json::array();
    for (const StoredWorkload& workload : workloads) {
        json.push_back({{"file", workload.file}, {"weight", workload.weight}, {"hash", workload.content_hash}});
    }
    return text_of(json);
}

std::vector<StoredWorkload> parse_workloads(const std::string& text) {
    std::vector<StoredWorkload> workloads;
    for (const Json& workload : Json::parse(text)) {
        workloads.push_back(
            {.file = workload.at("file"), .weight = workload.at("weight"), .content_hash = workload.at("hash")});
    }
    return workloads;
}

std::string values_text(const std::vector<std::string>& values) {
    return text_of(Json(values));
}

std::string figures_text(const Figures& figures) {
    Json json = Json::object();
    for (const auto& [key, value] : figures) {
        json[key] = value;
    }
    return text_of(json);
}

Figures parse_figures(const std::string& text) {
    Figures figures;
    const Json json = Json::parse(text);
    for (const auto& [key, value] : json.items()) {
        figures.emplace_back(key, value.get<double>());
    }
    return figures;
}

std::vector<Row> read_rows(const Database& database, std::uint64_t sweep) {
    Statement statement = database.prepare(
        "SELECT points.id, points.hash, points.axes, points.fidelity, points.status, points.message, figures, wall_s, "
        "version FROM points LEFT JOIN evaluations ON evaluations.hash = points.hash WHERE points.sweep = ?1 "
        "ORDER BY points.id, points.fidelity");
    statement.bind(1, sweep);
    std::vector<Row> rows;
    while (statement.next()) {
        Row row;
        row.id = statement.integer(0);
        row.hash = statement.text(1);
        row.values = Json::parse(statement.text(2)).get<std::vector<std::string>>();
        row.fidelity = statement.text(3);
        row.status = status_of(statement.text(4));
        row.message = statement.text(5);
        if (!statement.is_null(6)) {
            row.figures = parse_figures(statement.text(6));
            row.wall_s = statement.real(7);
            row.version = statement.text(8);
        }
        rows.push_back(std::move(row));
    }
    return rows;
}

namespace {

/// The sweep called `name`, or the one that was opened last, with its id.
std::pair<SweepRecord, std::uint64_t> find_sweep(const Database& database, const std::filesystem::path& file,
                                                 const std::string& name) {
    verify_schema(database, file.string());
    Statement statement = database.prepare("SELECT id, hash, name, axes, objectives, planned, workloads, text "
                                           "FROM sweeps WHERE ?1 = '' OR name = ?1 ORDER BY opened DESC LIMIT 1");
    statement.bind(1, name);
    if (!statement.next()) {
        throw UserError({.file = file.string()}, "",
                        name.empty() ? "holds no sweep yet"
                                     : "holds no sweep '" + name + "'" + known_names(name, sweep_names(file)));
    }
    SweepRecord sweep{.hash = statement.text(1),
                      .name = statement.text(2),
                      .axes = parse_axes(statement.text(3)),
                      .objectives = parse_objectives(statement.text(4)),
                      .planned = std::nullopt,
                      .workloads = parse_workloads(statement.text(6)),
                      .text = statement.text(7)};
    if (!statement.is_null(5)) {
        sweep.planned = statement.integer(5);
    }
    return {std::move(sweep), statement.integer(0)};
}

} // namespace

Exploration load_exploration(const std::filesystem::path& file, const std::string& name) {
    const Database database(file, Database::Access::read);
    auto [sweep, id] = find_sweep(database, file, name);
    Exploration exploration{.name = std::move(sweep.name),
                            .axes = std::move(sweep.axes),
                            .objectives = std::move(sweep.objectives),
                            .rows = read_rows(database, id),
                            .front = {},
                            .planned = sweep.planned};
    find_front(exploration);
    return exploration;
}

SweepRecord load_sweep_record(const std::filesystem::path& file, const std::string& name) {
    const Database database(file, Database::Access::read);
    return find_sweep(database, file, name).first;
}

std::vector<std::string> sweep_names(const std::filesystem::path& file) {
    const Database database(file, Database::Access::read);
    verify_schema(database, file.string());
    Statement statement = database.prepare("SELECT name FROM sweeps ORDER BY opened DESC");
    std::vector<std::string> names;
    while (statement.next()) {
        names.push_back(statement.text(0));
    }
    return names;
}

std::string highest_fidelity(const std::vector<Row>& rows) {
    for (const char* fidelity : {"event", "functional"}) {
        if (std::ranges::find(rows, fidelity, &Row::fidelity) != rows.end()) {
            return fidelity;
        }
    }
    return "analytic";
}

void find_front(Exploration& exploration) {
    const std::string highest = highest_fidelity(exploration.rows);
    std::vector<Sense> senses;
    for (const Objective& objective : exploration.objectives) {
        senses.push_back(objective.sense);
    }
    std::vector<Objectives> points;
    std::vector<std::uint64_t> ids;
    for (const Row& row : exploration.rows) {
        Objectives values;
        for (const Objective& objective : exploration.objectives) {
            if (const auto value = find_figure(row.figures, objective.key)) {
                values.push_back(*value);
            }
        }
        const bool is_highest = row.fidelity == highest;
        if (row.status == Status::done && is_highest && values.size() == senses.size()) {
            points.push_back(std::move(values));
            ids.push_back(row.id);
        }
    }
    exploration.front.clear();
    for (const std::size_t position : non_dominated(points, senses)) {
        exploration.front.push_back(ids[position]);
    }
}

} // namespace lodestone::explore
