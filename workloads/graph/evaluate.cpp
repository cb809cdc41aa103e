// SPDX-License-Identifier: Apache-2.0
// Access to the operands of a call, and the list of kernels.
#include "workloads/graph/evaluate.hpp"

#include "sim/base/error.hpp"
#include "workloads/graph/evaluate_kernels.hpp"

namespace lodestone::graph {

const TensorData& Call::operand(std::size_t i) const {
    const TensorData* data = optional_operand(i);
    check_invariant(data != nullptr, "operand counts are verified before an operator runs");
    return *data;
}

const TensorData* Call::optional_operand(std::size_t i) const {
    return i < operands.size() ? operands[i] : nullptr;
}

TensorData Call::result(std::size_t i) const {
    const Tensor& tensor = graph.output(op, i);
    return TensorData(tensor.type, tensor.shape);
}

const Shape& Call::result_shape(std::size_t i) const {
    return graph.output(op, i).shape;
}

std::size_t Call::axis(std::int64_t otherwise, std::size_t rank) const {
    const auto resolved = resolve_axis(op.attributes.integer("axis", otherwise), rank);
    check_invariant(resolved.has_value(), "axes are checked when shapes are inferred");
    return *resolved;
}

std::vector<std::int64_t> Call::integers(std::size_t i, const std::string& attribute) const {
    const TensorData* data = optional_operand(i);
    return data != nullptr ? data->as_ints() : op.attributes.integers(attribute);
}

std::vector<std::int64_t> strides_of(const Shape& shape) {
    std::vector<std::int64_t> strides(shape.size(), 1);
    for (std::size_t d = shape.size(); d-- > 1;) {
        strides[d - 1] = strides[d] * shape[d];
    }
    return strides;
}

std::optional<Shape> broadcast(const Shape& a, const Shape& b) {
    const Shape& longer = a.size() >= b.size() ? a : b;
    const Shape& shorter = a.size() >= b.size() ? b : a;
    Shape result = longer;
    const std::size_t skip = longer.size() - shorter.size();
    for (std::size_t d = 0; d < shorter.size(); ++d) {
        if (longer[skip + d] != shorter[d] && longer[skip + d] != 1 && shorter[d] != 1) {
            return std::nullopt;
        }
        result[skip + d] = longer[skip + d] == 1 ? shorter[d] : longer[skip + d];
    }
    return result;
}

std::vector<std::size_t> broadcast_indices(const Shape& from, const Shape& to) {
    std::vector<std::size_t> indices{0};
    const std::size_t skip = to.size() - from.size();
    const std::vector<std::int64_t> strides = strides_of(from);
    for (std::size_t d = 0; d < to.size(); ++d) {
        const bool moves = d >= skip && from[d - skip] != 1;
        const auto stride = moves ? static_cast<std::size_t>(strides[d - skip]) : 0;
        std::vector<std::size_t> finer;
        finer.reserve(indices.size() * static_cast<std::size_t>(to[d]));
        for (const std::size_t base : indices) {
            for (std::size_t i = 0; i < static_cast<std::size_t>(to[d]); ++i) {
                finer.push_back(base + i * stride);
            }
        }
        indices = std::move(finer);
    }
    return indices;
}

Kernel kernel(OpKind kind) {
    for (const auto& family : {movement_kernel, unary_kernel, binary_kernel, reduction_kernel}) {
        if (const Kernel found = family(kind)) {
            return found;
        }
    }
    return nullptr;
}

} // namespace lodestone::graph
