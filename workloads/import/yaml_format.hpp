// SPDX-License-Identifier: Apache-2.0
// Networks written by hand in YAML.
#pragma once

#include "sim/config/node.hpp"
#include "sim/config/read_log.hpp"
#include "workloads/import/import.hpp"

namespace lodestone::import {

/// True for text with a line that begins with `layers:`.
[[nodiscard]] bool looks_like_yaml_network(std::string_view content);

/// ```
/// network: encoder
/// inputs: {tokens: [1, 128, 768]}                # float32, or {shape: [1, 128], type: int64}
/// parameters: {position: [1, 128, 768]}          # learnt tensors that layers name in `inputs`
/// layers:
///   - {op: Add, inputs: [tokens, position]}      # `inputs` defaults to the layer before
///   - name: block
///     repeat: 12                                 # layers are named block.0.norm, block.1.norm ...
///     layers:
///       - {name: norm, op: LayerNorm}
///       - {name: attention, op: Attention, heads: 12}
///       - {name: sum, op: Add, inputs: [attention, in]}     # `in` is what enters the block
/// outputs: [block]                               # defaults to the last layer
/// values: {block.0.norm.scale: scale.npy}        # values of parameters, relative to this file
/// weights: {random: {seed: 1, distribution: normal}} # values of all other parameters, drawn; or uniform
/// ```
/// `op` is Conv, Linear, MaxPool, AveragePool, BatchNorm, InstanceNorm, LayerNorm, Attention or Embedding with plain
/// settings (out_channels, kernel, stride, padding, dilation, groups, bias, out_features, heads, entries, features), or
/// any operator of the graph with its ONNX attributes. A number among `inputs` is a constant.
[[nodiscard]] graph::Graph read_yaml_network(const Source& source, const ImportOptions& options, Problems& problems);

/// Reads a tree that is already loaded, for what is noted in `log`.
void read_yaml_tree(const config::Node& root, Problems& problems, config::ReadLog* log);

} // namespace lodestone::import
