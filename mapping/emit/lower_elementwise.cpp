// SPDX-License-Identifier: Apache-2.0
// Element-wise operators as epilogue steps, alone or fused to the operator before them.
#include "mapping/emit/phase_builder.hpp"

#include "sim/base/error.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace lodestone::emit {

using graph::OpKind;
using isa::EpilogueOp;

namespace {

const std::map<OpKind, EpilogueOp>& unary_steps() {
    static const std::map<OpKind, EpilogueOp> steps{
        {OpKind::relu, EpilogueOp::relu},
        {OpKind::leaky_relu, EpilogueOp::leaky_relu},
        {OpKind::sigmoid, EpilogueOp::sigmoid},
        {OpKind::hard_sigmoid, EpilogueOp::hard_sigmoid},
        {OpKind::hard_swish, EpilogueOp::hard_swish},
        {OpKind::gelu, EpilogueOp::gelu},
        {OpKind::elu, EpilogueOp::elu},
        {OpKind::softplus, EpilogueOp::softplus},
        {OpKind::tanh, EpilogueOp::tanh},
        {OpKind::erf, EpilogueOp::erf},
        {OpKind::exp, EpilogueOp::exponential},
        {OpKind::log, EpilogueOp::logarithm},
        {OpKind::sqrt, EpilogueOp::square_root},
        {OpKind::reciprocal, EpilogueOp::reciprocal},
        {OpKind::abs, EpilogueOp::absolute},
        {OpKind::neg, EpilogueOp::negate},
        {OpKind::floor, EpilogueOp::floor},
        {OpKind::ceil, EpilogueOp::ceil},
        {OpKind::round, EpilogueOp::round},
    };
    return steps;
}

const std::map<OpKind, EpilogueOp>& binary_steps() {
    static const std::map<OpKind, EpilogueOp> steps{
        {OpKind::add, EpilogueOp::add},    {OpKind::sub, EpilogueOp::subtract}, {OpKind::mul, EpilogueOp::multiply},
        {OpKind::div, EpilogueOp::divide}, {OpKind::pow, EpilogueOp::power},
    };
    return steps;
}

const std::map<OpKind, EpilogueOp>& variadic_steps() {
    static const std::map<OpKind, EpilogueOp> steps{
        {OpKind::max, EpilogueOp::maximum},
        {OpKind::min, EpilogueOp::minimum},
        {OpKind::sum, EpilogueOp::add},
        {OpKind::mean, EpilogueOp::add},
    };
    return steps;
}

bool passes_on(OpKind kind) {
    return kind == OpKind::identity || kind == OpKind::dropout || kind == OpKind::cast;
}

/// Every value of `from` that a program can hold is one of `to` (integers are held in 32 bits at most).
bool keeps_values(graph::ElementType from, graph::ElementType to) {
    const bool is_whole = graph::is_integer(from) || from == graph::ElementType::boolean;
    const bool is_wide = to == graph::ElementType::int32 || to == graph::ElementType::int64;
    return graph::is_floating(to) || (is_whole && is_wide);
}

} // namespace

const std::vector<OpKind>& PhaseBuilder::elementwise_kinds() {
    static const std::vector<OpKind> kinds = [] {
        std::vector<OpKind> list{OpKind::identity, OpKind::dropout, OpKind::cast,
                                 OpKind::clip,     OpKind::prelu,   OpKind::batch_normalization};
        for (const auto& table : {unary_steps(), binary_steps(), variadic_steps()}) {
            for (const auto& [kind, step] : table) {
                list.push_back(kind);
            }
        }
        return list;
    }();
    return kinds;
}

void PhaseBuilder::lower_elementwise() {
    phase_.kernel = isa::ElementwiseKernel{};
    const auto first = std::ranges::find_if(op_.inputs, [&](const auto& id) { return id && is_activation(*id); });
    if (first == op_.inputs.end()) {
        throw UserError("no operand is computed by the network; the operator should have been folded");
    }
    value_ = **first;
    if (op_.kind == OpKind::cast && !keeps_values(at(value_).type, builder_.graph.output(op_).type)) {
        throw UserError("cuts " + to_string(at(value_).type) + " off to " + to_string(builder_.graph.output(op_).type) +
                        ", which is no step of the vector unit; leave the values as they are");
    }
    input(value_);
    append(op_);
}

void PhaseBuilder::append(const graph::Operator& op) {
    const std::size_t steps = phase_.epilogue.size();
    const TensorId entering = value_;
    if (const auto unary = unary_steps().find(op.kind); unary != unary_steps().end()) {
        append_unary(op);
    } else if (const auto binary = binary_steps().find(op.kind); binary != binary_steps().end()) {
        append_binary(op, binary->second);
    } else if (const auto variadic = variadic_steps().find(op.kind); variadic != variadic_steps().end()) {
        append_variadic(op, variadic->second);
    } else if (op.kind == OpKind::clip) {
        append_clip(op);
    } else if (op.kind == OpKind::prelu) {
        append_prelu(op);
    } else if (op.kind == OpKind::batch_normalization) {
        append_batch_norm(op);
    } else if (!passes_on(op.kind)) {
        throw UserError("fused operator " + to_string(op.kind) + " '" + op.name + "' is not a step of the vector unit");
    }
    value_ = op.outputs.front();
    before_ = phase_.epilogue.size() == steps + 1 ? std::optional(entering) : std::nullopt;
}

void PhaseBuilder::append_unary(const graph::Operator& op) {
    isa::EpilogueStep step{.op = unary_steps().at(op.kind)};
    if (op.kind == OpKind::leaky_relu) {
        step.alpha = op.attributes.number("alpha", 0.01F);
    } else if (op.kind == OpKind::hard_sigmoid) {
        step.alpha = op.attributes.number("alpha", 0.2F);
        step.beta = op.attributes.number("beta", 0.5F);
    } else if (op.kind == OpKind::elu) {
        step.alpha = op.attributes.number("alpha", 1.0F);
    } else if (op.kind == OpKind::gelu && op.attributes.text("approximate", "none") == "tanh") {
        step.op = EpilogueOp::gelu_tanh;
    }
    phase_.epilogue.push_back(step);
}

void PhaseBuilder::append_operand(EpilogueOp step, TensorId operand, bool operand_first) {
    isa::EpilogueStep added{.op = step, .operand_first = operand_first};
    if (is_activation(operand)) {
        added.input = epilogue_input(operand);
    } else {
        added.constant = builder_.constant(operand);
    }
    phase_.epilogue.push_back(added);
}

/// x * sigmoid(x) and x * hard_sigmoid(x), whose second use of x the chain no longer has, are steps of their own.
bool PhaseBuilder::merge_gate(const graph::Operator& op, TensorId other) {
    if (op.kind != OpKind::mul || !before_ || other != *before_ || phase_.epilogue.empty()) {
        return false;
    }
    isa::EpilogueStep& last = phase_.epilogue.back();
    constexpr float kSixth = 1.0F / 6.0F;
    constexpr float kHalf = 0.5F;
    if (last.op == EpilogueOp::sigmoid) {
        last = {.op = EpilogueOp::silu};
        return true;
    }
    if (last.op == EpilogueOp::hard_sigmoid && last.alpha == kSixth && last.beta == kHalf) {
        last = {.op = EpilogueOp::hard_swish};
        return true;
    }
    return false;
}

void PhaseBuilder::append_binary(const graph::Operator& op, EpilogueOp step) {
    const TensorId left = operand(op, 0);
    const TensorId right = operand(op, 1);
    const bool value_is_left = left == value_;
    if (!value_is_left && right != value_) {
        throw UserError("fused operator '" + op.name + "' does not read the value before it");
    }
    const TensorId other = value_is_left ? right : left;
    const bool twice = left == right;
    if (twice && !phase_.epilogue.empty()) {
        append_square(step);
        return;
    }
    if (!twice && merge_gate(op, other)) {
        return;
    }
    append_operand(step, other, !value_is_left);
}

/// The running value with itself: there is no second copy of it, but a constant does the same.
void PhaseBuilder::append_square(EpilogueOp step) {
    constexpr float kTwo = 2.0F;
    if (step == EpilogueOp::add) {
        phase_.epilogue.push_back({.op = EpilogueOp::multiply, .constant = builder_.add_scalar("two", kTwo)});
    } else if (step == EpilogueOp::multiply) {
        phase_.epilogue.push_back({.op = EpilogueOp::power, .constant = builder_.add_scalar("two", kTwo)});
    } else {
        throw UserError("a value that is only computed on the way is used twice");
    }
}

void PhaseBuilder::append_variadic(const graph::Operator& op, EpilogueOp step) {
    bool passed = false;
    for (std::size_t i = 0; i < op.inputs.size(); ++i) {
        const TensorId other = operand(op, i);
        if (!passed && other == value_) {
            passed = true;
            continue;
        }
        append_operand(step, other, false);
    }
    if (op.kind == OpKind::mean && op.inputs.size() > 1) {
        const auto count = static_cast<float>(op.inputs.size());
        phase_.epilogue.push_back({.op = EpilogueOp::divide, .constant = builder_.add_scalar("count", count)});
    }
}

void PhaseBuilder::append_clip(const graph::Operator& op) {
    const bool has_low = op.has_input(1) || op.attributes.has("min");
    const bool has_high = op.has_input(2) || op.attributes.has("max");
    const std::optional<float> low = op.has_input(1) ? constant_scalar(op, 1) : op.attributes.number("min", 0.0F);
    const std::optional<float> high = op.has_input(2) ? constant_scalar(op, 2) : op.attributes.number("max", 0.0F);
    if ((has_low && !low) || (has_high && !high)) {
        if (op.has_input(1)) {
            append_operand(EpilogueOp::maximum, operand(op, 1), false);
        }
        if (op.has_input(2)) {
            append_operand(EpilogueOp::minimum, operand(op, 2), false);
        }
        return;
    }
    using Limits = std::numeric_limits<float>;
    phase_.epilogue.push_back(
        {.op = EpilogueOp::clip, .alpha = has_low ? *low : Limits::lowest(), .beta = has_high ? *high : Limits::max()});
}

void PhaseBuilder::append_prelu(const graph::Operator& op) {
    if (operand(op, 0) != value_) {
        throw UserError("the slopes are computed by the network's main path; give them as a parameter");
    }
    if (const std::optional<float> slope = constant_scalar(op, 1)) {
        phase_.epilogue.push_back({.op = EpilogueOp::leaky_relu, .alpha = *slope});
    } else {
        append_operand(EpilogueOp::prelu, operand(op, 1), false);
    }
}

/// scale * (x - mean) / sqrt(variance + epsilon) + shift as one product and one sum per channel, whose constants are
/// computed in binary64 and rounded once.
void PhaseBuilder::append_batch_norm(const graph::Operator& op) {
    const graph::Tensor& scale = at(operand(op, 1));
    const graph::Tensor& shift = at(operand(op, 2));
    const graph::Tensor& mean = at(operand(op, 3));
    const graph::Tensor& variance = at(operand(op, 4));
    isa::Shape shape{scale.shape.at(0)};
    shape.resize(std::max<std::size_t>(1, at(op.outputs.front()).rank() - 1), 1);
    isa::Constant factor{.name = op.name + ".factor", .shape = shape};
    isa::Constant offset{.name = op.name + ".offset", .shape = shape};
    if (scale.has_data() && shift.has_data() && mean.has_data() && variance.has_data()) {
        const auto epsilon = static_cast<double>(op.attributes.number("epsilon", 1e-5F));
        for (std::size_t c = 0; c < scale.size(); ++c) {
            const double gain = scale.data->as_double(c) / std::sqrt(variance.data->as_double(c) + epsilon);
            factor.values.push_back(static_cast<float>(gain));
            offset.values.push_back(static_cast<float>(shift.data->as_double(c) - mean.data->as_double(c) * gain));
        }
    }
    phase_.epilogue.push_back({.op = EpilogueOp::multiply, .constant = builder_.add_constant(std::move(factor))});
    phase_.epilogue.push_back({.op = EpilogueOp::add, .constant = builder_.add_constant(std::move(offset))});
}

} // namespace lodestone::emit
