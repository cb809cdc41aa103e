// SPDX-License-Identifier: Apache-2.0
// The workbench of lowering: a program that grows, and one phase of it under construction. Private to this folder.
#pragma once

#include "mapping/emit/lower.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace lodestone::emit {

/// The axis counted from 0 that an attribute means; outside the tensor it is a UserError.
[[nodiscard]] std::size_t axis_of(const graph::Tensor& tensor, std::int64_t axis);

/// Program tensors and constants by graph tensor, each made once.
class ProgramBuilder {
public:
    ProgramBuilder(const graph::QuantisedModel& model, const LowerOptions& options);

    /// Index of the program's tensor for a graph tensor.
    std::uint32_t tensor(TensorId id);
    /// Index of a binary32 constant with the values of a graph tensor (none when they are absent).
    std::uint32_t constant(TensorId id);
    std::uint32_t add_constant(isa::Constant constant);
    /// A constant of one element.
    std::uint32_t add_scalar(const std::string& name, float value);
    void add_phase(isa::Phase phase);

    const graph::QuantisedModel& model;
    const graph::Graph& graph;
    const LowerOptions& options;
    isa::Program program;

private:
    std::map<TensorId, std::uint32_t> tensors_;
    std::map<TensorId, std::uint32_t> constants_;
};

/// The phase of one layer. Functions that cannot express something throw UserError with the reason alone; the
/// caller adds layer and operator.
class PhaseBuilder {
public:
    PhaseBuilder(ProgramBuilder& builder, const graph::Layer& of_layer, TensorId output);

    /// Lowers the primary operator, then the fused ones, and adds the phase to the program.
    void build();

    /// Lowering of the primary operator, by kind.
    using Lower = void (PhaseBuilder::*)();
    /// Null when the kind has no lowering as a primary operator.
    [[nodiscard]] static Lower lowering_of(graph::OpKind kind);
    /// Kinds that are element-wise steps: as primary operators they pass their input on first.
    [[nodiscard]] static const std::vector<graph::OpKind>& elementwise_kinds();

private:
    // lower_matrix.cpp
    void lower_conv();
    void lower_gemm();
    void lower_matmul();
    void set_weights(std::int64_t output_channels, double factor);
    void set_matrix(std::uint64_t products);
    // lower_window.cpp
    void lower_pool();
    void lower_reduce();
    void lower_softmax();
    void lower_layer_norm();
    // lower_movement.cpp
    void lower_concat();
    void lower_concat_with_constants();
    void lower_split();
    void lower_slice();
    void lower_gather();
    void lower_reshape();
    void lower_transpose();
    void lower_pad();
    void lower_resize();
    void lower_expand();
    // lower_elementwise.cpp
    void lower_elementwise();
    void append(const graph::Operator& op);
    void append_unary(const graph::Operator& op);
    void append_binary(const graph::Operator& op, isa::EpilogueOp step);
    void append_square(isa::EpilogueOp step);
    void append_variadic(const graph::Operator& op, isa::EpilogueOp step);
    void append_clip(const graph::Operator& op);
    void append_prelu(const graph::Operator& op);
    void append_batch_norm(const graph::Operator& op);
    bool merge_gate(const graph::Operator& op, TensorId other);
    void append_operand(isa::EpilogueOp step, TensorId operand, bool operand_first);

    /// Index in phase.inputs of an activation that the kernel reads.
    std::uint32_t input(TensorId id);
    /// The same for an operand of the epilogue: shared with other steps, and with the kernel only when that passes its
    /// input on, for any other reads another region of it.
    std::uint32_t epilogue_input(TensorId id);
    [[nodiscard]] bool is_activation(TensorId id) const;
    [[nodiscard]] TensorId operand(const graph::Operator& op, std::size_t index) const;
    /// Integers that operand `index` must hold as constants; empty when it is left out.
    [[nodiscard]] std::vector<std::int64_t> constant_integers(const graph::Operator& op, std::size_t index) const;
    /// Integers of attribute `name` (older form), else of the constant operand `index`.
    [[nodiscard]] std::vector<std::int64_t> integers(const graph::Operator& op, const std::string& name,
                                                     std::size_t index) const;
    [[nodiscard]] std::optional<float> constant_scalar(const graph::Operator& op, std::size_t index) const;
    [[nodiscard]] const graph::Tensor& at(TensorId id) const { return builder_.graph.at(id); }

    ProgramBuilder& builder_;
    const graph::Layer& layer_;
    const graph::Operator& op_;     ///< primary
    std::size_t kernel_inputs_ = 0; ///< of phase_; the rest are operands of its epilogue
    isa::Phase phase_;
    TensorId output_;                ///< what this phase stores
    TensorId value_;                 ///< graph tensor that the steps so far have computed
    std::optional<TensorId> before_; ///< the one before the last step
};

} // namespace lodestone::emit
