// SPDX-License-Identifier: Apache-2.0
// Speed of the hot paths of functional runs: bulk encode and decode, exact GEMM, accumulators, vector functions.
#include "numerics/functions.hpp"
#include "numerics/gemm.hpp"
#include "numerics/scale.hpp"

#include <benchmark/benchmark.h>

#include <random>
#include <vector>

namespace nn = lodestone::numerics;
using nn::FormatId;

namespace {

constexpr std::size_t element_count = 1U << 20U;

std::vector<float> normal_values(std::size_t count) {
    std::mt19937 random(1);
    std::normal_distribution<float> normal(0.0F, 4.0F);
    std::vector<float> values(count);
    for (float& value : values) {
        value = normal(random);
    }
    return values;
}

std::vector<double> stored_values(const nn::Format& f, std::size_t count) {
    const std::vector<float> values = normal_values(count);
    std::vector<double> stored(count);
    for (std::size_t i = 0; i < count; ++i) {
        stored[i] = nn::round_to(f, static_cast<double>(values[i]));
    }
    return stored;
}

void set_items(benchmark::State& state, std::size_t per_iteration) {
    state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()) * static_cast<std::int64_t>(per_iteration));
}

void encode(benchmark::State& state, FormatId id) {
    const std::vector<float> values = normal_values(element_count);
    std::vector<std::uint16_t> codes(values.size());
    for (auto _ : state) {
        nn::encode(nn::format(id), values, codes);
        benchmark::DoNotOptimize(codes.data());
    }
    set_items(state, element_count);
}
BENCHMARK_CAPTURE(encode, int8, FormatId::int8);
BENCHMARK_CAPTURE(encode, fp8_e4m3, FormatId::fp8_e4m3);
BENCHMARK_CAPTURE(encode, fp8_e5m2, FormatId::fp8_e5m2);
BENCHMARK_CAPTURE(encode, fp16, FormatId::fp16);

template <class Real>
void decode_to(benchmark::State& state, FormatId id) {
    std::vector<std::uint16_t> codes(element_count);
    nn::encode(nn::format(id), normal_values(element_count), codes);
    std::vector<Real> values(codes.size());
    for (auto _ : state) {
        nn::decode(nn::format(id), codes, values);
        benchmark::DoNotOptimize(values.data());
    }
    set_items(state, element_count);
}
constexpr auto decode_to_double = decode_to<double>;
constexpr auto decode_to_float = decode_to<float>;
BENCHMARK_CAPTURE(decode_to_double, fp8_e4m3, FormatId::fp8_e4m3);
BENCHMARK_CAPTURE(decode_to_float, fp8_e4m3, FormatId::fp8_e4m3);
BENCHMARK_CAPTURE(decode_to_double, fp16, FormatId::fp16);

void quantise(benchmark::State& state, FormatId id) {
    const std::vector<float> values = normal_values(element_count);
    std::vector<std::uint8_t> codes(values.size());
    const nn::Quantiser quantiser{.format = id, .scale = 0.03};
    for (auto _ : state) {
        nn::quantise(quantiser, values, codes);
        benchmark::DoNotOptimize(codes.data());
    }
    set_items(state, element_count);
}
BENCHMARK_CAPTURE(quantise, int8, FormatId::int8);
BENCHMARK_CAPTURE(quantise, fp8_e4m3, FormatId::fp8_e4m3);

void round_blocks(benchmark::State& state, FormatId id) {
    const std::vector<float> values = normal_values(element_count);
    std::vector<float> rounded(values.size());
    for (auto _ : state) {
        nn::round_blocks(nn::format(id), values, rounded);
        benchmark::DoNotOptimize(rounded.data());
    }
    set_items(state, element_count);
}
BENCHMARK_CAPTURE(round_blocks, mxfp4, FormatId::mxfp4);

/// A square product; items are multiply-accumulates.
void gemm(benchmark::State& state, FormatId id) {
    const auto side = static_cast<std::size_t>(state.range(0));
    const nn::Format& f = nn::format(id);
    const std::vector<double> a = stored_values(f, side * side);
    const std::vector<double> b = stored_values(f, side * side);
    std::vector<double> c(side * side);
    for (auto _ : state) {
        nn::gemm({.m = side, .n = side, .k = side}, {.values = a, .grid = nn::value_grid(f)},
                 {.values = b, .grid = nn::value_grid(f)}, c);
        benchmark::DoNotOptimize(c.data());
    }
    set_items(state, side * side * side);
}
BENCHMARK_CAPTURE(gemm, int8, FormatId::int8)->Arg(512);
BENCHMARK_CAPTURE(gemm, fp8_e4m3, FormatId::fp8_e4m3)->Arg(512);
BENCHMARK_CAPTURE(gemm, fp8_e5m2, FormatId::fp8_e5m2)->Arg(512);
BENCHMARK_CAPTURE(gemm, fp16, FormatId::fp16)->Arg(512);
BENCHMARK_CAPTURE(gemm, bf16, FormatId::bf16)->Arg(256);
BENCHMARK_CAPTURE(gemm, fp32, FormatId::fp32)->Arg(128);

void exact_sum(benchmark::State& state, FormatId id) {
    const nn::Format& f = nn::format(id);
    const std::vector<double> values = stored_values(f, element_count);
    for (auto _ : state) {
        nn::ExactSum sum(f, f);
        for (const double value : values) {
            sum.add_values(value, value);
        }
        benchmark::DoNotOptimize(sum.value());
    }
    set_items(state, element_count);
}
BENCHMARK_CAPTURE(exact_sum, fp8_e5m2, FormatId::fp8_e5m2);

void wide_sum(benchmark::State& state) {
    const std::vector<double> values = stored_values(nn::format(FormatId::fp32), element_count);
    for (auto _ : state) {
        nn::WideSum sum;
        for (const double value : values) {
            sum.add_product(value, 3.0);
        }
        benchmark::DoNotOptimize(sum.value());
    }
    set_items(state, element_count);
}
BENCHMARK(wide_sum);

void rounding_sum(benchmark::State& state, FormatId id) {
    const std::vector<double> values = stored_values(nn::format(FormatId::fp8_e4m3), element_count);
    for (auto _ : state) {
        nn::RoundingSum sum(nn::format(id));
        for (const double value : values) {
            sum.add_product(value, value);
        }
        benchmark::DoNotOptimize(sum.value());
    }
    set_items(state, element_count);
}
BENCHMARK_CAPTURE(rounding_sum, fp16, FormatId::fp16);
BENCHMARK_CAPTURE(rounding_sum, fp32, FormatId::fp32);

void function(benchmark::State& state, float (*evaluate)(float)) {
    std::vector<float> values = normal_values(element_count);
    for (auto _ : state) {
        float sum = 0.0F;
        for (const float value : values) {
            sum += evaluate(value);
        }
        benchmark::DoNotOptimize(sum);
    }
    set_items(state, element_count);
}
BENCHMARK_CAPTURE(function, sigmoid, nn::sigmoid);
BENCHMARK_CAPTURE(function, gelu, nn::gelu);

} // namespace
