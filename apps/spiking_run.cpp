// SPDX-License-Identifier: Apache-2.0
// A spiking network from its file or generator through the simulator to result, spike list and table.
#include "apps/spiking_run.hpp"

#include "analysis/report/result_json.hpp"
#include "analysis/report/spiking_result.hpp"
#include "apps/spiking_detail.hpp"
#include "arch/spiking_array/simulate.hpp"
#include "sim/base/error.hpp"
#include "sim/base/file.hpp"
#include "sim/config/unit.hpp"
#include "workloads/import/spiking_text.hpp"

#include <algorithm>
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

bool begins_as_json(const std::string& text) {
    const std::size_t first = text.find_first_not_of(" \t\r\n");
    return first == std::string::npos || text[first] == '{' || text[first] == '[';
}

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

std::string config_hash(const RunRequest& request, const SpikingNetwork& network,
                        const spiking_array::SimulationOptions& options) {
    return content_hash(request.machine_text + network.content_hash + "/" +
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

report::Result build_result(const RunRequest& request, const SpikingNetwork& network,
                            const spiking_array::SimulationOptions& options,
                            const spiking_array::SpikingResult& found) {
    const auto& machine = std::get<spec::SpikingArraySpec>(request.machine.machine.family);
    const spiking_array::SpikingTiming* timing = found.timing ? &*found.timing : nullptr;
    isa::EventCounts events = event_counts(found.counts, timing);
    events.elapsed = counted_cycles(found, machine, options.warm_up);
    report::SpikingRunFacts facts{.workload = network.name,
                                  .events = events,
                                  .machine = request.machine.machine,
                                  .technology = std::get<cost::SpikingEnergy>(request.machine.technology)};
    facts.frames = std::max<std::uint64_t>(1, network.workload.expected.outputs_per_image.size());
    facts.cores_in_use = found.core_positions.size();
    facts.fastest_tick_rate = timing != nullptr ? timing->fastest_tick_rate : Hertz(0);
    report::Result result =
        report::build_spiking_result(facts, {.version = LODESTONE_VERSION,
                                             .seed = request.seed,
                                             .config_hash = config_hash(request, network, options),
                                             .fidelity = timing != nullptr ? "event" : "functional"});
    result.kernel_events = timing != nullptr ? timing->kernel_events : 0;
    compare_with_recording(network, request, found, result);
    return result;
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

} // namespace

bool is_spiking_network(const fs::path& file) {
    const std::string content = read_file(file);
    const bool is_packed = content.starts_with("\x1f\x8b");
    return is_packed || import::is_spiking_json(content);
}

SpikingNetwork load_spiking_network(const fs::path& file, const spec::SpikingArraySpec& machine) {
    const std::string content = read_file(file);
    SpikingNetwork network{.workload = {}, .name = name_of(file), .content_hash = content_hash(content)};
    const std::string text = import::unpacked(content, file.string());
    if (!begins_as_json(text)) {
        throw UserError({.file = file.string()}, "",
                        "is not a spiking network (JSON, plain or gzip); dense networks run on core grids, as "
                        "configs/arch/northpole.yaml");
    }
    network.workload = import::parse_spiking_json(text, file.string(), machine);
    return network;
}

int run_spiking(const RunRequest& request, const Arguments& arguments) {
    const auto& machine = std::get<spec::SpikingArraySpec>(request.machine.machine.family);
    const SpikingNetwork network = request.spiking.recurrent ? generate_network(*request.spiking.recurrent, machine)
                                                             : load_spiking_network(request.workload, machine);
    const spiking_array::SimulationOptions options{
        .fidelity =
            request.fidelity == Fidelity::event ? spiking_array::Fidelity::event : spiking_array::Fidelity::functional,
        .ticks = request.spiking.ticks ? request.spiking.ticks : network.workload.ticks,
        .warm_up = request.spiking.warm_up,
        .seed = request.seed,
        .record_spikes = arguments.detail};
    if (options.ticks && *options.ticks <= options.warm_up) {
        throw UserError("the run has " + std::to_string(*options.ticks) + " ticks and a warm-up of " +
                        std::to_string(options.warm_up) + "; at least one tick must be left to count");
    }
    const spiking_array::SpikingResult found = spiking_array::simulate(network.workload.program, machine, options);
    if (found.counts.ticks == 0) {
        throw UserError("the network is silent from the start: it has no input spikes and no neuron that could spike; "
                        "give it inputs, or a number of ticks with --ticks");
    }
    report::Result result = build_result(request, network, options, found);
    if (arguments.detail) {
        result.spiking_detail = spiking_detail(found, machine, options.warm_up);
    }
    if (!request.spiking.spikes_out.empty()) {
        write_spikes(request.spiking.spikes_out, found.outputs);
    }
    if (!arguments.directory.empty()) {
        report::write_result(fs::path(arguments.directory) / (network.name + ".json"), result);
    }
    if (arguments.json) {
        std::cout << report::to_json(std::vector<report::Result>{result});
    } else {
        std::cout << report::spiking_table(result);
        print_recording(result);
    }
    return 0;
}

} // namespace lodestone::apps
