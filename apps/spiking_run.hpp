// SPDX-License-Identifier: Apache-2.0
// `lodestone run` and `check` on spiking arrays.
#pragma once

#include "apps/arguments.hpp"
#include "apps/run_request.hpp"
#include "arch/spec/spiking_array.hpp"
#include "workloads/import/spiking_json.hpp"

#include <filesystem>
#include <string>

namespace lodestone::apps {

struct SpikingNetwork {
    import::SpikingWorkload workload;
    std::string name;         ///< file name without folder and endings
    std::string content_hash; ///< of the file, or of the generator's knobs
};

/// True for a spiking network, plain or gzip; decides by content. Throws UserError when the file cannot be read.
[[nodiscard]] bool is_spiking_network(const std::filesystem::path& file);

/// Reads and checks a network file. Throws UserError with every problem; a dense network is one of them.
[[nodiscard]] SpikingNetwork load_spiking_network(const std::filesystem::path& file,
                                                  const spec::SpikingArraySpec& machine);

/// Runs the network, writes result and spikes, prints tables or JSON. Returns the exit code.
int run_spiking(const RunRequest& request, const Arguments& arguments);

} // namespace lodestone::apps
