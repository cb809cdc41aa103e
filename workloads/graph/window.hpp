// SPDX-License-Identifier: Apache-2.0
// The sliding window of convolutions and pools, with automatic padding resolved.
#pragma once

#include "workloads/graph/graph.hpp"

#include <cstdint>
#include <vector>

namespace lodestone::graph {

/// One entry per spatial dimension. Input element under tap `t` of output `o`: `o * stride + t * dilation - pad_begin`.
struct Window {
    std::vector<std::int64_t> input;  ///< spatial extent
    std::vector<std::int64_t> output; ///< spatial extent
    std::vector<std::int64_t> kernel;
    std::vector<std::int64_t> strides;
    std::vector<std::int64_t> dilations;
    std::vector<std::int64_t> pads_begin;
    std::vector<std::int64_t> pads_end; ///< as given; ceil_mode may reach beyond

    [[nodiscard]] std::size_t rank() const { return kernel.size(); }
    /// Taps of the kernel.
    [[nodiscard]] std::int64_t taps() const;
};

/// The window of a Conv, ConvInteger, QLinearConv, MaxPool, AveragePool or global pool, from the shapes of
/// its operands and its attributes (kernel_shape, strides, dilations, pads, auto_pad, ceil_mode).
/// Throws UserError that says which value is wrong.
[[nodiscard]] Window window(const Graph& graph, const Operator& op);

/// The window of a ConvTranspose: `input` is the output's extent and `output` the input's, so that the tap rule above
/// scatters instead of gathering.
[[nodiscard]] Window transposed_window(const Graph& graph, const Operator& op);

/// A convolution as loops: batch x groups x output channels of a group x output positions x inputs channels of a group
/// x taps. Matrix products count as 1x1 convolutions of one position per row.
struct ConvolutionExtent {
    std::int64_t batch = 1;
    std::int64_t groups = 1;
    std::int64_t out_channels = 1; ///< all groups together
    std::int64_t in_channels = 1;  ///< all groups together
    Window window;
};
[[nodiscard]] ConvolutionExtent convolution_extent(const Graph& graph, const Operator& op);

} // namespace lodestone::graph
