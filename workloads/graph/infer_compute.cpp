// SPDX-License-Identifier: Apache-2.0
// Inference rules of products, windows, normalisations, quantisation and reductions.
#include "workloads/graph/infer_rules.hpp"

#include "workloads/graph/evaluate.hpp"
#include "workloads/graph/window.hpp"

#include <algorithm>

namespace lodestone::graph {
namespace {

const std::vector<ElementType> bytes{ElementType::int8, ElementType::uint8};

Shape join_shape(std::int64_t batch, std::int64_t channels, const std::vector<std::int64_t>& spatial) {
    Shape shape{batch, channels};
    shape.insert(shape.end(), spatial.begin(), spatial.end());
    return shape;
}

/// Shape of a convolution of operand 0 with the weight; checks channels, groups and bias.
Shape convolution_shape(Inference& op, std::size_t weight, std::size_t bias) {
    op.require_rank(0, 3, any_number);
    op.require_rank(weight, op.in(0).rank(), op.in(0).rank());
    const std::int64_t channels = op.shape(0)[1];
    const std::int64_t out_channels = op.shape(weight)[0];
    const std::int64_t groups = op.attributes().integer("group", 1);
    op.require(groups >= 1 && groups <= std::max<std::int64_t>(channels, 1) && channels % groups == 0 &&
                   out_channels % groups == 0,
               rule_attributes,
               "group is " + std::to_string(groups) + ", it must be 1 or more and divide the " +
                   std::to_string(channels) + " input and " + std::to_string(out_channels) + " output channels");
    op.require(op.shape(weight)[1] == channels / groups, rule_shapes,
               "the weight " + op.describe(weight) + " takes " + std::to_string(op.shape(weight)[1]) +
                   " channels per group, the input " + op.describe(0) + " has " + std::to_string(channels) + " in " +
                   std::to_string(groups) + " groups");
    op.require_shape(bias, {out_channels}, "one value per output channel");
    return join_shape(op.shape(0)[0], out_channels, window(op.graph(), op.op()).output);
}

void conv(Inference& op) {
    op.require_floating(0);
    op.require_same_types(0, 2);
    op.out(op.type(0), convolution_shape(op, 1, 2));
}

void conv_transpose(Inference& op) {
    op.require_floating(0);
    op.require_same_types(0, 2);
    op.require_rank(0, 3, any_number);
    op.require_rank(1, op.in(0).rank(), op.in(0).rank());
    const std::int64_t channels = op.shape(0)[1];
    const std::int64_t groups = op.attributes().integer("group", 1);
    op.require(groups >= 1 && groups <= std::max<std::int64_t>(channels, 1) && channels % groups == 0, rule_attributes,
               "group is " + std::to_string(groups) + ", it must be 1 or more and divide the " +
                   std::to_string(channels) + " input channels");
    op.require(op.shape(1)[0] == channels, rule_shapes,
               "the weight " + op.describe(1) + " must have " + std::to_string(channels) + " in its first dimension");
    const std::int64_t out_channels = op.shape(1)[1] * groups;
    op.require_shape(2, {out_channels}, "one value per output channel");
    op.out(op.type(0), join_shape(op.shape(0)[0], out_channels, transposed_window(op.graph(), op.op()).input));
}

void gemm(Inference& op) {
    op.require_rank(0, 2, 2);
    op.require_rank(1, 2, 2);
    op.require_same_types(0, 2);
    op.require_floating(0);
    const bool a_turned = op.attributes().integer("transA", 0) != 0;
    const bool b_turned = op.attributes().integer("transB", 0) != 0;
    const std::int64_t rows = op.shape(0)[a_turned ? 1 : 0];
    const std::int64_t inner = op.shape(0)[a_turned ? 0 : 1];
    const std::int64_t columns = op.shape(1)[b_turned ? 0 : 1];
    op.require(op.shape(1)[b_turned ? 1 : 0] == inner, rule_shapes,
               op.describe(0) + " and " + op.describe(1) + " do not multiply: inner dimensions " +
                   std::to_string(inner) + " and " + std::to_string(op.shape(1)[b_turned ? 1 : 0]) +
                   " must be equal (transA, transB)");
    const Shape product{rows, columns};
    if (op.has(2)) {
        op.require(broadcast(op.shape(2), product) == product, rule_shapes,
                   op.describe(2) + " does not broadcast to the product " + to_string(product));
    }
    op.out(op.type(0), product);
}

/// NumPy's matmul: vectors get a dimension of 1 which is taken away again, leading dimensions broadcast.
Shape product_shape(const Inference& op, std::size_t a, std::size_t b) {
    op.require_rank(a, 1, any_number);
    op.require_rank(b, 1, any_number);
    Shape left = op.shape(a);
    Shape right = op.shape(b);
    const bool left_is_vector = left.size() == 1;
    const bool right_is_vector = right.size() == 1;
    if (left_is_vector) {
        left.insert(left.begin(), 1);
    }
    if (right_is_vector) {
        right.push_back(1);
    }
    op.require(left.back() == right[right.size() - 2], rule_shapes,
               op.describe(a) + " and " + op.describe(b) + " do not multiply: inner dimensions " +
                   std::to_string(left.back()) + " and " + std::to_string(right[right.size() - 2]) + " must be equal");
    const auto leading = broadcast(Shape(left.begin(), left.end() - 2), Shape(right.begin(), right.end() - 2));
    op.require(leading.has_value(), rule_shapes,
               "leading dimensions of " + op.describe(a) + " and " + op.describe(b) + " do not broadcast");
    Shape product = *leading;
    if (!left_is_vector) {
        product.push_back(left[left.size() - 2]);
    }
    if (!right_is_vector) {
        product.push_back(right.back());
    }
    return product;
}

void matmul(Inference& op) {
    op.require_same_types(0, 1);
    op.require(op.type(0) != ElementType::boolean, rule_types, "MatMul does not multiply booleans");
    op.out(op.type(0), product_shape(op, 0, 1));
}

/// A scale or zero point: one value, or one per element of `axis` of operand `of`.
void require_scale(const Inference& op, std::size_t i, std::size_t of, std::int64_t axis) {
    if (!op.has(i) || op.in(i).size() == 1) {
        return;
    }
    const auto resolved = resolve_axis(axis, op.in(of).rank());
    op.require(op.in(i).rank() == 1 && resolved.has_value() && op.shape(i)[0] == op.shape(of)[*resolved], rule_shapes,
               op.describe(i) + " must be one value, or one per element of axis " + std::to_string(axis) + " of " +
                   op.describe(of));
}

void quantize_linear(Inference& op) {
    const std::int64_t axis = op.attributes().integer("axis", 1);
    op.require_type(0, {ElementType::float32, ElementType::float16, ElementType::int32});
    op.require_floating(1);
    require_scale(op, 1, 0, axis);
    require_scale(op, 2, 0, axis);
    if (op.has(2)) {
        op.require_type(2, {ElementType::int8, ElementType::uint8, ElementType::int16, ElementType::uint16});
    }
    op.out(op.has(2) ? op.type(2) : ElementType::uint8, op.shape(0));
}

void dequantize_linear(Inference& op) {
    const std::int64_t axis = op.attributes().integer("axis", 1);
    op.require_type(
        0, {ElementType::int8, ElementType::uint8, ElementType::int16, ElementType::uint16, ElementType::int32});
    op.require_floating(1);
    require_scale(op, 1, 0, axis);
    require_scale(op, 2, 0, axis);
    if (op.has(2)) {
        op.require_type(2, {op.type(0)});
    }
    op.out(op.type(1), op.shape(0));
}

void dynamic_quantize_linear(Inference& op) {
    op.require_type(0, {ElementType::float32});
    op.out(ElementType::uint8, op.shape(0));
    op.out(ElementType::float32, {});
    op.out(ElementType::uint8, {});
}

void qlinear_conv(Inference& op) {
    op.require_type(0, bytes);
    op.require_type(3, bytes);
    op.require_type(7, bytes);
    op.require_type(2, {op.type(0)});
    op.require_type(5, {op.type(3)});
    if (op.has(8)) {
        op.require_type(8, {ElementType::int32});
    }
    for (const std::size_t i : {1U, 4U, 6U}) {
        op.require_type(i, {ElementType::float32});
    }
    for (const std::size_t i : {1U, 2U, 6U, 7U}) {
        op.require(op.in(i).size() == 1, rule_shapes, op.describe(i) + " must be one value");
    }
    op.require_rank(3, 3, any_number);
    require_scale(op, 4, 3, 0);
    require_scale(op, 5, 3, 0);
    op.out(op.type(7), convolution_shape(op, 3, 8));
}

void conv_integer(Inference& op) {
    op.require_type(0, bytes);
    op.require_type(1, bytes);
    if (op.has(2)) {
        op.require_type(2, {op.type(0)});
        op.require(op.in(2).size() == 1, rule_shapes, op.describe(2) + " must be one value");
    }
    op.require_rank(1, 3, any_number);
    if (op.has(3)) {
        op.require_type(3, {op.type(1)});
        require_scale(op, 3, 1, 0);
    }
    op.out(ElementType::int32, convolution_shape(op, 1, any_number));
}

/// Zero point or scale of a matrix: one value, or one per row (left) or column (right).
void require_matrix_scale(const Inference& op, std::size_t i, std::size_t matrix, bool per_row) {
    if (!op.has(i) || op.in(i).size() == 1) {
        return;
    }
    const Shape& shape = op.shape(matrix);
    op.require(shape.size() >= 2 && op.in(i).rank() == 1 && op.shape(i)[0] == shape[shape.size() - (per_row ? 2 : 1)],
               rule_shapes,
               op.describe(i) + " must be one value, or one per " + (per_row ? "row of " : "column of ") +
                   op.describe(matrix));
}

void qlinear_matmul(Inference& op) {
    op.require_type(0, bytes);
    op.require_type(3, bytes);
    op.require_type(7, bytes);
    op.require_type(2, {op.type(0)});
    op.require_type(5, {op.type(3)});
    for (const std::size_t i : {1U, 4U, 6U}) {
        op.require_type(i, {ElementType::float32});
    }
    require_matrix_scale(op, 1, 0, true);
    require_matrix_scale(op, 2, 0, true);
    require_matrix_scale(op, 4, 3, false);
    require_matrix_scale(op, 5, 3, false);
    for (const std::size_t i : {6U, 7U}) {
        op.require(op.in(i).size() == 1, rule_shapes, op.describe(i) + " must be one value");
    }
    op.out(op.type(7), product_shape(op, 0, 3));
}

void matmul_integer(Inference& op) {
    op.require_type(0, bytes);
    op.require_type(1, bytes);
    if (op.has(2)) {
        op.require_type(2, {op.type(0)});
    }
    if (op.has(3)) {
        op.require_type(3, {op.type(1)});
    }
    require_matrix_scale(op, 2, 0, true);
    require_matrix_scale(op, 3, 1, false);
    op.out(ElementType::int32, product_shape(op, 0, 1));
}

void pool(Inference& op) {
    if (op.op().kind != OpKind::max_pool) {
        op.require_floating(0);
    }
    op.require(op.attributes().integer("storage_order", 0) == 0 || op.op().outputs.size() < 2, rule_attributes,
               "storage_order 1 (column-major indices) is not supported; leave it 0");
    op.require_rank(0, 3, any_number);
    const Window w = window(op.graph(), op.op());
    const bool has_empty_window = std::find(w.input.begin(), w.input.end(), 0) != w.input.end();
    op.require(!has_empty_window, rule_shapes, op.describe(0) + " has no elements to pool");
    for (std::size_t d = 0; d < w.rank() && op.attributes().has("pads"); ++d) {
        const std::int64_t reach = (w.kernel[d] - 1) * w.dilations[d] + 1;
        op.require(w.pads_begin[d] < reach && w.pads_end[d] < reach, rule_attributes,
                   "pads must be smaller than the window, which reaches over " + std::to_string(reach) + " elements");
    }
    const Shape shape = join_shape(op.shape(0)[0], op.shape(0)[1], w.output);
    op.out(op.type(0), shape);
    op.out(ElementType::int64, shape);
}

void batch_normalization(Inference& op) {
    op.require_floating(0);
    op.require(op.attributes().integer("training_mode", 0) == 0, rule_attributes,
               "training_mode is 1; export the network for inference");
    op.require_rank(0, 1, any_number);
    const std::int64_t channels = op.in(0).rank() > 1 ? op.shape(0)[1] : 1;
    for (std::size_t i = 1; i < 5; ++i) {
        op.require_floating(i);
        op.require_shape(i, {channels}, "one value per channel");
    }
    op.out(op.type(0), op.shape(0));
}

void instance_normalization(Inference& op) {
    op.require_floating(0);
    op.require_same_types(0, 2);
    op.require_rank(0, 3, any_number);
    op.require_shape(1, {op.shape(0)[1]}, "one value per channel");
    op.require_shape(2, {op.shape(0)[1]}, "one value per channel");
    op.out(op.type(0), op.shape(0));
}

void layer_normalization(Inference& op) {
    op.require_floating(0);
    const Shape& shape = op.shape(0);
    const std::size_t axis = op.axis(-1, shape.size());
    const Shape normalised(shape.begin() + static_cast<std::ptrdiff_t>(axis), shape.end());
    for (std::size_t i = 1; i < 3; ++i) {
        if (op.has(i)) {
            op.require_floating(i);
            op.require(broadcast(op.shape(i), normalised) == normalised, rule_shapes,
                       op.describe(i) + " does not broadcast to the normalised dimensions " + to_string(normalised));
        }
    }
    Shape statistics = shape;
    std::fill(statistics.begin() + static_cast<std::ptrdiff_t>(axis), statistics.end(), 1);
    const ElementType stash = op.attributes().integer("stash_type", 1) == 1 ? ElementType::float32 : op.type(0);
    op.out(op.type(0), shape);
    op.out(stash, statistics);
    op.out(stash, statistics);
}

void lrn(Inference& op) {
    op.require_floating(0);
    op.require_rank(0, 2, any_number);
    const std::int64_t size = op.attributes().integer("size", 0);
    op.require(size >= 1, rule_attributes, "size is " + std::to_string(size) + ", it must be 1 or more");
    op.out(op.type(0), op.shape(0));
}

void softmax(Inference& op) {
    op.require_floating(0);
    static_cast<void>(op.axis(-1, op.in(0).rank()));
    op.out(op.type(0), op.shape(0));
}

void reduce(Inference& op) {
    op.require(op.type(0) != ElementType::boolean, rule_types, "'" + op.in(0).name + "' is boolean; cast it first");
    const auto axes = op.integers(1, "axes");
    const std::size_t rank = op.in(0).rank();
    std::vector<bool> reduced(rank, axes.empty() && op.attributes().integer("noop_with_empty_axes", 0) == 0);
    for (const std::int64_t axis : axes) {
        reduced[op.resolve(axis, rank)] = true;
    }
    const bool keeps = op.attributes().integer("keepdims", 1) != 0;
    Shape shape;
    for (std::size_t d = 0; d < rank; ++d) {
        if (!reduced[d] || keeps) {
            shape.push_back(reduced[d] ? 1 : op.shape(0)[d]);
        }
    }
    op.out(op.type(0), shape);
}

void arg(Inference& op) {
    const std::size_t axis = op.axis(0, op.in(0).rank());
    Shape shape = op.shape(0);
    op.require(shape[axis] > 0, rule_shapes, op.describe(0) + " has no elements along axis " + std::to_string(axis));
    if (op.attributes().integer("keepdims", 1) != 0) {
        shape[axis] = 1;
    } else {
        shape.erase(shape.begin() + static_cast<std::ptrdiff_t>(axis));
    }
    op.out(ElementType::int64, shape);
}

} // namespace

InferenceRule compute_rule(OpKind kind) {
    switch (kind) {
    case OpKind::conv:
        return conv;
    case OpKind::conv_transpose:
        return conv_transpose;
    case OpKind::gemm:
        return gemm;
    case OpKind::matmul:
        return matmul;
    case OpKind::quantize_linear:
        return quantize_linear;
    case OpKind::dequantize_linear:
        return dequantize_linear;
    case OpKind::dynamic_quantize_linear:
        return dynamic_quantize_linear;
    case OpKind::qlinear_conv:
        return qlinear_conv;
    case OpKind::qlinear_matmul:
        return qlinear_matmul;
    case OpKind::conv_integer:
        return conv_integer;
    case OpKind::matmul_integer:
        return matmul_integer;
    case OpKind::max_pool:
    case OpKind::average_pool:
    case OpKind::global_max_pool:
    case OpKind::global_average_pool:
        return pool;
    case OpKind::batch_normalization:
        return batch_normalization;
    case OpKind::instance_normalization:
        return instance_normalization;
    case OpKind::layer_normalization:
        return layer_normalization;
    case OpKind::lrn:
        return lrn;
    case OpKind::softmax:
    case OpKind::log_softmax:
        return softmax;
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
