// SPDX-License-Identifier: Apache-2.0
// Reads NIR files (HDF5), the exchange format of spiking networks; the only place that sees HDF5.
#pragma once

#include "workloads/graph/tensor.hpp"

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lodestone::import {

/// One node with its parameters by name; what a parameter means is its type's matter.
struct NirNode {
    std::string name; ///< "encoder.3" of nested graphs
    std::string type; ///< "Conv2d", "IF", …
    std::map<std::string, graph::TensorData> numbers;
    std::map<std::string, std::string> texts;
};

/// Nodes by name and the edges between them, as written; nested graphs are opened into their nodes.
struct NirGraph {
    std::string version; ///< "" when the file has none
    std::vector<NirNode> nodes;
    std::vector<std::pair<std::string, std::string>> edges;
};

/// True for HDF5 files, by their signature.
[[nodiscard]] bool is_hdf5(std::string_view bytes);

/// Throws UserError that names file and HDF5 path of everything that is missing or malformed.
[[nodiscard]] NirGraph read_nir(const std::filesystem::path& file);

inline constexpr std::size_t max_nir_elements = std::size_t{1} << 28; ///< of one parameter
inline constexpr std::size_t max_nir_nodes = 100'000;

} // namespace lodestone::import
