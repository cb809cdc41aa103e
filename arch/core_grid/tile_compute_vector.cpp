// SPDX-License-Identifier: Apache-2.0
// Kernels of the vector unit that combine elements: pooling, reduction, softmax, normalisation.
#include "arch/core_grid/region_walk.hpp"
#include "arch/core_grid/tile_compute.hpp"
#include "numerics/accumulate.hpp"
#include "numerics/functions.hpp"
#include "sim/base/error.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace lodestone::core_grid {
namespace {

/// Exact sum of values of one format, rounded once.
double exact_sum(std::span<const double> values, numerics::FormatId format) {
    const numerics::ValueGrid grid = numerics::value_grid(numerics::format(format));
    if (numerics::exact_in_binary64(grid, {.lsb_exponent = 0, .max_magnitude = 1.0}, values.size())) {
        double sum = 0.0;
        for (const double value : values) {
            sum += value;
        }
        return sum;
    }
    return numerics::dot(values, std::vector<double>(values.size(), 1.0));
}

double largest(std::span<const double> values) {
    double found = -std::numeric_limits<double>::infinity();
    for (const double value : values) {
        found = std::isnan(value) || value > found ? value : found;
        if (std::isnan(found)) {
            break;
        }
    }
    return found;
}

/// Values under a pooling window, and how many positions lie on the input or its padding.
struct Window {
    std::vector<double> values;
    std::int64_t padded = 0;
};

Window window_at(const isa::PoolKernel& pool, const TileTask& task, const Index& out, const isa::Region& taps) {
    const Block& block = task.inputs[0];
    const isa::Shape& shape = task.program.tensors[task.phase.inputs[0].tensor].shape;
    Window window;
    Index at = out;
    for_each_index(taps, [&](const Index& tap) {
        bool inside = true;
        bool padded = true;
        for (std::size_t axis = 0; axis < pool.window.size(); ++axis) {
            const isa::WindowAxis& along = pool.window[axis];
            const std::int64_t position = out[axis + 2] * along.stride + tap[axis] * along.dilation - along.pad_begin;
            at[axis + 2] = position;
            inside = inside && position >= 0 && position < shape[axis + 2];
            padded = padded && position < shape[axis + 2] + along.pad_end; // windows rounded up reach further
        }
        window.padded += padded ? 1 : 0;
        if (inside) {
            window.values.push_back(block.values[place_in(block.region, at)]);
        }
    });
    return window;
}

/// Calls visit(lines first index) for every line of the output along the axes from `axis` to `last`.
template <class Visit>
void for_each_line(const isa::Region& output, std::size_t axis, std::size_t last, Visit visit) {
    isa::Region starts = output;
    for (std::size_t along = axis; along <= last; ++along) {
        starts[along].end = starts[along].begin + 1;
    }
    for_each_index(starts, visit);
}

} // namespace

std::vector<float> compute(const isa::PoolKernel& pool, const TileTask& task) {
    isa::Shape window_shape;
    for (const isa::WindowAxis& axis : pool.window) {
        window_shape.push_back(axis.size);
    }
    const isa::Region taps(window_shape);
    const Block& block = task.inputs[0];
    std::vector<float> values;
    for_each_index(task.output, [&](const Index& out) {
        const Window window = window_at(pool, task, out, taps);
        if (pool.kind == isa::PoolKind::maximum) {
            values.push_back(static_cast<float>(largest(window.values) * block.scale));
            return;
        }
        const auto count = static_cast<double>(pool.count_include_pad ? window.padded : std::ssize(window.values));
        values.push_back(static_cast<float>(exact_sum(window.values, block.format) * (block.scale / count)));
    });
    return values;
}

std::vector<float> compute(const isa::ReduceKernel& reduce, const TileTask& task) {
    const Block& block = task.inputs[0];
    std::vector<char> reduced(block.region.rank());
    for (const std::int64_t axis : reduce.axes) {
        reduced[static_cast<std::size_t>(axis)] = 1;
    }
    std::vector<float> values;
    std::vector<double> terms;
    for_each_index(task.output, [&](const Index& out) {
        isa::Region line = block.region;
        std::size_t out_axis = 0;
        for (std::size_t axis = 0; axis < line.rank(); ++axis) {
            if (reduced[axis] == 0) {
                line[axis] = {.begin = out[out_axis], .end = out[out_axis] + 1};
            }
            out_axis += reduced[axis] != 0 && !reduce.keep_axes ? 0U : 1U;
        }
        terms.clear();
        for_each_index(line, [&](const Index& at) { terms.push_back(block.values[place_in(block.region, at)]); });
        if (reduce.kind == isa::ReduceKind::maximum) {
            values.push_back(static_cast<float>(largest(terms) * block.scale));
            return;
        }
        const double factor =
            reduce.kind == isa::ReduceKind::mean ? block.scale / static_cast<double>(terms.size()) : block.scale;
        values.push_back(static_cast<float>(exact_sum(terms, block.format) * factor));
    });
    return values;
}

std::vector<float> compute(const isa::SoftmaxKernel& softmax, const TileTask& task) {
    const auto axis = static_cast<std::size_t>(softmax.axis);
    const Block& block = task.inputs[0];
    std::vector<float> values(static_cast<std::size_t>(task.output.elements()));
    std::vector<float> line(static_cast<std::size_t>(task.output[axis].size()));
    for_each_line(task.output, axis, axis, [&](Index at) {
        for (float& value : line) {
            value = block.real(place_in(block.region, at));
            ++at[axis];
        }
        (softmax.logarithm ? numerics::log_softmax : numerics::softmax)(line, line);
        at[axis] = task.output[axis].begin;
        for (const float value : line) {
            values[place_in(task.output, at)] = value;
            ++at[axis];
        }
    });
    return values;
}

std::vector<float> compute(const isa::LayerNormKernel& norm, const TileTask& task) {
    const auto axis = static_cast<std::size_t>(norm.axis);
    const Block& block = task.inputs[0];
    std::size_t length = 1;
    for (std::size_t along = axis; along < task.output.rank(); ++along) {
        length *= static_cast<std::size_t>(task.output[along].size());
    }
    std::vector<float> values(static_cast<std::size_t>(task.output.elements()));
    for_each_line(task.output, axis, task.output.rank() - 1, [&](const Index& at) {
        const std::size_t from = place_in(block.region, at);
        const std::size_t to = place_in(task.output, at);
        double sum = 0.0;
        for (std::size_t i = 0; i < length; ++i) {
            sum += static_cast<double>(block.real(from + i));
        }
        const double mean = sum / static_cast<double>(length);
        double squares = 0.0;
        for (std::size_t i = 0; i < length; ++i) {
            const double difference = static_cast<double>(block.real(from + i)) - mean;
            squares += difference * difference;
        }
        const double deviation = std::sqrt(squares / static_cast<double>(length) + norm.epsilon);
        for (std::size_t i = 0; i < length; ++i) {
            values[to + i] = static_cast<float>((static_cast<double>(block.real(from + i)) - mean) / deviation);
        }
    });
    return values;
}

} // namespace lodestone::core_grid
