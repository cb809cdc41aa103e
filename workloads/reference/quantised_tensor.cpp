// SPDX-License-Identifier: Apache-2.0
// Encoding and decoding of whole tensors.
#include "workloads/reference/quantised_tensor.hpp"

#include "numerics/scale.hpp"
#include "sim/base/error.hpp"

#include <functional>

namespace lodestone::reference {

namespace {

using graph::Shape;
using graph::TensorData;

/// The lines of a tensor along one axis and the blocks they are cut into.
struct BlockLines {
    std::size_t outer = 1;
    std::size_t length = 1;
    std::size_t inner = 1;
    std::size_t blocks = 1;

    BlockLines(const Shape& shape, std::size_t axis, const numerics::Format& format) {
        for (std::size_t i = 0; i < shape.size(); ++i) {
            (i < axis ? outer : i == axis ? length : inner) *= static_cast<std::size_t>(shape[i]);
        }
        blocks = numerics::block_count(format, length);
    }

    [[nodiscard]] std::size_t element(std::size_t line, std::size_t i) const {
        return (line / inner * length + i) * inner + line % inner;
    }
    [[nodiscard]] std::size_t scale(std::size_t line, std::size_t block) const {
        return (line / inner * blocks + block) * inner + line % inner;
    }
};

void store_blocks(const std::vector<float>& values, StoredTensor& tensor) {
    const numerics::Format& format = numerics::format(tensor.format.format);
    const BlockLines lines(tensor.shape, tensor.format.block_axis, format);
    tensor.codes.resize(values.size());
    tensor.block_scales.resize(lines.outer * lines.blocks * lines.inner);
    std::vector<float> line(lines.length);
    std::vector<std::uint8_t> codes(lines.length);
    std::vector<std::uint8_t> scales(lines.blocks);
    for (std::size_t n = 0; n < lines.outer * lines.inner; ++n) {
        for (std::size_t i = 0; i < lines.length; ++i) {
            line[i] = values[lines.element(n, i)];
        }
        numerics::quantise_blocks(format, line, {.codes = codes, .scales = scales});
        for (std::size_t i = 0; i < lines.length; ++i) {
            tensor.codes[lines.element(n, i)] = codes[i];
        }
        for (std::size_t b = 0; b < lines.blocks; ++b) {
            tensor.block_scales[lines.scale(n, b)] = scales[b];
        }
    }
}

void apply_block_scales(const StoredTensor& tensor, std::vector<double>& values) {
    const numerics::Format& format = numerics::format(tensor.format.format);
    const BlockLines lines(tensor.shape, tensor.format.block_axis, format);
    for (std::size_t n = 0; n < lines.outer * lines.inner; ++n) {
        for (std::size_t i = 0; i < lines.length; ++i) {
            const std::uint8_t scale = tensor.block_scales[lines.scale(n, i / format.block->size)];
            values[lines.element(n, i)] *= numerics::decode_e8m0(scale);
        }
    }
}

} // namespace

std::vector<double> StoredTensor::decoded() const {
    std::vector<double> values(raw ? raw->size() : codes.size());
    if (raw) {
        for (std::size_t i = 0; i < values.size(); ++i) {
            values[i] = raw->as_double(i);
        }
        return values;
    }
    const numerics::Format& kind = numerics::format(format.format);
    numerics::decode(kind, codes, values);
    if (kind.block) {
        apply_block_scales(*this, values);
    }
    return values;
}

numerics::ValueGrid StoredTensor::grid(const std::vector<double>& values) const {
    const numerics::Format& kind = numerics::format(format.format);
    return raw || kind.block ? numerics::measured_grid(values) : numerics::value_grid(kind);
}

TensorData StoredTensor::real() const {
    if (raw) {
        return *raw;
    }
    const std::vector<double> values = decoded();
    std::vector<float> reals(values.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
        reals[i] = static_cast<float>(values[i] * format.scale);
    }
    return TensorData::of_floats(shape, std::move(reals));
}

StoredTensor store(TensorData values, const graph::TensorFormat& format) {
    StoredTensor tensor{.shape = values.shape(), .format = format};
    if (!graph::is_floating(values.type()) || format.format == numerics::FormatId::fp32) {
        tensor.raw = std::make_shared<TensorData>(std::move(values));
        return tensor;
    }
    const std::vector<float> floats = values.as_floats();
    const numerics::Format& kind = numerics::format(format.format);
    if (kind.block) {
        store_blocks(floats, tensor);
        return tensor;
    }
    tensor.codes.resize(floats.size());
    numerics::quantise({.format = kind.id, .scale = format.scale, .symmetric = false}, floats, tensor.codes);
    return tensor;
}

StoredTensor stored_weights(const graph::Graph& graph, const graph::QuantisedWeights& weights) {
    check_invariant(!weights.codes.empty(), "a network without values is refused before its weights are decoded");
    StoredTensor tensor{.shape = graph.at(weights.tensor).shape,
                        .format = {.format = weights.format, .block_axis = weights.block_axis}};
    tensor.codes.assign(weights.codes.begin(), weights.codes.end());
    tensor.block_scales = weights.block_scales;
    return tensor;
}

} // namespace lodestone::reference
