// SPDX-License-Identifier: Apache-2.0
// Kernels of the matrix unit: convolution and matrix product as exact GEMMs, requantised.
#include "arch/core_grid/region_walk.hpp"
#include "arch/core_grid/tile_compute.hpp"
#include "numerics/functions.hpp"
#include "numerics/gemm.hpp"
#include "sim/base/error.hpp"

#include <algorithm>

namespace lodestone::core_grid {
namespace {

std::size_t size(std::int64_t n) {
    return static_cast<std::size_t>(n);
}

numerics::ValueGrid grid_of(numerics::FormatId format, std::span<const double> values) {
    return format == numerics::FormatId::fp32 ? numerics::measured_grid(values)
                                              : numerics::value_grid(numerics::format(format));
}

/// Scale and bias that turn the accumulator of output channel `channel` into a value.
float finish(const TileTask& task, double accumulator, std::size_t channel) {
    double scale = task.inputs[0].scale;
    float bias = 0.0F;
    if (task.phase.weights) {
        const std::vector<double>& scales = task.program.constants[task.phase.weights->constant].scales;
        scale *= scales.size() == 1 ? scales.front() : scales.at(channel);
        if (task.phase.weights->bias) {
            bias = task.program.constants[*task.phase.weights->bias].values.at(channel);
        }
    } else {
        scale *= task.inputs[1].scale;
    }
    return numerics::requantise(accumulator, scale, bias);
}

/// Patches of one group in one image: row (channel, window position), column output position.
class Patches {
public:
    Patches(const isa::ConvKernel& conv, const TileTask& task)
        : conv_(conv), block_(task.inputs[0]), in_shape_(task.program.tensors[task.phase.inputs[0].tensor].shape),
          positions_(task.output.axes().subspan(2)), taps_(window_region(conv)) {}

    [[nodiscard]] std::size_t positions() const { return size(positions_.elements()); }
    [[nodiscard]] std::size_t taps() const { return size(taps_.elements()); }

    [[nodiscard]] std::vector<double> of_group(std::int64_t image, std::int64_t group) const {
        const std::int64_t channels = conv_.in_channels / conv_.groups;
        std::vector<double> columns(size(channels) * taps() * positions());
        double* row = columns.data();
        for (std::int64_t channel = group * channels; channel < (group + 1) * channels; ++channel) {
            for_each_index(taps_, [&](const Index& tap) {
                fill_row(image, channel, tap, row);
                row += positions();
            });
        }
        return columns;
    }

private:
    static isa::Region window_region(const isa::ConvKernel& conv) {
        isa::Shape shape;
        for (const isa::WindowAxis& axis : conv.window) {
            shape.push_back(axis.size);
        }
        return isa::Region(shape);
    }

    /// Input positions under one window position for every output position; zero in the padding.
    void fill_row(std::int64_t image, std::int64_t channel, const Index& tap, double* row) const {
        Index at{image, channel};
        for_each_index(positions_, [&](const Index& out) {
            bool inside = true;
            for (std::size_t axis = 0; axis < conv_.window.size(); ++axis) {
                const isa::WindowAxis& window = conv_.window[axis];
                at[axis + 2] = out[axis] * window.stride + tap[axis] * window.dilation - window.pad_begin;
                inside = inside && at[axis + 2] >= 0 && at[axis + 2] < in_shape_[axis + 2];
            }
            *row++ = inside ? block_.values[place_in(block_.region, at)] : 0.0;
        });
    }

    const isa::ConvKernel& conv_;
    const Block& block_;
    const isa::Shape& in_shape_;
    isa::Region positions_;
    isa::Region taps_;
};

/// Rows and columns of the matrix that the last two axes of a region span, and the start of the one at `leading`.
struct MatrixView {
    std::size_t rows = 1;
    std::size_t cols = 1;
    std::span<const double> values;
};

MatrixView matrix_at(const Block& block, const isa::Shape& shape, const Index& out, std::size_t out_rank) {
    const std::size_t rank = shape.size();
    Index at = first_of(block.region);
    for (std::size_t axis = 0; axis + 2 < rank; ++axis) {
        at[axis] = shape[axis] == 1 ? 0 : out[axis + out_rank - rank];
    }
    MatrixView view{.rows = size(block.region[rank - 2].size()), .cols = size(block.region[rank - 1].size())};
    view.values = std::span(block.values).subspan(place_in(block.region, at), view.rows * view.cols);
    return view;
}

/// Columns [n] of the parameter matrix, as [k, columns] or, transposed, [columns, k].
std::vector<double> parameter_columns(const isa::MatMulKernel& matmul, const TileTask& task, isa::Interval n) {
    const std::size_t k = size(matmul.k);
    const std::size_t all = task.weights.size() / k;
    const std::size_t first = size(n.begin - task.first_channel);
    if (matmul.transpose_b) {
        const auto rows = task.weights.subspan(first * k, size(n.size()) * k);
        return {rows.begin(), rows.end()};
    }
    std::vector<double> columns;
    columns.reserve(k * size(n.size()));
    for (std::size_t row = 0; row < k; ++row) {
        const auto part = task.weights.subspan(row * all + first, size(n.size()));
        columns.insert(columns.end(), part.begin(), part.end());
    }
    return columns;
}

} // namespace

std::vector<float> compute(const isa::ConvKernel& conv, const TileTask& task) {
    const Patches patches(conv, task);
    const std::int64_t out_per_group = conv.out_channels / conv.groups;
    const std::size_t k = size(conv.in_channels / conv.groups) * patches.taps();
    const std::size_t positions = patches.positions();
    const isa::Interval channels = task.output[1];
    std::vector<float> values;
    values.reserve(size(task.output.elements()));
    for (std::int64_t image = task.output[0].begin; image < task.output[0].end; ++image) {
        for (std::int64_t first = channels.begin; first < channels.end;) {
            const std::int64_t group = first / out_per_group;
            const std::int64_t last = std::min(channels.end, (group + 1) * out_per_group);
            const std::vector<double> columns = patches.of_group(image, group);
            const auto weights = task.weights.subspan(size(first - task.first_channel) * k, size(last - first) * k);
            std::vector<double> sums(size(last - first) * positions);
            numerics::gemm({.m = size(last - first), .n = positions, .k = k},
                           {.values = weights, .grid = grid_of(task.phase.weight_format, weights)},
                           {.values = columns, .grid = grid_of(task.inputs[0].format, columns)}, sums);
            for (std::size_t i = 0; i < sums.size(); ++i) {
                values.push_back(finish(task, sums[i], size(first) + i / positions));
            }
            first = last;
        }
    }
    return values;
}

std::vector<float> compute(const isa::MatMulKernel& matmul, const TileTask& task) {
    const std::size_t rank = task.output.rank();
    const isa::Interval n = task.output[rank - 1];
    const std::size_t rows = size(task.output[rank - 2].size());
    const isa::Shape& a_shape = task.program.tensors[task.phase.inputs[0].tensor].shape;
    const std::vector<double> parameters =
        matmul.b_is_input ? std::vector<double>{} : parameter_columns(matmul, task, n);
    std::vector<float> values;
    values.reserve(size(task.output.elements()));
    std::vector<double> sums(rows * size(n.size()));
    Index leading = first_of(task.output);
    do {
        const MatrixView a = matrix_at(task.inputs[0], a_shape, leading, rank);
        std::span<const double> b = parameters;
        numerics::FormatId b_format = task.phase.weight_format;
        if (matmul.b_is_input) {
            const isa::Shape& b_shape = task.program.tensors[task.phase.inputs[1].tensor].shape;
            b = matrix_at(task.inputs[1], b_shape, leading, rank).values;
            b_format = task.inputs[1].format;
        }
        numerics::gemm(
            {.m = rows, .n = size(n.size()), .k = size(matmul.k)},
            {.values = a.values, .grid = grid_of(task.inputs[0].format, a.values), .transposed = matmul.transpose_a},
            {.values = b, .grid = grid_of(b_format, b), .transposed = matmul.transpose_b}, sums);
        for (std::size_t i = 0; i < sums.size(); ++i) {
            values.push_back(finish(task, sums[i], size(n.begin) + i % size(n.size())));
        }
    } while (next_index(task.output, rank - 2, leading));
    return values;
}

} // namespace lodestone::core_grid
