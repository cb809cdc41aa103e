// SPDX-License-Identifier: Apache-2.0
// Quantisation as a section of a run file.
#pragma once

#include "sim/config/map_reader.hpp"
#include "workloads/quantise/options.hpp"

namespace lodestone::quantise {

/// Reads and finishes the section; every key is optional:
///   precision: w4a8
///   first_layer: int8
///   last_layer: int8
///   layers: [{match: "layer3.*", precision: int4}]
///   weights: {granularity: per_tensor | per_channel, range: min_max | mse}
///   activations: {range: min_max | mse}
/// Problems are located; ranges of activations are not part of the file.
[[nodiscard]] QuantiseOptions read_quantise_options(config::MapReader reader);

} // namespace lodestone::quantise
