// SPDX-License-Identifier: Apache-2.0
// The view of one operator that its inference rule works with.
#pragma once

#include "workloads/graph/graph.hpp"

#include <stdexcept>
#include <string>
#include <vector>

namespace lodestone::graph {

/// A rule of infer.hpp broken by one operator; caught per operator and reported with its name and place.
struct RuleBroken : std::runtime_error {
    RuleBroken(int rule_number, const std::string& message) : std::runtime_error(message), rule(rule_number) {}
    int rule;
};

inline constexpr int rule_counts = 4;
inline constexpr int rule_attributes = 5;
inline constexpr int rule_types = 6;
inline constexpr int rule_shapes = 7;
inline constexpr int rule_sizes = 8;

/// Type and shape of one output, as found by a rule.
struct TensorType {
    ElementType type = ElementType::undefined;
    Shape shape;
};

/// Reads the operands of one operator and collects what its outputs are. Every `require_…` throws RuleBroken.
class Inference {
public:
    Inference(const Graph& graph, const Operator& op) : graph_(graph), op_(op) {}

    [[nodiscard]] const Graph& graph() const { return graph_; }
    [[nodiscard]] const Operator& op() const { return op_; }
    [[nodiscard]] const Attributes& attributes() const { return op_.attributes; }
    [[nodiscard]] bool has(std::size_t i) const { return op_.has_input(i); }
    [[nodiscard]] const Tensor& in(std::size_t i) const;
    [[nodiscard]] const Shape& shape(std::size_t i) const { return in(i).shape; }
    [[nodiscard]] ElementType type(std::size_t i) const { return in(i).type; }
    /// "'weight' 64x3x7x7", for messages.
    [[nodiscard]] std::string describe(std::size_t i) const;

    void require(bool holds, int rule, const std::string& message) const;
    void require_rank(std::size_t i, std::size_t lowest, std::size_t highest) const;
    void require_floating(std::size_t i) const;
    void require_type(std::size_t i, const std::vector<ElementType>& allowed) const;
    /// Operands from `first` on (those present) have the type of operand `first`.
    void require_same_types(std::size_t first, std::size_t last) const;
    /// Operand `i`, when present, has exactly this shape; `why` ends the message.
    void require_shape(std::size_t i, const Shape& shape, const std::string& why) const;

    /// Attribute `axis` against a rank.
    [[nodiscard]] std::size_t axis(std::int64_t otherwise, std::size_t rank) const;
    [[nodiscard]] std::size_t resolve(std::int64_t axis, std::size_t rank) const;
    /// Whether the integers of operand `i`, or of the attribute when it is left out, are given at all.
    [[nodiscard]] bool has_integers(std::size_t i, const std::string& attribute) const;
    /// The integers of operand `i` or of the attribute; the operand's values must be known.
    [[nodiscard]] std::vector<std::int64_t> integers(std::size_t i, const std::string& attribute) const;
    /// Values of an operand that decides shapes.
    [[nodiscard]] const TensorData& known(std::size_t i) const;

    void out(ElementType type, Shape shape) { outputs_.push_back({.type = type, .shape = std::move(shape)}); }
    [[nodiscard]] const std::vector<TensorType>& outputs() const { return outputs_; }

private:
    const Graph& graph_;
    const Operator& op_;
    std::vector<TensorType> outputs_;
};

/// Fills `Inference::outputs`.
using InferenceRule = void (*)(Inference&);

/// Each returns null for an operator of the other family.
[[nodiscard]] InferenceRule compute_rule(OpKind kind);
[[nodiscard]] InferenceRule elementwise_rule(OpKind kind);
[[nodiscard]] InferenceRule movement_rule(OpKind kind);

} // namespace lodestone::graph
