// SPDX-License-Identifier: Apache-2.0
// In which format and with which scale each tensor is kept between layers.
#pragma once

#include "numerics/precision.hpp"
#include "workloads/graph/quantised.hpp"
#include "workloads/quantise/options.hpp"
#include "workloads/quantise/prepare.hpp"

#include <vector>

namespace lodestone::quantise {

/// Layers and what is known about their tensors.
struct FormatRequest {
    const graph::Graph& graph;
    const std::vector<graph::Layer>& layers;
    const std::vector<numerics::Precision>& precisions; ///< by layer
    const QuantiseOptions& options;
    const ImportedScales& imported;
};

/// By tensor id; parameters and constants are fp32. The rule for an activation, first match:
/// 1. integers and booleans keep their width, with scale 1;
/// 2. an operand of matrix layers: the activation format of those layers, the widest if they differ (a warning);
/// 3. an output of the network: fp32;
/// 4. read only by layers that move values without changing them, and without an imported scale: format and scale of
///    what those write;
/// 5. the activation format of the layers that read it, the widest if they differ; read by nobody: the default's.
/// Scales: that of the imported network when the format is int8, else by `activation_range` from the observed ranges
/// (a move's input and output share theirs), else 1.
[[nodiscard]] std::vector<graph::TensorFormat> choose_formats(const FormatRequest& request, Problems& warnings);

} // namespace lodestone::quantise
