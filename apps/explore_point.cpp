// SPDX-License-Identifier: Apache-2.0
// One point of a sweep through all stages.
#include "apps/explore_point.hpp"

#include "analysis/bounds/bounds.hpp"
#include "analysis/explore/execution_record.hpp"
#include "analysis/explore/figures.hpp"
#include "analysis/report/build_result.hpp"
#include "apps/pipeline.hpp"
#include "sim/base/error.hpp"
#include "sim/config/explain.hpp"

#include <chrono>
#include <new>

namespace lodestone::apps {
namespace {

constexpr std::size_t most_models = 16; // of a worker, so that its memory stays flat

/// The keys of a run that its quantised network depends on, as a text.
std::string quantisation_of(const config::Node& run) {
    std::string text;
    for (const char* key : {"precision", "quantise"}) {
        const config::Node* node = run.find(key);
        text += std::string(key) + ": " + (node == nullptr ? "" : config::canonical_text(*node)) + "\n";
    }
    return text;
}

std::string message_of(const Problems& problems) {
    std::string text;
    for (const Diagnostic& diagnostic : problems.all()) {
        text += (text.empty() ? "" : "\n") + to_string(diagnostic);
    }
    return text;
}

/// The resolved run of a point. Readers want a workload; which one does not matter to them.
config::Node run_of(const PreparedSweep& sweep, const explore::Point& point) {
    Problems problems;
    config::Node run = explore::run_at(sweep.spec, point, problems);
    config::Node workload{.kind = config::Kind::scalar, .quoted = true};
    workload.text = sweep.record.workloads.front().file;
    config::set_value(run, "workload", std::move(workload), problems);
    problems.throw_if_errors();
    return run;
}

/// The evaluation that `figures` gives, or what it throws, with the time that it takes.
template <class Function>
explore::Evaluation guarded(const std::string& fidelity, Function figures) {
    using explore::Status;
    explore::Evaluation evaluation{.fidelity = fidelity, .version = LODESTONE_VERSION};
    const auto begin = std::chrono::steady_clock::now();
    const auto end_as = [&evaluation](Status status, std::string message) {
        evaluation.status = status;
        evaluation.message = std::move(message);
    };
    try {
        evaluation.figures = figures();
    } catch (const UserError& error) {
        end_as(Status::infeasible, message_of(error.problems()));
    } catch (const MachineError& error) {
        end_as(Status::failed, std::string("machine error: ") + error.what());
    } catch (const std::bad_alloc&) {
        end_as(Status::failed, "out of memory; give the points more with --memory-limit, or run fewer --jobs");
    } catch (const std::exception& error) {
        end_as(Status::failed, std::string("internal error: ") + error.what());
    }
    const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - begin;
    evaluation.wall_s = passed.count();
    return evaluation;
}

} // namespace

const Network& Evaluator::network(const std::filesystem::path& file) {
    const auto found = networks_.find(file.string());
    return found != networks_.end() ? found->second
                                    : networks_.emplace(file.string(), load_network(file)).first->second;
}

const graph::QuantisedModel& Evaluator::model(const RunRequest& request, const std::string& options) {
    const std::string key = request.workload.string() + "\n" + options;
    if (const auto found = models_.find(key); found != models_.end()) {
        return found->second;
    }
    if (models_.size() == most_models) {
        models_.clear();
    }
    const Network& source = network(request.workload);
    return models_.emplace(key, quantise_network(source, request.precisions.front(), {})).first->second;
}

RunRequest Evaluator::read(const config::Node& run) const {
    Problems problems;
    RunRequest request = read_run_file(run, problems, nullptr, sweep_.technology ? &*sweep_.technology : nullptr);
    problems.throw_if_errors();
    return request;
}

explore::ExecutionRecord Evaluator::execute(const RunRequest& request, const std::string& options,
                                            const std::string& fidelity) {
    try {
        const bool is_analytic = fidelity == "analytic";
        // Rules take as long to check as bounds to find. A program that breaks one is the mapper's bug, and the event
        // level looks for it; only what a user wrote is checked at once.
        const bool is_trusted = is_analytic && request.mapping.empty();
        const graph::QuantisedModel& quantised = model(request, options);
        const isa::Program program = is_trusted ? compile_program(request, quantised, request.batch)
                                                : compile_network(request, quantised, request.batch);
        const isa::Execution execution = is_analytic
                                             ? bounds::analytic_execution(program, core_grid_of(request.machine))
                                             : simulate(request, program);
        const report::Result result = report::build_result(
            {.program = program,
             .execution = execution,
             .machine = request.machine.machine,
             .technology = technology_of(request.machine),
             .with_bounds = false},
            {.version = LODESTONE_VERSION, .seed = request.seed, .config_hash = "", .fidelity = fidelity});
        return explore::record_of(result, execution);
    } catch (const UserError& error) {
        return {.infeasible = message_of(error.problems())};
    }
}

explore::Figures Evaluator::price(const MachineInput& machine,
                                  const std::vector<explore::ExecutionRecord>& records) const {
    std::vector<explore::Figures> runs;
    std::vector<double> weights;
    for (std::size_t i = 0; i < records.size(); ++i) {
        runs.push_back(explore::price(records[i], machine.machine, technology_of(machine)));
        weights.push_back(sweep_.record.workloads[i].weight);
    }
    return explore::weighted_mean(runs, weights);
}

Outcome Evaluator::evaluate(const explore::Point& point, const std::string& fidelity) {
    Outcome outcome;
    outcome.evaluation = guarded(fidelity, [&] {
        const config::Node run = run_of(sweep_, point);
        RunRequest request = read(run);
        const std::string options = quantisation_of(run);
        std::vector<explore::ExecutionRecord> records;
        for (const explore::StoredWorkload& workload : sweep_.record.workloads) {
            request.workload = workload.file;
            records.push_back(execute(request, options, fidelity));
        }
        const std::vector<std::string> hashes = execution_hashes(sweep_, point, fidelity);
        for (std::size_t i = 0; i < records.size(); ++i) {
            outcome.executions.push_back({.hash = hashes[i], .packed = explore::pack(records[i])});
        }
        return price(request.machine, records);
    });
    return outcome;
}

explore::Evaluation Evaluator::price(const explore::Point& point, const std::string& fidelity,
                                     const std::vector<explore::ExecutionRecord>& records) const {
    return guarded(fidelity, [&] { return price(read(run_of(sweep_, point)).machine, records); });
}

} // namespace lodestone::apps
