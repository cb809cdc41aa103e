// SPDX-License-Identifier: Apache-2.0
// Operators that combine two or more operands element by element, with broadcasting.
#include "workloads/graph/evaluate_kernels.hpp"

#include "sim/base/error.hpp"

#include <cmath>
#include <functional>
#include <type_traits>

namespace lodestone::graph {
namespace {

using Outputs = std::vector<TensorData>;

template <class T>
inline constexpr bool is_float_v = std::is_floating_point_v<T>;

/// out[i] = f(a[..], b[..]) for operands of one element type; f maps (T, T) to a double for floats, to T otherwise.
template <class F>
TensorData combine(const Call& call, const TensorData& a, const TensorData& b, F f) {
    const auto shape = broadcast(a.shape(), b.shape());
    check_invariant(shape.has_value(), "broadcasting is checked when shapes are inferred");
    TensorData out(a.type(), *shape);
    const auto from_a = broadcast_indices(a.shape(), *shape);
    const auto from_b = broadcast_indices(b.shape(), *shape);
    std::visit(
        [&]<class T>(std::vector<T>& to) {
            const auto& va = a.values<T>();
            const auto& vb = b.values<T>();
            for (std::size_t i = 0; i < to.size(); ++i) {
                if constexpr (is_float_v<T>) {
                    to[i] = store<T>(f(call, static_cast<double>(va[from_a[i]]), static_cast<double>(vb[from_b[i]])),
                                     out.type());
                } else {
                    to[i] = f(call, va[from_a[i]], vb[from_b[i]]);
                }
            }
        },
        out.any());
    return out;
}

/// Integer arithmetic wraps around, as in the hardware and in NumPy.
struct AddOp {
    template <class T>
    T operator()(const Call&, T a, T b) const {
        if constexpr (is_float_v<T>) {
            return a + b;
        } else {
            return static_cast<T>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
        }
    }
};
struct SubOp {
    template <class T>
    T operator()(const Call&, T a, T b) const {
        if constexpr (is_float_v<T>) {
            return a - b;
        } else {
            return static_cast<T>(static_cast<std::uint64_t>(a) - static_cast<std::uint64_t>(b));
        }
    }
};
struct MulOp {
    template <class T>
    T operator()(const Call&, T a, T b) const {
        if constexpr (is_float_v<T>) {
            return a * b;
        } else {
            return static_cast<T>(static_cast<std::uint64_t>(a) * static_cast<std::uint64_t>(b));
        }
    }
};
template <class T>
void refuse_zero(const Call& call, T divisor) {
    if (divisor == 0) {
        throw UserError({}, call.op.name, "divides an integer by zero");
    }
}
struct DivOp {
    template <class T>
    T operator()(const Call& call, T a, T b) const {
        if constexpr (is_float_v<T>) {
            return a / b;
        } else {
            refuse_zero(call, b);
            if constexpr (std::is_signed_v<T>) {
                if (b == -1) {
                    return static_cast<T>(std::uint64_t{0} - static_cast<std::uint64_t>(a));
                }
            }
            return static_cast<T>(a / b);
        }
    }
};
/// fmod=1: sign of the dividend (C); fmod=0: sign of the divisor (Python).
struct ModOp {
    template <class T>
    T operator()(const Call& call, T a, T b) const {
        if constexpr (is_float_v<T>) {
            return std::fmod(a, b);
        } else {
            refuse_zero(call, b);
            if constexpr (std::is_signed_v<T>) {
                if (b == -1) {
                    return T{0};
                }
            }
            const T rest = static_cast<T>(a % b);
            const bool python = call.op.attributes.integer("fmod", 0) == 0;
            return python && rest != 0 && ((rest < 0) != (b < 0)) ? static_cast<T>(rest + b) : rest;
        }
    }
};
struct MaxOp {
    template <class T>
    T operator()(const Call&, T a, T b) const {
        return a != a || a > b ? a : b; // NaN wins; b is returned when it is NaN since a > NaN is false
    }
};
struct MinOp {
    template <class T>
    T operator()(const Call&, T a, T b) const {
        return a != a || a < b ? a : b;
    }
};
struct PReluOp {
    template <class T>
    T operator()(const Call&, T x, T slope) const {
        return x < 0 ? static_cast<T>(slope * x) : x;
    }
};

template <class F>
Outputs binary(const Call& call) {
    return {combine(call, call.operand(0), call.operand(1), F())};
}

/// Folds any number of operands from the left.
template <class F>
Outputs variadic(const Call& call) {
    TensorData total = call.operand(0);
    for (std::size_t i = 1; i < call.operands.size(); ++i) {
        total = combine(call, total, call.operand(i), F());
    }
    return {std::move(total)};
}

/// Sum and Mean carry binary64 over all operands and round once.
Outputs sum_or_mean(const Call& call) {
    TensorData out = call.result();
    std::vector<double> total(out.size(), 0.0);
    for (const TensorData* operand : call.operands) {
        const auto from = broadcast_indices(operand->shape(), out.shape());
        for (std::size_t i = 0; i < total.size(); ++i) {
            total[i] += operand->as_double(from[i]);
        }
    }
    const double divisor = call.op.kind == OpKind::mean ? static_cast<double>(call.operands.size()) : 1.0;
    std::visit(
        [&]<class T>(std::vector<T>& to) {
            for (std::size_t i = 0; i < to.size(); ++i) {
                to[i] = store<T>(total[i] / divisor, out.type());
            }
        },
        out.any());
    return {std::move(out)};
}

/// The exponent may have another element type than the base, which gives the type of the result.
Outputs power(const Call& call) {
    TensorData out = call.result();
    const TensorData& base = call.operand(0);
    const TensorData& exponent = call.operand(1);
    const auto from_base = broadcast_indices(base.shape(), out.shape());
    const auto from_exponent = broadcast_indices(exponent.shape(), out.shape());
    TensorData exact(ElementType::float64, out.shape());
    auto& to = exact.values<double>();
    for (std::size_t i = 0; i < to.size(); ++i) {
        to[i] = std::pow(base.as_double(from_base[i]), exponent.as_double(from_exponent[i]));
    }
    return {exact.cast_to(out.type())};
}

template <class Compare>
Outputs comparison(const Call& call) {
    TensorData out = call.result();
    auto& to = out.values<std::uint8_t>();
    const TensorData& a = call.operand(0);
    const TensorData& b = call.operand(1);
    const auto from_a = broadcast_indices(a.shape(), out.shape());
    const auto from_b = broadcast_indices(b.shape(), out.shape());
    std::visit(
        [&]<class T>(const std::vector<T>& va) {
            const auto& vb = b.values<T>();
            for (std::size_t i = 0; i < to.size(); ++i) {
                to[i] = Compare()(va[from_a[i]], vb[from_b[i]]) ? 1 : 0;
            }
        },
        a.any());
    return {std::move(out)};
}

struct BothTrue {
    bool operator()(auto a, auto b) const { return a != 0 && b != 0; }
};
struct OneTrue {
    bool operator()(auto a, auto b) const { return a != 0 || b != 0; }
};
struct Different {
    bool operator()(auto a, auto b) const { return (a != 0) != (b != 0); }
};

Outputs where(const Call& call) {
    TensorData out = call.result();
    const auto from_condition = broadcast_indices(call.operand(0).shape(), out.shape());
    const auto from_true = broadcast_indices(call.operand(1).shape(), out.shape());
    const auto from_false = broadcast_indices(call.operand(2).shape(), out.shape());
    const auto& condition = call.operand(0).values<std::uint8_t>();
    std::visit(
        [&]<class T>(std::vector<T>& to) {
            const auto& if_true = call.operand(1).values<T>();
            const auto& if_false = call.operand(2).values<T>();
            for (std::size_t i = 0; i < to.size(); ++i) {
                to[i] = condition[from_condition[i]] != 0 ? if_true[from_true[i]] : if_false[from_false[i]];
            }
        },
        out.any());
    return {std::move(out)};
}

} // namespace

Kernel binary_kernel(OpKind kind) {
    switch (kind) {
    case OpKind::add:
        return binary<AddOp>;
    case OpKind::sub:
        return binary<SubOp>;
    case OpKind::mul:
        return binary<MulOp>;
    case OpKind::div:
        return binary<DivOp>;
    case OpKind::mod:
        return binary<ModOp>;
    case OpKind::prelu:
        return binary<PReluOp>;
    case OpKind::pow:
        return power;
    case OpKind::max:
        return variadic<MaxOp>;
    case OpKind::min:
        return variadic<MinOp>;
    case OpKind::sum:
        return sum_or_mean;
    case OpKind::mean:
        return sum_or_mean;
    case OpKind::equal:
        return comparison<std::equal_to<>>;
    case OpKind::less:
        return comparison<std::less<>>;
    case OpKind::less_or_equal:
        return comparison<std::less_equal<>>;
    case OpKind::greater:
        return comparison<std::greater<>>;
    case OpKind::greater_or_equal:
        return comparison<std::greater_equal<>>;
    case OpKind::logical_and:
        return comparison<BothTrue>;
    case OpKind::logical_or:
        return comparison<OneTrue>;
    case OpKind::logical_xor:
        return comparison<Different>;
    case OpKind::where:
        return where;
    default:
        return nullptr;
    }
}

} // namespace lodestone::graph
