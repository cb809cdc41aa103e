// SPDX-License-Identifier: Apache-2.0
// Operators that reduce axes to one element.
#include "workloads/graph/evaluate_kernels.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace lodestone::graph {
namespace {

using Outputs = std::vector<TensorData>;

/// For each element of the input, the element of the reduced output it belongs to.
std::vector<std::size_t> owners(const Shape& input, const std::vector<bool>& reduced) {
    Shape kept = input;
    for (std::size_t d = 0; d < input.size(); ++d) {
        kept[d] = reduced[d] ? 1 : input[d];
    }
    return broadcast_indices(kept, input);
}

std::vector<bool> reduced_axes(const Call& call, std::size_t rank) {
    const auto axes = call.integers(1, "axes");
    const bool none_means_all = call.op.attributes.integer("noop_with_empty_axes", 0) == 0;
    std::vector<bool> reduced(rank, axes.empty() && none_means_all);
    for (const std::int64_t axis : axes) {
        reduced[*resolve_axis(axis, rank)] = true;
    }
    return reduced;
}

double initial(OpKind kind) {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    return kind == OpKind::reduce_max    ? -infinity
           : kind == OpKind::reduce_min  ? infinity
           : kind == OpKind::reduce_prod ? 1.0
                                         : 0.0;
}

double accumulate(OpKind kind, double total, double x) {
    switch (kind) {
    case OpKind::reduce_max:
        return x != x || x > total ? x : total;
    case OpKind::reduce_min:
        return x != x || x < total ? x : total;
    case OpKind::reduce_prod:
        return total * x;
    case OpKind::reduce_l1:
        return total + std::abs(x);
    case OpKind::reduce_l2:
    case OpKind::reduce_sum_square:
        return total + x * x;
    default:
        return total + x;
    }
}

double finish(OpKind kind, double total, double count) {
    switch (kind) {
    case OpKind::reduce_mean:
        return total / count;
    case OpKind::reduce_l2:
        return std::sqrt(total);
    case OpKind::reduce_log_sum:
        return std::log(total);
    default:
        return total;
    }
}

/// log(sum(exp(x))), with the largest element taken out so that nothing overflows.
std::vector<double> log_sum_exp(const TensorData& input, const std::vector<std::size_t>& owner, std::size_t count) {
    std::vector<double> largest(count, -std::numeric_limits<double>::infinity());
    for (std::size_t i = 0; i < owner.size(); ++i) {
        largest[owner[i]] = std::max(largest[owner[i]], input.as_double(i));
    }
    std::vector<double> total(count, 0.0);
    for (std::size_t i = 0; i < owner.size(); ++i) {
        const double shift = std::isfinite(largest[owner[i]]) ? largest[owner[i]] : 0.0;
        total[owner[i]] += std::exp(input.as_double(i) - shift);
    }
    for (std::size_t o = 0; o < count; ++o) {
        total[o] = std::log(total[o]) + (std::isfinite(largest[o]) ? largest[o] : 0.0);
    }
    return total;
}

Outputs reduce(const Call& call) {
    const OpKind kind = call.op.kind;
    const TensorData& input = call.operand(0);
    TensorData out = call.result();
    const std::vector<bool> reduced = reduced_axes(call, input.shape().size());
    if (std::find(reduced.begin(), reduced.end(), true) == reduced.end() && !input.shape().empty()) {
        return {input}; // noop_with_empty_axes
    }
    const auto owner = owners(input.shape(), reduced);
    std::vector<double> total(out.size(), initial(kind));
    if (kind == OpKind::reduce_log_sum_exp) {
        total = log_sum_exp(input, owner, out.size());
    } else {
        for (std::size_t i = 0; i < owner.size(); ++i) {
            total[owner[i]] = accumulate(kind, total[owner[i]], input.as_double(i));
        }
        const double count =
            static_cast<double>(owner.size()) / static_cast<double>(std::max<std::size_t>(out.size(), 1));
        for (double& value : total) {
            value = finish(kind, value, count);
        }
    }
    std::visit(
        [&]<class T>(std::vector<T>& to) {
            for (std::size_t i = 0; i < to.size(); ++i) {
                to[i] = store<T>(total[i], out.type());
            }
        },
        out.any());
    return {std::move(out)};
}

Outputs arg(const Call& call) {
    const TensorData& input = call.operand(0);
    TensorData out = call.result();
    auto& index = out.values<std::int64_t>();
    const std::size_t axis = call.axis(0, input.shape().size());
    std::vector<bool> reduced(input.shape().size(), false);
    reduced[axis] = true;
    const auto owner = owners(input.shape(), reduced);
    const auto stride = static_cast<std::size_t>(strides_of(input.shape())[axis]);
    const auto extent = static_cast<std::size_t>(input.shape()[axis]);
    const bool last_wins = call.op.attributes.integer("select_last_index", 0) != 0;
    const double sign = call.op.kind == OpKind::arg_max ? 1.0 : -1.0;
    std::vector<double> best(out.size(), -std::numeric_limits<double>::infinity());
    for (std::size_t i = 0; i < owner.size(); ++i) {
        const double value = sign * input.as_double(i);
        double& leader = best[owner[i]];
        if (value > leader || (last_wins && value == leader)) {
            leader = value;
            index[owner[i]] = static_cast<std::int64_t>(i / stride % extent);
        }
    }
    return {std::move(out)};
}

} // namespace

Kernel reduction_kernel(OpKind kind) {
    switch (kind) {
    case OpKind::reduce_sum:
    case OpKind::reduce_mean:
    case OpKind::reduce_max:
    case OpKind::reduce_min:
    case OpKind::reduce_prod:
    case OpKind::reduce_l1:
    case OpKind::reduce_l2:
    case OpKind::reduce_sum_square:
    case OpKind::reduce_log_sum:
    case OpKind::reduce_log_sum_exp:
        return reduce;
    case OpKind::arg_max:
    case OpKind::arg_min:
        return arg;
    default:
        return nullptr;
    }
}

} // namespace lodestone::graph
