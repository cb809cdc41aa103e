// SPDX-License-Identifier: Apache-2.0
// ConvTranspose as a convolution.
#pragma once

#include "workloads/quantise/prepare.hpp"

namespace lodestone::quantise {

/// Replaces each ConvTranspose whose weights are a parameter. With strides s, output q = s * m + r (padding included)
/// depends on r only through the taps that it meets, so a convolution with s times as many output channels, one for
/// each r, computes all outputs around input m; a Reshape, a Transpose and a Reshape put them side by side, a Slice
/// takes the padding off. Where the kernel is no multiple of the strides some weights are zeros. Scales that came with
/// the weights follow them. Wants inferred shapes; names of results are kept.
void rewrite_transposed_convolutions(graph::Graph& graph, ImportedScales& scales);

} // namespace lodestone::quantise
