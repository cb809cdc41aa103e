// SPDX-License-Identifier: Apache-2.0
// Reads trinary networks: YAML with the layers, two .npy files with weights and biases, and how samples enter and
// leave.
#pragma once

#include "mapping/spiking/coding.hpp"
#include "mapping/spiking/trinary_network.hpp"
#include "sim/config/map_reader.hpp"

#include <cstdint>
#include <filesystem>
#include <string>

namespace lodestone::spiking {

/// Samples and labels; empty paths when there are none.
struct SampleFiles {
    std::filesystem::path inputs;
    std::filesystem::path labels;
    std::uint64_t samples = 0; ///< the first so many; 0: as many as the file has
};

inline constexpr const char* network_file_kind = "trinary_network";

struct NetworkFile {
    TrinaryNetwork network;
    Encoding encoding;
    Decoding decoding;
    SampleFiles data;
};

/// Keys `kind: trinary_network`, `input`, `encoding`, `layers` (by name, in order), `weights`, `biases`, `decoding` and
/// `data`. The weights file has int8 -1, 0, 1, layer after layer, each [feature][channel of the group][kernel row]
/// [kernel column]; the biases file integers, layer after layer by feature. Paths are relative to the file. Problems go
/// to the reader; when a shape is impossible, its layer has no weights, and verify_network() says why.
[[nodiscard]] NetworkFile read_network_file(config::MapReader& reader);

/// The maps `encoding`, `decoding` and `data`, for other forms of networks.
[[nodiscard]] Encoding read_encoding(config::MapReader& reader);
[[nodiscard]] Decoding read_decoding(config::MapReader& reader);
[[nodiscard]] SampleFiles read_sample_files(config::MapReader& reader);

} // namespace lodestone::spiking
