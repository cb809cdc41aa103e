// SPDX-License-Identifier: Apache-2.0
// Kernel, strides, dilations and padding of windows, from attributes and shapes.
#include "workloads/graph/window.hpp"

#include "sim/base/error.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <numeric>

namespace lodestone::graph {
namespace {

constexpr std::int64_t largest_setting = std::int64_t{1} << 24; ///< keeps sums and products of settings in 64 bits

using Ints = std::vector<std::int64_t>;

/// A list attribute of `count` entries from `lowest` up; `otherwise` repeated when missing.
Ints setting(const Operator& op, const std::string& name, std::size_t count, std::int64_t lowest) {
    const Ints values = op.attributes.integers(name, Ints(count, lowest));
    if (values.size() != count) {
        throw UserError(name + " has " + std::to_string(values.size()) + " entries, it must have " +
                        std::to_string(count));
    }
    for (const std::int64_t value : values) {
        if (value < lowest || value > largest_setting) {
            throw UserError(name + " holds " + std::to_string(value) + ", it must be " + std::to_string(lowest) +
                            " to " + std::to_string(largest_setting));
        }
    }
    return values;
}

enum class AutoPad { notset, valid, same_upper, same_lower };

AutoPad auto_pad(const Operator& op) {
    static const std::vector<std::string> names{"NOTSET", "VALID", "SAME_UPPER", "SAME_LOWER"};
    const std::string name = op.attributes.text("auto_pad", "NOTSET");
    const auto found = std::find(names.begin(), names.end(), name);
    if (found == names.end()) {
        throw UserError("auto_pad is '" + name + "'" + known_names(name, names));
    }
    const auto mode = static_cast<AutoPad>(found - names.begin());
    const Ints pads = op.attributes.integers("pads");
    if (mode != AutoPad::notset && std::any_of(pads.begin(), pads.end(), [](auto pad) { return pad != 0; })) {
        throw UserError("auto_pad is " + name + " and pads are given; leave one of them out");
    }
    return mode;
}

/// Operand positions of the weight, which differ between Conv and QLinearConv.
std::size_t weight_index(OpKind kind) {
    return kind == OpKind::qlinear_conv ? 3 : 1;
}

bool has_weight(OpKind kind) {
    return kind == OpKind::conv || kind == OpKind::conv_integer || kind == OpKind::qlinear_conv ||
           kind == OpKind::conv_transpose;
}

Shape spatial(const Shape& shape) {
    if (shape.size() < 3) {
        throw UserError("the tensor " + to_string(shape) +
                        " has no spatial dimension; a window needs batch, channels and at least one more");
    }
    return Shape(shape.begin() + 2, shape.end());
}

Ints kernel_extent(const Graph& graph, const Operator& op, std::size_t rank) {
    if (!has_weight(op.kind)) {
        if (!op.attributes.has("kernel_shape")) {
            throw UserError("kernel_shape is missing");
        }
        return setting(op, "kernel_shape", rank, 1);
    }
    const Shape& weight = graph.required_input(op, weight_index(op.kind)).shape;
    if (weight.size() != rank + 2) {
        throw UserError("the weight " + to_string(weight) + " has rank " + std::to_string(weight.size()) +
                        ", it must have the rank of the input, " + std::to_string(rank + 2));
    }
    const Ints kernel(weight.begin() + 2, weight.end());
    if (std::any_of(kernel.begin(), kernel.end(), [](auto extent) { return extent < 1; })) {
        throw UserError("the weight " + to_string(weight) + " has no taps");
    }
    const Ints stated = op.attributes.integers("kernel_shape", kernel);
    if (stated != kernel) {
        throw UserError("kernel_shape is " + to_string(stated) + " but the weight is " + to_string(weight));
    }
    return kernel;
}

/// Everything but padding and output.
Window plain_window(const Graph& graph, const Operator& op) {
    Window w;
    w.input = spatial(graph.required_input(op, 0).shape);
    const std::size_t rank = w.input.size();
    w.kernel = kernel_extent(graph, op, rank);
    w.strides = setting(op, "strides", rank, 1);
    w.dilations = setting(op, "dilations", rank, 1);
    const Ints pads = setting(op, "pads", 2 * rank, 0);
    const auto middle = pads.begin() + static_cast<std::ptrdiff_t>(rank);
    w.pads_begin.assign(pads.begin(), middle);
    w.pads_end.assign(middle, pads.end());
    return w;
}

/// Distance from the first to the last tap, plus one.
std::int64_t reach(const Window& w, std::size_t d) {
    return (w.kernel[d] - 1) * w.dilations[d] + 1;
}

void share_padding(Window& w, std::size_t d, std::int64_t total, bool extra_at_end) {
    const std::int64_t small_half = total / 2;
    w.pads_begin[d] = extra_at_end ? small_half : total - small_half;
    w.pads_end[d] = total - w.pads_begin[d];
}

std::int64_t output_extent(const Window& w, std::size_t d, bool ceil_mode) {
    const std::int64_t room = w.input[d] + w.pads_begin[d] + w.pads_end[d] - reach(w, d);
    if (room < 0) {
        throw UserError("the window reaches over " + std::to_string(reach(w, d)) + " elements of dimension " +
                        std::to_string(d + 2) + ", the padded input has " + std::to_string(room + reach(w, d)));
    }
    std::int64_t output = room / w.strides[d] + 1;
    if (ceil_mode && room % w.strides[d] != 0 && output * w.strides[d] < w.input[d] + w.pads_begin[d]) {
        ++output; // a last window that starts inside the input or its leading padding
    }
    return output;
}

} // namespace

std::int64_t Window::taps() const {
    return std::accumulate(kernel.begin(), kernel.end(), std::int64_t{1}, std::multiplies<>());
}

Window window(const Graph& graph, const Operator& op) {
    if (op.kind == OpKind::global_average_pool || op.kind == OpKind::global_max_pool) {
        Window w;
        w.input = w.kernel = spatial(graph.required_input(op, 0).shape);
        w.output = w.strides = w.dilations = Ints(w.input.size(), 1);
        w.pads_begin = w.pads_end = Ints(w.input.size(), 0);
        return w;
    }
    Window w = plain_window(graph, op);
    const AutoPad mode = auto_pad(op);
    const bool ceil_mode = op.attributes.integer("ceil_mode", 0) != 0;
    w.output.resize(w.rank());
    for (std::size_t d = 0; d < w.rank(); ++d) {
        if (mode == AutoPad::same_upper || mode == AutoPad::same_lower) {
            w.output[d] = (w.input[d] + w.strides[d] - 1) / w.strides[d];
            const std::int64_t needed = (w.output[d] - 1) * w.strides[d] + reach(w, d) - w.input[d];
            share_padding(w, d, std::max<std::int64_t>(needed, 0), mode == AutoPad::same_upper);
        } else {
            w.output[d] = output_extent(w, d, ceil_mode);
        }
    }
    return w;
}

Window transposed_window(const Graph& graph, const Operator& op) {
    Window w = plain_window(graph, op);
    w.output = w.input;
    const AutoPad mode = auto_pad(op);
    const Ints extra = setting(op, "output_padding", w.rank(), 0);
    const Ints wanted = op.attributes.integers("output_shape");
    if (!wanted.empty() && wanted.size() != w.rank()) {
        throw UserError("output_shape has " + std::to_string(wanted.size()) + " entries, it must have " +
                        std::to_string(w.rank()));
    }
    for (std::size_t d = 0; d < w.rank(); ++d) {
        const std::int64_t full = (w.output[d] - 1) * w.strides[d] + extra[d] + reach(w, d);
        const bool same = mode == AutoPad::same_upper || mode == AutoPad::same_lower;
        if (!wanted.empty() || same) {
            const std::int64_t target = wanted.empty() ? w.output[d] * w.strides[d] : wanted[d];
            // the specification gives the odd element to the end for SAME_UPPER and to the beginning otherwise
            share_padding(w, d, std::max<std::int64_t>(full - target, 0), mode == AutoPad::same_upper);
            w.input[d] = target;
        } else {
            w.input[d] = full - w.pads_begin[d] - w.pads_end[d];
        }
        if (w.input[d] < 0 || w.output[d] < 1) {
            throw UserError("the padding leaves no output in dimension " + std::to_string(d + 2));
        }
    }
    return w;
}

ConvolutionExtent convolution_extent(const Graph& graph, const Operator& op) {
    ConvolutionExtent extent;
    const Shape& input = graph.required_input(op, 0).shape;
    if (has_weight(op.kind)) {
        extent.window = op.kind == OpKind::conv_transpose ? transposed_window(graph, op) : window(graph, op);
        extent.batch = input.at(0);
        extent.groups = op.attributes.integer("group", 1);
        extent.in_channels = input.at(1);
        extent.out_channels = graph.output(op).shape.at(1);
        return extent;
    }
    const Shape& output = graph.output(op).shape;
    extent.window = {.input = {1},
                     .output = {1},
                     .kernel = {1},
                     .strides = {1},
                     .dilations = {1},
                     .pads_begin = {0},
                     .pads_end = {0}};
    const std::size_t k_axis =
        op.kind == OpKind::gemm && op.attributes.integer("transA", 0) != 0 ? 0 : input.size() - 1;
    const std::size_t weight = op.kind == OpKind::qlinear_matmul ? 3 : 1;
    extent.in_channels = input.at(k_axis);
    extent.out_channels = graph.required_input(op, weight).rank() == 1 ? 1 : output.at(output.size() - 1);
    const std::int64_t elements = static_cast<std::int64_t>(element_count(output));
    extent.batch = extent.out_channels == 0 ? 0 : elements / extent.out_channels;
    return extent;
}

} // namespace lodestone::graph
