// SPDX-License-Identifier: Apache-2.0
// Rewrites that leave the result of a network alone and make it smaller.
#pragma once

#include "workloads/graph/graph.hpp"

namespace lodestone::graph {

/// Removes operators whose outputs have known values (see infer_shapes); the outputs become constants or parameters.
void fold_constants(Graph& graph);

/// Removes Identity, Dropout, Cast to the same type and other operators that pass their input on.
void remove_pass_through(Graph& graph);

/// Merges each BatchNormalization into the Conv, ConvTranspose or Gemm before it when nothing else reads between. With
/// values the weights and the bias (made when missing) are scaled in binary64 and rounded once; without, the
/// convolution keeps its weights' shapes and gains a bias without values.
void fold_batch_norm(Graph& graph);

/// All of the above, then unused tensors are dropped. What mapping wants to see.
void simplify(Graph& graph);

} // namespace lodestone::graph
