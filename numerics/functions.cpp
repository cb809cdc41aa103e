// SPDX-License-Identifier: Apache-2.0
// The scalar functions of the vector unit, from IEEE operations only.
#include "numerics/functions.hpp"

#include "sim/base/error.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

namespace lodestone::numerics {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

/// 1/0!, 1/1!, … 1/13!: the remainder of the series is below 2^-57 for |r| <= ln(2)/2.
constexpr std::array<double, 14> inverse_factorials = [] {
    std::array<double, 14> result{};
    double factorial = 1.0;
    for (std::size_t i = 0; i < result.size(); ++i) {
        factorial *= i == 0 ? 1.0 : static_cast<double>(i);
        result[i] = 1.0 / factorial;
    }
    return result;
}();

/// e^x = 2^n e^r with n the integer nearest to x / ln 2 and e^r by its series.
double exp_binary64(double x) {
    constexpr double log2_e = 0x1.71547652b82fep+0;
    constexpr double ln2_high = 0x1.62e42feep-1; // 31 bits, so that n * ln2_high is exact
    constexpr double ln2_low = 0x1.a39ef35793c76p-33;
    constexpr double limit = 700.0; // far outside the range of binary32, inside that of binary64
    if (!(x >= -limit)) {
        return x < -limit ? 0.0 : x;
    }
    if (x > limit) {
        return infinity;
    }
    const double n = std::floor(x * log2_e + 0.5);
    const double r = (x - n * ln2_high) - n * ln2_low;
    double series = inverse_factorials.back();
    for (std::size_t i = inverse_factorials.size() - 1; i-- > 0;) {
        series = series * r + inverse_factorials[i];
    }
    constexpr std::int64_t bias = 1023;
    constexpr int mantissa_bits = 52;
    const auto power = static_cast<std::uint64_t>(static_cast<std::int64_t>(n) + bias) << mantissa_bits;
    return series * std::bit_cast<double>(power);
}

double sigmoid_binary64(double x) {
    return 1.0 / (1.0 + exp_binary64(-x));
}

/// 1 - 2/(e^2x + 1), odd; by its series near 0, where the difference would cancel.
double tanh_binary64(double x) {
    constexpr double small = 0x1p-12;
    constexpr double large = 20.0; // 1 - tanh(20) is below 2^-56
    const double magnitude = std::fabs(x);
    if (magnitude < small || x != x) {
        return x - x * x * x / 3.0;
    }
    const double result = magnitude > large ? 1.0 : 1.0 - 2.0 / (exp_binary64(2.0 * magnitude) + 1.0);
    return std::copysign(result, x);
}

constexpr double two_over_sqrt_pi = 0x1.20dd750429b6dp+0;

/// 2/sqrt(pi) e^(-x^2) sum of 2^n x^(2n+1) / (1*3*…*(2n+1)): all terms of one sign, so nothing cancels.
double erf_by_series(double x) {
    constexpr double negligible = 0x1p-60;
    const double twice_square = 2.0 * x * x;
    double term = x;
    double sum = x;
    for (double odd = 3.0; term > negligible * sum; odd += 2.0) {
        term = term * twice_square / odd;
        sum = sum + term;
    }
    return two_over_sqrt_pi * exp_binary64(-x * x) * sum;
}

/// Taylor coefficients of erf around centres 1/16 apart. The derivative at c + d is that at c times e^(-2cd - d^2),
/// whose coefficients h follow h[n+1] = -2 (c h[n] + h[n-1]) / (n+1). Ten terms leave less than 2^-55 at |d| <= 1/32.
struct ErfTable {
    static constexpr std::size_t terms = 11;
    static constexpr double per_unit = 16.0;
    static constexpr double largest = 6.0; ///< 1 - erf(6) is below 2^-55
    std::array<std::array<double, terms>, 97> around{};
};

ErfTable make_erf_table() {
    ErfTable table;
    for (std::size_t k = 0; k < table.around.size(); ++k) {
        const double c = static_cast<double>(k) / ErfTable::per_unit;
        auto& coefficients = table.around[k];
        coefficients[0] = erf_by_series(c);
        double before = 0.0;
        double h = two_over_sqrt_pi * exp_binary64(-c * c);
        for (std::size_t n = 1; n < ErfTable::terms; ++n) {
            const auto order = static_cast<double>(n);
            coefficients[n] = h / order;
            const double next = -2.0 * (c * h + before) / order;
            before = h;
            h = next;
        }
    }
    return table;
}

double erf_binary64(double x) {
    static const ErfTable table = make_erf_table();
    const double magnitude = std::fabs(x);
    if (!(magnitude <= ErfTable::largest)) {
        return x != x ? x : std::copysign(1.0, x);
    }
    const double centre = std::floor(magnitude * ErfTable::per_unit + 0.5);
    const double d = magnitude - centre / ErfTable::per_unit;
    const auto& coefficients = table.around[static_cast<std::size_t>(centre)];
    double sum = coefficients.back();
    for (std::size_t n = coefficients.size() - 1; n-- > 0;) {
        sum = sum * d + coefficients[n];
    }
    return std::copysign(sum, x);
}

/// 2 artanh(z) = 2 (z + z^3/3 + z^5/5 + …). Terms fall by z^2 <= 1/9, so 18 of them leave less than 2^-60.
double twice_artanh(double z) {
    constexpr int terms = 18;
    const double square = z * z;
    double sum = 0.0;
    for (int n = terms; n-- > 0;) {
        sum = sum * square + 1.0 / static_cast<double>(2 * n + 1);
    }
    return 2.0 * z * sum;
}

/// ln(1 + y) for y in [0, 1].
double log1p_binary64(double y) {
    return twice_artanh(y / (2.0 + y));
}

/// ln(x) for finite x >= 1: x = 2^n m with m in [1, 2).
double log_binary64(double x) {
    constexpr double ln2 = 0x1.62e42fefa39efp-1;
    const int n = std::ilogb(x);
    return static_cast<double>(n) * ln2 + log1p_binary64(std::scalbn(x, -n) - 1.0);
}

/// e^x - 1 for x < 0; by its series near 0, where the difference would cancel.
double expm1_binary64(double x) {
    constexpr double small = 0x1p-12;
    return x > -small ? x + x * x / 2.0 + x * x * x / 6.0 : exp_binary64(x) - 1.0;
}

/// x * gate, where the gate falls to 0 faster than x grows.
float gated(double x, double gate) {
    return gate == 0.0 ? -0.0F : static_cast<float>(x * gate);
}

} // namespace

float requantise(double accumulator, double scale, float bias) {
    return static_cast<float>(accumulator * scale) + bias;
}

void requantise(std::span<const double> accumulators, const RequantiseRow& row, std::span<float> out) {
    const std::size_t count = accumulators.size();
    check_invariant(out.size() == count, "requantise gives one value per accumulator");
    check_invariant(row.scales.size() == 1 || row.scales.size() == count, "scales are one or one per accumulator");
    check_invariant(row.biases.size() <= 1 || row.biases.size() == count,
                    "biases are none, one or one per accumulator");
    for (std::size_t i = 0; i < count; ++i) {
        out[i] = static_cast<float>(accumulators[i] * row.scales[row.scales.size() == 1 ? 0 : i]);
    }
    for (std::size_t i = 0; i < count && !row.biases.empty(); ++i) {
        out[i] += row.biases[row.biases.size() == 1 ? 0 : i];
    }
}

float relu(float x) {
    return x <= 0.0F ? 0.0F : x;
}

float leaky_relu(float x, float slope) {
    return x < 0.0F ? slope * x : x;
}

float clip(float x, float low, float high) {
    const float above = x < low ? low : x;
    return above > high ? high : above; // where limits cross, the upper one holds, as in ONNX
}

float hard_sigmoid(float x, float alpha, float beta) {
    return clip(alpha * x + beta, 0.0F, 1.0F);
}

float hard_swish(float x) {
    const float gate = hard_sigmoid(x, 1.0F / 6.0F, 0.5F);
    return gate == 0.0F ? -0.0F : x * gate;
}

float exp(float x) {
    return static_cast<float>(exp_binary64(static_cast<double>(x)));
}

float sigmoid(float x) {
    return static_cast<float>(sigmoid_binary64(static_cast<double>(x)));
}

float tanh(float x) {
    return static_cast<float>(tanh_binary64(static_cast<double>(x)));
}

float erf(float x) {
    return static_cast<float>(erf_binary64(static_cast<double>(x)));
}

float gelu(float x) {
    constexpr double inverse_sqrt_2 = 0x1.6a09e667f3bcdp-1;
    const auto wide = static_cast<double>(x);
    return gated(wide, 0.5 * (1.0 + erf_binary64(wide * inverse_sqrt_2)));
}

float gelu_tanh(float x) {
    constexpr double sqrt_2_over_pi = 0x1.9884533d43651p-1;
    constexpr double cubic = 0.044715;
    const auto wide = static_cast<double>(x);
    return gated(wide, 0.5 * (1.0 + tanh_binary64(sqrt_2_over_pi * (wide + cubic * (wide * wide * wide)))));
}

float elu(float x, float alpha) {
    return x < 0.0F ? static_cast<float>(static_cast<double>(alpha) * expm1_binary64(static_cast<double>(x))) : x;
}

float softplus(float x) {
    const auto wide = static_cast<double>(x);
    if (wide != wide) {
        return x;
    }
    const double below = log1p_binary64(exp_binary64(-std::fabs(wide)));
    return static_cast<float>(wide > 0.0 ? wide + below : below);
}

float silu(float x) {
    const auto wide = static_cast<double>(x);
    return gated(wide, sigmoid_binary64(wide));
}

float reciprocal_sqrt(float x) {
    return static_cast<float>(1.0 / std::sqrt(static_cast<double>(x)));
}

void softmax(std::span<const float> in, std::span<float> out) {
    check_invariant(in.size() == out.size(), "softmax gives one value per value");
    if (in.empty()) {
        return;
    }
    const float largest = *std::max_element(in.begin(), in.end());
    double sum = 0.0;
    for (std::size_t i = 0; i < in.size(); ++i) {
        out[i] = exp(in[i] - largest);
        sum += static_cast<double>(out[i]);
    }
    for (float& value : out) {
        value = static_cast<float>(static_cast<double>(value) / sum);
    }
}

void log_softmax(std::span<const float> in, std::span<float> out) {
    check_invariant(in.size() == out.size(), "log_softmax gives one value per value");
    if (in.empty()) {
        return;
    }
    const float largest = *std::max_element(in.begin(), in.end());
    double sum = 0.0;
    for (std::size_t i = 0; i < in.size(); ++i) {
        out[i] = in[i] - largest;
        sum += static_cast<double>(exp(out[i]));
    }
    const double log_sum = sum >= 1.0 && sum < infinity ? log_binary64(sum) : sum; // NaN passes
    for (float& value : out) {
        value = static_cast<float>(static_cast<double>(value) - log_sum);
    }
}

} // namespace lodestone::numerics
