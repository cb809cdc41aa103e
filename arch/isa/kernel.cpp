// SPDX-License-Identifier: Apache-2.0
// Names and properties of kernels and epilogue steps.
#include "arch/isa/kernel.hpp"

#include <array>
#include <utility>

namespace lodestone::isa {
namespace {

/// In the order of the variant.
constexpr std::array kernel_names{"conv",        "matmul", "pool",  "reduce", "softmax",   "layer_norm",
                                  "elementwise", "concat", "slice", "pick",   "transpose", "reshape",
                                  "pad",         "resize", "load",  "store"};
static_assert(kernel_names.size() == std::variant_size_v<Kernel>);

enum class Unit { vector, function };

struct EpilogueInfo {
    EpilogueOp op;
    const char* name;
    Unit unit;
    bool binary;
};

constexpr std::array epilogue_table{
    EpilogueInfo{EpilogueOp::add, "add", Unit::vector, true},
    EpilogueInfo{EpilogueOp::subtract, "subtract", Unit::vector, true},
    EpilogueInfo{EpilogueOp::multiply, "multiply", Unit::vector, true},
    EpilogueInfo{EpilogueOp::divide, "divide", Unit::function, true},
    EpilogueInfo{EpilogueOp::minimum, "minimum", Unit::vector, true},
    EpilogueInfo{EpilogueOp::maximum, "maximum", Unit::vector, true},
    EpilogueInfo{EpilogueOp::power, "power", Unit::function, true},
    EpilogueInfo{EpilogueOp::prelu, "prelu", Unit::vector, true},
    EpilogueInfo{EpilogueOp::relu, "relu", Unit::vector, false},
    EpilogueInfo{EpilogueOp::leaky_relu, "leaky_relu", Unit::vector, false},
    EpilogueInfo{EpilogueOp::clip, "clip", Unit::vector, false},
    EpilogueInfo{EpilogueOp::sigmoid, "sigmoid", Unit::function, false},
    EpilogueInfo{EpilogueOp::hard_sigmoid, "hard_sigmoid", Unit::vector, false},
    EpilogueInfo{EpilogueOp::hard_swish, "hard_swish", Unit::vector, false},
    EpilogueInfo{EpilogueOp::silu, "silu", Unit::function, false},
    EpilogueInfo{EpilogueOp::gelu, "gelu", Unit::function, false},
    EpilogueInfo{EpilogueOp::gelu_tanh, "gelu_tanh", Unit::function, false},
    EpilogueInfo{EpilogueOp::elu, "elu", Unit::function, false},
    EpilogueInfo{EpilogueOp::softplus, "softplus", Unit::function, false},
    EpilogueInfo{EpilogueOp::tanh, "tanh", Unit::function, false},
    EpilogueInfo{EpilogueOp::exponential, "exponential", Unit::function, false},
    EpilogueInfo{EpilogueOp::logarithm, "logarithm", Unit::function, false},
    EpilogueInfo{EpilogueOp::erf, "erf", Unit::function, false},
    EpilogueInfo{EpilogueOp::square_root, "square_root", Unit::function, false},
    EpilogueInfo{EpilogueOp::reciprocal, "reciprocal", Unit::function, false},
    EpilogueInfo{EpilogueOp::absolute, "absolute", Unit::vector, false},
    EpilogueInfo{EpilogueOp::negate, "negate", Unit::vector, false},
    EpilogueInfo{EpilogueOp::floor, "floor", Unit::vector, false},
    EpilogueInfo{EpilogueOp::ceil, "ceil", Unit::vector, false},
    EpilogueInfo{EpilogueOp::round, "round", Unit::vector, false},
};

const EpilogueInfo& info(EpilogueOp op) {
    return epilogue_table[static_cast<std::size_t>(op)]; // the table is in the order of the enumeration
}

constexpr bool is_in_order() {
    for (std::size_t i = 0; i < epilogue_table.size(); ++i) {
        if (static_cast<std::size_t>(epilogue_table[i].op) != i) {
            return false;
        }
    }
    return true;
}
static_assert(is_in_order());

} // namespace

std::string kernel_name(const Kernel& kernel) {
    return kernel_names[kernel.index()];
}

bool uses_matrix_unit(const Kernel& kernel) {
    return std::holds_alternative<ConvKernel>(kernel) || std::holds_alternative<MatMulKernel>(kernel);
}

std::string epilogue_name(EpilogueOp op) {
    return info(op).name;
}

std::optional<EpilogueOp> find_epilogue(const std::string& name) {
    for (const EpilogueInfo& entry : epilogue_table) {
        if (name == entry.name) {
            return entry.op;
        }
    }
    return std::nullopt;
}

bool uses_function_unit(EpilogueOp op) {
    return info(op).unit == Unit::function;
}

bool is_binary(EpilogueOp op) {
    return info(op).binary;
}

} // namespace lodestone::isa
