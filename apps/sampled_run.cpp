// SPDX-License-Identifier: Apache-2.0
// Samples through a spiking array, beside the plain rule.
#include "apps/sampled_run.hpp"

#include "analysis/report/result_json.hpp"
#include "analysis/report/spiking_result.hpp"
#include "analysis/report/table.hpp"
#include "apps/sampled_network.hpp"
#include "apps/spiking_rest.hpp"
#include "apps/spiking_run.hpp"
#include "arch/spiking_array/simulate.hpp"
#include "mapping/spiking/rules.hpp"
#include "sim/base/error.hpp"
#include "sim/base/file.hpp"
#include "workloads/import/spiking_json.hpp"

#include <algorithm>
#include <iostream>
#include <optional>

namespace lodestone::apps {
namespace {

namespace fs = std::filesystem;

/// What the decoder sees of one sample: outputs that spike, by tick.
using SampleOutputs = std::vector<std::vector<std::uint32_t>>;

struct SampleComparison {
    std::uint64_t samples = 0;
    std::uint64_t spikes = 0;            ///< of the plain rule's outputs
    std::uint64_t differing_spikes = 0;  ///< outputs of a tick that spike on one side only
    std::uint64_t differing_classes = 0; ///< decisions, "none" included
    std::uint64_t undecided = 0;         ///< samples without an output spike
    std::uint64_t right = 0;
    bool has_labels = false;

    [[nodiscard]] bool agrees() const { return differing_spikes == 0 && differing_classes == 0; }
};

/// Frames by sample, each sample with as many.
std::vector<std::vector<spiking::Frame>> frames_of(const SampledNetwork& network, const SampleValues& samples) {
    const std::size_t size = samples.values.front().size();
    if (network.takes_spike_trains && size % network.input.size() != 0) {
        throw UserError({.file = network.data.inputs.string()}, "",
                        "has samples of " + std::to_string(size) + " values; spike trains have " +
                            std::to_string(network.input.size()) + " of them in each tick");
    }
    std::vector<std::vector<spiking::Frame>> frames;
    for (std::size_t i = 0; i < samples.values.size(); ++i) {
        frames.push_back(frames_of_sample(network, samples.values[i], i));
    }
    return frames;
}

/// What enters in each tick, and how long the run is. Without memory all samples pass in one pipeline; else each begins
/// from rest, and its ticks end when its last outputs have left.
struct Schedule {
    std::vector<spiking::Frame> frames;
    std::uint64_t ticks = 0;
    std::uint64_t period = 0; ///< from a sample's first tick to the next one's
    std::optional<std::uint64_t> restart_every;
};

Schedule schedule_of(const SampledNetwork& network, const std::vector<std::vector<spiking::Frame>>& samples) {
    const std::uint64_t latency = network.compiled.latency;
    Schedule schedule{.period = samples.front().size() + (network.keeps_state ? latency : 0)};
    for (const auto& frames : samples) {
        schedule.frames.insert(schedule.frames.end(), frames.begin(), frames.end());
        if (network.keeps_state) {
            schedule.frames.insert(schedule.frames.end(), latency, spiking::Frame(frames.front().size()));
        }
    }
    schedule.ticks = schedule.frames.size() + (network.keeps_state ? 0 : latency);
    if (network.keeps_state) {
        schedule.restart_every = schedule.period;
    }
    return schedule;
}

/// What happened in all samples, and the rows of the output bus: sample i begins at row `latency` + i x `period`.
struct Simulated {
    spiking_array::SpikingResult result;
    std::uint64_t period = 0;
};

Simulated simulate_samples(const RunRequest& request, SampledNetwork& network,
                           const std::vector<std::vector<spiking::Frame>>& frames) {
    const Schedule schedule = schedule_of(network, frames);
    network.compiled.program.inputs = spiking::encode(network.compiled, schedule.frames);
    return {.result = simulate_from_rest(network.compiled.program, *request.spiking_array(),
                                         simulation_options(request, schedule.ticks), schedule.restart_every),
            .period = schedule.period};
}

/// Output spikes by sample; those of the ticks before the first sample has passed the layers are left out.
std::vector<SampleOutputs> by_sample(const Simulated& simulated, std::uint64_t latency, std::size_t samples,
                                     std::uint64_t ticks) {
    std::vector<SampleOutputs> all(samples, SampleOutputs(ticks));
    for (const spiking_array::OutputSpike& spike : simulated.result.outputs) {
        if (spike.row < latency) {
            continue;
        }
        const std::uint64_t sample = (spike.row - latency) / simulated.period;
        const std::uint64_t tick = (spike.row - latency) % simulated.period;
        if (sample < samples && tick < ticks) {
            all[sample][tick].push_back(spike.output);
        }
    }
    return all;
}

SampleOutputs plain_outputs(const SampledNetwork& network, const std::vector<spiking::Frame>& frames) {
    SampleOutputs all;
    for (const spiking::Frame& frame : network.plain_rule(frames)) {
        auto& outputs = all.emplace_back();
        for (std::uint32_t output = 0; output < frame.size(); ++output) {
            if (frame[output] != 0) {
                outputs.push_back(output);
            }
        }
    }
    return all;
}

void compare_sample(const spiking::Decoding& decoding, const SampleOutputs& found, const SampleOutputs& wanted,
                    SampleComparison& comparison) {
    for (std::size_t tick = 0; tick < wanted.size(); ++tick) {
        std::vector<std::uint32_t> differing;
        std::ranges::set_symmetric_difference(wanted[tick], found[tick], std::back_inserter(differing));
        comparison.spikes += wanted[tick].size();
        comparison.differing_spikes += differing.size();
    }
    comparison.differing_classes += spiking::decode(decoding, found) == spiking::decode(decoding, wanted) ? 0U : 1U;
}

SampleComparison compare(const SampledNetwork& network, const SampleValues& samples,
                         const std::vector<std::vector<spiking::Frame>>& frames, const Simulated& simulated) {
    const std::vector<SampleOutputs> found =
        by_sample(simulated, network.compiled.latency, frames.size(), frames.front().size());
    SampleComparison comparison{.samples = found.size(), .has_labels = !samples.labels.empty()};
    for (std::size_t i = 0; i < found.size(); ++i) {
        compare_sample(network.decoding, found[i], plain_outputs(network, frames[i]), comparison);
        const auto decision = spiking::decode(network.decoding, found[i]);
        comparison.undecided += decision ? 0U : 1U;
        if (comparison.has_labels && decision && std::int64_t{*decision} == samples.labels[i]) {
            ++comparison.right;
        }
    }
    return comparison;
}

void add_figures(const SampleComparison& comparison, report::Result& result) {
    const auto add = [&result](const char* name, auto value) {
        result.functional.emplace_back(name, static_cast<double>(value));
    };
    add("samples", comparison.samples);
    if (comparison.has_labels) {
        add("accuracy", static_cast<double>(comparison.right) / static_cast<double>(comparison.samples));
    }
    add("output_spikes", comparison.spikes);
    add("differing_spikes", comparison.differing_spikes);
    add("differing_decisions", comparison.differing_classes);
    add("undecided_samples", comparison.undecided);
}

void print_comparison(const SampleComparison& comparison) {
    std::cout << comparison.samples << " samples";
    if (comparison.has_labels) {
        std::cout << ", accuracy "
                  << report::fixed(
                         100 * static_cast<double>(comparison.right) / static_cast<double>(comparison.samples), 1)
                  << " %";
    }
    if (comparison.agrees()) {
        std::cout << ": all " << comparison.samples << " class decisions and all " << comparison.spikes
                  << " output spikes are those of the integer oracle\n";
    } else {
        std::cout << ": " << comparison.differing_classes << " class decisions and " << comparison.differing_spikes
                  << " output spikes differ from the integer oracle\n";
    }
    if (comparison.undecided != 0) {
        std::cout << comparison.undecided << " samples have no output spike and therefore no class\n";
    }
}

struct SampledRun {
    SampledNetwork network;
    SampleValues samples;
    std::vector<std::vector<spiking::Frame>> frames; ///< by sample
    Simulated simulated;
    report::Result result;
};

SampledRun run_samples(const RunRequest& request) {
    SampledRun run{
        .network = load_sampled_network(request), .samples = {}, .frames = {}, .simulated = {}, .result = {}};
    if (run.network.data.inputs.empty()) {
        throw UserError({.file = request.workload.string()}, "data",
                        "is missing; name samples there or with --inputs (and --labels for the accuracy)");
    }
    if (request.spiking.ticks) {
        throw UserError({.file = "--ticks"}, "", "is given by the samples; use --samples for a shorter run");
    }
    run.samples = load_sample_values(run.network.data, values_per_sample(run.network));
    run.frames = frames_of(run.network, run.samples);
    run.simulated = simulate_samples(request, run.network, run.frames);
    const auto options = simulation_options(request, run.simulated.result.counts.ticks);
    run.result = build_spiking_run_result(
        request, {.name = run.network.name, .content_hash = run.network.content_hash, .frames = run.frames.size()},
        options, run.simulated.result);
    return run;
}

void print_layers(const SampledNetwork& network) {
    report::Table table({{.title = "layer", .unit = "", .align = report::Align::left},
                         {.title = "cores", .unit = ""},
                         {.title = "splitters", .unit = ""},
                         {.title = "positions per core", .unit = ""},
                         {.title = "unpacked", .unit = "cores"},
                         {.title = "axons", .unit = ""},
                         {.title = "neurons", .unit = ""},
                         {.title = "ticks", .unit = ""}});
    for (const spiking::LayerCores& layer : network.compiled.layers) {
        table.add_row({layer.name, std::to_string(layer.cores), std::to_string(layer.splitters),
                       std::to_string(layer.patch_rows) + " x " + std::to_string(layer.patch_cols),
                       std::to_string(layer.unpacked_cores), std::to_string(layer.axons), std::to_string(layer.neurons),
                       std::to_string(layer.ticks)});
    }
    const spiking::PlacementReport& placement = network.compiled.placement;
    std::cout << table.to_text() << network.compiled.cores() << " cores, " << network.compiled.latency
              << " ticks from input to output; hops of one spike per connection: " << placement.hops_before
              << " in order of layers, " << placement.hops_after << " as placed\n";
}

/// The network with the samples that it names, as a program.
std::string program_text(const SampledNetwork& network) {
    import::SpikingWorkload workload{.program = network.compiled.program};
    if (network.data.inputs.empty()) {
        return import::spiking_json_text(workload);
    }
    const SampleValues samples = load_sample_values(network.data, values_per_sample(network));
    const auto frames = frames_of(network, samples);
    Schedule schedule = schedule_of(network, frames);
    workload.ticks = schedule.ticks;
    workload.restart_every = schedule.restart_every;
    workload.samples = frames.size();
    return import::spiking_json_text(workload, {network.compiled.input_axons, std::move(schedule.frames)});
}

} // namespace

report::Result simulate_sampled(const RunRequest& request) {
    return run_samples(request).result;
}

int run_sampled(const RunRequest& request, const Arguments& arguments) {
    SampledRun run = run_samples(request);
    const spiking_array::SpikingResult& found = run.simulated.result;
    const SampleComparison comparison = compare(run.network, run.samples, run.frames, run.simulated);
    report::Result& result = run.result;
    add_figures(comparison, result);
    result.warnings.insert(result.warnings.end(), run.network.warnings.begin(), run.network.warnings.end());
    write_spiking_files(request, arguments, result, found.outputs);
    if (arguments.json) {
        std::cout << report::to_json(std::vector<report::Result>{result});
    } else {
        std::cout << report::spiking_table(result);
        print_comparison(comparison);
    }
    const bool lost_spikes = found.timing && found.timing->has_overrun();
    constexpr int our_bug = 4;
    return comparison.agrees() || lost_spikes ? 0 : our_bug;
}

int compile_sampled(const RunRequest& request, const Arguments& arguments) {
    if (spiking_form(request.workload) != SpikingForm::samples) {
        return compile_placed(request, arguments);
    }
    const SampledNetwork network = load_sampled_network(request);
    if (!arguments.output.empty()) {
        write_file(arguments.output, program_text(network));
    }
    print_layers(network);
    for (const std::string& warning : network.warnings) {
        std::cerr << "warning: " << warning << '\n';
    }
    return 0;
}

std::vector<isa::Violation> spiking_violations(const fs::path& file, const spec::SpikingArraySpec& machine) {
    if (spiking_form(file) == SpikingForm::samples) {
        return spiking::verify_mapping(load_layers(file, machine), machine);
    }
    std::vector<isa::Violation> violations;
    try {
        static_cast<void>(load_spiking_network(file, machine));
    } catch (const UserError& error) {
        for (const Diagnostic& diagnostic : error.problems().all()) {
            violations.push_back(
                {.rule = "SPK-P1", .layer = "all", .where = diagnostic.path, .message = to_string(diagnostic)});
        }
    }
    return violations;
}

} // namespace lodestone::apps
