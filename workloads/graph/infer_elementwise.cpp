// SPDX-License-Identifier: Apache-2.0
// Inference rules of operators that work element by element.
#include "workloads/graph/infer_rules.hpp"

#include "workloads/graph/evaluate.hpp"

namespace lodestone::graph {
namespace {

Shape broadcast_all(const Inference& op) {
    Shape shape = op.shape(0);
    for (std::size_t i = 1; i < op.op().inputs.size(); ++i) {
        const auto both = broadcast(shape, op.shape(i));
        op.require(both.has_value(), rule_shapes,
                   op.describe(i) + " does not broadcast with " + to_string(shape) +
                       ": aligned at the last dimension, extents must be equal or 1");
        shape = *both;
    }
    return shape;
}

void require_number(const Inference& op) {
    op.require(op.type(0) != ElementType::boolean, rule_types,
               "'" + op.in(0).name + "' is boolean, " + to_string(op.op().kind) + " wants numbers");
}

void arithmetic(Inference& op) {
    require_number(op);
    op.require_same_types(0, op.op().inputs.size() - 1);
    const bool needs_fmod =
        op.op().kind == OpKind::mod && is_floating(op.type(0)) && op.attributes().integer("fmod", 0) == 0;
    op.require(!needs_fmod, rule_attributes, "fmod must be 1 for floating point");
    op.out(op.type(0), broadcast_all(op));
}

void floating_arithmetic(Inference& op) {
    op.require_floating(0);
    arithmetic(op);
}

void power(Inference& op) {
    require_number(op);
    op.out(op.type(0), broadcast_all(op));
}

void comparison(Inference& op) {
    op.require_same_types(0, 1);
    op.out(ElementType::boolean, broadcast_all(op));
}

void logic(Inference& op) {
    for (std::size_t i = 0; i < op.op().inputs.size(); ++i) {
        op.require_type(i, {ElementType::boolean});
    }
    op.out(ElementType::boolean, broadcast_all(op));
}

void where(Inference& op) {
    op.require_type(0, {ElementType::boolean});
    op.require_same_types(1, 2);
    op.out(op.type(1), broadcast_all(op));
}

void prelu(Inference& op) {
    require_number(op);
    op.require_same_types(0, 1);
    op.require(broadcast_all(op) == op.shape(0), rule_shapes,
               "the slope " + op.describe(1) + " does not broadcast to " + op.describe(0));
    op.out(op.type(0), op.shape(0));
}

void same(Inference& op) {
    require_number(op);
    op.out(op.type(0), op.shape(0));
}

void same_floating(Inference& op) {
    op.require_floating(0);
    op.out(op.type(0), op.shape(0));
}

void gelu(Inference& op) {
    const std::string approximate = op.attributes().text("approximate", "none");
    op.require(approximate == "none" || approximate == "tanh", rule_attributes,
               "approximate is '" + approximate + "', it must be none or tanh");
    same_floating(op);
}

void clip(Inference& op) {
    require_number(op);
    for (std::size_t i = 1; i < 3; ++i) {
        if (op.has(i)) {
            op.require_type(i, {op.type(0)});
            op.require(op.in(i).size() == 1, rule_shapes, op.describe(i) + " must be one value");
        }
    }
    op.out(op.type(0), op.shape(0));
}

} // namespace

InferenceRule elementwise_rule(OpKind kind) {
    switch (kind) {
    case OpKind::add:
    case OpKind::sub:
    case OpKind::mul:
    case OpKind::div:
    case OpKind::mod:
    case OpKind::max:
    case OpKind::min:
        return arithmetic;
    case OpKind::sum:
    case OpKind::mean:
        return floating_arithmetic;
    case OpKind::pow:
        return power;
    case OpKind::equal:
    case OpKind::less:
    case OpKind::less_or_equal:
    case OpKind::greater:
    case OpKind::greater_or_equal:
        return comparison;
    case OpKind::logical_and:
    case OpKind::logical_or:
    case OpKind::logical_xor:
    case OpKind::logical_not:
        return logic;
    case OpKind::where:
        return where;
    case OpKind::prelu:
        return prelu;
    case OpKind::relu:
    case OpKind::abs:
    case OpKind::neg:
    case OpKind::sign:
        return same;
    case OpKind::leaky_relu:
    case OpKind::elu:
    case OpKind::selu:
    case OpKind::celu:
    case OpKind::thresholded_relu:
    case OpKind::sigmoid:
    case OpKind::hard_sigmoid:
    case OpKind::hard_swish:
    case OpKind::tanh:
    case OpKind::erf:
    case OpKind::exp:
    case OpKind::log:
    case OpKind::sqrt:
    case OpKind::reciprocal:
    case OpKind::floor:
    case OpKind::ceil:
    case OpKind::round:
    case OpKind::sin:
    case OpKind::cos:
    case OpKind::softplus:
    case OpKind::softsign:
        return same_floating;
    case OpKind::gelu:
        return gelu;
    case OpKind::clip:
        return clip;
    default:
        return nullptr;
    }
}

} // namespace lodestone::graph
