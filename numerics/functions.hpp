// SPDX-License-Identifier: Apache-2.0
// The scalar functions of the vector unit, defined bit for bit: binary32 in and out.
#pragma once

#include <span>

namespace lodestone::numerics {

// Each function is built from IEEE additions, subtractions, multiplications and divisions in the order written in
// functions.cpp, without contraction, so that every machine gives the same bits. Transcendental ones are evaluated in
// binary64 (relative error below 2^-38) and rounded once to binary32. NaN in gives NaN out.

/// y = float(accumulator * scale) with the product in binary64, then + bias in binary32.
[[nodiscard]] float requantise(double accumulator, double scale, float bias = 0.0F);
/// The same for one row of accumulators: scales and biases have one element (for all) or one per accumulator.
struct RequantiseRow {
    std::span<const double> scales;
    std::span<const float> biases; ///< empty: no bias is added
};
void requantise(std::span<const double> accumulators, const RequantiseRow& row, std::span<float> out);

[[nodiscard]] float relu(float x);
/// x for x >= 0, slope * x otherwise.
[[nodiscard]] float leaky_relu(float x, float slope);
/// The nearest point of [low, high]; where the limits cross, high.
[[nodiscard]] float clip(float x, float low, float high);
/// clip(alpha * x + beta, 0, 1), product and sum rounded to binary32. ONNX defaults 0.2 and 0.5.
[[nodiscard]] float hard_sigmoid(float x, float alpha = 0.2F, float beta = 0.5F);
/// x * hard_sigmoid(x, 1/6, 1/2) in binary32.
[[nodiscard]] float hard_swish(float x);
[[nodiscard]] float exp(float x);
[[nodiscard]] float sigmoid(float x);
[[nodiscard]] float tanh(float x);
[[nodiscard]] float erf(float x);
/// x/2 * (1 + erf(x / sqrt 2))
[[nodiscard]] float gelu(float x);
/// x/2 * (1 + tanh(sqrt(2/pi) * (x + 0.044715 x^3)))
[[nodiscard]] float gelu_tanh(float x);
/// x for x >= 0, alpha * (e^x - 1) otherwise.
[[nodiscard]] float elu(float x, float alpha);
/// ln(1 + e^x)
[[nodiscard]] float softplus(float x);
/// x * sigmoid(x)
[[nodiscard]] float silu(float x);
/// 1 / sqrt(x), both operations in binary64.
[[nodiscard]] float reciprocal_sqrt(float x);

/// exp(x_i - max) / sum, with the differences and exponentials in binary32, the sum in binary64 in index order, and the
/// quotient in binary64 rounded once. In place is allowed.
void softmax(std::span<const float> in, std::span<float> out);
/// (x_i - max) - ln(sum of exp(x_j - max)): differences and exponentials in binary32, sum, logarithm and result in
/// binary64, rounded once. In place is allowed.
void log_softmax(std::span<const float> in, std::span<float> out);

} // namespace lodestone::numerics
