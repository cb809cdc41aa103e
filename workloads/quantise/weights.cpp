// SPDX-License-Identifier: Apache-2.0
// Channel by channel, or block by block.
#include "workloads/quantise/weights.hpp"

#include "numerics/scale.hpp"
#include "sim/base/error.hpp"
#include "workloads/quantise/op_class.hpp"
#include "workloads/quantise/range.hpp"

#include <cmath>

namespace lodestone::quantise {

namespace {

using graph::Graph;
using graph::Operator;
using graph::OpKind;
using graph::QuantisedWeights;
using graph::Shape;
using graph::Tensor;

std::size_t product(const Shape& shape, std::size_t first, std::size_t last) {
    std::size_t count = 1;
    for (std::size_t i = first; i < last; ++i) {
        count *= static_cast<std::size_t>(shape[i]);
    }
    return count;
}

void store_scaled(const std::vector<float>& values, const ChannelLayout& layout, const WeightRequest& request,
                  QuantisedWeights& weights) {
    const numerics::Format& format = numerics::format(request.format);
    const bool is_imported = request.imported != nullptr && request.format == numerics::FormatId::int8;
    if (is_imported) {
        weights.scales = request.imported->scales;
    } else if (request.granularity == Granularity::per_tensor) {
        weights.scales = {choose_scale(format, values, request.range)};
    } else {
        weights.scales.assign(layout.channels(), 1.0);
    }
    const bool choose = !is_imported && request.granularity == Granularity::per_channel;
    std::vector<float> channel(layout.channel_size());
    std::vector<std::uint16_t> codes(channel.size());
    for (std::size_t c = 0; c < layout.channels(); ++c) {
        for (std::size_t i = 0; i < channel.size(); ++i) {
            channel[i] = values[layout.place(c, i)];
        }
        if (choose) {
            weights.scales[c] = choose_scale(format, channel, request.range);
        }
        const double scale = weights.scales.size() == 1 ? weights.scales.front() : weights.scales[c];
        numerics::quantise({.format = request.format, .scale = scale, .symmetric = !is_imported}, channel, codes);
        for (std::size_t i = 0; i < channel.size(); ++i) {
            weights.codes[layout.place(c, i)] = codes[i];
        }
    }
}

void store_blocks(const std::vector<float>& values, const Shape& shape, QuantisedWeights& weights) {
    const numerics::Format& format = numerics::format(weights.format);
    const std::size_t axis = weights.block_axis;
    const std::size_t outer = product(shape, 0, axis);
    const std::size_t length = shape.empty() ? 1 : static_cast<std::size_t>(shape[axis]);
    const std::size_t inner = shape.empty() ? 1 : product(shape, axis + 1, shape.size());
    const std::size_t blocks = numerics::block_count(format, length);
    weights.block_scales.resize(outer * blocks * inner);
    std::vector<float> line(length);
    std::vector<std::uint8_t> codes(length);
    std::vector<std::uint8_t> scales(blocks);
    for (std::size_t o = 0; o < outer; ++o) {
        for (std::size_t n = 0; n < inner; ++n) {
            for (std::size_t i = 0; i < length; ++i) {
                line[i] = values[(o * length + i) * inner + n];
            }
            numerics::quantise_blocks(format, line, {.codes = codes, .scales = scales});
            for (std::size_t i = 0; i < length; ++i) {
                weights.codes[(o * length + i) * inner + n] = codes[i];
            }
            for (std::size_t b = 0; b < blocks; ++b) {
                weights.block_scales[(o * blocks + b) * inner + n] = scales[b];
            }
        }
    }
}

/// Whether scales that came with the network belong to these values: right in number, and wide enough (a rewrite of the
/// network may have changed the weights since).
bool is_usable(const ImportedScales::Parameter& imported, const std::vector<float>& values, const ChannelLayout& layout,
               std::size_t channel_axis) {
    constexpr double reach = 128.5; // int8 ends at -128, rounding included
    const bool per_tensor = imported.scales.size() == 1;
    if (!per_tensor &&
        (imported.scales.size() != layout.channels() || layout.groups != 1 || imported.axis != channel_axis)) {
        return false;
    }
    for (std::size_t c = 0; c < layout.channels(); ++c) {
        const double limit = reach * imported.scales[per_tensor ? 0 : c];
        for (std::size_t i = 0; i < layout.channel_size(); ++i) {
            if (!(std::abs(static_cast<double>(values[layout.place(c, i)])) <= limit)) {
                return false;
            }
        }
    }
    return true;
}

} // namespace

std::size_t ChannelLayout::place(std::size_t channel, std::size_t i) const {
    const std::size_t group = channel / group_channels;
    const std::size_t member = channel % group_channels;
    return ((group * outer + i / inner) * group_channels + member) * inner + i % inner;
}

std::size_t ChannelLayout::axis(const Graph& graph, const Operator& op) {
    const std::size_t rank = graph.required_input(op, stationary_operand).rank();
    switch (op.kind) {
    case OpKind::conv:
        return 0;
    case OpKind::conv_transpose:
        return 1;
    case OpKind::gemm:
        return op.attributes.integer("transB", 0) != 0 ? 0 : 1;
    default:
        return rank == 0 ? 0 : rank - 1;
    }
}

ChannelLayout ChannelLayout::of(const Graph& graph, const Operator& op) {
    const Shape& shape = graph.required_input(op, stationary_operand).shape;
    if (op.kind == OpKind::matmul && shape.size() < 2) {
        return {.outer = product(shape, 0, shape.size())}; // a vector: one output channel
    }
    const std::size_t channel_axis = axis(graph, op);
    ChannelLayout layout{.outer = product(shape, 0, channel_axis),
                         .group_channels = static_cast<std::size_t>(shape.at(channel_axis)),
                         .inner = product(shape, channel_axis + 1, shape.size())};
    if (op.kind == OpKind::conv_transpose) {
        layout.groups = static_cast<std::size_t>(op.attributes.integer("group", 1));
        layout.outer /= layout.groups;
    }
    return layout;
}

std::size_t reduction_axis(const Graph& graph, const Operator& op) {
    const std::size_t rank = graph.required_input(op, stationary_operand).rank();
    switch (op.kind) {
    case OpKind::conv:
        return 1;
    case OpKind::conv_transpose:
        return 0;
    case OpKind::gemm:
        return op.attributes.integer("transB", 0) != 0 ? 1 : 0;
    default:
        return rank < 2 ? 0 : rank - 2;
    }
}

QuantisedWeights quantise_weights(const Graph& graph, const Operator& op, const WeightRequest& request) {
    const Tensor& tensor = graph.required_input(op, stationary_operand);
    QuantisedWeights weights{.tensor = *op.inputs.at(stationary_operand), .format = request.format};
    if (numerics::format(request.format).block) {
        weights.block_axis = static_cast<std::uint32_t>(reduction_axis(graph, op));
    }
    if (!tensor.has_data()) {
        return weights;
    }
    const std::vector<float> values = tensor.data->as_floats();
    weights.codes.resize(values.size());
    if (numerics::format(request.format).block) {
        store_blocks(values, tensor.shape, weights);
        return weights;
    }
    const ChannelLayout layout = ChannelLayout::of(graph, op);
    WeightRequest usable = request;
    if (request.imported != nullptr && !is_usable(*request.imported, values, layout, ChannelLayout::axis(graph, op))) {
        usable.imported = nullptr;
    }
    store_scaled(values, layout, usable, weights);
    return weights;
}

} // namespace lodestone::quantise
