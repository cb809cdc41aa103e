// SPDX-License-Identifier: Apache-2.0
// A spiking network from its file or generator through the simulator to result, spike list and table.
#include "apps/spiking_run.hpp"

#include "analysis/report/detail.hpp"
#include "analysis/report/result_json.hpp"
#include "analysis/report/spiking_result.hpp"
#include "apps/file_kind.hpp"
#include "apps/sampled_network.hpp"
#include "apps/sampled_run.hpp"
#include "apps/spiking_detail.hpp"
#include "apps/spiking_rest.hpp"
#include "mapping/spiking/cores_file.hpp"
#include "mapping/spiking/rules.hpp"
#include "sim/base/error.hpp"
#include "sim/base/file.hpp"
#include "sim/config/unit.hpp"
#include "workloads/import/nir_format.hpp"
#include "workloads/import/spiking_text.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <iostream>

namespace lodestone::apps {
namespace {

namespace fs = std::filesystem;

/// "vmm_000" of "some/vmm_000.json.gz"
std::string name_of(const fs::path& file) {
    const std::string name = file.filename().string();
    return name.substr(0, name.find('.', 1));
}

constexpr const char* gzip_signature = "\x1f\x8b";

bool begins_as_json(const std::string& text) {
    const std::size_t first = text.find_first_not_of(" \t\r\n");
    return first == std::string::npos || text[first] == '{' || text[first] == '[';
}

/// Placed cores in YAML. Throws UserError with every problem.
import::SpikingWorkload load_cores_file(const fs::path& file, const spec::SpikingArraySpec& machine){Problems problems;
const config::Node root = config::load_file(file.string(), problems);
config::MapReader reader(root, problems);
spiking::CoresFile cores = spiking::read_cores_file(reader, machine);
problems.throw_if_errors();
return {.program = std::move(cores.program), .ticks = cores.ticks};
} // namespace

SpikingNetwork generate_network(const import::RecurrentNetwork& knobs, const spec::SpikingArraySpec& machine) {
    SpikingNetwork network;
    network.workload.program = import::generate(knobs, machine);
    network.name = "recurrent";
    std::string text = "recurrent/" + config::to_text(knobs.rate);
    for (const std::uint64_t knob :
         {std::uint64_t{knobs.cores.rows}, std::uint64_t{knobs.cores.cols}, std::uint64_t{knobs.synapses},
          std::uint64_t{knobs.longest_delay}, std::uint64_t{knobs.weight}, knobs.seed}) {
        text += "/" + std::to_string(knob);
    }
    network.content_hash = content_hash(text);
    return network;
}

std::string config_hash(const RunRequest& request, const std::string& network_hash,
                        const spiking_array::SimulationOptions& options) {
    return content_hash(request.machine_text + network_hash + "/" +
                        (options.ticks ? std::to_string(*options.ticks) : std::string("silence")) + "/" +
                        std::to_string(options.warm_up) + "/" + std::to_string(options.seed) + "/" +
                        std::to_string(static_cast<int>(options.fidelity)));
}

/// Time of the counted ticks: their share of the whole run's, or ticks x period without a timing model.
Cycles counted_cycles(const spiking_array::SpikingResult& found, const spec::SpikingArraySpec& machine,
                      std::uint64_t warm_up) {
    const std::uint64_t ticks = found.counts.ticks;
    if (!found.timing) {
        return machine.tick_period() * ticks;
    }
    const double share = static_cast<double>(ticks) / static_cast<double>(ticks + warm_up);
    return Cycles(static_cast<std::uint64_t>(std::llround(static_cast<double>(found.timing->total.count()) * share)));
}

/// Next to the recording that came with the network, when it covers this run.
void compare_with_recording(const SpikingNetwork& network, const RunRequest& request,
                            const spiking_array::SpikingResult& found, report::Result& result) {
    const auto& recorded = network.workload.expected.spikes;
    const bool same_length = !request.spiking.ticks || request.spiking.ticks == network.workload.ticks;
    if (recorded.empty() || !same_length) {
        return;
    }
    std::vector<spiking_array::OutputSpike> wanted;
    for (const auto& [row, output] : recorded) {
        wanted.push_back({.row = row, .output = output});
    }
    std::ranges::sort(wanted);
    std::vector<spiking_array::OutputSpike> differing;
    std::ranges::set_symmetric_difference(wanted, found.outputs, std::back_inserter(differing));
    result.functional = {{"recorded_spikes", static_cast<double>(wanted.size())},
                         {"differing_spikes", static_cast<double>(differing.size())}};
    if (!differing.empty()) {
        result.warnings.push_back(
            std::to_string(differing.size()) + " spikes differ from the recording; the first in row " +
            std::to_string(differing.front().row) + " at output " + std::to_string(differing.front().output));
    }
}

void write_spikes(const fs::path& file, const std::vector<spiking_array::OutputSpike>& outputs) {
    std::string text = "row,output\n";
    for (const spiking_array::OutputSpike& spike : outputs) {
        text += std::to_string(spike.row) + "," + std::to_string(spike.output) + "\n";
    }
    write_file(file, text);
}

void print_recording(const report::Result& result) {
    const double* recorded = report::find(result.functional, "recorded_spikes");
    if (recorded != nullptr && *report::find(result.functional, "differing_spikes") == 0) {
        std::cout << "all " << *recorded << " recorded spikes are reproduced, and no others\n";
    }
}

} // namespace lodestone::apps

SpikingForm spiking_form(const fs::path& file) {
    const std::string content = read_file(file);
    if (content.starts_with(gzip_signature) || import::is_spiking_json(content)) {
        return SpikingForm::placed;
    }
    if (import::is_hdf5(content)) {
        return SpikingForm::samples;
    }
    if (!is_text(content) || begins_as_json(content)) {
        return SpikingForm::other;
    }
    Problems problems; // whoever reads the file for good reports them
    const config::Node root = config::load_file(file.string(), problems);
    const config::Node* kind = root.find("kind");
    if (kind != nullptr && kind->text == spiking::cores_file_kind) {
        return SpikingForm::placed;
    }
    return is_sampled_network(root) ? SpikingForm::samples : SpikingForm::other;
}

bool is_spiking_network(const fs::path& file) {
    return spiking_form(file) != SpikingForm::other;
}

void check_spiking_network(const fs::path& file, const spec::SpikingArraySpec& machine) {
    if (spiking_form(file) == SpikingForm::samples) {
        spiking::verify_network(load_layers(file, machine), machine).throw_if_errors();
    } else {
        static_cast<void>(load_spiking_network(file, machine));
    }
}

SpikingNetwork load_spiking_network(const fs::path& file, const spec::SpikingArraySpec& machine) {
    const std::string content = read_file(file);
    SpikingNetwork network{.workload = {}, .name = name_of(file), .content_hash = content_hash(content)};
    const std::string text = import::unpacked(content, file.string());
    if (!begins_as_json(text)) {
        if (spiking_form(file) == SpikingForm::placed && text == content) {
            network.workload = load_cores_file(file, machine);
            return network;
        }
        throw UserError(
            {.file = file.string()}, "",
            "is not a spiking network: spiking JSON (plain or gzip), NIR (HDF5), or YAML of kind "
            "spiking_cores, trinary_network or nir_network; corelet JSON and .sfti spike files of other tools are not "
            "read, because their formats are not published; dense networks run on core grids, as "
            "configs/arch/northpole.yaml");
    }
    network.workload = import::parse_spiking_json(text, file.string(), machine);
    return network;
}

spiking_array::SimulationOptions simulation_options(const RunRequest& request, std::optional<std::uint64_t> ticks) {
    return {.fidelity = request.fidelity == Fidelity::event ? spiking_array::Fidelity::event
                                                            : spiking_array::Fidelity::functional,
            .ticks = ticks,
            .warm_up = request.spiking.warm_up,
            .seed = request.seed,
            .threads = request.spiking.threads,
            .record_spikes = request.spiking.detail,
            .most_records = report::kMostRasterSpikes,
            .last_recorded_tick = report::kMostRasterTicks - 1};
}

report::Result build_spiking_run_result(const RunRequest& request, const SpikingSubject& subject,
                                        const spiking_array::SimulationOptions& options,
                                        const spiking_array::SpikingResult& found) {
    const auto& machine = std::get<spec::SpikingArraySpec>(request.machine.machine.family);
    const spiking_array::SpikingTiming* timing = found.timing ? &*found.timing : nullptr;
    isa::EventCounts events = event_counts(found.counts, timing);
    events.elapsed = counted_cycles(found, machine, options.warm_up);
    report::SpikingRunFacts facts{.workload = subject.name,
                                  .events = events,
                                  .machine = request.machine.machine,
                                  .technology = std::get<cost::SpikingEnergy>(request.machine.technology)};
    facts.frames = subject.frames;
    facts.cores_in_use = found.core_positions.size();
    facts.fastest_tick_rate = timing != nullptr ? timing->fastest_tick_rate : Hertz(0);
    report::Result result =
        report::build_spiking_result(facts, {.version = LODESTONE_VERSION,
                                             .seed = request.seed,
                                             .config_hash = config_hash(request, subject.content_hash, options),
                                             .fidelity = timing != nullptr ? "event" : "functional"});
    result.kernel_events = timing != nullptr ? timing->kernel_events : 0;
    if (options.record_spikes) {
        result.spiking_detail = spiking_detail(found, machine, options.warm_up);
    }
    return result;
}

void write_spiking_files(const RunRequest& request, const Arguments& arguments, const report::Result& result,
                         const std::vector<spiking_array::OutputSpike>& outputs) {
    if (!request.spiking.spikes_out.empty()) {
        write_spikes(request.spiking.spikes_out, outputs);
    }
    if (!arguments.directory.empty()) {
        report::write_result(fs::path(arguments.directory) / (result.workload + ".json"), result);
    }
}

int compile_placed(const RunRequest& request, const Arguments& arguments) {
    SpikingNetwork network = load_spiking_network(request.workload, *request.spiking_array());
    const isa::SpikingProgram& program = network.workload.program;
    network.workload.samples =
        std::max<std::uint64_t>(network.workload.samples, network.workload.expected.outputs_per_image.size());
    if (!arguments.output.empty()) {
        write_file(arguments.output, import::spiking_json_text(network.workload));
    }
    std::uint64_t neurons = 0;
    std::uint64_t synapses = 0;
    for (const isa::SpikingCoreProgram& core : program.cores) {
        neurons += core.neurons.size();
        for (const std::uint64_t word : core.synapses) {
            synapses += static_cast<std::uint64_t>(std::popcount(word));
        }
    }
    std::cout << program.cores.size() << " cores as placed, " << neurons << " neurons, " << synapses << " synapses, "
              << program.inputs.size() << " input spikes\n";
    return 0;
}

SpikingRun simulate_spiking(const RunRequest& request) {
    if (request.spiking.has_data()) {
        throw UserError({.file = "--inputs, --labels, --samples"}, "",
                        "mean nothing for this network; its input spikes are in the network file");
    }
    const auto& machine = *request.spiking_array();
    const SpikingNetwork network = request.spiking.recurrent ? generate_network(*request.spiking.recurrent, machine)
                                                             : load_spiking_network(request.workload, machine);
    const spiking_array::SimulationOptions options =
        simulation_options(request, request.spiking.ticks ? request.spiking.ticks : network.workload.ticks);
    if (options.ticks && *options.ticks <= options.warm_up) {
        throw UserError("the run has " + std::to_string(*options.ticks) + " ticks and a warm-up of " +
                        std::to_string(options.warm_up) + "; at least one tick must be left to count");
    }
    spiking_array::SpikingResult found =
        simulate_from_rest(network.workload.program, machine, options, network.workload.restart_every);
    if (found.counts.ticks == 0) {
        throw UserError("the network is silent from the start: it has no input spikes and no neuron that could spike; "
                        "give it inputs, or a number of ticks with --ticks");
    }
    const std::uint64_t frames =
        std::max<std::uint64_t>({1, network.workload.samples, network.workload.expected.outputs_per_image.size()});
    SpikingRun run;
    run.result = build_spiking_run_result(
        request, {.name = network.name, .content_hash = network.content_hash, .frames = frames}, options, found);
    compare_with_recording(network, request, found, run.result);
    if (!options.ticks && !found.ended_silent) {
        run.result.warnings.push_back("stopped after " + std::to_string(found.counts.ticks) +
                                      " ticks, before the array was silent; give a number of ticks with --ticks");
    }
    run.outputs = std::move(found.outputs);
    return run;
}

int run_spiking(const RunRequest& request, const Arguments& arguments) {
    if (!request.spiking.recurrent && spiking_form(request.workload) == SpikingForm::samples) {
        return run_sampled(request, arguments);
    }
    const SpikingRun run = simulate_spiking(request);
    write_spiking_files(request, arguments, run.result, run.outputs);
    if (arguments.json) {
        std::cout << report::to_json(std::vector<report::Result>{run.result});
    } else {
        std::cout << report::spiking_table(run.result);
        print_recording(run.result);
    }
    return 0;
}

} // namespace lodestone::apps
