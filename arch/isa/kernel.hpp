// SPDX-License-Identifier: Apache-2.0
// What one core computes for its tile: the primary operation and the element-wise steps that follow it.
#pragma once

#include "arch/isa/region.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace lodestone::isa {

/// One spatial axis of a convolution or pooling window, with ONNX meaning.
struct WindowAxis {
    std::int64_t size = 1;
    std::int64_t stride = 1;
    std::int64_t dilation = 1;
    std::int64_t pad_begin = 0;
    std::int64_t pad_end = 0;
    friend bool operator==(const WindowAxis&, const WindowAxis&) = default;
};

/// Convolution of an [N, C, spatial...] tensor with weights [out, in / groups, window...]; one WindowAxis per spatial
/// axis.
struct ConvKernel {
    std::vector<WindowAxis> window;
    std::int64_t in_channels = 1;
    std::int64_t out_channels = 1;
    std::int64_t groups = 1;
    friend bool operator==(const ConvKernel&, const ConvKernel&) = default;
};

/// Y[..., M, N] = A[..., M, K] B. B is a parameter [K, N], or input 1 [..., K, N] when `b_is_input`.
/// A transposed operand is stored with its last two axes exchanged.
struct MatMulKernel {
    std::int64_t k = 1;
    bool b_is_input = false;
    bool transpose_a = false;
    bool transpose_b = false;
    friend bool operator==(const MatMulKernel&, const MatMulKernel&) = default;
};

enum class PoolKind { maximum, average };

struct PoolKernel {
    PoolKind kind = PoolKind::maximum;
    std::vector<WindowAxis> window;
    bool count_include_pad = false;
    friend bool operator==(const PoolKernel&, const PoolKernel&) = default;
};

enum class ReduceKind { mean, sum, maximum };

/// Reduction over whole axes; with `keep_axes` the reduced axes stay with size 1.
struct ReduceKernel {
    ReduceKind kind = ReduceKind::mean;
    std::vector<std::int64_t> axes;
    bool keep_axes = true;
    friend bool operator==(const ReduceKernel&, const ReduceKernel&) = default;
};

struct SoftmaxKernel {
    std::int64_t axis = 0;
    bool logarithm = false; ///< LogSoftmax
    friend bool operator==(const SoftmaxKernel&, const SoftmaxKernel&) = default;
};

/// (x - mean) / sqrt(variance + epsilon) over the axes from `axis` to the last; scale and shift are epilogue steps.
struct LayerNormKernel {
    std::int64_t axis = 0;
    double epsilon = 1e-5;
    friend bool operator==(const LayerNormKernel&, const LayerNormKernel&) = default;
};

/// Passes input 0 on (with broadcasting); the epilogue does the work.
struct ElementwiseKernel {
    friend bool operator==(const ElementwiseKernel&, const ElementwiseKernel&) = default;
};

struct ConcatKernel {
    std::int64_t axis = 0;
    friend bool operator==(const ConcatKernel&, const ConcatKernel&) = default;
};

/// Output index i of an axis reads input index start + i * step.
struct SliceKernel {
    std::vector<std::int64_t> starts;
    std::vector<std::int64_t> steps;
    friend bool operator==(const SliceKernel&, const SliceKernel&) = default;
};

/// Output index i of `axis` reads input index indices[i]; the other axes pass.
struct PickKernel {
    std::int64_t axis = 0;
    std::vector<std::int64_t> indices;
    friend bool operator==(const PickKernel&, const PickKernel&) = default;
};

/// Output axis i is input axis order[i].
struct TransposeKernel {
    std::vector<std::int64_t> order;
    friend bool operator==(const TransposeKernel&, const TransposeKernel&) = default;
};

/// Same elements in row-major order under another shape.
struct ReshapeKernel {
    friend bool operator==(const ReshapeKernel&, const ReshapeKernel&) = default;
};

struct PadKernel {
    std::vector<std::int64_t> begin;
    double value = 0;
    std::string mode = "constant"; ///< constant | reflect | edge
    friend bool operator==(const PadKernel&, const PadKernel&) = default;
};

/// Output index maps to an input position per axis by the ONNX coordinate transformation.
struct ResizeKernel {
    std::vector<double> scales;
    std::string mode = "nearest";           ///< nearest | linear
    std::string coordinates = "half_pixel"; ///< ONNX coordinate_transformation_mode
    std::string nearest = "round_prefer_floor";
    friend bool operator==(const ResizeKernel&, const ResizeKernel&) = default;
};

/// Brings the network's input from the frame buffer to where the first layers read it.
struct LoadKernel {
    friend bool operator==(const LoadKernel&, const LoadKernel&) = default;
};
/// Takes the network's outputs to the frame buffer.
struct StoreKernel {
    friend bool operator==(const StoreKernel&, const StoreKernel&) = default;
};

using Kernel = std::variant<ConvKernel, MatMulKernel, PoolKernel, ReduceKernel, SoftmaxKernel, LayerNormKernel,
                            ElementwiseKernel, ConcatKernel, SliceKernel, PickKernel, TransposeKernel, ReshapeKernel,
                            PadKernel, ResizeKernel, LoadKernel, StoreKernel>;

/// "conv", "matmul", … as program files spell it.
[[nodiscard]] std::string kernel_name(const Kernel& kernel);

/// True when the matrix unit does the primary operation.
[[nodiscard]] bool uses_matrix_unit(const Kernel& kernel);

/// Element-wise steps of the vector unit, in binary32, each rounded; meanings are those of numerics/functions.hpp.
enum class EpilogueOp {
    add,
    subtract,
    multiply,
    divide,
    minimum,
    maximum,
    power,
    prelu, ///< leaky_relu whose slope is the operand
    relu,
    leaky_relu,
    clip,
    sigmoid,
    hard_sigmoid,
    hard_swish,
    silu,
    gelu,
    gelu_tanh,
    elu,
    softplus,
    tanh,
    exponential,
    logarithm,
    erf,
    square_root,
    reciprocal,
    absolute,
    negate,
    floor,
    ceil,
    round,
};

[[nodiscard]] std::string epilogue_name(EpilogueOp op);
[[nodiscard]] std::optional<EpilogueOp> find_epilogue(const std::string& name);
/// True for steps that the function unit does (exp, erf, division, square root, …), false for the vector lanes.
[[nodiscard]] bool uses_function_unit(EpilogueOp op);
[[nodiscard]] bool is_binary(EpilogueOp op);

/// value = op(value, operand), or op(operand, value) when `operand_first`. The operand of a binary step is either an
/// activation (`input`: index into the phase's inputs) or a parameter (`constant`: index into the program's
/// constants), both broadcast to the output by ONNX rules (aligned at the last axis).
struct EpilogueStep {
    EpilogueOp op = EpilogueOp::relu;
    std::optional<std::uint32_t> input;
    std::optional<std::uint32_t> constant;
    bool operand_first = false;
    float alpha = 0; ///< leaky_relu: slope; hard_sigmoid, elu: alpha; clip: lower limit
    float beta = 0;  ///< hard_sigmoid: beta; clip: upper limit
};

} // namespace lodestone::isa
