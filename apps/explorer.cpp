// SPDX-License-Identifier: Apache-2.0
// Strategies, fidelities and the traffic between store and workers.
#include "apps/explorer.hpp"

#include "analysis/explore/constraints.hpp"
#include "sim/base/error.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

namespace lodestone::apps {
namespace {

using explore::Evaluation;
using explore::Point;
using explore::Status;
using AnswerJson = nlohmann::json;

constexpr std::chrono::milliseconds patience{200}; // between looks at the progress and at Ctrl-C

std::string task_text(const Point& point, const std::string& fidelity) {
    return AnswerJson{{"point", point}, {"fidelity", fidelity}}.dump();
}

/// Doubles go through unchanged.
std::string answer_text(const Outcome& outcome) {
    const Evaluation& evaluation = outcome.evaluation;
    AnswerJson json{{"status", evaluation.status},   {"message", evaluation.message},
                    {"figures", evaluation.figures}, {"wall_s", evaluation.wall_s},
                    {"version", evaluation.version}, {"executions", AnswerJson::array()}};
    for (const explore::StoredExecution& execution : outcome.executions) {
        json["executions"].push_back({{"hash", execution.hash},
                                      {"packed", AnswerJson::binary(std::vector<std::uint8_t>(
                                                     execution.packed.begin(), execution.packed.end()))}});
    }
    const std::vector<std::uint8_t> bytes = AnswerJson::to_cbor(json);
    return {bytes.begin(), bytes.end()};
}

Outcome parse_answer(const std::string& text) {
    const AnswerJson json = AnswerJson::from_cbor(text);
    Outcome outcome;
    outcome.evaluation.status = json.at("status");
    outcome.evaluation.message = json.at("message");
    outcome.evaluation.figures = json.at("figures").get<explore::Figures>();
    outcome.evaluation.wall_s = json.at("wall_s");
    outcome.evaluation.version = json.at("version");
    for (const AnswerJson& execution : json.at("executions")) {
        const auto& packed = execution.at("packed").get_binary();
        outcome.executions.push_back({.hash = execution.at("hash"), .packed = {packed.begin(), packed.end()}});
    }
    return outcome;
}

/// How slowly an axis varies when points are evaluated one after the other: what a worker keeps of one point serves the
/// next one most when their grids and memories are equal, and a price needs the run of another point to be stored.
int slowness(const explore::AxisSpec& axis) {
    const auto is_below = [&axis](std::initializer_list<const char*> fields) {
        return std::ranges::all_of(axis.paths, [&](const std::string& path) {
            return std::ranges::any_of(fields, [&](const char* field) { return path.starts_with(field); });
        });
    };
    enum { clock, format, shape, price };
    if (is_below({"machine.voltage", "machine.technology", "voltage", "technology"})) {
        return price;
    }
    if (is_below({"machine.clock", "machine.io"})) {
        return clock;
    }
    return is_below({"precision", "quantise"}) ? format : shape;
}

/// The points in an order in which they are evaluated quickly; what is found does not depend on it.
std::vector<Point> in_quick_order(std::vector<Point> points, const std::vector<explore::AxisSpec>& axes) {
    std::vector<std::size_t> slowest_first(axes.size());
    std::iota(slowest_first.begin(), slowest_first.end(), std::size_t{0});
    std::ranges::stable_sort(slowest_first, std::greater{}, [&](std::size_t axis) { return slowness(axes[axis]); });
    std::ranges::sort(points, [&](const Point& a, const Point& b) {
        return std::ranges::lexicographical_compare(
            slowest_first, slowest_first, {}, [&](std::size_t axis) { return a[axis]; },
            [&](std::size_t axis) { return b[axis]; });
    });
    return points;
}

bool is_final(Status status) {
    return status == Status::done || status == Status::infeasible;
}

std::vector<explore::Sense> senses_of(const explore::SweepSpec& sweep) {
    std::vector<explore::Sense> senses;
    for (const explore::Objective& objective : sweep.objectives) {
        senses.push_back(objective.sense);
    }
    return senses;
}

} // namespace

Work point_work(const PreparedSweep& sweep) {
    auto evaluator = std::make_shared<Evaluator>(sweep);
    return [evaluator](const std::string& task) {
        const AnswerJson json = AnswerJson::parse(task);
        return answer_text(evaluator->evaluate(json.at("point").get<Point>(), json.at("fidelity")));
    };
}

Explorer::Explorer(const PreparedSweep& sweep, explore::Store& store, Workers& workers, const ExplorerOptions& options)
    : sweep_(sweep), store_(store), options_(options), space_(explore::space_of(sweep.spec)), pricer_(sweep),
      workers_(workers), progress_(senses_of(sweep.spec)) {
    for (const explore::Row& row : store_.rows()) {
        stored_[row.fidelity].emplace(row.id, row.hash);
    }
}

bool Explorer::run(const std::function<bool()>& is_interrupted) {
    is_interrupted_ = is_interrupted;
    const explore::FidelitySpec& fidelity = sweep_.spec.fidelity;
    progress_.begin(fidelity.first, sweep_.record.planned.value_or(0) / options_.shard.count);
    if (sweep_.spec.strategy.kind == explore::StrategyKind::nsga2) {
        search();
    } else {
        evaluate(sampled_points(), fidelity.first);
    }
    const bool has_all = options_.shard.count == 1;
    if (fidelity.then && has_all && !is_interrupted_()) {
        const std::vector<Point> chosen = survivors();
        answers_.clear();
        progress_.begin(*fidelity.then, chosen.size());
        evaluate(chosen, *fidelity.then);
    }
    progress_.end();
    return !is_interrupted_();
}

std::vector<Point> Explorer::sampled_points() const {
    const explore::StrategySpec& strategy = sweep_.spec.strategy;
    if (strategy.kind == explore::StrategyKind::latin_hypercube) {
        return explore::latin_hypercube(space_, strategy.points, strategy.seed);
    }
    std::vector<Point> points;
    if (strategy.kind == explore::StrategyKind::random) {
        for (const std::uint64_t id : explore::random_sample(space_.points(), strategy.points, strategy.seed)) {
            points.push_back(space_.point(id));
        }
        return points;
    }
    for (std::uint64_t id = 0; id < space_.points(); ++id) {
        points.push_back(space_.point(id));
    }
    return points;
}

void Explorer::search() {
    const explore::StrategySpec& strategy = sweep_.spec.strategy;
    explore::GeneticSearch genetic({.axes = space_.axes(),
                                    .senses = senses_of(sweep_.spec),
                                    .budget = strategy.points,
                                    .seed = strategy.seed,
                                    .population = strategy.population});
    for (std::vector<Point> asked = genetic.ask(); !asked.empty(); asked = genetic.ask()) {
        evaluate(asked, sweep_.spec.fidelity.first);
        if (is_interrupted_()) {
            return;
        }
        for (const Point& point : asked) {
            genetic.tell(point, answers_.at(space_.id(point)));
        }
    }
}

std::vector<Point> Explorer::survivors() const {
    std::vector<std::uint64_t> ids;
    std::vector<explore::Objectives> objectives;
    for (const auto& [id, answer] : answers_) {
        if (answer.violation == 0) {
            ids.push_back(id);
            objectives.push_back(answer.objectives);
        }
    }
    const auto wanted =
        static_cast<std::size_t>(std::ceil(sweep_.spec.fidelity.keep * static_cast<double>(ids.size())));
    std::vector<Point> chosen;
    for (const explore::Positions& front : explore::sort_by_dominance(objectives, senses_of(sweep_.spec))) {
        for (const std::size_t position : front) {
            if (chosen.size() < wanted) {
                chosen.push_back(space_.point(ids[position]));
            }
        }
    }
    return chosen;
}

void Explorer::evaluate(const std::vector<Point>& points, const std::string& fidelity) {
    for (const Point& point : in_quick_order(points, sweep_.spec.axes)) {
        if (is_interrupted_()) {
            return;
        }
        if (space_.id(point) % options_.shard.count == options_.shard.index) {
            evaluate_one(point, fidelity);
        }
    }
    while (!pending_.empty() && !is_interrupted_()) {
        collect(patience);
    }
}

void Explorer::evaluate_one(const Point& point, const std::string& fidelity) {
    explore::Row row{.id = space_.id(point), .values = explore::values_at(sweep_.spec, point), .fidelity = fidelity};
    const auto known = stored_[fidelity].find(row.id);
    const explore::Violation excluded = explore::axis_violation(sweep_.spec, point);
    if (!excluded.holds()) {
        row.status = Status::infeasible;
        row.message = excluded.message;
        answers_[row.id] = {.violation = excluded.amount, .objectives = {}};
        if (known == stored_[fidelity].end()) {
            store_.add(row);
        }
        progress_.add(row.status, {});
        return;
    }
    row.hash = hash_of(sweep_, point, fidelity);
    if (const auto evaluation = store_.find(row.hash);
        evaluation && (!options_.retry || is_final(evaluation->status))) {
        remember(row, *evaluation);
        if (known == stored_[fidelity].end() || known->second != row.hash) {
            store_.add(row, *evaluation);
        }
        return;
    }
    if (auto priced = price_from(store_, pricer_, execution_hashes(sweep_, point, fidelity), point, fidelity)) {
        priced->hash = row.hash;
        accept(std::move(row), {.evaluation = std::move(*priced), .executions = {}});
        return;
    }
    while (!workers_.has_idle()) {
        collect(patience);
        if (is_interrupted_()) {
            return;
        }
    }
    const std::uint64_t task = next_task_++;
    workers_.start(task, task_text(point, fidelity));
    pending_.emplace(task, std::move(row));
}

void Explorer::collect(std::chrono::milliseconds longest) {
    for (TaskResult& result : workers_.wait(longest)) {
        auto pending = pending_.extract(result.task);
        check_invariant(!pending.empty(), "a worker answers the task that it was given");
        explore::Row& row = pending.mapped();
        Outcome outcome;
        if (result.end == TaskEnd::answered) {
            outcome = parse_answer(result.text);
        } else {
            outcome.evaluation.version = LODESTONE_VERSION;
            outcome.evaluation.status = result.end == TaskEnd::crashed ? Status::failed : Status::timed_out;
            outcome.evaluation.message = result.end == TaskEnd::crashed
                                             ? result.text
                                             : "took longer than --time-limit allows; raise it and give --retry";
        }
        outcome.evaluation.hash = row.hash;
        outcome.evaluation.fidelity = row.fidelity;
        accept(std::move(row), outcome);
    }
    progress_.show();
}

void Explorer::remember(explore::Row& row, const Evaluation& evaluation) {
    explore::Judgement judgement =
        explore::judge(sweep_.spec, evaluation.status, evaluation.message, evaluation.figures);
    row.status = judgement.status;
    row.message = std::move(judgement.message);
    progress_.add(row.status, row.status == Status::done ? judgement.answer.objectives : explore::Objectives{});
    answers_[row.id] = std::move(judgement.answer);
}

void Explorer::accept(explore::Row row, const Outcome& outcome) {
    remember(row, outcome.evaluation);
    store_.add(row, outcome.evaluation, outcome.executions);
}

std::optional<Evaluation> price_from(const explore::Store& store, const Evaluator& pricer,
                                     const std::vector<std::string>& executions, const Point& point,
                                     const std::string& fidelity) {
    std::vector<explore::ExecutionRecord> records;
    for (const std::string& hash : executions) {
        const auto packed = store.find_execution(hash);
        if (!packed) {
            return std::nullopt;
        }
        records.push_back(explore::unpack(*packed));
    }
    return pricer.price(point, fidelity, records);
}

} // namespace lodestone::apps
