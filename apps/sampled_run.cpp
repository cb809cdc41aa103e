// SPDX-License-Identifier: Apache-2.0
// Samples through a spiking array, beside the plain rule.
#include "apps/sampled_run.hpp"

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
#include <iostream>

namespace lodestone::apps {
namespace {

namespace fs = std::filesystem;

/// What the decoder sees of one sample: outputs that spike, by tick.
using SampleOutputs = std::vector<std::vector<std::uint32_t>>;

struct Comparison {
    std::uint64_t samples = 0;
    std::uint64_t spikes = 0;            ///< of the plain rule's outputs
    std::uint64_t differing_spikes = 0;  ///< outputs of a tick that spike on one side only
    std::uint64_t differing_classes = 0; ///< decisions, "none" included
    std::uint64_t undecided = 0;         ///< samples without an output spike
    std::uint64_t right = 0;
    bool has_labels = false;

    [[nodiscard]] bool agrees() const { return differing_spikes == 0 && differing_classes == 0; }
};

std::vector<spiking::Frame> frames_of(const SampledNetwork& network, const SampleValues& samples) {
    std::vector<spiking::Frame> frames;
    for (std::size_t i = 0; i < samples.values.size(); ++i) {
        for (spiking::Frame& frame : spiking::encode_sample(network.encoding, samples.values[i], i)) {
            frames.push_back(std::move(frame));
        }
    }
    return frames;
}

/// Output spikes by sample; those of the ticks before the first sample has passed the layers are left out.
std::vector<SampleOutputs> by_sample(const SampledNetwork& network, std::size_t samples,
                                     const std::vector<spiking_array::OutputSpike>& outputs) {
    const std::uint64_t ticks = network.encoding.ticks;
    std::vector<SampleOutputs> all(samples, SampleOutputs(ticks));
    for (const spiking_array::OutputSpike& spike : outputs) {
        const std::uint64_t latency = network.compiled.latency;
        if (spike.row >= latency && (spike.row - latency) / ticks < samples) {
            all[(spike.row - latency) / ticks][(spike.row - latency) % ticks].push_back(spike.output);
        }
    }
    return all;
}

SampleOutputs plain_outputs(const SampledNetwork& network, std::span<const spiking::Frame> frames) {
    SampleOutputs all;
    for (const spiking::Frame& frame : network.plain_rule({frames.begin(), frames.end()})) {
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
                    Comparison& comparison) {
    for (std::size_t tick = 0; tick < wanted.size(); ++tick) {
        std::vector<std::uint32_t> differing;
        std::ranges::set_symmetric_difference(wanted[tick], found[tick], std::back_inserter(differing));
        comparison.spikes += wanted[tick].size();
        comparison.differing_spikes += differing.size();
    }
    comparison.differing_classes += spiking::decode(decoding, found) == spiking::decode(decoding, wanted) ? 0U : 1U;
}

Comparison compare(const SampledNetwork& network, const SampleValues& samples,
                   const std::vector<spiking::Frame>& frames, const std::vector<spiking_array::OutputSpike>& outputs) {
    const std::vector<SampleOutputs> found = by_sample(network, samples.values.size(), outputs);
    Comparison comparison{.samples = found.size(), .has_labels = !samples.labels.empty()};
    for (std::size_t i = 0; i < found.size(); ++i) {
        const auto of_sample = std::span(frames).subspan(i * network.encoding.ticks, network.encoding.ticks);
        compare_sample(network.decoding, found[i], plain_outputs(network, of_sample), comparison);
        const auto decision = spiking::decode(network.decoding, found[i]);
        comparison.undecided += decision ? 0U : 1U;
        if (comparison.has_labels && decision && std::int64_t{*decision} == samples.labels[i]) {
            ++comparison.right;
        }
    }
    return comparison;
}

void add_figures(const Comparison& comparison, report::Result& result) {
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

void print_comparison(const Comparison& comparison) {
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

int run_sampled(const RunRequest& request, const Arguments& arguments) {
    SampledNetwork network = load_sampled_network(request);
    if (network.data.inputs.empty()) {
        throw UserError({.file = request.workload.string()}, "data",
                        "is missing; name samples there or with --inputs (and --labels for the accuracy)");
    }
    if (request.spiking.ticks) {
        throw UserError({.file = "--ticks"}, "", "is given by the samples; use --samples for a shorter run");
    }
    const std::size_t per_sample = network.compiled.input_axons.size() / network.encoding.elements_per_value();
    const SampleValues samples = load_sample_values(network.data, per_sample);
    const std::vector<spiking::Frame> frames = frames_of(network, samples);
    network.compiled.program.inputs = spiking::encode(network.compiled, frames);
    const spiking_array::SimulationOptions options =
        simulation_options(request, frames.size() + network.compiled.latency);
    const auto found = spiking_array::simulate(network.compiled.program, *request.spiking_array(), options);
    const Comparison comparison = compare(network, samples, frames, found.outputs);
    report::Result result = build_spiking_run_result(
        request, {.name = network.name, .content_hash = network.content_hash, .frames = comparison.samples}, options,
        found);
    add_figures(comparison, result);
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
    if (request.spiking.recurrent || spiking_form(request.workload) != SpikingForm::trinary) {
        throw UserError({.file = request.workload.string()}, "",
                        "has nothing to compile; recordings and the recurrent benchmark are placed cores already, and "
                        "dense networks compile to core grids");
    }
    const SampledNetwork network = load_sampled_network(request);
    if (!arguments.output.empty()) {
        write_file(arguments.output, import::spiking_json_text(network.compiled.program));
    }
    print_layers(network);
    return 0;
}

std::vector<isa::Violation> spiking_violations(const fs::path& file, const spec::SpikingArraySpec& machine) {
    if (spiking_form(file) == SpikingForm::trinary) {
        return spiking::verify_mapping(load_trinary_network(file).network, machine);
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
