// SPDX-License-Identifier: Apache-2.0
// The classes of operators, as lists.
#include "workloads/quantise/op_class.hpp"

namespace lodestone::quantise {

using graph::OpKind;

bool is_matrix(OpKind kind) {
    switch (kind) {
    case OpKind::conv:
    case OpKind::conv_transpose:
    case OpKind::gemm:
    case OpKind::matmul:
        return true;
    default:
        return false;
    }
}

bool can_follow(OpKind kind) {
    switch (kind) {
    case OpKind::add:
    case OpKind::sub:
    case OpKind::mul:
    case OpKind::div:
    case OpKind::pow:
    case OpKind::max:
    case OpKind::min:
    case OpKind::relu:
    case OpKind::leaky_relu:
    case OpKind::prelu:
    case OpKind::sigmoid:
    case OpKind::hard_sigmoid:
    case OpKind::hard_swish:
    case OpKind::gelu:
    case OpKind::elu:
    case OpKind::softplus:
    case OpKind::clip:
    case OpKind::tanh:
    case OpKind::erf:
    case OpKind::exp:
    case OpKind::log:
    case OpKind::sqrt:
    case OpKind::reciprocal:
    case OpKind::abs:
    case OpKind::neg:
    case OpKind::floor:
    case OpKind::ceil:
    case OpKind::round:
        return true;
    default:
        return false;
    }
}

bool is_element_wise(OpKind kind) {
    switch (kind) {
    case OpKind::mod:
    case OpKind::sum:
    case OpKind::mean:
    case OpKind::equal:
    case OpKind::less:
    case OpKind::less_or_equal:
    case OpKind::greater:
    case OpKind::greater_or_equal:
    case OpKind::logical_and:
    case OpKind::logical_or:
    case OpKind::logical_xor:
    case OpKind::logical_not:
    case OpKind::where:
    case OpKind::selu:
    case OpKind::celu:
    case OpKind::thresholded_relu:
    case OpKind::sign:
    case OpKind::sin:
    case OpKind::cos:
    case OpKind::softsign:
    case OpKind::batch_normalization:
        return true;
    default:
        return can_follow(kind);
    }
}

bool only_renames(OpKind kind) {
    switch (kind) {
    case OpKind::reshape:
    case OpKind::flatten:
    case OpKind::squeeze:
    case OpKind::unsqueeze:
        return true;
    default:
        return false;
    }
}

bool only_moves(OpKind kind) {
    switch (kind) {
    case OpKind::max_pool:
    case OpKind::global_max_pool:
    case OpKind::concat:
    case OpKind::slice:
    case OpKind::gather:
    case OpKind::transpose:
    case OpKind::expand:
    case OpKind::tile:
    case OpKind::depth_to_space:
    case OpKind::space_to_depth:
    case OpKind::identity:
        return true;
    default:
        return only_renames(kind);
    }
}

bool is_activation(const graph::Tensor& tensor) {
    return tensor.role == graph::TensorRole::activation || tensor.role == graph::TensorRole::input;
}

} // namespace lodestone::quantise
