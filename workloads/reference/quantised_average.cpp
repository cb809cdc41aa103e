// SPDX-License-Identifier: Apache-2.0
// Averages and sums over windows and axes: exact, then scaled once.
#include "sim/base/error.hpp"
#include "workloads/graph/window.hpp"
#include "workloads/reference/quantised_vector.hpp"

#include <algorithm>

namespace lodestone::reference {

namespace {

using graph::Graph;
using graph::Operator;
using graph::OpKind;
using graph::Shape;
using graph::TensorData;

/// Exact sum, rounded once; plain binary64 where that is exact already.
class Sum {
public:
    Sum(const numerics::ValueGrid& grid, std::size_t most_terms)
        : is_plain_(numerics::exact_in_binary64(grid, {.lsb_exponent = 0, .max_magnitude = 1.0}, most_terms)) {}

    void add(double value) {
        if (is_plain_) {
            plain_ += value;
        } else {
            wide_.add_product(value, 1.0);
        }
    }
    [[nodiscard]] double value() const { return is_plain_ ? plain_ : wide_.value(); }

private:
    bool is_plain_;
    double plain_ = 0.0;
    numerics::WideSum wide_;
};

/// The next index below `extents`, the last axis fastest.
void advance(std::vector<std::int64_t>& at, const std::vector<std::int64_t>& extents) {
    for (std::size_t axis = at.size(); axis-- > 0;) {
        if (++at[axis] < extents[axis]) {
            return;
        }
        at[axis] = 0;
    }
}

std::size_t count_of(const std::vector<std::int64_t>& extents) {
    return graph::element_count(extents);
}

/// One output element: the sum under the window, and how many of its taps are on the input, and on it or its padding.
struct Pooled {
    double sum = 0.0;
    std::int64_t inside = 0;
    std::int64_t padded = 0;
};

Pooled pool(const graph::Window& window, const std::vector<std::int64_t>& out, std::span<const double> channel,
            const numerics::ValueGrid& grid) {
    Sum sum(grid, count_of(window.kernel));
    Pooled pooled;
    std::vector<std::int64_t> tap(window.rank(), 0);
    for (std::size_t t = 0; t < count_of(window.kernel); ++t, advance(tap, window.kernel)) {
        std::size_t place = 0;
        bool is_inside = true;
        bool is_padded = true;
        for (std::size_t d = 0; d < window.rank(); ++d) {
            const std::int64_t at = out[d] * window.strides[d] + tap[d] * window.dilations[d] - window.pads_begin[d];
            is_inside = is_inside && at >= 0 && at < window.input[d];
            is_padded = is_padded && at < window.input[d] + window.pads_end[d]; // ceil_mode reaches further
            place = place * static_cast<std::size_t>(window.input[d]) +
                    static_cast<std::size_t>(std::max<std::int64_t>(at, 0));
        }
        if (is_inside) {
            sum.add(channel[place]);
        }
        pooled.inside += is_inside ? 1 : 0;
        pooled.padded += is_padded ? 1 : 0;
    }
    pooled.sum = sum.value();
    return pooled;
}

TensorData average_pool(const Graph& graph, const Operator& op, const ScaledValues& x) {
    const graph::Window window = graph::window(graph, op);
    const Shape& shape = graph.output(op).shape;
    const bool counts_padding = op.attributes.integer("count_include_pad", 0) != 0;
    const std::size_t channel_size = count_of(window.input);
    std::vector<float> y;
    for (std::size_t channel = 0; channel * channel_size < x.values.size(); ++channel) {
        std::vector<std::int64_t> out(window.rank(), 0);
        for (std::size_t o = 0; o < count_of(window.output); ++o, advance(out, window.output)) {
            const Pooled pooled = pool(window, out, x.values.subspan(channel * channel_size, channel_size), x.grid);
            const auto count = static_cast<double>(counts_padding ? pooled.padded : pooled.inside);
            y.push_back(static_cast<float>(pooled.sum * (x.scale / count)));
        }
    }
    return TensorData::of_floats(shape, std::move(y));
}

/// Axes that a reduction removes: operand 1 or the attribute; all when there are none, unless that means none.
std::vector<bool> reduced_axes(const Graph& graph, const Operator& op) {
    const std::size_t rank = graph.required_input(op, 0).rank();
    const graph::Tensor* operand = graph.input(op, 1);
    const std::vector<std::int64_t> axes =
        operand != nullptr && operand->has_data() ? operand->data->as_ints() : op.attributes.integers("axes");
    const bool all = axes.empty() && op.attributes.integer("noop_with_empty_axes", 0) == 0;
    std::vector<bool> reduced(rank, all);
    for (const std::int64_t axis : axes) {
        reduced.at(graph::resolve_axis(axis, rank).value()) = true;
    }
    return reduced;
}

TensorData reduce(const Graph& graph, const Operator& op, const ScaledValues& x) {
    const Shape& shape = graph.required_input(op, 0).shape;
    const std::vector<bool> reduced = reduced_axes(graph, op);
    Shape kept = shape;
    for (std::size_t i = 0; i < kept.size(); ++i) {
        kept[i] = reduced[i] ? 1 : kept[i];
    }
    const std::size_t outputs = count_of(kept);
    const std::size_t terms = outputs == 0 ? 0 : x.values.size() / outputs;
    std::vector<Sum> sums(outputs, Sum(x.grid, terms));
    std::vector<std::int64_t> at(shape.size(), 0);
    for (const double value : x.values) {
        std::size_t place = 0;
        for (std::size_t i = 0; i < at.size(); ++i) {
            place = place * static_cast<std::size_t>(kept[i]) + (reduced[i] ? 0 : static_cast<std::size_t>(at[i]));
        }
        sums[place].add(value);
        advance(at, shape);
    }
    const double factor = op.kind == OpKind::reduce_mean ? x.scale / static_cast<double>(terms) : x.scale;
    std::vector<float> y;
    for (const Sum& sum : sums) {
        y.push_back(static_cast<float>(sum.value() * factor));
    }
    return TensorData::of_floats(graph.output(op).shape, std::move(y));
}

} // namespace

bool is_average(OpKind kind) {
    return kind == OpKind::average_pool || kind == OpKind::global_average_pool || kind == OpKind::reduce_mean ||
           kind == OpKind::reduce_sum;
}

TensorData average(const Graph& graph, const Operator& op, const ScaledValues& x) {
    check_invariant(is_average(op.kind), "only operators that sum come here");
    const bool is_pool = op.kind == OpKind::average_pool || op.kind == OpKind::global_average_pool;
    return is_pool ? average_pool(graph, op, x) : reduce(graph, op, x);
}

} // namespace lodestone::reference
