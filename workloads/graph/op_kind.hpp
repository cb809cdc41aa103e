// SPDX-License-Identifier: Apache-2.0
// The operators that Lodestone knows, with the operand counts and attributes that ONNX gives them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lodestone::graph {

/// Each has the meaning of the ONNX operator of the same name at opset 17; importers rewrite older forms.
enum class OpKind : std::uint8_t {
    // multiply-accumulate
    conv,
    conv_transpose,
    gemm,
    matmul,
    // integers and scales
    quantize_linear,
    dequantize_linear,
    dynamic_quantize_linear,
    qlinear_conv,
    qlinear_matmul,
    conv_integer,
    matmul_integer,
    // element by element, two or more operands, broadcasting
    add,
    sub,
    mul,
    div,
    mod,
    pow,
    max,
    min,
    sum,
    mean,
    equal,
    less,
    less_or_equal,
    greater,
    greater_or_equal,
    logical_and,
    logical_or,
    logical_xor,
    where,
    prelu,
    // element by element, one operand
    relu,
    leaky_relu,
    elu,
    selu,
    celu,
    thresholded_relu,
    sigmoid,
    hard_sigmoid,
    hard_swish,
    gelu,
    clip,
    tanh,
    erf,
    exp,
    log,
    sqrt,
    reciprocal,
    abs,
    neg,
    sign,
    floor,
    ceil,
    round,
    sin,
    cos,
    softplus,
    softsign,
    logical_not,
    // windows
    max_pool,
    average_pool,
    global_max_pool,
    global_average_pool,
    // normalisation
    batch_normalization,
    layer_normalization,
    instance_normalization,
    lrn,
    softmax,
    log_softmax,
    // reductions
    reduce_sum,
    reduce_mean,
    reduce_max,
    reduce_min,
    reduce_prod,
    reduce_l1,
    reduce_l2,
    reduce_sum_square,
    reduce_log_sum,
    reduce_log_sum_exp,
    arg_max,
    arg_min,
    // moving values
    concat,
    split,
    slice,
    reshape,
    flatten,
    transpose,
    squeeze,
    unsqueeze,
    pad,
    resize,
    expand,
    tile,
    gather,
    depth_to_space,
    space_to_depth,
    identity,
    dropout,
    cast,
    // making values
    constant,
    constant_of_shape,
    shape,
    size,
    range
};

/// Types of an attribute, as one letter each in OpInfo::attributes: i integer, f number, s text, I integers,
/// F numbers, t tensor.
struct AttributeInfo {
    std::string name;
    char type;
};

inline constexpr std::size_t any_number = std::numeric_limits<std::size_t>::max();

/// What is fixed about an operator whatever its operands.
struct OpInfo {
    OpKind kind;
    std::string_view name; ///< the ONNX name, "Conv"
    std::size_t min_inputs;
    std::size_t max_inputs;
    std::size_t max_outputs;
    std::string_view attributes; ///< "group:i pads:I ..."; an attribute outside the list is refused
    std::string_view parameters; ///< one letter per input: 'p' where learnt values belong, '.' elsewhere
};

/// All operators, in the order of OpKind.
[[nodiscard]] std::span<const OpInfo> op_table();
[[nodiscard]] const OpInfo& info(OpKind kind);
[[nodiscard]] std::string to_string(OpKind kind);
[[nodiscard]] std::optional<OpKind> op_named(std::string_view onnx_name);
/// ONNX names of all operators, sorted.
[[nodiscard]] std::vector<std::string> op_names();
[[nodiscard]] std::vector<AttributeInfo> attribute_infos(OpKind kind);
/// True where input `index` carries learnt values (weights, bias, statistics of a normalisation).
[[nodiscard]] bool is_parameter_operand(OpKind kind, std::size_t index);

} // namespace lodestone::graph
