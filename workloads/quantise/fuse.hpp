// SPDX-License-Identifier: Apache-2.0
// Cuts a network into layers: an operator and the element-wise ones that the vector unit does in the same pass.
#pragma once

#include "workloads/graph/quantised.hpp"

#include <vector>

namespace lodestone::quantise {

/// Layers in an order in which they can run; each operator is in exactly one. Formats are left at their defaults,
/// weights and biases are not filled.
///
/// An element-wise operator joins the layer before it when it is the only reader of that layer's value, the value is
/// no output of the network, it leaves the shape alone, and its other operand is a parameter, a constant or an
/// activation that an earlier layer made. A sum of two branches therefore joins the branch that comes later. Sigmoid
/// (or HardSigmoid with 1/6 and 1/2) and the product with its own operand join together.
/// Operators that only rename (Flatten, Reshape, Squeeze, Unsqueeze) are layers of their own.
///
/// Wants a graph that `prepare` made. Throws UserError that names operators that compute shapes (they must have been
/// folded), have more than one output in use, or read no activation.
[[nodiscard]] std::vector<graph::Layer> fuse(const graph::Graph& graph);

} // namespace lodestone::quantise
