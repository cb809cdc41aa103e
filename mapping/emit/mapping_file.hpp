// SPDX-License-Identifier: Apache-2.0
// Mappings as YAML: what the mapper chose, printed so that it can be edited and given back, for all or some layers.
#pragma once

#include "arch/isa/program.hpp"
#include "mapping/tile/candidate.hpp"
#include "sim/config/node.hpp"
#include "sim/config/read_log.hpp"

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lodestone::emit {

/// The mapping of a program:
///
///   layers:
///     - name: conv1
///       split: {output_channels: 2x1, rows: 1x8, cols: 8x2}   # parts along the grid's rows x along its columns
///       weights: {resident: true, chunks: 1}
///       steps: {frame_blocks: 1, axis: rows, axis_blocks: 7}
///
/// Axes that are not named are whole. Names: batch, input_channels, and those of tile::axis_names(). What cannot be
/// changed (operator, precision, buffers with their addresses) stands in comments.
[[nodiscard]] std::string mapping_yaml(const isa::Program& program);

/// What a mapping file fixes of one layer, by the names of the file.
struct LayerMapping {
    struct Cut {
        std::string axis;
        isa::AxisSplit parts;
        Location where;
    };
    std::string name;
    Location where;
    std::vector<Cut> cuts;
    std::optional<std::uint32_t> chunks;
    std::optional<bool> resident;
    std::optional<std::string> blocked_axis;
    std::uint32_t frame_blocks = 1;
    std::uint32_t axis_blocks = 1;
    bool has_steps = false;
};

/// Layers of a mapping file. Throws UserError with every problem, located.
[[nodiscard]] std::vector<LayerMapping> read_mapping(const std::filesystem::path& path);
/// The same from text; `file_name` is for messages.
[[nodiscard]] std::vector<LayerMapping> read_mapping_text(std::string_view text, const std::string& file_name);

/// The same from a tree that is already loaded, noting what is read.
[[nodiscard]] std::vector<LayerMapping> read_mapping_tree(const config::Node& root, Problems& problems,
                                                          config::ReadLog* log);

/// Finds the layers and axes of a mapping in a lowered program. Throws UserError, located in the mapping file: a layer
/// or axis that does not exist, a layer that stands twice, a split that is illegal, chunks that do not fit.
[[nodiscard]] std::map<std::string, tile::Forced> resolve_mapping(const isa::Program& program,
                                                                  const spec::CoreGridSpec& machine,
                                                                  const std::vector<LayerMapping>& mapping);

} // namespace lodestone::emit
