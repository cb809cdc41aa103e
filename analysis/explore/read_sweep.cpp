// SPDX-License-Identifier: Apache-2.0
// Sweep files through the located reader.
#include "analysis/explore/axis_values.hpp"
#include "analysis/explore/constraints.hpp"
#include "analysis/explore/figures.hpp"
#include "analysis/explore/sweep.hpp"

#include "sim/config/number.hpp"

#include <algorithm>
#include <cctype>

namespace lodestone::explore {
namespace {

using config::MapReader;

constexpr std::uint64_t most_points = 10'000'000;
constexpr std::uint64_t most_population = 1024;

const config::Choices<Sense> kSenses{{"minimise", Sense::minimise}, {"maximise", Sense::maximise}};
const config::Choices<StrategyKind> kStrategies{{"grid", StrategyKind::grid},
                                                {"random", StrategyKind::random},
                                                {"latin_hypercube", StrategyKind::latin_hypercube},
                                                {"nsga2", StrategyKind::nsga2}};
const std::vector<std::string> kFidelities{"analytic", "event", "functional"};
const std::vector<std::string> kTimedFidelities{"analytic", "event"};

/// Letters, digits and underscores, so that expressions can name it.
bool is_name(const std::string& text) {
    const auto is_part = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; };
    return !text.empty() && std::isdigit(static_cast<unsigned char>(text.front())) == 0 &&
           std::ranges::all_of(text, is_part);
}

config::Place place_of(const config::Value& value) {
    return value.node() == nullptr ? config::Place{} : value.node()->place;
}

AxisSpec read_axis(MapReader reader) {
    AxisSpec axis;
    axis.name = reader.required_string("name");
    if (!axis.name.empty() && !is_name(axis.name)) {
        reader.problem("name", "is '" + axis.name + "'; use letters, digits and underscores, a letter first");
    }
    if (reader.has("paths")) {
        axis.paths = reader.required_strings("paths");
        if (axis.paths.empty()) {
            reader.problem("paths", "is empty; name at least one field of the run");
        }
        if (reader.has("path")) {
            reader.problem("path", "stands beside 'paths'; give one of them");
        }
    } else {
        axis.paths = {reader.required_string("path")};
    }
    axis.place = place_of(reader.required_value(reader.has("paths") ? "paths" : "path"));
    axis.values = read_axis_values(reader, axis.paths.size());
    reader.finish();
    return axis;
}

std::optional<Expression> parse_expression(const config::Value& value) {
    const std::string text = value.as_string();
    if (text.empty()) {
        return std::nullopt;
    }
    try {
        return Expression(text);
    } catch (const ExpressionError& error) {
        value.problem("is '" + text + "', which " + error.what());
        return std::nullopt;
    }
}

/// Names must be axes whose values are numbers.
void check_names(const Expression& expression, const SweepSpec& sweep, const config::Value& where) {
    std::vector<std::string> known;
    for (const AxisSpec& axis : sweep.axes) {
        known.push_back(axis.name);
    }
    for (const std::string& name : expression.names()) {
        const auto axis = std::ranges::find(sweep.axes, name, &AxisSpec::name);
        if (axis == sweep.axes.end()) {
            where.problem("names '" + name + "', which is no axis" + known_names(name, known));
        } else if (!axis->is_ordered()) {
            where.problem("computes with axis '" + name + "', whose values are not all numbers");
        }
    }
}

std::vector<DerivedField> read_derived(MapReader reader, const SweepSpec& sweep) {
    std::vector<DerivedField> fields;
    for (const std::string& path : reader.keys()) {
        const config::Value value = reader.required_value(path);
        if (const auto expression = parse_expression(value)) {
            check_names(*expression, sweep, value);
            fields.push_back({.path = path, .expression = *expression, .place = place_of(value)});
        }
    }
    return fields;
}

/// A limit in the dimensions of `subject`; plain numbers count in the unit of a figure's key.
std::optional<Measured> read_limit(MapReader& reader, const std::string& key, const std::string& unit) {
    const auto value = reader.optional_value(key);
    if (!value) {
        return std::nullopt;
    }
    const std::string text = value->as_string();
    auto limit = parse_measured(text);
    if (!limit) {
        value->problem("is '" + text + "'; a number with an optional unit is needed, as 800 mm2");
        return std::nullopt;
    }
    if (unit.empty()) {
        return limit;
    }
    if (limit->dimensions.empty()) {
        return parse_measured(text + " " + unit);
    }
    if (limit->dimensions != parse_measured("1 " + unit)->dimensions) {
        value->problem("is '" + text + "'; a value in " + unit + " is needed");
        return std::nullopt;
    }
    return limit;
}

void check_figure(MapReader& reader, const std::string& key) {
    if (!key.empty() && std::ranges::find(figure_keys(), key) == figure_keys().end()) {
        reader.problem("key", "is '" + key + "', which no result has" + known_names(key, figure_keys()));
    }
}

ConstraintSpec read_constraint(MapReader& reader, const SweepSpec& sweep) {
    ConstraintSpec constraint;
    constraint.place.file = std::make_shared<const std::string>(reader.location().file);
    constraint.place.line = static_cast<std::uint32_t>(reader.location().line);
    constraint.place.column = static_cast<std::uint32_t>(reader.location().column);
    if (reader.has("expression")) {
        const config::Value value = reader.required_value("expression");
        constraint.expression = parse_expression(value);
        if (constraint.expression) {
            check_names(*constraint.expression, sweep, value);
        }
        if (reader.has("key")) {
            reader.problem("key", "stands beside 'expression'; give one of them");
        }
    } else {
        constraint.key = reader.required_string("key");
        check_figure(reader, constraint.key);
    }
    const std::string unit = constraint.expression ? "" : unit_of_figure(constraint.key);
    constraint.min = read_limit(reader, "min", unit);
    constraint.max = read_limit(reader, "max", unit);
    if (!constraint.min && !constraint.max && !reader.has("min") && !reader.has("max")) {
        reader.problem("max", "is missing, and so is 'min'; a constraint needs at least one of them");
    }
    reader.finish();
    return constraint;
}

std::vector<Objective> read_objectives(MapReader& reader) {
    std::vector<Objective> objectives;
    for (MapReader& item : reader.required_maps("objectives")) {
        Objective objective;
        objective.key = item.required_string("key");
        check_figure(item, objective.key);
        objective.sense = item.required_choice("goal", kSenses);
        item.finish();
        if (std::ranges::find(objectives, objective.key, &Objective::key) != objectives.end()) {
            item.problem("key", "is '" + objective.key + "', which is an objective already");
        }
        objectives.push_back(std::move(objective));
    }
    if (objectives.empty() && reader.has("objectives")) {
        reader.problem("objectives", "is empty; name at least one result key to improve");
    }
    return objectives;
}

std::vector<WorkloadSpec> read_workloads(MapReader& reader) {
    std::vector<WorkloadSpec> workloads;
    for (MapReader& item : reader.maps_in("workloads")) {
        WorkloadSpec workload;
        const config::Value file = item.required_value("file");
        static_cast<void>(file.as_string());
        if (file.node() != nullptr) {
            workload.file = *file.node();
        }
        workload.weight = item.optional_double("weight", workload.weight, {.min = 0, .above_min = true});
        item.finish();
        workloads.push_back(std::move(workload));
    }
    return workloads;
}

StrategySpec read_strategy(MapReader reader) {
    StrategySpec strategy;
    strategy.kind = reader.required_choice("kind", kStrategies);
    if (strategy.kind != StrategyKind::grid) {
        strategy.points = reader.required_uint("points", 1, most_points);
        strategy.seed = reader.optional_uint("seed", strategy.seed, 0, ~std::uint32_t{0});
    }
    if (strategy.kind == StrategyKind::nsga2) {
        strategy.population = reader.optional_uint("population", strategy.population, 2, most_population);
    }
    reader.finish();
    return strategy;
}

/// `fidelity: event`, `fidelity: analytic`, or `{first: analytic, then: event, keep: 0.25}`.
FidelitySpec read_fidelity(MapReader& reader) {
    FidelitySpec fidelity;
    const auto value = reader.optional_value("fidelity");
    if (!value) {
        return fidelity;
    }
    if (!value->is_map()) {
        fidelity.first = value->as_choice(kFidelities);
        return fidelity;
    }
    MapReader map = value->as_map();
    fidelity.first = map.required_choice("first", kTimedFidelities);
    fidelity.then = map.required_choice("then", kTimedFidelities);
    fidelity.keep = map.required_double("keep", {.min = 0, .max = 1, .above_min = true});
    if (fidelity.first == *fidelity.then) {
        map.problem("then", "is '" + *fidelity.then + "' as 'first' is; write fidelity: " + fidelity.first);
    }
    map.finish();
    return fidelity;
}

/// What the points are of: a run, or a multiply-accumulate unit.
void read_subject(MapReader& reader, const config::Node& root, SweepSpec& sweep) {
    static_cast<void>(reader.optional_map("run"));
    static_cast<void>(reader.optional_map("mac_unit"));
    const config::Node* run = root.find("run");
    const config::Node* unit = root.find("mac_unit");
    sweep.is_mac_unit = unit != nullptr;
    if (run != nullptr && unit != nullptr) {
        reader.problem("mac_unit", "stands beside 'run'; give one of them");
    }
    if (run == nullptr && unit == nullptr) {
        reader.problem("run", "is missing; give the run that the axes change, or a 'mac_unit'");
    }
    if (const config::Node* subject = unit != nullptr ? unit : run) {
        sweep.run = *subject;
    }
}

void check_axes(MapReader& reader, const SweepSpec& sweep) {
    for (std::size_t i = 0; i < sweep.axes.size(); ++i) {
        for (std::size_t k = 0; k < i; ++k) {
            if (sweep.axes[i].name == sweep.axes[k].name) {
                reader.problem("axes", "has two axes called '" + sweep.axes[i].name + "'; give each its own name");
            }
        }
    }
    if (sweep.axes.empty() && reader.has("axes")) {
        reader.problem("axes", "is empty; a sweep needs at least one axis");
    }
    double points = 1;
    for (const AxisSpec& axis : sweep.axes) {
        points *= static_cast<double>(axis.values.size());
    }
    const bool is_sampled = sweep.strategy.kind != StrategyKind::grid;
    constexpr double largest_space = 1e18; // points are numbered with 64 bits
    if (points > (is_sampled ? largest_space : static_cast<double>(most_points))) {
        reader.problem("axes", "span " + shortest(points) + " points; at most " +
                                   shortest(is_sampled ? largest_space : static_cast<double>(most_points)) +
                                   (is_sampled ? "" : " on a grid; give fewer values, or another strategy"));
    }
}

} // namespace

bool AxisSpec::is_ordered() const {
    return std::ranges::all_of(values, [](const AxisValue& value) { return value.number.has_value(); });
}

Measured value_at(const Expression& expression, const SweepSpec& sweep, const std::vector<std::uint32_t>& point) {
    return expression.value([&](const std::string& name) {
        const auto axis = std::ranges::find(sweep.axes, name, &AxisSpec::name);
        const auto index = static_cast<std::size_t>(axis - sweep.axes.begin());
        const auto& number = axis->values[point[index]].number;
        if (!number) {
            throw ExpressionError("needs a number from axis '" + name + "'");
        }
        return *number;
    });
}

SweepSpec read_sweep(const config::Node& root, Problems& problems, config::ReadLog* log) {
    SweepSpec sweep;
    MapReader reader(root, problems, log);
    sweep.name = reader.required_string("name");
    read_subject(reader, root, sweep);
    for (MapReader& axis : reader.required_maps("axes")) {
        sweep.axes.push_back(read_axis(axis));
    }
    if (auto derived = reader.optional_map("derived")) {
        sweep.derived = read_derived(*derived, sweep);
    }
    for (MapReader& constraint : reader.maps_in("constraints")) {
        sweep.constraints.push_back(read_constraint(constraint, sweep));
    }
    sweep.objectives = read_objectives(reader);
    sweep.workloads = read_workloads(reader);
    if (sweep.is_mac_unit && !sweep.workloads.empty()) {
        reader.problem("workloads", "stands beside 'mac_unit', which runs no network; leave it out");
    }
    if (auto strategy = reader.optional_map("strategy")) {
        sweep.strategy = read_strategy(*strategy);
    }
    sweep.fidelity = read_fidelity(reader);
    if (sweep.is_mac_unit) {
        if (reader.has("fidelity")) {
            reader.problem("fidelity", "stands beside 'mac_unit', which has one model; leave it out");
        }
        sweep.fidelity = {.first = "functional"};
    }
    check_axes(reader, sweep);
    reader.finish();
    if (!problems.has_errors()) {
        find_contradictions(sweep, problems);
    }
    return sweep;
}

} // namespace lodestone::explore
