// SPDX-License-Identifier: Apache-2.0
// One function per operator that is taken apart.
#include "workloads/quantise/decompose.hpp"

#include "workloads/graph/evaluate.hpp"
#include "workloads/quantise/op_class.hpp"
#include "workloads/quantise/rewriter.hpp"

#include <algorithm>
#include <memory>

namespace lodestone::quantise {

namespace {

using graph::Graph;
using graph::Operator;
using graph::OpKind;
using graph::Shape;
using graph::Tensor;
using graph::TensorData;
using Ints = std::vector<std::int64_t>;

class Decomposer : private Rewriter {
public:
    explicit Decomposer(Graph& graph) : Rewriter(graph) {}

    void run() {
        for (Operator& op : take_operators()) {
            if (!rewrite(op)) {
                keep(std::move(op));
            }
        }
    }

private:
    /// False when the operator stays as it is.
    bool rewrite(const Operator& op) {
        switch (op.kind) {
        case OpKind::selu:
            return selu(op);
        case OpKind::celu:
            return celu(op);
        case OpKind::softsign:
            return softsign(op);
        case OpKind::reduce_min:
            return around_reduction(op, OpKind::neg, OpKind::reduce_max, OpKind::neg);
        case OpKind::reduce_l1:
            return around_reduction(op, OpKind::abs, OpKind::reduce_sum, std::nullopt);
        case OpKind::reduce_l2:
            return around_reduction(op, OpKind::mul, OpKind::reduce_sum, OpKind::sqrt);
        case OpKind::reduce_sum_square:
            return around_reduction(op, OpKind::mul, OpKind::reduce_sum, std::nullopt);
        case OpKind::reduce_log_sum:
            return around_reduction(op, std::nullopt, OpKind::reduce_sum, OpKind::log);
        case OpKind::instance_normalization:
            return instance_normalization(op);
        case OpKind::lrn:
            return lrn(op);
        case OpKind::where:
            return where(op);
        case OpKind::tile:
            return tile(op);
        case OpKind::gather:
            return gather(op);
        default:
            return false;
        }
    }

    [[nodiscard]] static TensorId operand(const Operator& op, std::size_t i) { return *op.inputs.at(i); }
    [[nodiscard]] bool is_computed(TensorId id) const { return is_activation(at(id)); }
    [[nodiscard]] bool is_float(TensorId id) const { return graph::is_floating(at(id).type); }

    /// gamma * elu(x)
    bool selu(const Operator& op) {
        constexpr float alpha = 1.67326319217681884765625F; // the defaults of ONNX
        constexpr float gamma = 1.05070102214813232421875F;
        const TensorId curve = value(op.name + ".elu", at(operand(op, 0)).shape);
        emit(OpKind::elu, op, "", {operand(op, 0)}, curve)
            .attributes.set("alpha", op.attributes.number("alpha", alpha));
        const TensorId factor = constant(op.name + ".gamma", op.attributes.number("gamma", gamma));
        emit(OpKind::mul, op, "Mul", {curve, factor}, op.outputs.at(0));
        return true;
    }

    /// alpha * elu(x / alpha)
    bool celu(const Operator& op) {
        const TensorId alpha = constant(op.name + ".alpha", op.attributes.number("alpha", 1.0F));
        const TensorId share = value(op.name + ".share", at(operand(op, 0)).shape);
        const TensorId curve = value(op.name + ".elu", at(operand(op, 0)).shape);
        emit(OpKind::div, op, "Div", {operand(op, 0), alpha}, share);
        emit(OpKind::elu, op, "", {share}, curve);
        emit(OpKind::mul, op, "Mul", {curve, alpha}, op.outputs.at(0));
        return true;
    }

    /// x / (1 + |x|)
    bool softsign(const Operator& op) {
        const TensorId magnitude = value(op.name + ".magnitude", at(operand(op, 0)).shape);
        const TensorId divisor = value(op.name + ".divisor", at(operand(op, 0)).shape);
        emit(OpKind::abs, op, "Abs", {operand(op, 0)}, magnitude);
        emit(OpKind::add, op, "Add", {magnitude, constant(op.name + ".one", 1.0F)}, divisor);
        emit(OpKind::div, op, "", {operand(op, 0), divisor}, op.outputs.at(0));
        return true;
    }

    /// after(reduce(before(x))); a product is that of x with itself.
    bool around_reduction(const Operator& op, std::optional<OpKind> before, OpKind reduce,
                          std::optional<OpKind> after) {
        if (!is_float(operand(op, 0))) {
            return false;
        }
        TensorId x = operand(op, 0);
        if (before) {
            const TensorId changed = value(op.name + ".terms", at(x).shape);
            const std::vector<TensorId> both{x, x};
            emit(*before, op, "Terms", *before == OpKind::mul ? both : std::vector{x}, changed);
            x = changed;
        }
        const TensorId result = op.outputs.at(0);
        const TensorId reduced = after ? value(op.name + ".reduced", at(result).shape) : result;
        Operator main = op;
        main.kind = reduce;
        main.inputs.at(0) = x;
        main.outputs.at(0) = reduced;
        keep(std::move(main));
        if (after) {
            emit(*after, op, "After", {reduced}, result);
        }
        return true;
    }

    /// A parameter of one value per channel, broadcast over the axes behind.
    TensorId per_channel(TensorId id, std::size_t rank) {
        Shape shape(rank - 1, 1);
        shape.front() = at(id).shape.at(0);
        return parameter(at(id).name + ".channels", shape,
                         at(id).has_data() ? at(id).data->as_floats() : std::vector<float>{});
    }

    /// Each channel of each image by itself: a layer normalisation of what lies behind them.
    bool instance_normalization(const Operator& op) {
        const TensorId x = operand(op, 0);
        if (is_computed(operand(op, 1)) || is_computed(operand(op, 2))) {
            return false;
        }
        const TensorId even = value(op.name + ".even", at(x).shape);
        const TensorId scaled = value(op.name + ".scaled", at(x).shape);
        graph::Attributes& settings =
            emit(OpKind::layer_normalization, op, "", {x, constant(op.name + ".one", 1.0F)}, even).attributes;
        settings.set("axis", std::int64_t{2});
        settings.set("epsilon", op.attributes.number("epsilon", 1e-5F));
        emit(OpKind::mul, op, "Mul", {even, per_channel(operand(op, 1), at(x).rank())}, scaled);
        emit(OpKind::add, op, "Add", {scaled, per_channel(operand(op, 2), at(x).rank())}, op.outputs.at(0));
        return true;
    }

    /// x / (bias + alpha * mean of the squares of `size` neighbouring channels) ^ beta
    bool lrn(const Operator& op) {
        const TensorId x = operand(op, 0);
        const Shape shape = at(x).shape;
        if (shape.size() < 2) {
            return false;
        }
        std::int64_t behind = 1;
        for (std::size_t axis = 2; axis < shape.size(); ++axis) {
            behind *= shape[axis];
        }
        const Shape picture{shape[0], 1, shape[1], behind};
        const std::int64_t size = op.attributes.integer("size", 1);
        const auto step = [&](OpKind kind, const char* part, TensorId from, const Shape& to,
                              std::optional<TensorId> second = {}) {
            const TensorId made = value(op.name + "." + part, to);
            emit(kind, op, part, second ? std::vector{from, *second} : std::vector{from}, made);
            return made;
        };
        const auto number = [&](const char* name, float otherwise) {
            return constant(op.name + "." + name, op.attributes.number(name, otherwise));
        };
        const TensorId squares = step(OpKind::mul, "Squares", x, shape, x);
        const TensorId apart = step(OpKind::reshape, "Apart", squares, picture);
        graph_.operators.back().attributes.set("shape", Ints(picture));
        const TensorId means = step(OpKind::average_pool, "Means", apart, picture);
        graph::Attributes& window = graph_.operators.back().attributes;
        window.set("kernel_shape", Ints{size, 1});
        window.set("pads", Ints{(size - 1) / 2, 0, size / 2, 0});
        window.set("count_include_pad", std::int64_t{1});
        const TensorId joined = step(OpKind::reshape, "Joined", means, shape);
        graph_.operators.back().attributes.set("shape", Ints(shape));
        const TensorId scaled = step(OpKind::mul, "Scaled", joined, shape, number("alpha", 0.0001F));
        const TensorId raised = step(OpKind::add, "Raised", scaled, shape, number("bias", 1.0F));
        const TensorId divisor = step(OpKind::pow, "Divisor", raised, shape, number("beta", 0.75F));
        emit(OpKind::div, op, "", {x, divisor}, op.outputs.at(0));
        return true;
    }

    /// `values` (or, where the condition is `gate`, 0) broadcast with the condition.
    TensorId masked(const Operator& op, TensorId values, bool gate) {
        const Tensor& condition = at(operand(op, 0));
        const Shape shape = *graph::broadcast(condition.shape, at(values).shape);
        const std::vector<std::size_t> choose = graph::broadcast_indices(condition.shape, shape);
        const std::vector<std::size_t> from = graph::broadcast_indices(at(values).shape, shape);
        std::vector<float> kept;
        for (std::size_t i = 0; i < choose.size(); ++i) {
            const bool chosen = (condition.data->as_int(choose[i]) != 0) == gate;
            kept.push_back(chosen ? at(values).data->as_float(from[i]) : 0.0F);
        }
        return parameter(op.name + (gate ? ".then" : ".else"), shape, std::move(kept));
    }

    /// x where the condition is `gate`, else 0: a product with zeros and ones.
    TensorId gated(const Operator& op, TensorId x, bool gate) {
        const Tensor& condition = at(operand(op, 0));
        const Shape shape = *graph::broadcast(condition.shape, at(x).shape);
        std::vector<float> ones;
        for (std::size_t i = 0; i < condition.size(); ++i) {
            ones.push_back((condition.data->as_int(i) != 0) == gate ? 1.0F : 0.0F);
        }
        const TensorId mask = parameter(op.name + (gate ? ".mask" : ".other_mask"), condition.shape, std::move(ones));
        const TensorId made = value(op.name + (gate ? ".kept" : ".other"), shape);
        emit(OpKind::mul, op, gate ? "Kept" : "Other", {x, mask}, made);
        return made;
    }

    /// The sum of what the condition keeps of either side.
    bool where(const Operator& op) {
        constexpr std::size_t sides = 2;
        if (!at(operand(op, 0)).has_data() || !is_float(op.outputs.at(0))) {
            return false;
        }
        std::vector<TensorId> parts;
        for (std::size_t side = 0; side < sides; ++side) {
            const TensorId from = operand(op, 1 + side);
            if (!is_computed(from) && !at(from).has_data()) {
                return false;
            }
        }
        for (std::size_t side = 0; side < sides; ++side) {
            const TensorId from = operand(op, 1 + side);
            parts.push_back(is_computed(from) ? gated(op, from, side == 0) : masked(op, from, side == 0));
        }
        emit(OpKind::add, op, "", parts, op.outputs.at(0));
        return true;
    }

    /// Copies behind each other, axis by axis.
    bool tile(const Operator& op) {
        if (!at(operand(op, 1)).has_data()) {
            return false;
        }
        const Ints repeats = at(operand(op, 1)).data->as_ints();
        const TensorId result = op.outputs.at(0);
        TensorId current = operand(op, 0);
        bool is_main = true;
        for (std::size_t axis = 0; axis < repeats.size(); ++axis) {
            if (repeats[axis] == 1) {
                continue;
            }
            const bool is_last = std::all_of(repeats.begin() + static_cast<std::ptrdiff_t>(axis) + 1, repeats.end(),
                                             [](std::int64_t r) { return r == 1; });
            Shape shape = at(current).shape;
            shape[axis] *= repeats[axis];
            const TensorId next = is_last ? result : value_like(op.name + ".along" + std::to_string(axis), result);
            graph_.at(next).shape = shape;
            const std::vector<TensorId> copies(static_cast<std::size_t>(repeats[axis]), current);
            emit(OpKind::concat, op, is_main ? "" : std::to_string(axis), copies, next)
                .attributes.set("axis", static_cast<std::int64_t>(axis));
            is_main = false;
            current = next;
        }
        if (is_main) {
            emit(OpKind::identity, op, "", {current}, result);
        }
        return true;
    }

    /// Gather along a list of known positions; a step between them makes it a Slice, another rank ends in a Reshape.
    bool gather(const Operator& op) {
        const TensorId x = operand(op, 0);
        const Tensor& indices = at(operand(op, 1));
        if (!is_computed(x) || !indices.has_data() || indices.size() == 0) {
            return false;
        }
        const auto axis = graph::resolve_axis(op.attributes.integer("axis", 0), at(x).rank()).value_or(0);
        Ints positions = indices.data->as_ints();
        const std::int64_t extent = at(x).shape.at(axis);
        for (std::int64_t& position : positions) {
            position += position < 0 ? extent : 0;
            if (position < 0 || position >= extent) {
                return false; // the lowering says which
            }
        }
        const bool is_list = indices.rank() == 1;
        const TensorId result = op.outputs.at(0);
        Shape shape = at(x).shape;
        shape[axis] = static_cast<std::int64_t>(positions.size());
        const TensorId listed = is_list ? result : value_like(op.name + ".listed", result);
        graph_.at(listed).shape = shape;
        const bool is_run = std::adjacent_find(positions.begin(), positions.end(),
                                               [](auto a, auto b) { return b != a + 1; }) == positions.end();
        if (is_run) {
            graph::Attributes& cut = emit(OpKind::slice, op, "", {x}, listed).attributes;
            cut.set("starts", Ints{positions.front()});
            cut.set("ends", Ints{positions.back() + 1});
            cut.set("axes", Ints{static_cast<std::int64_t>(axis)});
        } else {
            emit(OpKind::gather, op, "", {x, integers(op.name + ".positions", positions)}, listed)
                .attributes.set("axis", static_cast<std::int64_t>(axis));
        }
        if (!is_list) {
            emit(OpKind::reshape, op, "Shape", {listed}, result).attributes.set("shape", Shape(at(result).shape));
        }
        return true;
    }
};

} // namespace

void decompose(Graph& graph) {
    Decomposer(graph).run();
}

} // namespace lodestone::quantise
