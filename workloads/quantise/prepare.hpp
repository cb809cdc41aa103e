// SPDX-License-Identifier: Apache-2.0
// Brings a network into the form that layers are cut from: simplified, in binary32, with few forms of each operator.
#pragma once

#include "workloads/graph/graph.hpp"

#include <map>
#include <string>
#include <vector>

namespace lodestone::quantise {

/// Scales that came with the network, from QuantizeLinear, DequantizeLinear and QLinear operators: int8, symmetric.
struct ImportedScales {
    struct Parameter {
        std::vector<double> scales; ///< one, or one per index of `axis`
        std::size_t axis = 0;
    };
    std::map<std::string, double> activations;   ///< by tensor name
    std::map<std::string, Parameter> parameters; ///< by tensor name

    [[nodiscard]] bool empty() const { return activations.empty() && parameters.empty(); }
};

/// A network ready for `fuse` and for the collection of ranges, with what was learnt on the way.
struct Prepared {
    graph::Graph graph;
    ImportedScales scales;
    Problems warnings;
};

/// Takes quantisation operators out (see imported_scales.hpp), simplifies, and rewrites:
/// floating tensors to float32; Gemm to alpha = beta = 1 and a bias per output channel (any other C becomes an Add; a
/// Gemm of two activations a MatMul);
/// BatchNormalization that could not be folded to Mul and Add; Sum, Mean, Max, Min of many to pairs; Split to Slices; a
/// MatMul whose first operand is the parameter to one whose second is; ConvTranspose to Conv and what decompose.hpp
/// lists to operators that some unit has; a table looked up by an input of the network becomes an input. Results stay
/// as they are up to rounding. Preparing twice changes nothing. Throws UserError when a quantisation operator cannot be
/// taken out.
[[nodiscard]] Prepared prepare(graph::Graph graph);

} // namespace lodestone::quantise
