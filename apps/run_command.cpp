// SPDX-License-Identifier: Apache-2.0
// `lodestone run`: every precision through all stages; tables or JSON on stdout, result files in a folder.
#include "analysis/bounds/bounds.hpp"
#include "analysis/report/build_detail.hpp"
#include "analysis/report/build_result.hpp"
#include "analysis/report/result_json.hpp"
#include "analysis/report/table.hpp"
#include "analysis/report/tables.hpp"
#include "apps/commands.hpp"
#include "apps/file_kind.hpp"
#include "apps/pipeline.hpp"
#include "apps/progress.hpp"
#include "apps/spiking_run.hpp"
#include "numerics/precision.hpp"
#include "sim/base/error.hpp"
#include "sim/base/file.hpp"

#include <filesystem>
#include <iostream>
#include <memory>

namespace lodestone::apps {
namespace {

/// Results of one precision: the resident batch, and one frame alone for its latency.
struct PrecisionRun {
    report::Result resident;
    std::optional<report::Result> frame;
};

/// What all precisions of a request share.
struct Session {
    const RunRequest& request;
    const Arguments& arguments;
    Network network;
    Samples samples;
    quantise::ActivationRanges ranges;
};

Session open_session(const RunRequest& request, const Arguments& arguments) {
    Session session{
        .request = request, .arguments = arguments, .network = load_network(request.workload, request.random_weights)};
    if (!request.functional) {
        return session;
    }
    if (!session.network.has_values) {
        throw UserError({.file = request.workload.string()}, "",
                        "comes without weights, so it has no values to compute; run it without --functional, or draw "
                        "weights with --random-weights SEED");
    }
    const graph::Graph& graph = session.network.prepared.graph;
    session.samples =
        request.data ? load_samples(*request.data, graph) : random_samples(graph, request.batch, request.seed);
    const std::uint64_t calibration = request.data ? request.data->calibration : request.batch;
    session.ranges = observe_ranges(graph, session.samples, calibration);
    return session;
}

/// Names everything that a result depends on.
std::string config_hash(const Session& session, const quantise::QuantiseOptions& options, std::uint64_t batch) {
    std::string text = session.request.machine_text + session.network.content_hash + options.precision.name;
    for (const auto& override : {options.first_layer, options.last_layer}) {
        text += "/" + (override ? override->name : std::string());
    }
    for (const quantise::LayerOverride& layer : options.layers) {
        text += "/" + layer.match + "=" + layer.precision.name;
    }
    text += "/" + std::to_string(static_cast<int>(options.weight_granularity)) +
            std::to_string(static_cast<int>(options.weight_range)) +
            std::to_string(static_cast<int>(options.activation_range)) + "/" + std::to_string(batch) + "/" +
            std::to_string(session.request.seed) + "/" + std::to_string(static_cast<int>(session.request.fidelity)) +
            std::to_string(static_cast<int>(session.request.strategy)) +
            (session.request.objective ? std::to_string(static_cast<int>(*session.request.objective)) : "") +
            std::to_string(static_cast<int>(session.request.effort)) +
            (session.request.search_limit ? "l" + std::to_string(*session.request.search_limit) : "") +
            (session.request.functional ? "f" : "t") + (session.request.strict_network ? "s" : "");
    if (!session.request.mapping.empty()) {
        text += content_hash(read_file(session.request.mapping));
    }
    return content_hash(text);
}

void add_figures(const FunctionalReport& found, report::FunctionalFigures& figures) {
    figures.emplace_back("samples", static_cast<double>(found.samples));
    figures.emplace_back("values_compared", static_cast<double>(found.values));
    figures.emplace_back("differing_values", static_cast<double>(found.differing_values));
    if (found.accuracy) {
        figures.emplace_back("accuracy", *found.accuracy);
    }
    if (found.against_largest) {
        figures.emplace_back("against_largest_difference", *found.against_largest);
        figures.emplace_back("against_agreement", *found.against_agreement);
    }
}

report::Result run_batch(const Session& session, const quantise::QuantiseOptions& options,
                         const graph::QuantisedModel& model, std::uint64_t batch) {
    const RunRequest& request = session.request;
    emit::CompileReport mapped;
    const isa::Program program = compile_network(request, model, batch, &mapped);
    const bool is_analytic = request.fidelity == Fidelity::analytic;
    std::unique_ptr<trace::TraceSink> trace;
    if (!session.arguments.trace.empty() && !is_analytic && batch == request.batch) {
        trace = trace::open_trace(session.arguments.trace, core_grid_of(request.machine).clock);
    }
    const isa::Execution execution = is_analytic ? bounds::analytic_execution(program, core_grid_of(request.machine))
                                                 : simulate(request, program, trace.get(), session.arguments.detail);
    if (trace) {
        trace->close();
    }
    report::Result result = report::build_result({.program = program,
                                                  .execution = execution,
                                                  .machine = request.machine.machine,
                                                  .technology = technology_of(request.machine)},
                                                 {.version = LODESTONE_VERSION,
                                                  .seed = request.seed,
                                                  .config_hash = config_hash(session, options, batch),
                                                  .fidelity = is_analytic ? "analytic" : "event"});
    if (session.arguments.detail) {
        result.detail = report::build_detail(program, execution, core_grid_of(request.machine));
    }
    result.workload = session.network.name;
    result.precision = options.precision.name;
    for (const Diagnostic& warning : model.warnings.all()) {
        result.warnings.push_back(to_string(warning));
    }
    if (mapped.search.limit_reached) {
        result.warnings.push_back("the mapper ended at the limit of its search, after weighing " +
                                  std::to_string(mapped.search.weighed) + " candidates");
    }
    if (request.functional && batch == request.batch) {
        add_figures(run_functionally(request, model, program, session.samples), result.functional);
    }
    return result;
}

PrecisionRun run_precision(const Session& session, const quantise::QuantiseOptions& options) {
    const graph::QuantisedModel model = quantise_network(session.network, options, session.ranges);
    PrecisionRun run{.resident = run_batch(session, options, model, session.request.batch), .frame = std::nullopt};
    if (session.request.batch > 1) {
        run.frame = run_batch(session, options, model, 1);
    }
    return run;
}

void print_functional(const report::Result& result) {
    const auto figure = [&result](const char* name) { return report::find(result.functional, name); };
    if (result.functional.empty()) {
        return;
    }
    const double differing = *figure("differing_values");
    std::cout << result.precision << ": " << *figure("samples") << " samples on the simulated grid, "
              << (differing == 0 ? std::string("bit-identical to the reference interpreter")
                                 : report::significant(differing) + " values differ from the reference interpreter");
    if (const double* accuracy = figure("accuracy")) {
        std::cout << ", accuracy " << report::fixed(*accuracy * 100, 1) << " %";
    }
    if (const double* difference = figure("against_largest_difference")) {
        std::cout << ", at most " << report::significant(*difference) << " from the outside reference, same class in "
                  << report::fixed(*figure("against_agreement") * 100, 1) << " %";
    }
    std::cout << '\n';
}

void print_tables(const std::vector<PrecisionRun>& runs, bool layers) {
    std::vector<report::PrecisionRow> rows;
    std::vector<const report::Result*> results;
    for (const PrecisionRun& run : runs) {
        rows.push_back({.frame = run.frame ? &*run.frame : &run.resident, .resident = &run.resident});
        results.push_back(&run.resident);
    }
    std::cout << report::totals_table(rows);
    for (const PrecisionRun& run : runs) {
        print_functional(run.resident);
    }
    if (layers) {
        for (const PrecisionRun& run : runs) {
            std::cout << '\n' << run.resident.precision << '\n' << report::layer_table(run.resident);
        }
    }
}

/// All files of a run appear after all runs have succeeded.
void write_files(const std::vector<PrecisionRun>& runs, const std::filesystem::path& folder) {
    for (const PrecisionRun& run : runs) {
        const std::string base = run.resident.workload + "_" + run.resident.precision;
        report::write_result(folder / (base + ".json"), run.resident);
        if (run.frame) {
            report::write_result(folder / (base + "_frame.json"), *run.frame);
        }
    }
}

int exit_code(const std::vector<PrecisionRun>& runs) {
    constexpr int our_bug = 4;
    for (const PrecisionRun& run : runs) {
        const double* differing = report::find(run.resident.functional, "differing_values");
        if (differing != nullptr && *differing != 0) {
            std::cerr << "internal error: " << run.resident.precision
                      << ": the simulated grid and the reference interpreter disagree; please report it\n";
            return our_bug;
        }
    }
    return 0;
}

} // namespace

int run_command(const Arguments& arguments) {
    if (!arguments.files.empty() && kind_of_file(arguments.files.front()) == FileKind::program) {
        return replay_command(arguments);
    }
    const bool is_network = !arguments.files.empty() && arguments.workload.empty() &&
                            kind_of_file(arguments.files.front()) == FileKind::spiking_network;
    if (is_network) { // a program of placed cores, or what becomes one, for --machine
        Arguments with_workload = arguments;
        with_workload.workload = arguments.files.front();
        with_workload.files.clear();
        return run_command(with_workload);
    }
    const RunRequest request = read_run_request(arguments);
    if (request.spiking_array() != nullptr) {
        return run_spiking(request, arguments);
    }
    const Session session = open_session(request, arguments);
    std::vector<PrecisionRun> runs;
    for (std::size_t i = 0; i < request.precisions.size(); ++i) {
        show_progress(request.precisions[i].precision.name, i, request.precisions.size());
        runs.push_back(run_precision(session, request.precisions[i]));
    }
    show_progress("", request.precisions.size(), request.precisions.size());
    if (!arguments.directory.empty()) {
        write_files(runs, arguments.directory);
    }
    if (arguments.json) {
        std::vector<report::Result> results;
        for (const PrecisionRun& run : runs) {
            results.push_back(run.resident);
        }
        std::cout << report::to_json(results);
    } else {
        print_tables(runs, arguments.layers);
    }
    return exit_code(runs);
}

} // namespace lodestone::apps
