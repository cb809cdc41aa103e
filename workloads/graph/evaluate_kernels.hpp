// SPDX-License-Identifier: Apache-2.0
// The families of kernels behind `kernel(OpKind)`; each returns null for an operator of another family.
#pragma once

#include "workloads/graph/evaluate.hpp"

#include <limits>
#include <type_traits>

namespace lodestone::graph {

[[nodiscard]] Kernel movement_kernel(OpKind kind);
[[nodiscard]] Kernel unary_kernel(OpKind kind);
[[nodiscard]] Kernel binary_kernel(OpKind kind);
[[nodiscard]] Kernel reduction_kernel(OpKind kind);

/// A binary64 result as an element of `type`: floats round once, integers truncate and saturate.
template <class T>
[[nodiscard]] T store(double value, ElementType type) {
    if constexpr (std::is_floating_point_v<T>) {
        return static_cast<T>(round_to_type(value, type));
    } else {
        constexpr double low = static_cast<double>(std::numeric_limits<T>::min());
        constexpr double high = static_cast<double>(std::numeric_limits<T>::max()); // 2^63, 2^64: one too many
        if (value >= high) {
            return std::numeric_limits<T>::max();
        }
        return value > low ? static_cast<T>(value) : std::numeric_limits<T>::min(); // NaN becomes the minimum
    }
}

} // namespace lodestone::graph
