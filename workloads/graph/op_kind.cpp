// SPDX-License-Identifier: Apache-2.0
// The table of operators.
#include "workloads/graph/op_kind.hpp"

#include "sim/base/error.hpp"

#include <algorithm>
#include <array>
#include <sstream>

namespace lodestone::graph {
namespace {

constexpr std::string_view window_attributes = "auto_pad:s dilations:I group:i kernel_shape:I pads:I strides:I";
constexpr std::string_view reduce_attributes = "axes:I keepdims:i noop_with_empty_axes:i";
constexpr std::string_view arg_attributes = "axis:i keepdims:i select_last_index:i";

// kind, ONNX name, fewest inputs, most inputs, most outputs, attributes, where learnt values belong
constexpr auto table = std::to_array<OpInfo>({
    {OpKind::conv, "Conv", 2, 3, 1, window_attributes, ".pp"},
    {OpKind::conv_transpose, "ConvTranspose", 2, 3, 1,
     "auto_pad:s dilations:I group:i kernel_shape:I output_padding:I output_shape:I pads:I strides:I", ".pp"},
    {OpKind::gemm, "Gemm", 2, 3, 1, "alpha:f beta:f transA:i transB:i", ".pp"},
    {OpKind::matmul, "MatMul", 2, 2, 1, "", ".p"},
    {OpKind::quantize_linear, "QuantizeLinear", 2, 3, 1, "axis:i", ".pp"},
    {OpKind::dequantize_linear, "DequantizeLinear", 2, 3, 1, "axis:i", ".pp"},
    {OpKind::dynamic_quantize_linear, "DynamicQuantizeLinear", 1, 1, 3, "", "."},
    {OpKind::qlinear_conv, "QLinearConv", 8, 9, 1, window_attributes, ".pppppppp"},
    {OpKind::qlinear_matmul, "QLinearMatMul", 8, 8, 1, "", ".ppppppp"},
    {OpKind::conv_integer, "ConvInteger", 2, 4, 1, window_attributes, ".ppp"},
    {OpKind::matmul_integer, "MatMulInteger", 2, 4, 1, "", ".ppp"},

    {OpKind::add, "Add", 2, 2, 1, "", ""},
    {OpKind::sub, "Sub", 2, 2, 1, "", ""},
    {OpKind::mul, "Mul", 2, 2, 1, "", ""},
    {OpKind::div, "Div", 2, 2, 1, "", ""},
    {OpKind::mod, "Mod", 2, 2, 1, "fmod:i", ""},
    {OpKind::pow, "Pow", 2, 2, 1, "", ""},
    {OpKind::max, "Max", 1, any_number, 1, "", ""},
    {OpKind::min, "Min", 1, any_number, 1, "", ""},
    {OpKind::sum, "Sum", 1, any_number, 1, "", ""},
    {OpKind::mean, "Mean", 1, any_number, 1, "", ""},
    {OpKind::equal, "Equal", 2, 2, 1, "", ""},
    {OpKind::less, "Less", 2, 2, 1, "", ""},
    {OpKind::less_or_equal, "LessOrEqual", 2, 2, 1, "", ""},
    {OpKind::greater, "Greater", 2, 2, 1, "", ""},
    {OpKind::greater_or_equal, "GreaterOrEqual", 2, 2, 1, "", ""},
    {OpKind::logical_and, "And", 2, 2, 1, "", ""},
    {OpKind::logical_or, "Or", 2, 2, 1, "", ""},
    {OpKind::logical_xor, "Xor", 2, 2, 1, "", ""},
    {OpKind::where, "Where", 3, 3, 1, "", ""},
    {OpKind::prelu, "PRelu", 2, 2, 1, "", ".p"},

    {OpKind::relu, "Relu", 1, 1, 1, "", ""},
    {OpKind::leaky_relu, "LeakyRelu", 1, 1, 1, "alpha:f", ""},
    {OpKind::elu, "Elu", 1, 1, 1, "alpha:f", ""},
    {OpKind::selu, "Selu", 1, 1, 1, "alpha:f gamma:f", ""},
    {OpKind::celu, "Celu", 1, 1, 1, "alpha:f", ""},
    {OpKind::thresholded_relu, "ThresholdedRelu", 1, 1, 1, "alpha:f", ""},
    {OpKind::sigmoid, "Sigmoid", 1, 1, 1, "", ""},
    {OpKind::hard_sigmoid, "HardSigmoid", 1, 1, 1, "alpha:f beta:f", ""},
    {OpKind::hard_swish, "HardSwish", 1, 1, 1, "", ""},
    {OpKind::gelu, "Gelu", 1, 1, 1, "approximate:s", ""},
    {OpKind::clip, "Clip", 1, 3, 1, "max:f min:f", ""},
    {OpKind::tanh, "Tanh", 1, 1, 1, "", ""},
    {OpKind::erf, "Erf", 1, 1, 1, "", ""},
    {OpKind::exp, "Exp", 1, 1, 1, "", ""},
    {OpKind::log, "Log", 1, 1, 1, "", ""},
    {OpKind::sqrt, "Sqrt", 1, 1, 1, "", ""},
    {OpKind::reciprocal, "Reciprocal", 1, 1, 1, "", ""},
    {OpKind::abs, "Abs", 1, 1, 1, "", ""},
    {OpKind::neg, "Neg", 1, 1, 1, "", ""},
    {OpKind::sign, "Sign", 1, 1, 1, "", ""},
    {OpKind::floor, "Floor", 1, 1, 1, "", ""},
    {OpKind::ceil, "Ceil", 1, 1, 1, "", ""},
    {OpKind::round, "Round", 1, 1, 1, "", ""},
    {OpKind::sin, "Sin", 1, 1, 1, "", ""},
    {OpKind::cos, "Cos", 1, 1, 1, "", ""},
    {OpKind::softplus, "Softplus", 1, 1, 1, "", ""},
    {OpKind::softsign, "Softsign", 1, 1, 1, "", ""},
    {OpKind::logical_not, "Not", 1, 1, 1, "", ""},

    {OpKind::max_pool, "MaxPool", 1, 1, 2,
     "auto_pad:s ceil_mode:i dilations:I kernel_shape:I pads:I storage_order:i strides:I", ""},
    {OpKind::average_pool, "AveragePool", 1, 1, 1,
     "auto_pad:s ceil_mode:i count_include_pad:i dilations:I kernel_shape:I pads:I strides:I", ""},
    {OpKind::global_max_pool, "GlobalMaxPool", 1, 1, 1, "", ""},
    {OpKind::global_average_pool, "GlobalAveragePool", 1, 1, 1, "", ""},

    {OpKind::batch_normalization, "BatchNormalization", 5, 5, 1, "epsilon:f momentum:f training_mode:i", ".pppp"},
    {OpKind::layer_normalization, "LayerNormalization", 2, 3, 3, "axis:i epsilon:f stash_type:i", ".pp"},
    {OpKind::instance_normalization, "InstanceNormalization", 3, 3, 1, "epsilon:f", ".pp"},
    {OpKind::lrn, "LRN", 1, 1, 1, "alpha:f beta:f bias:f size:i", ""},
    {OpKind::softmax, "Softmax", 1, 1, 1, "axis:i", ""},
    {OpKind::log_softmax, "LogSoftmax", 1, 1, 1, "axis:i", ""},

    {OpKind::reduce_sum, "ReduceSum", 1, 2, 1, reduce_attributes, ""},
    {OpKind::reduce_mean, "ReduceMean", 1, 2, 1, reduce_attributes, ""},
    {OpKind::reduce_max, "ReduceMax", 1, 2, 1, reduce_attributes, ""},
    {OpKind::reduce_min, "ReduceMin", 1, 2, 1, reduce_attributes, ""},
    {OpKind::reduce_prod, "ReduceProd", 1, 2, 1, reduce_attributes, ""},
    {OpKind::reduce_l1, "ReduceL1", 1, 2, 1, reduce_attributes, ""},
    {OpKind::reduce_l2, "ReduceL2", 1, 2, 1, reduce_attributes, ""},
    {OpKind::reduce_sum_square, "ReduceSumSquare", 1, 2, 1, reduce_attributes, ""},
    {OpKind::reduce_log_sum, "ReduceLogSum", 1, 2, 1, reduce_attributes, ""},
    {OpKind::reduce_log_sum_exp, "ReduceLogSumExp", 1, 2, 1, reduce_attributes, ""},
    {OpKind::arg_max, "ArgMax", 1, 1, 1, arg_attributes, ""},
    {OpKind::arg_min, "ArgMin", 1, 1, 1, arg_attributes, ""},

    {OpKind::concat, "Concat", 1, any_number, 1, "axis:i", ""},
    {OpKind::split, "Split", 1, 2, any_number, "axis:i num_outputs:i split:I", ""},
    {OpKind::slice, "Slice", 1, 5, 1, "axes:I ends:I starts:I", ""},
    {OpKind::reshape, "Reshape", 1, 2, 1, "allowzero:i shape:I", ""},
    {OpKind::flatten, "Flatten", 1, 1, 1, "axis:i", ""},
    {OpKind::transpose, "Transpose", 1, 1, 1, "perm:I", ""},
    {OpKind::squeeze, "Squeeze", 1, 2, 1, "axes:I", ""},
    {OpKind::unsqueeze, "Unsqueeze", 1, 2, 1, "axes:I", ""},
    {OpKind::pad, "Pad", 1, 4, 1, "mode:s pads:I value:f", ""},
    {OpKind::resize, "Resize", 1, 4, 1,
     "coordinate_transformation_mode:s cubic_coeff_a:f exclude_outside:i extrapolation_value:f mode:s nearest_mode:s",
     ""},
    {OpKind::expand, "Expand", 2, 2, 1, "", ""},
    {OpKind::tile, "Tile", 2, 2, 1, "", ""},
    {OpKind::gather, "Gather", 2, 2, 1, "axis:i", ""},
    {OpKind::depth_to_space, "DepthToSpace", 1, 1, 1, "blocksize:i mode:s", ""},
    {OpKind::space_to_depth, "SpaceToDepth", 1, 1, 1, "blocksize:i", ""},
    {OpKind::identity, "Identity", 1, 1, 1, "", ""},
    {OpKind::dropout, "Dropout", 1, 3, 2, "ratio:f seed:i", ""},
    {OpKind::cast, "Cast", 1, 1, 1, "to:s", ""},

    {OpKind::constant, "Constant", 0, 0, 1, "value:t", ""},
    {OpKind::constant_of_shape, "ConstantOfShape", 1, 1, 1, "value:t", ""},
    {OpKind::shape, "Shape", 1, 1, 1, "end:i start:i", ""},
    {OpKind::size, "Size", 1, 1, 1, "", ""},
    {OpKind::range, "Range", 3, 3, 1, "", ""},
});

constexpr bool is_in_order() {
    for (std::size_t i = 0; i < table.size(); ++i) {
        if (static_cast<std::size_t>(table[i].kind) != i) {
            return false;
        }
    }
    return table.size() == static_cast<std::size_t>(OpKind::range) + 1;
}
static_assert(is_in_order(), "the table lists each OpKind once, in the order of the enumeration");

} // namespace

std::span<const OpInfo> op_table() {
    return table;
}

const OpInfo& info(OpKind kind) {
    return table.at(static_cast<std::size_t>(kind));
}

std::string to_string(OpKind kind) {
    return std::string(info(kind).name);
}

std::optional<OpKind> op_named(std::string_view onnx_name) {
    const auto* row =
        std::find_if(table.begin(), table.end(), [&](const OpInfo& candidate) { return candidate.name == onnx_name; });
    return row == table.end() ? std::nullopt : std::optional(row->kind);
}

std::vector<std::string> op_names() {
    std::vector<std::string> names;
    for (const OpInfo& row : table) {
        names.emplace_back(row.name);
    }
    std::sort(names.begin(), names.end());
    return names;
}

std::vector<AttributeInfo> attribute_infos(OpKind kind) {
    std::vector<AttributeInfo> infos;
    std::istringstream words{std::string(info(kind).attributes)};
    for (std::string word; words >> word;) {
        const std::size_t colon = word.find(':');
        infos.push_back({.name = word.substr(0, colon), .type = word.at(colon + 1)});
    }
    return infos;
}

bool is_parameter_operand(OpKind kind, std::size_t index) {
    const std::string_view parameters = info(kind).parameters;
    return index < parameters.size() && parameters[index] == 'p';
}

} // namespace lodestone::graph
