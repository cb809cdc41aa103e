// SPDX-License-Identifier: Apache-2.0
// Rewrites operators to the few forms that layers are made of.
#pragma once

#include "workloads/graph/graph.hpp"

namespace lodestone::quantise {

/// Makes every floating tensor float32 and every Cast between floating types an Identity.
void use_binary32(graph::Graph& graph);

/// The rewrites that `prepare` lists, float32 aside. Wants inferred shapes; names of results are kept.
void rewrite_operators(graph::Graph& graph);

} // namespace lodestone::quantise
