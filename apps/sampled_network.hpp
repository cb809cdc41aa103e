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
    spiking::FeatureMap input;
    bool keeps_state = false;          ///< each sample starts from rest, in a run of its own
    bool takes_spike_trains = false;   ///< samples are [tick][element] of 0 and 1; `encoding` says nothing
    bool is_channel_first = false;     ///< samples are [channel][row][col], not [row][col][channel]
    std::vector<std::string> warnings; ///< what was rounded or inferred
};

/// One frame per tick.
[[nodiscard]] std::vector<spiking::Frame> frames_of_sample(const SampledNetwork& network,
                                                           const std::vector<float>& values, std::uint64_t sample);
/// Values of a sample; 0 for spike trains, which are as long as the file says.
[[nodiscard]] std::size_t values_per_sample(const SampledNetwork& network);

/// What the samples of a run are: those of the network's file, with the command line's in their place.
[[nodiscard]] spiking::SampleFiles samples_of(const RunRequest& request, spiking::SampleFiles data);

/// The layers of a trinary or NIR network. Throws UserError with every problem of the file; rules are not checked.
[[nodiscard]] spiking::TrinaryNetwork load_layers(const std::filesystem::path& file,
                                                  const spec::SpikingArraySpec& machine);

/// Reads and compiles it. Throws UserError, also for broken rules.
[[nodiscard]] SampledNetwork load_sampled_network(const RunRequest& request);

/// The bytes of a network's file and, of a trinary or NIR network in YAML, of the files that it names for weights.
[[nodiscard]] std::string network_content(const std::filesystem::path& file);

/// True when the tree is that of a trinary network, or of a NIR network with its encoder and decoder.
[[nodiscard]] bool is_sampled_network(const config::Node& root);

/// The samples as numbers, row by row, and their classes.
struct SampleValues {
    std::vector<std::vector<float>> values;
    std::vector<std::int64_t> labels; ///< empty or one per sample
};

/// Throws UserError when a file does not fit `values_per_sample` (0: any) or has too few samples.
[[nodiscard]] SampleValues load_sample_values(const spiking::SampleFiles& files, std::size_t values_per_sample);

} // namespace lodestone::apps
