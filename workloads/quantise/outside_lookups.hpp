// SPDX-License-Identifier: Apache-2.0
// Tables that are looked up by inputs of the network: embeddings of tokens.
#pragma once

#include "workloads/graph/graph.hpp"

namespace lodestone::quantise {

/// A Gather from a parameter at positions that are an input of the network (directly or behind Casts and moves) leaves
/// the network: its result becomes an input, one warning says so, and inputs that nothing reads any more go. On the
/// published machines, too, the host looks embeddings up and sends vectors.
void look_up_outside(graph::Graph& graph, Problems& warnings);

} // namespace lodestone::quantise
