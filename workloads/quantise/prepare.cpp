// SPDX-License-Identifier: Apache-2.0
// The order of the rewrites.
#include "workloads/quantise/prepare.hpp"

#include "workloads/graph/fold.hpp"
#include "workloads/quantise/canonical.hpp"
#include "workloads/quantise/imported_scales.hpp"

namespace lodestone::quantise {

Prepared prepare(graph::Graph graph) {
    Prepared prepared{.graph = std::move(graph)};
    take_out_quantisation(prepared.graph, prepared.scales, prepared.warnings);
    use_binary32(prepared.graph);
    graph::simplify(prepared.graph); // folds batch normalisation while it still is one
    rewrite_operators(prepared.graph);
    graph::remove_pass_through(prepared.graph);
    graph::drop_unused_tensors(prepared.graph);
    return prepared;
}

} // namespace lodestone::quantise
