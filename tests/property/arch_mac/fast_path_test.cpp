// SPDX-License-Identifier: Apache-2.0
// The fast functional path, exact matrix products of numerics, is bit for bit what the datapath accumulates.
#include "arch/mac/mac_unit.hpp"
#include "arch/mac/sqnr.hpp"
#include "numerics/gemm.hpp"
#include "numerics/scale.hpp"

#include <bit>
#include <catch2/catch.hpp>
#include <cmath>
#include <random>
#include <vector>

using namespace lodestone;
using namespace lodestone::mac;
using numerics::Format;
using numerics::FormatId;

namespace {

/// Mismatching elements of an [m,k] x [k,n] product of random finite codes.
std::uint64_t mismatches(FormatId a_id, FormatId b_id, int lanes) {
    constexpr std::size_t m = 6;
    constexpr std::size_t n = 5;
    constexpr std::size_t k = 96;
    const Format& fa = numerics::format(a_id);
    const Format& fb = numerics::format(b_id);
    std::mt19937 engine(53);
    const auto codes = [&](const Format& f, std::size_t count) {
        std::vector<std::uint32_t> made;
        while (made.size() < count) {
            const auto code = static_cast<std::uint32_t>(engine()) & f.code_mask();
            if (std::isfinite(numerics::decode(f, code))) {
                made.push_back(code);
            }
        }
        return made;
    };
    const std::vector<std::uint32_t> a = codes(fa, m * k);
    const std::vector<std::uint32_t> b = codes(fb, n * k); // [n,k]
    std::vector<double> values_a(a.size());
    std::vector<double> values_b(b.size());
    numerics::decode(fa, a, values_a);
    numerics::decode(fb, b, values_b);
    std::vector<double> c(m * n);
    numerics::gemm({m, n, k}, {.values = values_a, .grid = numerics::value_grid(fa)},
                   {.values = values_b, .grid = numerics::value_grid(fb), .transposed = true}, c);
    MacUnit unit(
        {.a = a_id, .b = b_id, .kind = lanes == 1 ? UnitKind::single_mac : UnitKind::fused_dot, .lanes = lanes});
    std::uint64_t wrong = 0;
    for (std::size_t row = 0; row < m; ++row) {
        for (std::size_t column = 0; column < n; ++column) {
            unit.clear();
            for (std::size_t i = 0; i < k; i += static_cast<std::size_t>(lanes)) {
                unit.accumulate(std::span(a).subspan(row * k + i, static_cast<std::size_t>(lanes)),
                                std::span(b).subspan(column * k + i, static_cast<std::size_t>(lanes)));
            }
            wrong += std::bit_cast<std::uint64_t>(unit.value()) == std::bit_cast<std::uint64_t>(c[row * n + column])
                         ? 0U
                         : 1U;
        }
    }
    return wrong;
}

} // namespace

TEST_CASE("matrix products of numerics are bit for bit the sums of the datapath", "[arch][mac]") {
    constexpr std::array formats{FormatId::int2,     FormatId::int4,          FormatId::int8,     FormatId::int16,
                                 FormatId::fp8_e2m5, FormatId::fp8_e3m4,      FormatId::fp8_e4m3, FormatId::fp8_e5m2,
                                 FormatId::fp6_e2m3, FormatId::fp8_e5m2_fnuz, FormatId::fp4_e2m1, FormatId::fp16,
                                 FormatId::bf16};
    for (const FormatId a : formats) {
        for (const FormatId b : {a, FormatId::int8, FormatId::fp8_e4m3}) {
            for (const int lanes : {1, 32}) {
                INFO(numerics::name_of(a) << " x " << numerics::name_of(b) << ", lanes " << lanes);
                CHECK(mismatches(a, b, lanes) == 0);
            }
        }
    }
}

TEST_CASE("SQNR of block formats by quadrature agrees with quantised samples", "[arch][mac]") {
    constexpr std::size_t samples = std::size_t{1} << 19;
    std::mt19937_64 engine(61);
    std::normal_distribution<float> normal;
    for (const FormatId id : {FormatId::mxfp8, FormatId::mxfp4, FormatId::mxint8, FormatId::mxfp6_e2m3}) {
        const Format& f = numerics::format(id);
        double relative = 0;
        constexpr int phases = 8; // of sigma within one octave, as the quadrature takes them
        for (int phase = 0; phase < phases; ++phase) {
            const auto sigma = static_cast<float>(std::exp2(static_cast<double>(phase) / phases));
            std::vector<float> values(samples / phases);
            for (float& value : values) {
                value = sigma * normal(engine);
            }
            std::vector<float> rounded(values.size());
            numerics::round_blocks(f, values, rounded);
            double error = 0;
            for (std::size_t i = 0; i < values.size(); ++i) {
                error += std::pow(static_cast<double>(values[i]) - rounded[i], 2);
            }
            relative += error / static_cast<double>(values.size()) / (static_cast<double>(sigma) * sigma) / phases;
        }
        INFO(f.name);
        CHECK(sqnr(f, Distribution::normal).bits == Approx(-0.5 * std::log2(relative)).margin(0.01));
    }
}
