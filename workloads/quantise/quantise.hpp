// SPDX-License-Identifier: Apache-2.0
// From a network in floats to layers with number formats, scales and codes.
#pragma once

#include "workloads/graph/quantised.hpp"
#include "workloads/quantise/options.hpp"
#include "workloads/quantise/prepare.hpp"

namespace lodestone::quantise {

/// Cuts the network into layers (see fuse.hpp), gives each its precision (layer_precision.hpp), each tensor its format
/// and scale (tensor_formats.hpp), and stores the weights (weights.hpp). A layer's activation_format is the format of
/// the tensor it streams; the weight_format of a product of two activations is that of the stationary tensor. A network
/// without values gets formats only, all scales 1, has_values false. Throws UserError with every problem of the network
/// and the options.
[[nodiscard]] graph::QuantisedModel quantise(Prepared network, const QuantiseOptions& options);

/// The same for a network that was not prepared.
[[nodiscard]] graph::QuantisedModel quantise(graph::Graph network, const QuantiseOptions& options);

} // namespace lodestone::quantise
