// SPDX-License-Identifier: Apache-2.0
// Operators that compute each element of one operand by itself.
#include "workloads/graph/evaluate_kernels.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

namespace lodestone::graph {
namespace {

using Outputs = std::vector<TensorData>;

/// Applies f to every element; f maps double to double and is exact for integers up to 2^53.
template <class F>
TensorData map(const Call& call, F f) {
    TensorData out = call.operand(0);
    std::visit(
        [&]<class T>(std::vector<T>& values) {
            for (T& value : values) {
                value = store<T>(f(static_cast<double>(value)), out.type());
            }
        },
        out.any());
    return out;
}

double number(const Call& call, const char* name, float otherwise) {
    return static_cast<double>(call.op.attributes.number(name, otherwise));
}

Outputs relu(const Call& call) {
    return {map(call, [](double x) { return x < 0 ? 0.0 : x; })};
}
Outputs leaky_relu(const Call& call) {
    return {map(call, [a = number(call, "alpha", 0.01F)](double x) { return x < 0 ? a * x : x; })};
}
Outputs elu(const Call& call) {
    return {map(call, [a = number(call, "alpha", 1.0F)](double x) { return x < 0 ? a * std::expm1(x) : x; })};
}
Outputs selu(const Call& call) {
    const double alpha = number(call, "alpha", 1.67326319217681884765625F);
    const double gamma = number(call, "gamma", 1.05070102214813232421875F);
    return {map(call, [=](double x) { return gamma * (x > 0 ? x : alpha * std::expm1(x)); })};
}
Outputs celu(const Call& call) {
    return {map(call, [a = number(call, "alpha", 1.0F)](double x) {
        return std::max(x, 0.0) + std::min(0.0, a * std::expm1(x / a));
    })};
}
Outputs thresholded_relu(const Call& call) {
    return {map(call, [a = number(call, "alpha", 1.0F)](double x) { return x > a ? x : 0.0; })};
}
Outputs sigmoid(const Call& call) {
    return {map(call, [](double x) { return 1.0 / (1.0 + std::exp(-x)); })};
}
double hard_sigmoid_of(double x, double alpha, double beta) {
    return std::max(0.0, std::min(1.0, alpha * x + beta));
}
Outputs hard_sigmoid(const Call& call) {
    const double alpha = number(call, "alpha", 0.2F);
    const double beta = number(call, "beta", 0.5F);
    return {map(call, [=](double x) { return hard_sigmoid_of(x, alpha, beta); })};
}
Outputs hard_swish(const Call& call) {
    return {map(call, [](double x) { return x * hard_sigmoid_of(x, 1.0 / 6.0, 0.5); })};
}
Outputs gelu(const Call& call) {
    if (call.op.attributes.text("approximate", "none") == "tanh") {
        const double scale = std::sqrt(2.0 / std::numbers::pi);
        constexpr double cubic = 0.044715;
        return {map(call, [=](double x) { return 0.5 * x * (1 + std::tanh(scale * (x + cubic * x * x * x))); })};
    }
    return {map(call, [](double x) { return 0.5 * x * (1 + std::erf(x / std::numbers::sqrt2)); })};
}
Outputs clip(const Call& call) {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    const auto limit = [&](std::size_t i, const char* name, double otherwise) {
        const TensorData* operand = call.optional_operand(i);
        return operand != nullptr             ? operand->as_double(0)
               : call.op.attributes.has(name) ? number(call, name, 0.0F)
                                              : otherwise;
    };
    const double low = limit(1, "min", -infinity);
    const double high = limit(2, "max", infinity);
    return {map(call, [=](double x) {
        return x < low && !(low > high) ? low : x > high ? high : (x < low ? high : x);
    })};
}
Outputs sign(const Call& call) {
    return {map(call, [](double x) { return x > 0 ? 1.0 : x < 0 ? -1.0 : 0.0; })};
}
Outputs softplus(const Call& call) {
    return {map(call, [](double x) { return std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x))); })};
}
Outputs logical_not(const Call& call) {
    return {map(call, [](double x) { return x == 0 ? 1.0 : 0.0; })};
}

template <double (*F)(double)>
Outputs plain(const Call& call) {
    return {map(call, F)};
}
double erf_of(double x) {
    return std::erf(x);
}
double tanh_of(double x) {
    return std::tanh(x);
}
double exp_of(double x) {
    return std::exp(x);
}
double log_of(double x) {
    return std::log(x);
}
double sqrt_of(double x) {
    return std::sqrt(x);
}
double reciprocal_of(double x) {
    return 1.0 / x;
}
double abs_of(double x) {
    return std::abs(x);
}
double neg_of(double x) {
    return -x;
}
double floor_of(double x) {
    return std::floor(x);
}
double ceil_of(double x) {
    return std::ceil(x);
}
double round_of(double x) {
    return std::nearbyint(x);
}
double sin_of(double x) {
    return std::sin(x);
}
double cos_of(double x) {
    return std::cos(x);
}
double softsign_of(double x) {
    return x / (1 + std::abs(x));
}

} // namespace

Kernel unary_kernel(OpKind kind) {
    switch (kind) {
    case OpKind::relu:
        return relu;
    case OpKind::leaky_relu:
        return leaky_relu;
    case OpKind::elu:
        return elu;
    case OpKind::selu:
        return selu;
    case OpKind::celu:
        return celu;
    case OpKind::thresholded_relu:
        return thresholded_relu;
    case OpKind::sigmoid:
        return sigmoid;
    case OpKind::hard_sigmoid:
        return hard_sigmoid;
    case OpKind::hard_swish:
        return hard_swish;
    case OpKind::gelu:
        return gelu;
    case OpKind::clip:
        return clip;
    case OpKind::sign:
        return sign;
    case OpKind::softplus:
        return softplus;
    case OpKind::logical_not:
        return logical_not;
    case OpKind::tanh:
        return plain<tanh_of>;
    case OpKind::erf:
        return plain<erf_of>;
    case OpKind::exp:
        return plain<exp_of>;
    case OpKind::log:
        return plain<log_of>;
    case OpKind::sqrt:
        return plain<sqrt_of>;
    case OpKind::reciprocal:
        return plain<reciprocal_of>;
    case OpKind::abs:
        return plain<abs_of>;
    case OpKind::neg:
        return plain<neg_of>;
    case OpKind::floor:
        return plain<floor_of>;
    case OpKind::ceil:
        return plain<ceil_of>;
    case OpKind::round:
        return plain<round_of>;
    case OpKind::sin:
        return plain<sin_of>;
    case OpKind::cos:
        return plain<cos_of>;
    case OpKind::softsign:
        return plain<softsign_of>;
    default:
        return nullptr;
    }
}

} // namespace lodestone::graph
