// SPDX-License-Identifier: Apache-2.0
// Builds a network layer by layer, with shapes inferred as it grows and parameters made to fit.
#pragma once

#include "workloads/graph/graph.hpp"

#include <optional>
#include <string>
#include <vector>

namespace lodestone::import {

/// An operator to be added.
struct LayerDraft {
    std::string name;
    graph::OpKind kind = graph::OpKind::identity;
    std::vector<std::optional<TensorId>> inputs;
    graph::Attributes attributes;
    Location where;
    std::size_t outputs = 1; ///< several results are named "name.0", "name.1" ...
};

/// A convolution as people write it; lists have one entry per spatial dimension or one for all.
struct ConvolutionDraft {
    std::int64_t out_channels = 0; ///< 0: as many as the input has
    std::vector<std::int64_t> kernel;
    std::int64_t groups = 1; ///< 0: depthwise, one group per input channel
    bool has_bias = true;
};

/// The result of a layer is a tensor of the layer's name. Everything wrong is a problem at the layer's place; building
/// goes on with tensors of unknown shape, about which nothing more is said.
class NetworkBuilder {
public:
    NetworkBuilder(std::string source, Problems& problems);

    [[nodiscard]] graph::Graph& network() { return network_; }
    [[nodiscard]] const graph::Tensor& at(TensorId id) const { return network_.at(id); }

    TensorId add_input(const std::string& name, graph::ElementType type, graph::Shape shape);
    /// Learnt values of this shape, absent.
    TensorId add_parameter(const std::string& name, graph::Shape shape,
                           graph::ElementType type = graph::ElementType::float32);
    TensorId add_constant(const std::string& name, graph::TensorData data);
    /// The results in order.
    std::vector<TensorId> add(LayerDraft draft);

    /// Conv with parameters "name.weight" and "name.bias"; strides, pads and dilations are attributes of the draft.
    TensorId add_convolution(LayerDraft draft, const ConvolutionDraft& convolution);
    /// x W + b over the last dimension: Gemm for matrices, MatMul and Add for tensors of higher rank.
    TensorId add_linear(const LayerDraft& draft, std::int64_t out_features, bool has_bias);
    /// BatchNormalization, InstanceNormalization or LayerNormalization with its parameters.
    TensorId add_normalisation(LayerDraft draft);
    /// Multi-head self-attention of batch x length x features: three projections, softmax(Q K' / sqrt(d)) V, and the
    /// projection of the joined heads.
    TensorId add_attention(const LayerDraft& draft, std::int64_t heads);

private:
    [[nodiscard]] LayerDraft part(const LayerDraft& whole, const std::string& suffix, graph::OpKind kind,
                                  std::vector<std::optional<TensorId>> inputs) const;
    /// One result of unknown type, for a layer that could not be built.
    TensorId unknown(const LayerDraft& draft);
    TensorId add_heads(const LayerDraft& draft, TensorId projected, std::int64_t heads, bool transposed);

    graph::Graph network_;
    Problems& problems_;
};

} // namespace lodestone::import
