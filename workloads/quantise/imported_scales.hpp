// SPDX-License-Identifier: Apache-2.0
// Takes the quantisation operators out of a network that came quantised, keeping what they say about scales.
#pragma once

#include "workloads/graph/graph.hpp"
#include "workloads/quantise/prepare.hpp"

namespace lodestone::quantise {

/// Every tensor that stood for quantised values becomes the float32 tensor of the real values, inputs and outputs of
/// the network included: QuantizeLinear and DequantizeLinear become Identity, QLinearConv Conv, QLinearMatMul MatMul;
/// stored integer weights and biases become their real values.
///
/// int8 with zero point 0 keeps its scale exactly. Anything else (uint8, a zero point other than 0) cannot be kept,
/// because codes are symmetric: such a tensor gets the symmetric int8 scale that covers its range, and a warning says
/// so.
///
/// Refused, all named in one UserError: DynamicQuantizeLinear, ConvInteger, MatMulInteger (their scales exist only
/// while the network runs) and activations with more than one scale.
void take_out_quantisation(graph::Graph& graph, ImportedScales& scales, Problems& warnings);

} // namespace lodestone::quantise
