// SPDX-License-Identifier: Apache-2.0
// The order of the rewrites.
#include "workloads/quantise/prepare.hpp"

#include "workloads/graph/fold.hpp"
#include "workloads/quantise/canonical.hpp"
#include "workloads/quantise/decompose.hpp"
#include "workloads/quantise/imported_scales.hpp"
#include "workloads/quantise/outside_lookups.hpp"
#include "workloads/quantise/transposed_convolution.hpp"

namespace lodestone::quantise {

Prepared prepare(graph::Graph graph) {
    Prepared prepared{.graph = std::move(graph)};
    take_out_quantisation(prepared.graph, prepared.scales, prepared.warnings);
    use_binary32(prepared.graph);
    graph::simplify(prepared.graph); // folds batch normalisation while it still is one
    look_up_outside(prepared.graph, prepared.warnings);
    rewrite_transposed_convolutions(prepared.graph, prepared.scales);
    decompose(prepared.graph);
    rewrite_operators(prepared.graph);
    graph::remove_pass_through(prepared.graph);
    graph::drop_unused_tensors(prepared.graph);
    return prepared;
}

} // namespace lodestone::quantise
