// SPDX-License-Identifier: Apache-2.0
// One function per operator that has a simpler equivalent.
#include "workloads/quantise/canonical.hpp"

#include "workloads/quantise/op_class.hpp"
#include "workloads/quantise/rewriter.hpp"

#include <array>
#include <cmath>
#include <utility>

namespace lodestone::quantise {

namespace {

using graph::ElementType;
using graph::Graph;
using graph::Operator;
using graph::OpKind;
using graph::Shape;
using graph::Tensor;
using graph::TensorData;
using graph::TensorRole;

/// One function per operator that has a simpler equivalent.
class Canonical : private Rewriter {
public:
    explicit Canonical(Graph& graph) : Rewriter(graph) {}

    void run() {
        for (Operator& op : take_operators()) {
            rewrite(std::move(op));
        }
    }

private:
    void rewrite(Operator op) {
        switch (op.kind) {
        case OpKind::gemm:
            return gemm(std::move(op));
        case OpKind::matmul:
            return matmul(std::move(op));
        case OpKind::batch_normalization:
            return batch_normalization(op);
        case OpKind::sum:
            return pairs(std::move(op), OpKind::add);
        case OpKind::mean:
            return pairs(std::move(op), OpKind::add);
        case OpKind::max:
        case OpKind::min:
            return pairs(op, op.kind);
        case OpKind::split:
            return split(op);
        case OpKind::depth_to_space:
        case OpKind::space_to_depth:
            return move_blocks(op);
        default:
            keep(std::move(op));
        }
    }

    void gemm(Operator op) {
        const float alpha = op.attributes.number("alpha", 1.0F);
        const float beta = op.attributes.number("beta", 1.0F);
        op.attributes.erase("alpha");
        op.attributes.erase("beta");
        const TensorId result = op.outputs.at(0);
        const Shape shape = graph_.at(result).shape;
        std::vector<std::pair<OpKind, TensorId>> after; // applied to the product, in order

        const TensorId b = *op.inputs.at(1);
        const bool has_weights = !is_activation(graph_.at(b));
        if (alpha != 1.0F && has_weights) {
            op.inputs.at(1) = scaled(b, alpha);
        } else if (alpha != 1.0F) {
            after.emplace_back(OpKind::mul, constant(op.name + ".alpha", alpha));
        }
        if (op.has_input(bias_operand)) {
            TensorId c = *op.inputs.at(bias_operand);
            op.inputs.resize(2);
            const bool is_fixed = !is_activation(graph_.at(c));
            if (beta != 1.0F && is_fixed) {
                c = scaled(c, beta);
            } else if (beta != 1.0F) {
                const TensorId product = value(op.name + ".beta", graph_.at(c).shape);
                emit(OpKind::mul, op, "beta", {c, constant(op.name + ".beta_value", beta)}, product);
                c = product;
            }
            if (is_fixed && has_weights && is_per_channel(graph_.at(c), shape.at(1))) {
                op.inputs.emplace_back(as_bias(c, shape.at(1)));
            } else {
                after.emplace_back(OpKind::add, c);
            }
        }
        if (!has_weights) {
            as_matmul(op);
        }
        keep_with(std::move(op), after);
    }

    /// A Gemm of two activations without its C.
    void as_matmul(Operator& op) {
        constexpr std::array<const char*, 2> turns{"transA", "transB"};
        for (std::size_t i = 0; i < turns.size(); ++i) {
            if (op.attributes.integer(turns[i], 0) != 0) {
                const TensorId operand = *op.inputs.at(i);
                const TensorId turned =
                    value(graph_.at(operand).name + ".transposed", last_two_swapped(graph_.at(operand).shape));
                transpose(op, turns[i], operand, turned);
                op.inputs.at(i) = turned;
            }
        }
        op.kind = OpKind::matmul;
        op.attributes = {};
    }

    /// Keeps `op` and applies binary operators with fixed or finished second operands to its output.
    void keep_with(Operator op, const std::vector<std::pair<OpKind, TensorId>>& after) {
        const TensorId result = op.outputs.at(0);
        const Operator origin = op;
        TensorId current = result;
        if (!after.empty()) {
            current = value(op.name + ".product", graph_.at(result).shape);
            op.outputs.at(0) = current;
        }
        keep(std::move(op));
        for (std::size_t i = 0; i < after.size(); ++i) {
            const TensorId next =
                i + 1 == after.size() ? result : value(origin.name + ".scaled", graph_.at(result).shape);
            emit(after[i].first, origin, graph::to_string(after[i].first), {current, after[i].second}, next);
            current = next;
        }
    }

    TensorId scaled(TensorId id, float factor) {
        const Tensor& source = graph_.at(id);
        std::vector<float> values;
        if (source.has_data()) {
            values = source.data->as_floats();
            for (float& v : values) {
                v = static_cast<float>(static_cast<double>(v) * static_cast<double>(factor));
            }
        }
        return parameter(source.name + ".scaled", source.shape, std::move(values));
    }

    [[nodiscard]] static bool is_per_channel(const Tensor& c, std::int64_t channels) {
        return c.size() == 1 || (c.size() == static_cast<std::size_t>(channels) && c.shape.back() == channels);
    }

    TensorId as_bias(TensorId id, std::int64_t channels) {
        const Tensor& c = graph_.at(id);
        if (c.shape == Shape{channels}) {
            return id;
        }
        std::vector<float> values;
        if (c.has_data()) {
            values = c.data->as_floats();
            values.resize(static_cast<std::size_t>(channels), values.front());
        }
        return parameter(c.name + ".bias", {channels}, std::move(values));
    }

    /// W X = (X' W')' for a parameter W of rank 2.
    void matmul(Operator op) {
        const Tensor& w = graph_.at(*op.inputs.at(0));
        const Tensor& x = graph_.at(*op.inputs.at(1));
        if (is_activation(w) || !is_activation(x) || w.rank() != 2 || x.rank() < 2) {
            return keep(std::move(op));
        }
        const TensorId result = op.outputs.at(0);
        const TensorId x_turned = value(x.name + ".transposed", last_two_swapped(x.shape));
        const TensorId y_turned =
            value(graph_.at(result).name + ".transposed", last_two_swapped(graph_.at(result).shape));
        const TensorId w_turned = transposed(*op.inputs.at(0));
        transpose(op, "turn_in", *op.inputs.at(1), x_turned);
        op.inputs = {x_turned, w_turned};
        op.outputs = {y_turned};
        keep(op);
        transpose(op, "turn_out", y_turned, result);
    }

    [[nodiscard]] static Shape last_two_swapped(Shape shape) {
        std::swap(shape.at(shape.size() - 1), shape.at(shape.size() - 2));
        return shape;
    }

    void transpose(const Operator& origin, const std::string& part, TensorId from, TensorId to) {
        std::vector<std::int64_t> order;
        for (std::size_t i = 0; i < graph_.at(from).rank(); ++i) {
            order.push_back(static_cast<std::int64_t>(i));
        }
        std::swap(order.at(order.size() - 1), order.at(order.size() - 2));
        emit(OpKind::transpose, origin, part, {from}, to);
        graph_.operators.back().attributes.set("perm", std::move(order));
    }

    TensorId transposed(TensorId id) {
        const Tensor& source = graph_.at(id);
        const auto rows = static_cast<std::size_t>(source.shape.at(0));
        const auto cols = static_cast<std::size_t>(source.shape.at(1));
        std::vector<float> values(source.has_data() ? source.size() : 0);
        if (source.has_data()) {
            const std::vector<float> given = source.data->as_floats();
            for (std::size_t r = 0; r < rows; ++r) {
                for (std::size_t c = 0; c < cols; ++c) {
                    values[c * rows + r] = given[r * cols + c];
                }
            }
        }
        return parameter(source.name + ".transposed", last_two_swapped(source.shape), std::move(values));
    }

    /// y = x * a + b with a = scale / sqrt(variance + epsilon), b = bias - mean * a, in binary64, rounded once.
    void batch_normalization(const Operator& op) {
        const Tensor& x = graph_.at(*op.inputs.at(0));
        const std::size_t channels = graph_.at(*op.inputs.at(1)).size();
        const double epsilon = static_cast<double>(op.attributes.number("epsilon", 1e-5F));
        std::vector<float> factors;
        std::vector<float> offsets;
        const auto has_data = [&](std::size_t i) { return graph_.at(*op.inputs.at(i)).has_data(); };
        if (has_data(1) && has_data(2) && has_data(3) && has_data(4)) {
            const auto at = [&](std::size_t operand, std::size_t i) {
                return graph_.at(*op.inputs.at(operand)).data->as_double(i);
            };
            for (std::size_t c = 0; c < channels; ++c) {
                const double a = at(1, c) / std::sqrt(at(4, c) + epsilon);
                factors.push_back(static_cast<float>(a));
                offsets.push_back(static_cast<float>(at(2, c) - at(3, c) * a));
            }
        }
        Shape shape(x.rank() > 1 ? x.rank() - 1 : 1, 1);
        shape.front() = static_cast<std::int64_t>(channels);
        const TensorId scaled_x = value(op.name + ".scaled", x.shape);
        const TensorId factor = parameter(op.name + ".factor", shape, std::move(factors));
        const TensorId offset = parameter(op.name + ".offset", shape, std::move(offsets));
        emit(OpKind::mul, op, "", {*op.inputs.at(0), factor}, scaled_x);
        emit(OpKind::add, op, "Add", {scaled_x, offset}, op.outputs.at(0));
    }

    /// op(a, b, c) = op(op(a, b), c); a Mean ends with a division.
    void pairs(Operator op, OpKind kind) {
        const std::size_t count = op.inputs.size();
        const bool divides = op.kind == OpKind::mean && count > 1;
        if (count == 1) {
            op.kind = OpKind::identity;
            return keep(std::move(op));
        }
        const TensorId result = op.outputs.at(0);
        TensorId current = *op.inputs.at(0);
        for (std::size_t i = 1; i < count; ++i) {
            const bool is_last = i + 1 == count && !divides;
            const auto& a = graph_.at(current).shape;
            const auto& b = graph_.at(*op.inputs.at(i)).shape;
            const TensorId next = is_last ? result : value(op.name + ".partial" + std::to_string(i), broadcast(a, b));
            graph_.at(next).type = graph_.at(result).type;
            emit(kind, op, i == 1 ? "" : std::to_string(i), {current, *op.inputs.at(i)}, next);
            current = next;
        }
        if (divides) {
            emit(OpKind::div, op, "Div", {current, constant(op.name + ".count", static_cast<float>(count))}, result);
        }
    }

    [[nodiscard]] static Shape broadcast(const Shape& a, const Shape& b) {
        const Shape& longer = a.size() >= b.size() ? a : b;
        const Shape& shorter = a.size() >= b.size() ? b : a;
        Shape out = longer;
        for (std::size_t i = 0; i < shorter.size(); ++i) {
            std::int64_t& extent = out[longer.size() - shorter.size() + i];
            extent = extent == 1 ? shorter[i] : extent;
        }
        return out;
    }

    /// DepthToSpace and SpaceToDepth: channels and blocks of pixels as axes of their own, exchanged, joined again.
    void move_blocks(const Operator& op) {
        const TensorId x = *op.inputs.at(0);
        const TensorId y = op.outputs.at(0);
        const std::int64_t block = op.attributes.integer("blocksize", 1);
        const bool to_space = op.kind == OpKind::depth_to_space;
        const Shape& small = graph_.at(to_space ? x : y).shape; // pixels of this one are blocks of the other
        const std::int64_t channels = small.at(1) / (block * block);
        const bool blocks_first = !to_space || op.attributes.text("mode", "DCR") == "DCR"; // else channels first
        // Axes of the small picture: images, blocks' rows and columns before or behind the channels, rows, columns.
        const Shape split_small = blocks_first ? Shape{small[0], block, block, channels, small[2], small[3]}
                                               : Shape{small[0], channels, block, block, small[2], small[3]};
        const Shape split_large{small[0], channels, small[2], block, small[3], block};
        const std::vector<std::int64_t> to_large =
            blocks_first ? std::vector<std::int64_t>{0, 3, 4, 1, 5, 2} : std::vector<std::int64_t>{0, 1, 4, 2, 5, 3};
        const std::vector<std::int64_t> to_small{0, 3, 5, 1, 2, 4};
        const TensorId apart = value(op.name + ".apart", to_space ? split_small : split_large);
        const TensorId turned = value(op.name + ".turned", to_space ? split_large : split_small);
        graph_.at(apart).type = graph_.at(turned).type = graph_.at(x).type;
        emit(OpKind::reshape, op, "Apart", {x}, apart);
        graph_.operators.back().attributes.set("shape", graph_.at(apart).shape);
        emit(OpKind::transpose, op, "", {apart}, turned);
        graph_.operators.back().attributes.set("perm", to_space ? to_large : to_small);
        emit(OpKind::reshape, op, "Joined", {turned}, y);
        graph_.operators.back().attributes.set("shape", Shape(graph_.at(y).shape));
    }

    void split(const Operator& op) {
        const TensorId x = *op.inputs.at(0);
        const auto axis = graph::resolve_axis(op.attributes.integer("axis", 0), graph_.at(x).rank()).value_or(0);
        std::int64_t start = 0;
        for (const TensorId part : op.outputs) {
            const std::int64_t end = start + graph_.at(part).shape.at(axis);
            emit(OpKind::slice, op, start == 0 ? "" : std::to_string(start), {x}, part);
            graph::Attributes& attributes = graph_.operators.back().attributes;
            attributes.set("starts", std::vector<std::int64_t>{start});
            attributes.set("ends", std::vector<std::int64_t>{end});
            attributes.set("axes", std::vector<std::int64_t>{static_cast<std::int64_t>(axis)});
            start = end;
        }
    }
};

} // namespace

void use_binary32(Graph& graph) {
    for (Operator& op : graph.operators) {
        if (op.kind == OpKind::cast && graph::is_floating(graph.required_input(op, 0).type) &&
            graph::is_floating(graph.output(op).type)) {
            op.kind = OpKind::identity;
            op.attributes = {};
        }
    }
    for (Tensor& tensor : graph.tensors) {
        if (graph::is_floating(tensor.type) && tensor.type != ElementType::float32) {
            tensor.type = ElementType::float32;
            if (tensor.has_data()) {
                tensor.data = std::make_shared<TensorData>(tensor.data->cast_to(ElementType::float32));
            }
        }
    }
}

void rewrite_operators(Graph& graph) {
    Canonical(graph).run();
}

} // namespace lodestone::quantise
