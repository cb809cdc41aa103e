// SPDX-License-Identifier: Apache-2.0
// Samples through a spiking array, beside the plain rule.
#include "apps/sampled_run.hpp"

#include "analysis/report/detail.hpp"
#include "analysis/report/result_json.hpp"
#include "analysis/report/spiking_result.hpp"
#include "analysis/report/table.hpp"
#include "apps/sampled_network.hpp"
#include "apps/spiking_run.hpp"
#include "arch/spiking_array/simulate.hpp"
#include "mapping/spiking/rules.hpp"
#include "sim/base/error.hpp"
#include "sim/base/file.hpp"
#include "workloads/import/spiking_json.hpp"

#include <algorithm>
#include <functional>
#include <iostream>

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

/// What happened in all samples, and the rows of the output bus: sample i begins at row `latency` + i x `period`.
struct Simulated {
    spiking_array::SpikingResult result;
    std::uint64_t period = 0;
};

/// Adds what happened in a run that begins at tick `offset` of all.
void append(spiking_array::SpikingResult& all, spiking_array::SpikingResult one, std::uint64_t offset) {
    using Counts = spiking_array::SpikingCounts;
    for (const auto count :
         {&Counts::ticks, &Counts::neuron_updates, &Counts::axon_events, &Counts::synaptic_events, &Counts::spikes,
          &Counts::inputs, &Counts::sent, &Counts::delivered, &Counts::merged, &Counts::in_flight, &Counts::off_chip,
          &Counts::lost, &Counts::hops, &Counts::chip_crossings}) {
        all.counts.*count += one.counts.*count;
    }
    for (spiking_array::OutputSpike spike : one.outputs) {
        spike.row += offset;
        all.outputs.push_back(spike);
    }
    for (spiking_array::SpikeRecord spike : one.spikes) {
        if (all.spikes.size() > report::kMostRasterSpikes) {
            break;
        }
        spike.tick += offset;
        all.spikes.push_back(spike);
    }
    for (std::size_t core = 0; core < one.spike_counts.size(); ++core) {
        std::ranges::transform(one.spike_counts[core], all.spike_counts[core], all.spike_counts[core].begin(),
                               std::plus{});
    }
    all.link_loads.add(one.link_loads);
    if (!all.timing || !one.timing) {
        return;
    }
    using Timing = spiking_array::SpikingTiming;
    for (const auto longest : {&Timing::longest_core, &Timing::last_delivery, &Timing::longest_tick}) {
        (*all.timing).*longest = std::max((*all.timing).*longest, (*one.timing).*longest);
    }
    all.timing->total += one.timing->total;
    all.timing->source_stall += one.timing->source_stall;
    for (const auto count : {&Timing::overrun_ticks, &Timing::colliding_ticks, &Timing::kernel_events}) {
        (*all.timing).*count += (*one.timing).*count;
    }
    all.timing->fastest_tick_rate = std::min(all.timing->fastest_tick_rate, one.timing->fastest_tick_rate);
}

/// All samples in one pipeline when nothing is remembered; else each from rest, one run after the other.
Simulated simulate_samples(const RunRequest& request, SampledNetwork& network,
                           const std::vector<std::vector<spiking::Frame>>& frames) {
    const std::uint64_t ticks = frames.front().size();
    const std::uint64_t latency = network.compiled.latency;
    const auto run = [&](std::span<const spiking::Frame> inputs) {
        network.compiled.program.inputs = spiking::encode(network.compiled, inputs);
        return spiking_array::simulate(network.compiled.program, *request.spiking_array(),
                                       simulation_options(request, inputs.size() + latency));
    };
    if (!network.keeps_state) {
        std::vector<spiking::Frame> all;
        for (const auto& sample : frames) {
            all.insert(all.end(), sample.begin(), sample.end());
        }
        return {.result = run(all), .period = ticks};
    }
    Simulated simulated{.result = run(frames.front()), .period = ticks + latency};
    for (std::size_t i = 1; i < frames.size(); ++i) {
        append(simulated.result, run(frames[i]), i * simulated.period);
    }
    return simulated;
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
    if (request.spiking.recurrent || spiking_form(request.workload) != SpikingForm::samples) {
        throw UserError({.file = request.workload.string()}, "",
                        "has nothing to compile; recordings and the recurrent benchmark are placed cores already, and "
                        "dense networks compile to core grids");
    }
    const SampledNetwork network = load_sampled_network(request);
    if (!arguments.output.empty()) {
        write_file(arguments.output, import::spiking_json_text(network.compiled.program));
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
