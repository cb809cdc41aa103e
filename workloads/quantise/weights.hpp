// SPDX-License-Identifier: Apache-2.0
// Weights of matrix operators as codes and scales.
#pragma once

#include "workloads/graph/quantised.hpp"
#include "workloads/quantise/options.hpp"
#include "workloads/quantise/prepare.hpp"

#include <cstddef>
#include <vector>

namespace lodestone::quantise {

/// Where the output channels of a weight tensor are: it is an array [groups][outer][channels of a group][inner].
/// Conv and transposed Gemm: channels outermost. MatMul and Gemm: innermost. ConvTranspose: in between, by group.
struct ChannelLayout {
    std::size_t groups = 1;
    std::size_t outer = 1;
    std::size_t group_channels = 1;
    std::size_t inner = 1;

    [[nodiscard]] std::size_t channels() const { return groups * group_channels; }
    [[nodiscard]] std::size_t channel_size() const { return outer * inner; }
    /// Place in the tensor of element `i` (in tensor order) of the channel.
    [[nodiscard]] std::size_t place(std::size_t channel, std::size_t i) const;
    /// Axis of the tensor that counts output channels; the last one for one of rank 0.
    [[nodiscard]] static std::size_t axis(const graph::Graph& graph, const graph::Operator& op);
    [[nodiscard]] static ChannelLayout of(const graph::Graph& graph, const graph::Operator& op);
};

/// Axis of a matrix operator's stationary operand along which products are summed: that of its blocks in block formats.
[[nodiscard]] std::size_t reduction_axis(const graph::Graph& graph, const graph::Operator& op);

/// How to store the weights of one layer.
struct WeightRequest {
    numerics::FormatId format = numerics::FormatId::int8;
    Granularity granularity = Granularity::per_channel;
    RangeMethod range = RangeMethod::min_max;
    const ImportedScales::Parameter* imported = nullptr; ///< scales to use instead, of int8
};

/// Codes and scales of the stationary parameter of a matrix operator; without values only the format, and scale 1.
[[nodiscard]] graph::QuantisedWeights quantise_weights(const graph::Graph& graph, const graph::Operator& op,
                                                       const WeightRequest& request);

} // namespace lodestone::quantise
