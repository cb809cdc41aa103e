// SPDX-License-Identifier: Apache-2.0
// The vector functions: exact where they are simple, correctly rounded but for rare last bits where they are not.
#include "numerics/functions.hpp"

#include <catch2/catch.hpp>

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

namespace nn = lodestone::numerics;

namespace {

constexpr float infinity = std::numeric_limits<float>::infinity();

/// Distance in representable floats; values of different sign are far apart unless both are zero.
std::uint32_t steps_apart(float a, float b) {
    if (a == b || (std::isnan(a) && std::isnan(b))) {
        return 0;
    }
    const auto x = std::bit_cast<std::uint32_t>(a);
    const auto y = std::bit_cast<std::uint32_t>(b);
    return x > y ? x - y : y - x;
}

/// Worst distance to `reference`, the function in long double, over floats of every exponent and both signs.
template <class Function, class Reference>
std::uint32_t worst_distance(Function function, Reference reference) {
    std::uint32_t worst = 0;
    for (std::uint32_t bits = 0; bits < 0x7F800000U; bits += 77773U) {
        for (const std::uint32_t sign : {0U, 0x80000000U}) {
            const auto x = std::bit_cast<float>(bits | sign);
            const auto exact = static_cast<float>(reference(static_cast<long double>(x)));
            worst = std::max(worst, steps_apart(function(x), exact));
        }
    }
    return worst;
}

bool is_minus_zero(float x) {
    return x == 0.0F && std::signbit(x);
}

} // namespace

TEST_CASE("requantisation multiplies in binary64 and adds the bias in binary32", "[numerics]") {
    CHECK(nn::requantise(100.0, 0.25, 1.0F) == 26.0F);
    // 16777217 is not a float: a product in binary32 would give 16777216 * 3.
    CHECK(nn::requantise(16777217.0, 3.0) == static_cast<float>(50331651.0));
    // the bias is added to the rounded product: 2^24 + 0.75 becomes 2^24 before 1.5 is added
    CHECK(nn::requantise(16777216.75, 1.0, 1.5F) == 16777216.0F + 1.5F);
}

TEST_CASE("requantisation of a row equals requantisation of its elements", "[numerics]") {
    const std::vector<double> sums{1.0, -3.0, 1e6};
    const std::vector<double> scales{0.1, 0.2, 0.3};
    const std::vector<float> biases{1.0F, 2.0F, 3.0F};
    std::vector<float> out(3);
    nn::requantise(sums, {.scales = scales, .biases = biases}, out);
    for (std::size_t i = 0; i < 3; ++i) {
        CHECK(out[i] == nn::requantise(sums[i], scales[i], biases[i]));
    }
    nn::requantise(sums, {.scales = std::vector<double>{0.5}}, out);
    CHECK(out == std::vector<float>{0.5F, -1.5F, 5e5F});
}

TEST_CASE("the piecewise linear functions are exact", "[numerics]") {
    CHECK(nn::relu(-1.0F) == 0.0F);
    CHECK_FALSE(std::signbit(nn::relu(-0.0F)));
    CHECK(nn::relu(2.5F) == 2.5F);
    CHECK(nn::leaky_relu(-2.0F, 0.25F) == -0.5F);
    CHECK(nn::clip(9.0F, 0.0F, 6.0F) == 6.0F);
    CHECK(nn::clip(-9.0F, 0.0F, 6.0F) == 0.0F);
    CHECK(nn::clip(3.0F, 4.0F, 2.0F) == 2.0F); // limits that cross
    CHECK(nn::hard_sigmoid(0.0F) == 0.5F);
    CHECK(nn::hard_sigmoid(-2.5F) == 0.0F);
    CHECK(nn::hard_sigmoid(2.5F) == 1.0F);
    CHECK(nn::hard_swish(3.0F) == 3.0F);
    CHECK(nn::hard_swish(1.5F) == 1.125F);
    CHECK(nn::reciprocal_sqrt(4.0F) == 0.5F);
    CHECK(nn::elu(2.5F, 0.3F) == 2.5F);
}

TEST_CASE("the transcendental functions are within one binary32 step of the true value", "[numerics]") {
    CHECK(worst_distance(nn::exp, [](long double x) { return std::exp(x); }) <= 1);
    CHECK(worst_distance(nn::sigmoid, [](long double x) { return 1.0L / (1.0L + std::exp(-x)); }) <= 1);
    CHECK(worst_distance(nn::tanh, [](long double x) { return std::tanh(x); }) <= 1);
    CHECK(worst_distance(nn::erf, [](long double x) { return std::erf(x); }) <= 1);
    CHECK(worst_distance(nn::softplus,
                         [](long double x) { return std::max(x, 0.0L) + std::log1p(std::exp(-std::fabs(x))); }) <= 1);
    CHECK(worst_distance([](float x) { return nn::elu(x, 0.5F); },
                         [](long double x) { return x < 0 ? 0.5L * std::expm1(x) : x; }) <= 1);
}

TEST_CASE("log_softmax is within one binary32 step of the true value behind its binary32 differences", "[numerics]") {
    const std::vector<float> x{0.5F, -3.0F, 2.25F, 2.5F, -20.0F, 1.0F};
    std::vector<float> y(x.size());
    nn::log_softmax(x, y);
    long double sum = 0.0L;
    for (const float value : x) {
        sum += std::exp(static_cast<long double>(value) - 2.5L);
    }
    for (std::size_t i = 0; i < x.size(); ++i) {
        const long double exact = static_cast<long double>(x[i]) - 2.5L - std::log(sum);
        CHECK(steps_apart(y[i], static_cast<float>(exact)) <= 1);
    }
    std::vector<float> alone{7.0F};
    nn::log_softmax(alone, alone);
    CHECK(alone.front() == 0.0F);
}

TEST_CASE("gelu and silu are within one step, or 1e-14 where they vanish", "[numerics]") {
    const auto compare = [](float ours, long double exact) {
        const bool vanishes = std::fabs(static_cast<long double>(ours) - exact) < 1e-14L;
        return vanishes || steps_apart(ours, static_cast<float>(exact)) <= 1;
    };
    for (int i = -4000; i <= 4000; ++i) {
        const float x = static_cast<float>(i) / 250.0F;
        const auto wide = static_cast<long double>(x);
        INFO(x);
        CHECK(compare(nn::gelu(x), 0.5L * wide * std::erfc(-wide / std::sqrt(2.0L))));
        CHECK(compare(nn::silu(x), wide / (1.0L + std::exp(-wide))));
        const long double inner = std::sqrt(2.0L / std::acos(-1.0L)) * (wide + 0.044715L * wide * wide * wide);
        CHECK(compare(nn::gelu_tanh(x), wide / (1.0L + std::exp(-2.0L * inner))));
    }
}

TEST_CASE("the functions go to their limits at infinity", "[numerics]") {
    CHECK(nn::exp(infinity) == infinity);
    CHECK(nn::exp(-infinity) == 0.0F);
    CHECK(nn::exp(0.0F) == 1.0F);
    CHECK(nn::sigmoid(infinity) == 1.0F);
    CHECK(nn::sigmoid(-infinity) == 0.0F);
    CHECK(nn::tanh(-infinity) == -1.0F);
    CHECK(nn::erf(infinity) == 1.0F);
    CHECK(nn::softplus(infinity) == infinity);
    CHECK(nn::softplus(-infinity) == 0.0F);
    CHECK(nn::elu(-infinity, 0.5F) == -0.5F);
    for (const auto function : {&nn::gelu, &nn::gelu_tanh, &nn::silu, &nn::hard_swish}) {
        CHECK(function(infinity) == infinity);
        CHECK(is_minus_zero(function(-infinity)));
    }
}

TEST_CASE("NaN in is NaN out", "[numerics]") {
    const float nan = std::numeric_limits<float>::quiet_NaN();
    for (const auto function : {&nn::relu, &nn::exp, &nn::sigmoid, &nn::tanh, &nn::erf, &nn::gelu, &nn::gelu_tanh,
                                &nn::silu, &nn::hard_swish, &nn::reciprocal_sqrt, &nn::softplus}) {
        CHECK(std::isnan(function(nan)));
    }
    CHECK(std::isnan(nn::elu(nan, 1.0F)));
    CHECK(std::isnan(nn::hard_sigmoid(nan)));
    CHECK(std::isnan(nn::clip(nan, 0.0F, 1.0F)));
}

TEST_CASE("softmax sums to one and does not overflow", "[numerics]") {
    std::vector<float> values{1000.0F, 1000.0F, -1000.0F, 999.0F};
    nn::softmax(values, values);
    CHECK(values[0] == values[1]);
    CHECK(values[2] == 0.0F);
    CHECK(values[0] + values[1] + values[3] == Approx(1.0).epsilon(1e-6));
    CHECK(values[3] / values[0] == Approx(std::exp(-1.0)).epsilon(1e-6));
}
