// SPDX-License-Identifier: Apache-2.0
// Convolutions and matrix products, as written and by GEMM.
#include "workloads/reference/quantised_products.hpp"

#include "numerics/gemm.hpp"
#include "sim/base/error.hpp"
#include "workloads/graph/window.hpp"

#include <algorithm>
#include <functional>

namespace lodestone::reference {

namespace {

using graph::Graph;
using graph::Operator;
using graph::OpKind;
using graph::Shape;

std::size_t to_size(std::int64_t value) {
    return static_cast<std::size_t>(value);
}

/// Counts through all indices below `extents`, the last one fastest.
class Counter {
public:
    explicit Counter(std::vector<std::int64_t> extents) : extents_(std::move(extents)), at_(extents_.size(), 0) {}
    [[nodiscard]] const std::vector<std::int64_t>& at() const { return at_; }
    [[nodiscard]] std::size_t size() const {
        std::size_t n = 1;
        for (const std::int64_t extent : extents_) {
            n *= to_size(extent);
        }
        return n;
    }
    void next() {
        for (std::size_t axis = at_.size(); axis-- > 0;) {
            if (++at_[axis] < extents_[axis]) {
                return;
            }
            at_[axis] = 0;
        }
    }

private:
    std::vector<std::int64_t> extents_;
    std::vector<std::int64_t> at_;
};

/// Place of the input element under tap `tap` of output position `out` in one channel, or nothing in the padding.
std::optional<std::size_t> place_under(const graph::Window& window, const std::vector<std::int64_t>& out,
                                       const std::vector<std::int64_t>& tap) {
    std::size_t place = 0;
    for (std::size_t d = 0; d < window.rank(); ++d) {
        const std::int64_t at = out[d] * window.strides[d] + tap[d] * window.dilations[d] - window.pads_begin[d];
        if (at < 0 || at >= window.input[d]) {
            return std::nullopt;
        }
        place = place * to_size(window.input[d]) + to_size(at);
    }
    return place;
}

/// Sizes of a convolution, by name.
struct ConvSizes {
    graph::ConvolutionExtent extent;
    std::size_t group_in;
    std::size_t group_out;
    std::size_t taps;
    std::size_t inputs;  ///< positions of one input channel
    std::size_t outputs; ///< positions of one output channel

    ConvSizes(const Graph& graph, const Operator& op)
        : extent(graph::convolution_extent(graph, op)), group_in(to_size(extent.in_channels / extent.groups)),
          group_out(to_size(extent.out_channels / extent.groups)), taps(to_size(extent.window.taps())),
          inputs(Counter(extent.window.input).size()), outputs(Counter(extent.window.output).size()) {}

    /// For each tap and output position, in this order: the place in an input channel, or nothing.
    [[nodiscard]] std::vector<std::optional<std::size_t>> places() const {
        std::vector<std::optional<std::size_t>> list;
        list.reserve(taps * outputs);
        Counter tap(extent.window.kernel);
        for (std::size_t t = 0; t < taps; ++t, tap.next()) {
            Counter out(extent.window.output);
            for (std::size_t o = 0; o < outputs; ++o, out.next()) {
                list.push_back(place_under(extent.window, out.at(), tap.at()));
            }
        }
        return list;
    }
};

std::vector<double> conv_literal(const ConvSizes& sizes, const Factor& x, const Factor& w) {
    const auto places = sizes.places();
    std::vector<double> y;
    std::vector<double> a;
    std::vector<double> b;
    const std::size_t in_channels = to_size(sizes.extent.in_channels);
    for (std::size_t n = 0; n < to_size(sizes.extent.batch); ++n) {
        for (std::size_t oc = 0; oc < to_size(sizes.extent.out_channels); ++oc) {
            for (std::size_t o = 0; o < sizes.outputs; ++o) {
                a.clear();
                b.clear();
                for (std::size_t ic = 0; ic < sizes.group_in; ++ic) {
                    const std::size_t channel = oc / sizes.group_out * sizes.group_in + ic;
                    for (std::size_t t = 0; t < sizes.taps; ++t) {
                        if (const auto place = places[t * sizes.outputs + o]) {
                            a.push_back(x.values[(n * in_channels + channel) * sizes.inputs + *place]);
                            b.push_back(w.values[(oc * sizes.group_in + ic) * sizes.taps + t]);
                        }
                    }
                }
                y.push_back(numerics::dot(a, b));
            }
        }
    }
    return y;
}

std::vector<double> conv_fast(const ConvSizes& sizes, const Factor& x, const Factor& w) {
    const auto places = sizes.places();
    const std::size_t k = sizes.group_in * sizes.taps;
    const std::size_t groups = to_size(sizes.extent.groups);
    std::vector<double> columns(k * sizes.outputs);
    std::vector<double> y(to_size(sizes.extent.batch * sizes.extent.out_channels) * sizes.outputs);
    for (std::size_t block = 0; block < to_size(sizes.extent.batch) * groups; ++block) { // frame and group
        for (std::size_t row = 0; row < k; ++row) {
            const double* channel = x.values.data() + (block * sizes.group_in + row / sizes.taps) * sizes.inputs;
            const auto* place = places.data() + row % sizes.taps * sizes.outputs;
            for (std::size_t o = 0; o < sizes.outputs; ++o) {
                columns[row * sizes.outputs + o] = place[o] ? channel[*place[o]] : 0.0;
            }
        }
        const std::size_t weights = sizes.group_out * k;
        const std::size_t results = sizes.group_out * sizes.outputs;
        numerics::gemm({.m = sizes.group_out, .n = sizes.outputs, .k = k},
                       {.values = std::span(w.values).subspan(block % groups * weights, weights), .grid = w.grid},
                       {.values = columns, .grid = x.grid}, std::span(y).subspan(block * results, results));
    }
    return y;
}

/// Each input element spreads over the outputs under its window; the products of an output are collected, then summed.
std::vector<double> conv_transpose(const Graph& graph, const Operator& op, const Factor& x, const Factor& w) {
    const graph::Window window = graph::transposed_window(graph, op);
    const Shape& x_shape = graph.required_input(op, 0).shape;
    const Shape& y_shape = graph.output(op).shape;
    const std::size_t groups = to_size(op.attributes.integer("group", 1));
    const std::size_t group_in = to_size(x_shape.at(1)) / groups;
    const std::size_t group_out = to_size(y_shape.at(1)) / groups;
    const std::size_t taps = to_size(window.taps());
    const std::size_t inputs = Counter(window.output).size();
    const std::size_t outputs = Counter(window.input).size();
    std::vector<double> y;
    for (std::size_t n = 0; n < to_size(x_shape.at(0)); ++n) {
        for (std::size_t oc = 0; oc < groups * group_out; ++oc) {
            std::vector<numerics::WideSum> sums(outputs);
            for (std::size_t ic = 0; ic < group_in; ++ic) {
                const std::size_t channel = oc / group_out * group_in + ic;
                Counter in(window.output);
                for (std::size_t i = 0; i < inputs; ++i, in.next()) {
                    Counter tap(window.kernel);
                    for (std::size_t t = 0; t < taps; ++t, tap.next()) {
                        if (const auto place = place_under(window, in.at(), tap.at())) {
                            sums[*place].add_product(x.values[(n * groups * group_in + channel) * inputs + i],
                                                     w.values[(channel * group_out + oc % group_out) * taps + t]);
                        }
                    }
                }
            }
            for (const numerics::WideSum& sum : sums) {
                y.push_back(sum.value());
            }
        }
    }
    return y;
}

/// A stack of matrices; vectors are matrices of one row or column.
struct MatrixStack {
    std::size_t rows = 1;
    std::size_t cols = 1;
    std::vector<std::int64_t> stack; ///< the axes before the last two

    MatrixStack(const Shape& shape, bool is_left) {
        const std::size_t rank = shape.size();
        if (rank == 1) {
            (is_left ? cols : rows) = to_size(shape[0]);
        } else {
            rows = to_size(shape.at(rank - 2));
            cols = to_size(shape.at(rank - 1));
            stack.assign(shape.begin(), shape.end() - 2);
        }
    }

    /// Where the matrix starts that broadcasts to index `at` of the result's stack.
    [[nodiscard]] std::size_t start(const std::vector<std::int64_t>& at) const {
        std::size_t index = 0;
        for (std::size_t i = 0; i < stack.size(); ++i) {
            const std::int64_t wanted = at[at.size() - stack.size() + i];
            index = index * to_size(stack[i]) + (stack[i] == 1 ? 0 : to_size(wanted));
        }
        return index * rows * cols;
    }
};

Shape broadcast_stack(const Shape& a, const Shape& b) {
    Shape stack = a.size() >= b.size() ? a : b;
    const Shape& other = a.size() >= b.size() ? b : a;
    const std::size_t missing = stack.size() - other.size();
    for (std::size_t i = 0; i < other.size(); ++i) {
        stack[missing + i] = stack[missing + i] == 1 ? other[i] : stack[missing + i];
    }
    return stack;
}

void multiply(const numerics::GemmShape& shape, const numerics::GemmOperand& a, const numerics::GemmOperand& b,
              std::span<double> c, Products how) {
    if (how == Products::fast) {
        return numerics::gemm(shape, a, b, c);
    }
    std::vector<double> row(shape.k);
    std::vector<double> column(shape.k);
    for (std::size_t m = 0; m < shape.m; ++m) {
        for (std::size_t n = 0; n < shape.n; ++n) {
            for (std::size_t k = 0; k < shape.k; ++k) {
                row[k] = a.values[a.transposed ? k * shape.m + m : m * shape.k + k];
                column[k] = b.values[b.transposed ? n * shape.k + k : k * shape.n + n];
            }
            c[m * shape.n + n] = numerics::dot(row, column);
        }
    }
}

std::vector<double> matrix_product(const Graph& graph, const Operator& op, const Factor& a, const Factor& b,
                                   Products how) {
    MatrixStack left(graph.required_input(op, 0).shape, true);
    const MatrixStack right(graph.required_input(op, 1).shape, false);
    const bool turn_a = op.attributes.integer("transA", 0) != 0;
    const bool turn_b = op.attributes.integer("transB", 0) != 0;
    std::vector<double> y(graph.output(op).size());
    if (right.stack.empty() && !turn_a) { // all rows meet the same matrix
        left.rows = a.values.size() / std::max<std::size_t>(left.cols, 1);
        left.stack.clear();
    }
    const numerics::GemmShape shape{.m = turn_a ? left.cols : left.rows,
                                    .n = turn_b ? right.rows : right.cols,
                                    .k = turn_a ? left.rows : left.cols};
    Counter at(broadcast_stack(left.stack, right.stack));
    const std::size_t matrices = at.size();
    for (std::size_t i = 0; i < matrices; ++i, at.next()) {
        multiply(shape,
                 {.values = std::span(a.values).subspan(left.start(at.at()), shape.m * shape.k),
                  .grid = a.grid,
                  .transposed = turn_a},
                 {.values = std::span(b.values).subspan(right.start(at.at()), shape.k * shape.n),
                  .grid = b.grid,
                  .transposed = turn_b},
                 std::span(y).subspan(i * shape.m * shape.n, shape.m * shape.n), how);
    }
    return y;
}

} // namespace

std::vector<double> exact_products(const Graph& graph, const Operator& op, const Factor& moving,
                                   const Factor& stationary, Products how) {
    switch (op.kind) {
    case OpKind::conv: {
        const ConvSizes sizes(graph, op);
        return how == Products::fast ? conv_fast(sizes, moving, stationary) : conv_literal(sizes, moving, stationary);
    }
    case OpKind::conv_transpose:
        return conv_transpose(graph, op, moving, stationary);
    default:
        return matrix_product(graph, op, moving, stationary, how);
    }
}

OutputChannels::OutputChannels(const Graph& graph, const Operator& op) {
    const Shape& shape = graph.output(op).shape;
    if (op.kind == OpKind::conv || op.kind == OpKind::conv_transpose) {
        channels_ = to_size(shape.at(1));
        positions_ = Counter(Shape(shape.begin() + 2, shape.end())).size();
    } else if (op.kind == OpKind::gemm || graph.required_input(op, 1).rank() > 1) {
        channels_ = to_size(shape.back());
    } // a matrix times a vector has one channel
    positions_ = std::max<std::size_t>(positions_, 1);
    channels_ = std::max<std::size_t>(channels_, 1);
}

} // namespace lodestone::reference
