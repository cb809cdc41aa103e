// SPDX-License-Identifier: Apache-2.0
// Convolution and matrix product as plain loops over exact numbers: binary64 for floats, int64 for integers.
#pragma once

#include "workloads/graph/evaluate.hpp"
#include "workloads/graph/window.hpp"

#include <algorithm>
#include <cstdint>
#include <vector>

namespace lodestone::reference {

[[nodiscard]] inline std::int64_t volume(const std::vector<std::int64_t>& extents) {
    std::int64_t product = 1;
    for (const std::int64_t extent : extents) {
        product *= extent;
    }
    return product;
}

/// `count` neighbouring outputs under one tap: output + k meets input + k * stride, where stride is the window's in the
/// last dimension. Positions count within one plane; padding is left out.
struct Row {
    std::int64_t tap;
    std::int64_t output;
    std::int64_t input;
    std::int64_t count;
};

/// All meetings of taps with the inputs of a plane, tap by tap.
[[nodiscard]] std::vector<Row> rows_of(const graph::Window& w);

/// One plane of outputs += one plane of inputs under one plane of weights.
template <class T>
void add_plane(const std::vector<Row>& rows, std::int64_t stride, const T* input, const T* weight, T* output) {
    for (const Row& row : rows) {
        const T factor = weight[row.tap];
        const T* const from = input + row.input;
        T* const to = output + row.output;
        for (std::int64_t k = 0; k < row.count; ++k) {
            to[k] += factor * from[k * stride];
        }
    }
}

/// batch x out_channels x output positions; `input` is batch x in_channels x positions, `weight` out_channels x
/// in_channels of a group x taps.
template <class T>
[[nodiscard]] std::vector<T> convolve(const graph::ConvolutionExtent& c, const std::vector<T>& input,
                                      const std::vector<T>& weight) {
    const graph::Window& w = c.window;
    const std::vector<Row> rows = rows_of(w);
    const std::int64_t taps = w.taps();
    const std::int64_t stride = w.strides.back();
    const std::int64_t in_plane = volume(w.input);
    const std::int64_t out_plane = volume(w.output);
    const std::int64_t group_in = c.in_channels / c.groups;
    const std::int64_t group_out = std::max<std::int64_t>(c.out_channels / c.groups, 1);
    std::vector<T> output(static_cast<std::size_t>(c.batch * c.out_channels * out_plane), T{});
    for (std::int64_t n = 0; n < c.batch; ++n) {
        for (std::int64_t oc = 0; oc < c.out_channels; ++oc) {
            const std::int64_t first_in = oc / group_out * group_in;
            for (std::int64_t ic = 0; ic < group_in; ++ic) {
                add_plane(rows, stride, input.data() + (n * c.in_channels + first_in + ic) * in_plane,
                          weight.data() + (oc * group_in + ic) * taps,
                          output.data() + (n * c.out_channels + oc) * out_plane);
            }
        }
    }
    return output;
}

/// rows x columns = (rows x inner) times (inner x columns), all row-major.
template <class T>
void add_product(const T* left, const T* right, T* product, const std::vector<std::int64_t>& rows_inner_columns) {
    const std::int64_t rows = rows_inner_columns[0];
    const std::int64_t inner = rows_inner_columns[1];
    const std::int64_t columns = rows_inner_columns[2];
    for (std::int64_t r = 0; r < rows; ++r) {
        for (std::int64_t k = 0; k < inner; ++k) {
            const T factor = left[r * inner + k];
            for (std::int64_t c = 0; c < columns; ++c) {
                product[r * columns + c] += factor * right[k * columns + c];
            }
        }
    }
}

/// NumPy's matmul of `left` and `right` with these shapes; leading dimensions broadcast, vectors are rows or columns.
template <class T>
[[nodiscard]] std::vector<T> multiply(const std::vector<T>& left, graph::Shape left_shape, const std::vector<T>& right,
                                      graph::Shape right_shape) {
    if (left_shape.size() == 1) {
        left_shape.insert(left_shape.begin(), 1);
    }
    if (right_shape.size() == 1) {
        right_shape.push_back(1);
    }
    const std::int64_t rows = left_shape[left_shape.size() - 2];
    const std::int64_t inner = left_shape.back();
    const std::int64_t columns = right_shape.back();
    const graph::Shape left_leading(left_shape.begin(), left_shape.end() - 2);
    const graph::Shape right_leading(right_shape.begin(), right_shape.end() - 2);
    const graph::Shape leading = *graph::broadcast(left_leading, right_leading);
    const auto from_left = graph::broadcast_indices(left_leading, leading);
    const auto from_right = graph::broadcast_indices(right_leading, leading);
    std::vector<T> product(from_left.size() * static_cast<std::size_t>(rows * columns), T{});
    for (std::size_t i = 0; i < from_left.size(); ++i) {
        add_product(left.data() + static_cast<std::int64_t>(from_left[i]) * rows * inner,
                    right.data() + static_cast<std::int64_t>(from_right[i]) * inner * columns,
                    product.data() + static_cast<std::int64_t>(i) * rows * columns, {rows, inner, columns});
    }
    return product;
}

} // namespace lodestone::reference
