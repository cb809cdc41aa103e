// SPDX-License-Identifier: Apache-2.0
// The network of a run and the samples to run it on.
#pragma once

#include "apps/run_request.hpp"
#include "workloads/quantise/calibrate.hpp"
#include "workloads/quantise/prepare.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace lodestone::apps {

struct Network {
    quantise::Prepared prepared;
    std::string name;         ///< file name without folder and ending
    std::string content_hash; ///< of the file
    bool has_values = false;  ///< every parameter has its values
};

/// Imports, simplifies and prepares; with a seed, parameters without values get random ones. Throws UserError with
/// every problem.
[[nodiscard]] Network load_network(const std::filesystem::path& path,
                                   std::optional<std::uint64_t> random_weights = std::nullopt);

/// Inputs of a network, sample by sample, and what is known of the right answers.
struct Samples {
    std::vector<quantise::Sample> inputs;     ///< by input name, in the network's shapes
    std::vector<std::int64_t> labels;         ///< empty or one per sample
    std::optional<graph::TensorData> against; ///< outside outputs, [samples, ...]
};

/// The array of an .npy or IDX file. Throws UserError naming the file and what is malformed.
[[nodiscard]] graph::TensorData read_array(const std::filesystem::path& path);
/// Bytes stand for pixels of 0..1, everything else for itself.
[[nodiscard]] std::vector<float> real_values(const graph::TensorData& data);
/// The first `count` classes of a file; none when the path is empty. Throws UserError when it has fewer.
[[nodiscard]] std::vector<std::int64_t> load_labels(const std::filesystem::path& file, std::uint64_t count);

/// The first `request.samples` of the files; uint8 values count as 0..1. Throws UserError when a file does not fit the
/// network (one input is required) or has fewer samples.
[[nodiscard]] Samples load_samples(const DataRequest& request, const graph::Graph& graph);

/// `count` samples of values uniform in [0, 1) from `seed`: for functional runs without data.
[[nodiscard]] Samples random_samples(const graph::Graph& graph, std::uint64_t count, std::uint64_t seed);

/// What the float network's activations take on the first samples.
[[nodiscard]] quantise::ActivationRanges observe_ranges(const graph::Graph& graph, const Samples& samples,
                                                        std::uint64_t calibration);

} // namespace lodestone::apps
