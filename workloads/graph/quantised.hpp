// SPDX-License-Identifier: Apache-2.0
// A network with its number formats: layers (an operator and the element-wise ones fused to it), scales and codes.
#pragma once

#include "numerics/format.hpp"
#include "workloads/graph/graph.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace lodestone::graph {

/// Storage of a tensor between layers: real value = decode(code) * scale. fp32 means not quantised.
/// In a block format blocks run along `block_axis` and start anew at each line of it: real value = decode(code) * scale
/// of the block, which is found when the tensor is written; `scale` is then 1.
struct TensorFormat {
    numerics::FormatId format = numerics::FormatId::fp32;
    double scale = 1.0;
    std::uint32_t block_axis = 0;
};

/// Parameters of a matrix operator: [out, ...] for Conv, [in, out] for MatMul, as the graph has them.
struct QuantisedWeights {
    TensorId tensor;
    numerics::FormatId format = numerics::FormatId::int8;
    std::vector<double> scales{1.0};  ///< one, or one per output channel
    std::vector<std::uint16_t> codes; ///< in the order of the tensor; empty when the network came without weights
    std::uint32_t block_axis = 0;     ///< of a block format: the axis that is summed over; `scales` is then {1}
    /// E8M0 codes, row-major in the tensor's shape with block_axis divided by the block's size (rounded up).
    std::vector<std::uint8_t> block_scales;
};

/// The unit of mapping and of quantisation: values are rounded to `output`'s format once, after the last fused
/// operator. Arithmetic of a layer (docs/numerics.md): exact accumulation of decoded products; float(acc * scale_a *
/// scale_w)
/// + bias; each fused operator in binary32; encode(y / scale of output).
struct Layer {
    std::string name; ///< of the primary operator
    OperatorId primary;
    std::vector<OperatorId> fused; ///< element-wise operators in order
    std::vector<TensorId> inputs;  ///< activations that cross into the layer, each once: the primary's first
    TensorId output;
    numerics::FormatId weight_format = numerics::FormatId::int8;     ///< of the stationary operand of a matrix operator
    numerics::FormatId activation_format = numerics::FormatId::int8; ///< of the moving operand: format of inputs[0]
    std::optional<QuantisedWeights> weights;                         ///< of a matrix operator with a parameter operand
    std::vector<float> bias; ///< one per output channel; empty: none or value absent
    bool has_bias = false;   ///< the operator has one, its values known or not
};

struct QuantisedModel {
    Graph graph;
    std::vector<Layer> layers;         ///< in an order in which they can run
    std::vector<TensorFormat> formats; ///< by tensor id
    std::string precision;             ///< name of the default precision
    bool has_values = false;           ///< every parameter has its values: the model can be run functionally
    Problems warnings;
};

} // namespace lodestone::graph
