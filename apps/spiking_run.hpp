// SPDX-License-Identifier: Apache-2.0
// `lodestone run` and `check` on spiking arrays.
#pragma once

#include "analysis/report/result.hpp"
#include "apps/arguments.hpp"
#include "apps/run_request.hpp"
#include "arch/spec/spiking_array.hpp"
#include "arch/spiking_array/simulate.hpp"
#include "workloads/import/spiking_json.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace lodestone::apps {

/// A network with its input spikes.
struct SpikingNetwork {
    import::SpikingWorkload workload;
    std::string name;         ///< file name without folder and endings
    std::string content_hash; ///< of the file, or of the generator's knobs
};

/// What the content of a workload is to a spiking array.
enum class SpikingForm {
    placed,  ///< cores with their input spikes: spiking JSON, plain or gzip, or YAML
    samples, ///< layers that are compiled to cores and run on samples: trinary (YAML) or NIR (HDF5)
    other    ///< for other machines, or nothing we know
};
/// Throws UserError when the file cannot be read.
[[nodiscard]] SpikingForm spiking_form(const std::filesystem::path& file);
[[nodiscard]] bool is_spiking_network(const std::filesystem::path& file);

/// Reads and checks a recording. Throws UserError with every problem; a dense network is one of them.
[[nodiscard]] SpikingNetwork load_spiking_network(const std::filesystem::path& file,
                                                  const spec::SpikingArraySpec& machine);

/// Reads a network of any form and checks it against the machine; throws UserError with every problem.
void check_spiking_network(const std::filesystem::path& file, const spec::SpikingArraySpec& machine);

[[nodiscard]] spiking_array::SimulationOptions simulation_options(const RunRequest& request,
                                                                  std::optional<std::uint64_t> ticks);

/// What a result says about its network.
struct SpikingSubject {
    std::string name;
    std::string content_hash;
    std::uint64_t frames = 1; ///< inferences of the run
};
[[nodiscard]] report::Result build_spiking_run_result(const RunRequest& request, const SpikingSubject& subject,
                                                      const spiking_array::SimulationOptions& options,
                                                      const spiking_array::SpikingResult& found);

/// The spikes of the output bus (CSV) and the result file, where the user asked for them.
void write_spiking_files(const RunRequest& request, const Arguments& arguments, const report::Result& result,
                         const std::vector<spiking_array::OutputSpike>& outputs);

/// Prints how many cores, neurons and inputs there are, and writes the program with `-o`. Returns the exit code.
int compile_placed(const RunRequest& request, const Arguments& arguments);

struct SpikingRun {
    report::Result result;
    std::vector<spiking_array::OutputSpike> outputs; ///< by row, then output
};

/// Runs a recording or a generated network; nothing is written or printed.
[[nodiscard]] SpikingRun simulate_spiking(const RunRequest& request);

/// Runs the network, writes result and spikes, prints tables or JSON. Returns the exit code.
int run_spiking(const RunRequest& request, const Arguments& arguments);

} // namespace lodestone::apps
