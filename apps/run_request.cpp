// SPDX-License-Identifier: Apache-2.0
// Run files and the options that replace or override them.
#include "apps/run_request.hpp"

#include "arch/spiking_array/simulate.hpp"
#include "numerics/precision.hpp"
#include "sim/base/error.hpp"
#include "sim/config/explain.hpp"
#include "workloads/quantise/read_options.hpp"

#include <algorithm>

namespace lodestone::apps {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t max_batch = 65536;
constexpr std::uint64_t max_samples = 10'000'000;
constexpr std::uint64_t max_search = 1'000'000'000'000;

const config::Choices<Fidelity> kFidelities{
    {"event", Fidelity::event}, {"analytic", Fidelity::analytic}, {"functional", Fidelity::functional}};
const config::Choices<tile::Strategy> kStrategies{{"search", tile::Strategy::search}, {"fixed", tile::Strategy::fixed}};
const config::Choices<tile::Objective> kObjectives{{"latency", tile::Objective::latency},
                                                   {"throughput", tile::Objective::throughput},
                                                   {"energy", tile::Objective::energy},
                                                   {"energy_delay", tile::Objective::energy_delay}};
const config::Choices<tile::Effort> kEfforts{
    {"quick", tile::Effort::quick}, {"normal", tile::Effort::normal}, {"thorough", tile::Effort::thorough}};

/// A path written in a file is relative to that file; one of the command line to the current folder.
fs::path beside(const config::Value& value) {
    const fs::path path = value.as_string();
    const Location where = value.location();
    return path.is_absolute() || where.line == 0 ? path : fs::path(where.file).parent_path() / path;
}

fs::path optional_path(config::MapReader& reader, const std::string& key) {
    const auto value = reader.optional_value(key);
    return value ? beside(*value) : fs::path{};
}

std::optional<numerics::Precision> parse_precision_of(const config::Value& value) {
    try {
        return numerics::parse_precision(value.as_string());
    } catch (const UserError& unknown) {
        for (const Diagnostic& diagnostic : unknown.problems().all()) {
            value.problem(diagnostic.message);
        }
        return std::nullopt;
    }
}

/// `precision: int8`, or a list of names; each is one run with the common quantisation options.
std::vector<quantise::QuantiseOptions> read_precisions(config::MapReader& reader,
                                                       const quantise::QuantiseOptions& common) {
    std::vector<quantise::QuantiseOptions> runs;
    const auto value = reader.optional_value("precision");
    if (!value) {
        return {common};
    }
    const std::vector<config::Value> names =
        value->is_sequence() ? value->as_items() : std::vector<config::Value>{*value};
    for (const config::Value& name : names) {
        if (const auto precision = parse_precision_of(name)) {
            runs.push_back(common);
            runs.back().precision = *precision;
        }
    }
    if (names.empty()) {
        value->problem("is empty; name at least one precision, as [int8]");
    }
    return runs;
}

DataRequest read_data(config::MapReader reader) {
    DataRequest data;
    data.inputs = beside(reader.required_value("inputs"));
    data.labels = optional_path(reader, "labels");
    data.against = optional_path(reader, "against");
    data.samples = reader.optional_uint("samples", data.samples, 1, max_samples);
    data.calibration = reader.optional_uint("calibration", data.calibration, 1, max_samples);
    reader.finish();
    return data;
}

void read_mapping(config::MapReader reader, RunRequest& request) {
    request.mapping = optional_path(reader, "file");
    request.strategy = reader.optional_choice("strategy", request.strategy, kStrategies);
    if (reader.has("objective")) {
        request.objective = reader.required_choice("objective", kObjectives);
    }
    request.effort = reader.optional_choice("effort", request.effort, kEfforts);
    if (reader.has("limit")) {
        request.search_limit = reader.required_uint("limit", 1, max_search);
    }
    reader.finish();
}

/// The options of the command line, over what a file said.
void apply_options(const Arguments& arguments, RunRequest& request, Problems& problems) {
    if (!arguments.precisions.empty()) {
        const quantise::QuantiseOptions common =
            request.precisions.empty() ? quantise::QuantiseOptions{} : request.precisions.front();
        request.precisions.clear();
        for (const std::string& name : arguments.precisions) {
            try {
                request.precisions.push_back(common);
                request.precisions.back().precision = numerics::parse_precision(name);
            } catch (const UserError& unknown) {
                for (const Diagnostic& diagnostic : unknown.problems().all()) {
                    problems.error({.file = "--precision"}, "", diagnostic.message);
                }
            }
        }
    }
    if (!arguments.workload.empty()) {
        request.workload = arguments.workload;
    }
    if (arguments.batch) {
        request.batch = *arguments.batch;
        if (request.batch < 1 || request.batch > max_batch) {
            problems.error({.file = "--batch"}, "",
                           "is " + std::to_string(request.batch) + "; from 1 to " + std::to_string(max_batch));
        }
    }
    request.functional = request.functional || arguments.functional;
    request.strict_network = arguments.network == "strict";
    request.random_weights = arguments.random_weights;
    if (arguments.fidelity) {
        request.fidelity = config::value_of(*arguments.fidelity, kFidelities);
    }
    if (!arguments.mapping.empty()) {
        request.mapping = arguments.mapping;
    }
    if (arguments.objective) {
        request.objective = config::value_of(*arguments.objective, kObjectives);
    }
    if (arguments.effort) {
        request.effort = config::value_of(*arguments.effort, kEfforts);
    }
    if (arguments.search_limit) {
        request.search_limit = arguments.search_limit;
    }
}

void apply_data_options(const Arguments& arguments, RunRequest& request, Problems& problems) {
    if (!arguments.inputs.empty()) {
        request.data = request.data.value_or(DataRequest{});
        request.data->inputs = arguments.inputs;
    }
    const bool needs_inputs = !arguments.labels.empty() || !arguments.against.empty() || arguments.samples;
    if (!request.data) {
        if (needs_inputs) {
            problems.error({.file = "--inputs"}, "",
                           "is missing; --labels, --against and --samples need input samples");
        }
        return;
    }
    if (!arguments.labels.empty()) {
        request.data->labels = arguments.labels;
    }
    if (!arguments.against.empty()) {
        request.data->against = arguments.against;
    }
    request.data->samples = arguments.samples.value_or(request.data->samples);
    if (request.data->samples < 1) {
        problems.error({.file = "--samples"}, "", "is 0; at least 1 is needed");
    }
}

/// Options that mean nothing on the machine are refused, not ignored.
void check_family_options(const Arguments& arguments, const RunRequest& request, Problems& problems) {
    const bool is_spiking = request.spiking_array() != nullptr;
    const auto refuse = [&problems](bool given, const char* option, const std::string& message) {
        if (given) {
            problems.error({.file = option}, "", message);
        }
    };
    if (is_spiking) {
        const std::string message = "means nothing on a spiking array; leave it out";
        refuse(!arguments.precisions.empty(), "--precision", message);
        refuse(arguments.batch.has_value(), "--batch", message);
        refuse(!arguments.mapping.empty(), "--mapping", message);
        refuse(!arguments.against.empty(), "--against", message);
        refuse(!arguments.trace.empty(), "--trace", message);
        refuse(arguments.layers, "--layers", message);
        refuse(request.fidelity == Fidelity::analytic, "--fidelity",
               "is analytic; a spiking array knows event and functional");
        refuse(request.spiking.threads > 1 && request.fidelity == Fidelity::event, "--threads",
               "is " + std::to_string(request.spiking.threads) +
                   "; the SystemC model runs on one thread; add --fidelity functional");
        return;
    }
    const std::string message = "is for spiking arrays; leave it out";
    refuse(arguments.ticks.has_value(), "--ticks", message);
    refuse(arguments.threads.has_value(), "--threads", message);
    refuse(!arguments.spikes_out.empty(), "--spikes-out", message);
    refuse(request.fidelity == Fidelity::functional, "--fidelity",
           "is functional; a core grid knows event and analytic; --functional adds real data to either");
}

/// An option that counts from 1.
void check_count(const char* option, std::uint64_t value, std::uint64_t most, Problems& problems) {
    if (value < 1 || value > most) {
        problems.error({.file = option}, "", "is " + std::to_string(value) + "; from 1 to " + std::to_string(most));
    }
}

void apply_spiking_options(const Arguments& arguments, SpikingRequest& request, Problems& problems) {
    if (!arguments.workload.empty()) {
        request.recurrent.reset();
    }
    request.spikes_out = arguments.spikes_out;
    request.detail = arguments.detail;
    if (!arguments.inputs.empty()) {
        request.data.inputs = arguments.inputs;
    }
    if (!arguments.labels.empty()) {
        request.data.labels = arguments.labels;
    }
    if (arguments.samples) {
        request.data.samples = *arguments.samples;
        if (*arguments.samples < 1) {
            problems.error({.file = "--samples"}, "", "is 0; at least 1 is needed");
        }
    }
    if (arguments.ticks) {
        request.ticks = arguments.ticks;
        check_count("--ticks", *request.ticks, max_ticks, problems);
    }
    if (arguments.threads) {
        request.threads = *arguments.threads;
        check_count("--threads", request.threads, spiking_array::max_threads, problems);
    }
}

RunRequest from_options(const Arguments& arguments, Problems& problems) {
    RunRequest request;
    if (arguments.machine.empty()) {
        problems.error({.file = "--machine"}, "", "is missing; name a machine file, or give a run file instead");
        return request;
    }
    const config::Node root = load_with_overrides(arguments.machine, arguments.overrides, problems);
    request.machine = read_machine_input(config::MapReader(root, problems));
    request.machine_text = config::canonical_text(root);
    if (arguments.workload.empty()) {
        problems.error({.file = "--workload"}, "", "is missing; name a network file");
    }
    if (arguments.precisions.empty() && request.spiking_array() == nullptr) {
        problems.error({.file = "--precision"}, "",
                       "is missing; name at least one of " + join(numerics::precision_names()));
    }
    return request;
}

RunRequest from_file(const Arguments& arguments, Problems& problems) {
    if (!arguments.machine.empty()) {
        problems.error({.file = "--machine"}, "",
                       "cannot stand beside a run file; override fields with --set machine.…=VALUE");
    }
    const config::Node root = load_with_overrides(arguments.files.front(), arguments.overrides, problems);
    return read_run_file(root, problems);
}

/// Keys of runs on machines for dense networks.
void read_dense_keys(config::MapReader& reader, RunRequest& request) {
    request.workload = beside(reader.required_value("workload"));
    quantise::QuantiseOptions common;
    if (auto section = reader.optional_map("quantise")) {
        common = quantise::read_quantise_options(*section);
    }
    request.precisions = read_precisions(reader, common);
    request.batch = reader.optional_uint("batch", request.batch, 1, max_batch);
    request.functional = reader.optional_bool("functional", request.functional);
    if (auto data = reader.optional_map("data")) {
        request.data = read_data(*data);
    }
    if (auto mapping = reader.optional_map("mapping")) {
        read_mapping(*mapping, request);
    }
}

void read_spiking_keys(config::MapReader& reader, RunRequest& request) {
    const config::Value workload = reader.required_value("workload");
    if (workload.is_map()) {
        request.spiking.recurrent = read_recurrent(workload.as_map(), *request.spiking_array());
    } else {
        request.workload = beside(workload);
    }
    read_spiking_options(reader, request.spiking);
}

} // namespace

RunRequest read_run_file(const config::Node& root, Problems& problems, config::ReadLog* log,
                         const TechnologyInput* known) {
    RunRequest request;
    config::MapReader reader(root, problems, log);
    request.machine = read_machine_input(reader.required_map("machine"), known);
    if (const config::Node* machine = root.find("machine")) {
        request.machine_text = config::canonical_text(*machine);
    }
    if (request.spiking_array() != nullptr) {
        read_spiking_keys(reader, request);
    } else {
        read_dense_keys(reader, request);
    }
    request.seed = reader.optional_uint("seed", request.seed, 0, ~std::uint32_t{0});
    request.fidelity = reader.optional_choice("fidelity", request.fidelity, kFidelities);
    reader.finish();
    return request;
}

RunRequest read_run_request(const Arguments& arguments) {
    Problems problems;
    RunRequest request = arguments.files.empty() ? from_options(arguments, problems) : from_file(arguments, problems);
    apply_options(arguments, request, problems);
    if (request.spiking_array() == nullptr) {
        apply_data_options(arguments, request, problems);
    }
    apply_spiking_options(arguments, request.spiking, problems);
    check_family_options(arguments, request, problems);
    problems.throw_if_errors();
    return request;
}

} // namespace lodestone::apps
