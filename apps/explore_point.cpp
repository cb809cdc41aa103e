// SPDX-License-Identifier: Apache-2.0
// One point of a sweep through all stages.
#include "apps/explore_point.hpp"

#include "analysis/bounds/bounds.hpp"
#include "analysis/explore/execution_record.hpp"
#include "analysis/explore/figures.hpp"
#include "analysis/report/build_result.hpp"
#include "apps/pipeline.hpp"
#include "apps/sampled_run.hpp"
#include "apps/spiking_run.hpp"
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

/// The resolved run of a point. Readers want a workload; which one of several does not matter to them.
config::Node run_of(const PreparedSweep& sweep, const explore::Point& point) {
    Problems problems;
    config::Node run = explore::run_at(sweep.spec, point, problems);
    if (const std::string& file = sweep.record.workloads.front().file; !file.empty()) {
        config::Node workload{.kind = config::Kind::scalar, .quoted = true};
        workload.text = file;
        config::set_value(run, "workload", std::move(workload), problems);
    }
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

/// The record that `run` gives; a network that does not fit, or a unit that cannot be, is a record that says so.
template <class Run>
explore::ExecutionRecord recorded(Run run) {
    try {
        return run();
    } catch (const UserError& error) {
        return {.infeasible = message_of(error.problems())};
    }
}

explore::ExecutionRecord run_spiking_array(RunRequest request, const std::string& fidelity) {
    request.fidelity = fidelity == "event" ? Fidelity::event : Fidelity::functional;
    const bool has_samples = !request.spiking.recurrent && spiking_form(request.workload) == SpikingForm::samples;
    return explore::record_of(has_samples ? simulate_sampled(request) : simulate_spiking(request).result);
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

Evaluator::Subject Evaluator::read(const config::Node& run) const {
    const TechnologyInput* technology = sweep_.technology ? &*sweep_.technology : nullptr;
    Problems problems;
    Subject subject;
    if (sweep_.spec.is_mac_unit) {
        subject = read_mac_point(run, problems, nullptr, technology);
    } else {
        subject = read_run_file(run, problems, nullptr, technology);
    }
    problems.throw_if_errors();
    return subject;
}

explore::ExecutionRecord Evaluator::run_dense(const RunRequest& request, const std::string& options,
                                              const std::string& fidelity) {
    const bool is_analytic = fidelity == "analytic";
    // Rules take as long to check as bounds to find. A program that breaks one is the mapper's bug, and the event level
    // looks for it; only what a user wrote is checked at once.
    const bool is_trusted = is_analytic && request.mapping.empty();
    const graph::QuantisedModel& quantised = model(request, options);
    const isa::Program program = is_trusted ? compile_program(request, quantised, request.batch)
                                            : compile_network(request, quantised, request.batch);
    const isa::Execution execution =
        is_analytic ? bounds::analytic_execution(program, core_grid_of(request.machine), known_loads_)
                    : simulate(request, program);
    const report::Result result = report::build_result(
        {.program = program,
         .execution = execution,
         .machine = request.machine.machine,
         .technology = technology_of(request.machine),
         .with_bounds = false},
        {.version = LODESTONE_VERSION, .seed = request.seed, .config_hash = "", .fidelity = fidelity});
    return explore::record_of(result, execution);
}

std::vector<explore::ExecutionRecord> Evaluator::execute(Subject& subject, const std::string& options,
                                                         const std::string& fidelity) {
    if (const auto* unit = std::get_if<MacPoint>(&subject)) {
        return {recorded([&] { return mac_record(*unit); })};
    }
    auto& request = std::get<RunRequest>(subject);
    std::vector<explore::ExecutionRecord> records;
    for (const explore::StoredWorkload& workload : sweep_.record.workloads) {
        request.workload = workload.file;
        records.push_back(recorded([&] {
            return request.spiking_array() != nullptr ? run_spiking_array(request, fidelity)
                                                      : run_dense(request, options, fidelity);
        }));
    }
    return records;
}

explore::Figures Evaluator::price(const Subject& subject, const std::vector<explore::ExecutionRecord>& records) const {
    if (const auto* unit = std::get_if<MacPoint>(&subject)) {
        return price_mac(*unit, records.front());
    }
    const MachineInput& machine = std::get<RunRequest>(subject).machine;
    std::vector<explore::Figures> runs;
    std::vector<double> weights;
    for (std::size_t i = 0; i < records.size(); ++i) {
        runs.push_back(
            std::visit([&](const auto& technology) { return explore::price(records[i], machine.machine, technology); },
                       machine.technology));
        weights.push_back(sweep_.record.workloads[i].weight);
    }
    return explore::weighted_mean(runs, weights);
}

Outcome Evaluator::evaluate(const explore::Point& point, const std::string& fidelity) {
    Outcome outcome;
    outcome.evaluation = guarded(fidelity, [&] {
        const config::Node run = run_of(sweep_, point);
        Subject subject = read(run);
        const std::vector<explore::ExecutionRecord> records = execute(subject, quantisation_of(run), fidelity);
        const std::vector<std::string> hashes = execution_hashes(sweep_, point, fidelity);
        for (std::size_t i = 0; i < records.size(); ++i) {
            outcome.executions.push_back({.hash = hashes[i], .packed = explore::pack(records[i])});
        }
        return price(subject, records);
    });
    return outcome;
}

explore::Evaluation Evaluator::price(const explore::Point& point, const std::string& fidelity,
                                     const std::vector<explore::ExecutionRecord>& records) const {
    return guarded(fidelity, [&] { return price(read(run_of(sweep_, point)), records); });
}

} // namespace lodestone::apps
