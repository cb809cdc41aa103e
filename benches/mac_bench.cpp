// SPDX-License-Identifier: Apache-2.0
// Multiply-accumulates per second of the fast functional path beside the library's binary64 product, and of the
// datapath model.
#include "arch/mac/mac_unit.hpp"
#include "numerics/gemm.hpp"

#include <benchmark/benchmark.h>
#include <cblas.h>

#include <cmath>
#include <random>
#include <vector>

namespace {

using namespace lodestone;
using numerics::FormatId;

constexpr int side = 512;

/// Normal values of deviation 4 in the format.
std::vector<double> operand(const numerics::Format& format, unsigned seed) {
    std::mt19937 engine(seed);
    std::normal_distribution<double> normal(0, 4);
    std::vector<double> values(side * side);
    for (double& value : values) {
        value = numerics::round_to(format, normal(engine));
    }
    return values;
}

void report(benchmark::State& state) {
    state.counters["MAC/s"] =
        benchmark::Counter(static_cast<double>(side) * side * side, benchmark::Counter::kIsIterationInvariantRate);
}

void library_binary64(benchmark::State& state) {
    const numerics::Format& format = numerics::format(FormatId::int8);
    const std::vector<double> a = operand(format, 1);
    const std::vector<double> b = operand(format, 2);
    std::vector<double> c(side * side);
    openblas_set_num_threads(1);
    for (auto _ : state) {
        cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, side, side, side, 1.0, a.data(), side, b.data(), side,
                    0.0, c.data(), side);
        benchmark::DoNotOptimize(c.data());
    }
    report(state);
}
BENCHMARK(library_binary64)->Unit(benchmark::kMillisecond);

void fast_path(benchmark::State& state, FormatId id) {
    const numerics::Format& format = numerics::format(id);
    const std::vector<double> a = operand(format, 1);
    const std::vector<double> b = operand(format, 2);
    std::vector<double> c(side * side);
    const numerics::ValueGrid grid = numerics::value_grid(format);
    for (auto _ : state) {
        numerics::gemm({side, side, side}, {.values = a, .grid = grid}, {.values = b, .grid = grid}, c);
        benchmark::DoNotOptimize(c.data());
    }
    report(state);
}
BENCHMARK_CAPTURE(fast_path, int8, FormatId::int8)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(fast_path, fp8_e2m5, FormatId::fp8_e2m5)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(fast_path, fp8_e4m3, FormatId::fp8_e4m3)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(fast_path, fp8_e5m2, FormatId::fp8_e5m2)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(fast_path, fp4_e2m1, FormatId::fp4_e2m1)->Unit(benchmark::kMillisecond);

void datapath(benchmark::State& state, FormatId id, const char* accumulator) {
    mac::MacUnit unit({.a = id, .b = id, .accumulator = mac::parse_accumulator(accumulator)});
    const numerics::Format& format = numerics::format(id);
    std::mt19937 engine(3);
    std::vector<std::uint32_t> codes(4096);
    for (std::uint32_t& code : codes) {
        code = numerics::encode(format, std::normal_distribution<double>(0, 1)(engine));
    }
    std::size_t i = 0;
    for (auto _ : state) {
        unit.accumulate(codes[i % codes.size()], codes[(i + 1) % codes.size()]);
        ++i;
    }
    benchmark::DoNotOptimize(unit.value());
    state.counters["MAC/s"] = benchmark::Counter(1, benchmark::Counter::kIsIterationInvariantRate);
}
BENCHMARK_CAPTURE(datapath, int8_kulisch, FormatId::int8, "kulisch");
BENCHMARK_CAPTURE(datapath, fp8_e4m3_kulisch, FormatId::fp8_e4m3, "kulisch");
BENCHMARK_CAPTURE(datapath, fp8_e4m3_fp32, FormatId::fp8_e4m3, "fp32");

} // namespace
