// SPDX-License-Identifier: Apache-2.0
// Networks for spiking arrays that classify samples: cores, encoder, decoder, and the plain rule they must keep.
#pragma once

#include "apps/run_request.hpp"
#include "mapping/spiking/compile.hpp"
#include "mapping/spiking/network_file.hpp"
#include "sim/config/node.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace lodestone::apps {

/// Outputs (0 or 1) in each tick of a sample, from its frames.
using PlainRule = std::function<std::vector<spiking::Frame>(const std::vector<spiking::Frame>&)>;

struct SampledNetwork {
    std::string name;         ///< file name without folder and ending
    std::string content_hash; ///< of network, weights and data
    spiking::CompiledNetwork compiled;
    std::uint32_t outputs = 0;
    spiking::Encoding encoding;
    spiking::Decoding decoding;
    spiking::SampleFiles data;
    PlainRule plain_rule;
};

/// What the samples of a run are: those of the network's file, with the command line's in their place.
[[nodiscard]] spiking::SampleFiles samples_of(const RunRequest& request, spiking::SampleFiles data);

/// Reads a trinary network. Throws UserError with every problem of the file; rules are not checked.
[[nodiscard]] spiking::NetworkFile load_trinary_network(const std::filesystem::path& file);

/// Reads and compiles it. Throws UserError, also for broken rules.
[[nodiscard]] SampledNetwork load_sampled_network(const RunRequest& request);

/// True when the tree is that of a trinary network.
[[nodiscard]] bool is_trinary_network(const config::Node& root);

/// The samples as numbers, row by row, and their classes.
struct SampleValues {
    std::vector<std::vector<float>> values;
    std::vector<std::int64_t> labels; ///< empty or one per sample
};

/// Throws UserError when a file does not fit `values_per_sample` or has too few samples.
[[nodiscard]] SampleValues load_sample_values(const spiking::SampleFiles& files, std::size_t values_per_sample);

} // namespace lodestone::apps
