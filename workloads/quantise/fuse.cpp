// SPDX-License-Identifier: Apache-2.0
// Greedy fusing along chains of single readers.
#include "workloads/quantise/fuse.hpp"

#include "sim/base/error.hpp"
#include "workloads/quantise/op_class.hpp"

#include <algorithm>

namespace lodestone::quantise {

namespace {

using graph::Graph;
using graph::Layer;
using graph::Operator;
using graph::OpKind;
using graph::Tensor;

bool makes_shapes(OpKind kind) {
    return kind == OpKind::constant || kind == OpKind::constant_of_shape || kind == OpKind::shape ||
           kind == OpKind::size || kind == OpKind::range;
}

void verify_operators(const Graph& graph, const graph::Links& links) {
    Problems problems;
    for (const Operator& op : graph.operators) {
        if (makes_shapes(op.kind)) {
            problems.error(op.where, op.name,
                           graph::to_string(op.kind) +
                               " computes a shape that is not known before the network runs; fix the dimensions of the "
                               "network's inputs so that it can be folded away");
            continue;
        }
        const auto reads_activation = [&](const std::optional<TensorId>& id) {
            return id && is_activation(graph.at(*id));
        };
        if (std::none_of(op.inputs.begin(), op.inputs.end(), reads_activation)) {
            problems.error(op.where, op.name,
                           graph::to_string(op.kind) + " reads no activation; compute it before and store its result");
        }
        for (std::size_t i = 1; i < op.outputs.size(); ++i) {
            const TensorId id = op.outputs[i];
            if (!links.consumers.at(id.index()).empty() || graph.is_output(id)) {
                problems.error(op.where, op.name,
                               graph::to_string(op.kind) + " gives more than one output in use ('" + graph.at(id).name +
                                   "' is number " + std::to_string(i + 1) + "); a layer has one");
            }
        }
    }
    problems.throw_if_errors();
}

class Fuser {
public:
    explicit Fuser(const Graph& graph)
        : graph_(graph), links_(graph::links(graph)), taken_(graph.operators.size(), false),
          available_(graph.tensors.size(), false) {}

    std::vector<Layer> run() {
        verify_operators(graph_, links_);
        for (const TensorId id : graph_.inputs) {
            available_.at(id.index()) = true;
        }
        std::vector<Layer> layers;
        for (std::uint32_t i = 0; i < graph_.operators.size(); ++i) {
            if (!taken_[i]) {
                layers.push_back(layer_of(OperatorId(i)));
            }
        }
        return layers;
    }

private:
    Layer layer_of(OperatorId primary) {
        const Operator& op = graph_.at(primary);
        Layer layer;
        layer.name = op.name;
        layer.primary = primary;
        layer.output = op.outputs.at(0);
        take(layer, primary);
        if (!only_renames(op.kind)) {
            for (auto next = followers(layer.output); !next.empty(); next = followers(layer.output)) {
                for (const OperatorId id : next) {
                    layer.fused.push_back(id);
                    take(layer, id);
                    layer.output = graph_.at(id).outputs.at(0);
                }
            }
        }
        available_.at(layer.output.index()) = true;
        return layer;
    }

    /// Marks the operator as done and its operands that come from outside as inputs of the layer.
    void take(Layer& layer, OperatorId id) {
        taken_.at(id.index()) = true;
        for (const auto& operand : graph_.at(id).inputs) {
            if (operand && is_activation(graph_.at(*operand)) && !is_made_by(layer, *operand) &&
                std::find(layer.inputs.begin(), layer.inputs.end(), *operand) == layer.inputs.end()) {
                layer.inputs.push_back(*operand);
            }
        }
    }

    [[nodiscard]] bool is_made_by(const Layer& layer, TensorId value) const {
        const auto producer = links_.producer.at(value.index());
        return producer && (*producer == layer.primary ||
                            std::find(layer.fused.begin(), layer.fused.end(), *producer) != layer.fused.end());
    }

    /// The operators that can continue a layer whose value is `value`: one, a gate and its product, or none.
    [[nodiscard]] std::vector<OperatorId> followers(TensorId value) const {
        if (const auto one = follower(value)) {
            return {*one};
        }
        return gate(value);
    }

    /// x * Sigmoid(x) and x * HardSigmoid(x, 1/6, 1/2), which the vector unit has as one function each.
    [[nodiscard]] std::vector<OperatorId> gate(TensorId value) const {
        const auto& readers = links_.consumers.at(value.index());
        if (readers.size() != 2 || graph_.is_output(value)) {
            return {};
        }
        for (const auto& [first, second] : {std::pair(readers[0], readers[1]), std::pair(readers[1], readers[0])}) {
            const Operator& curve = graph_.at(first);
            const Operator& product = graph_.at(second);
            if (!is_gate(curve) || product.kind != OpKind::mul) {
                continue;
            }
            const TensorId opened = curve.outputs.at(0);
            const bool reads_both =
                std::is_permutation(product.inputs.begin(), product.inputs.end(),
                                    std::vector{std::optional(value), std::optional(opened)}.begin());
            if (reads_both && links_.consumers.at(opened.index()).size() == 1 && !graph_.is_output(opened)) {
                return {first, second};
            }
        }
        return {};
    }

    [[nodiscard]] static bool is_gate(const Operator& op) {
        constexpr float sixth = 1.0F / 6.0F;
        constexpr float half = 0.5F;
        return op.kind == OpKind::sigmoid ||
               (op.kind == OpKind::hard_sigmoid && op.attributes.number("alpha", 0.2F) == sixth &&
                op.attributes.number("beta", half) == half);
    }

    /// The operator that can continue a layer whose value is `value`.
    [[nodiscard]] std::optional<OperatorId> follower(TensorId value) const {
        const auto& readers = links_.consumers.at(value.index());
        if (readers.size() != 1 || graph_.is_output(value)) {
            return std::nullopt;
        }
        const Operator& op = graph_.at(readers.front());
        const Tensor& in = graph_.at(value);
        const Tensor& out = graph_.output(op);
        const bool fits = can_follow(op.kind) && graph::is_floating(in.type) && out.shape == in.shape;
        if (!fits || std::count(op.inputs.begin(), op.inputs.end(), std::optional(value)) != 1) {
            return std::nullopt;
        }
        const bool has_settings = op.kind == OpKind::clip || op.kind == OpKind::prelu; // limits, slope
        const bool ready = has_settings ? op.inputs.front() == value && has_fixed_settings(op)
                                        : std::all_of(op.inputs.begin(), op.inputs.end(), [&](const auto& operand) {
                                              return !operand || *operand == value || is_ready(*operand);
                                          });
        return ready && op.inputs.size() <= (has_settings ? 3U : 2U) ? std::optional(readers.front()) : std::nullopt;
    }

    /// The operands after the first are limits that are known, or slopes that the network does not compute.
    [[nodiscard]] bool has_fixed_settings(const Operator& op) const {
        return std::all_of(op.inputs.begin() + 1, op.inputs.end(), [&](const auto& setting) {
            const bool is_known = !setting || (graph_.at(*setting).has_data() && graph_.at(*setting).size() == 1);
            return is_known || (op.kind == OpKind::prelu && !is_activation(graph_.at(*setting)));
        });
    }

    [[nodiscard]] bool is_ready(TensorId id) const {
        return !is_activation(graph_.at(id)) || available_.at(id.index());
    }

    const Graph& graph_;
    graph::Links links_;
    std::vector<bool> taken_;     ///< by operator
    std::vector<bool> available_; ///< by tensor: an earlier layer or the user made it
};

} // namespace

std::vector<Layer> fuse(const Graph& graph) {
    return Fuser(graph).run();
}

} // namespace lodestone::quantise
