// SPDX-License-Identifier: Apache-2.0
// Operators that no unit has, written as several that some unit has.
#pragma once

#include "workloads/graph/graph.hpp"

namespace lodestone::quantise {

/// Selu, Celu, Softsign; ReduceMin, ReduceL1, ReduceL2, ReduceSumSquare, ReduceLogSum; InstanceNormalization and LRN;
/// Where with a known condition; Tile with known repeats; Gather at known positions (to Slice where they follow each
/// other, else to a Gather along a list). What does not fit stays. Wants inferred shapes; names of results are kept.
void decompose(graph::Graph& graph);

} // namespace lodestone::quantise
