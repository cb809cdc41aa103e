// SPDX-License-Identifier: Apache-2.0
// A tensor as it is kept between the layers of a quantised network.
#pragma once

#include "numerics/accumulate.hpp"
#include "workloads/graph/quantised.hpp"

#include <cstdint>
#include <memory>
#include <vector>

namespace lodestone::reference {

/// Codes in a format, or values that are kept as they are (fp32, integers, booleans).
struct StoredTensor {
    graph::Shape shape;
    graph::TensorFormat format;
    std::vector<std::uint32_t> codes;             ///< row-major; empty when kept as it is
    std::vector<std::uint8_t> block_scales;       ///< E8M0, laid out as QuantisedWeights::block_scales
    std::shared_ptr<const graph::TensorData> raw; ///< null when stored as codes

    /// Values of the codes with their block's scale, without `format.scale`: the operands of exact sums.
    [[nodiscard]] std::vector<double> decoded() const;
    /// What is known of decoded() beforehand.
    [[nodiscard]] numerics::ValueGrid grid(const std::vector<double>& values) const;
    /// float(decoded * format.scale), the product in binary64: the operands of the vector unit.
    [[nodiscard]] graph::TensorData real() const;
};

/// Stores float32 values: code = encode(value / scale) with saturation; block formats find their scales.
/// fp32 and values that are not floating are kept as they are.
[[nodiscard]] StoredTensor store(graph::TensorData values, const graph::TensorFormat& format);

/// The codes of weights as a stored tensor of scale 1.
[[nodiscard]] StoredTensor stored_weights(const graph::Graph& graph, const graph::QuantisedWeights& weights);

} // namespace lodestone::reference
