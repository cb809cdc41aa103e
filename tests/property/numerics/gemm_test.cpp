// SPDX-License-Identifier: Apache-2.0
// GEMM gives the bits of the exact accumulators, whichever way it computes.
#include "numerics/gemm.hpp"

#include <catch2/catch.hpp>

#include <bit>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

using namespace lodestone::numerics;

namespace {

struct Problem {
    GemmShape shape;
    std::vector<double> a;
    std::vector<double> b;
};

std::vector<double> random_matrix(const Format& f, std::size_t count, std::mt19937& random) {
    std::vector<double> values;
    while (values.size() < count) {
        const double value = decode(f, static_cast<std::uint32_t>(random()));
        if (std::isfinite(value)) {
            values.push_back(value);
        }
    }
    return values;
}

Problem random_problem(const Format& fa, const Format& fb, GemmShape shape) {
    std::mt19937 random(static_cast<unsigned>(shape.m * 31 + shape.k));
    return {.shape = shape,
            .a = random_matrix(fa, shape.m * shape.k, random),
            .b = random_matrix(fb, shape.k * shape.n, random)};
}

std::vector<double> by_wide_sums(const Problem& p) {
    std::vector<double> c;
    for (std::size_t i = 0; i < p.shape.m; ++i) {
        for (std::size_t j = 0; j < p.shape.n; ++j) {
            WideSum sum;
            for (std::size_t x = 0; x < p.shape.k; ++x) {
                sum.add_product(p.a[i * p.shape.k + x], p.b[x * p.shape.n + j]);
            }
            c.push_back(sum.value());
        }
    }
    return c;
}

std::vector<double> transpose(const std::vector<double>& matrix, std::size_t rows, std::size_t cols) {
    std::vector<double> result(matrix.size());
    for (std::size_t r = 0; r < rows; ++r) {
        for (std::size_t c = 0; c < cols; ++c) {
            result[c * rows + r] = matrix[r * cols + c];
        }
    }
    return result;
}

std::size_t different_bits(const std::vector<double>& x, const std::vector<double>& y) {
    std::size_t count = x.size() == y.size() ? 0 : 1;
    for (std::size_t i = 0; i < x.size() && i < y.size(); ++i) {
        count += std::bit_cast<std::uint64_t>(x[i]) == std::bit_cast<std::uint64_t>(y[i]) ? 0U : 1U;
    }
    return count;
}

} // namespace

TEST_CASE("a product of matrices has the bits of exact sums for every format", "[numerics]") {
    for (const std::string& name : format_names()) {
        const Format& f = format(*find_format(name));
        for (const GemmShape shape : {GemmShape{1, 1, 1}, GemmShape{3, 5, 17}, GemmShape{9, 8, 130}}) {
            const Problem p = random_problem(f, f, shape);
            std::vector<double> c(shape.m * shape.n, -1.0);
            gemm(shape, {.values = p.a, .grid = value_grid(f)}, {.values = p.b, .grid = value_grid(f)}, c);
            INFO(name << " k=" << shape.k);
            CHECK(different_bits(c, by_wide_sums(p)) == 0);
        }
    }
}

TEST_CASE("slices stay exact when their low parts only add up and their high parts cancel", "[numerics]") {
    const Format& f = format(FormatId::int32);
    Problem p{.shape = {1, 1, 1500}, .a = {}, .b = {}};
    for (std::size_t i = 0; i < 500; ++i) { // all bits set, all products positive
        p.a.push_back(max_finite(f) - static_cast<double>(i % 7) * 2.0);
        p.b.push_back(max_finite(f) - static_cast<double>(i % 3) * 2.0);
    }
    for (std::size_t i = 0; i < 1000; ++i) { // no low bits; takes away what the first products have above 2^45
        p.a.push_back(lowest(f));
        p.b.push_back(0x1p30);
    }
    REQUIRE(gemm_path(measured_grid(p.a), measured_grid(p.b), p.shape.k) == GemmPath::sliced);
    std::vector<double> c(1);
    gemm(p.shape, {.values = p.a, .grid = value_grid(f)}, {.values = p.b, .grid = value_grid(f)}, c);
    CHECK(std::fabs(c[0]) < 0x1p45);
    CHECK(different_bits(c, by_wide_sums(p)) == 0);
}

TEST_CASE("transposed operands give the same product", "[numerics]") {
    for (const FormatId id : {FormatId::int8, FormatId::fp8_e5m2, FormatId::fp32}) {
        const Format& f = format(id);
        const Problem p = random_problem(f, f, {7, 6, 40});
        const std::vector<double> at = transpose(p.a, 7, 40);
        const std::vector<double> bt = transpose(p.b, 40, 6);
        std::vector<double> c(42);
        gemm(p.shape, {.values = at, .grid = value_grid(f), .transposed = true},
             {.values = bt, .grid = value_grid(f), .transposed = true}, c);
        CHECK(different_bits(c, by_wide_sums(p)) == 0);
    }
}

TEST_CASE("each path is taken where it belongs", "[numerics]") {
    const auto path = [](FormatId a, FormatId b, std::size_t k) {
        return gemm_path(value_grid(format(a)), value_grid(format(b)), k);
    };
    CHECK(path(FormatId::int8, FormatId::int8, 1U << 20U) == GemmPath::plain);
    CHECK(path(FormatId::fp8_e4m3, FormatId::fp8_e4m3, 171196) == GemmPath::plain);
    CHECK(path(FormatId::int16, FormatId::int16, (1U << 23U) + 1) == GemmPath::sliced);
    CHECK(path(FormatId::bf16, FormatId::bf16, 8) == GemmPath::wide);
    const ValueGrid full_e5m2{.lsb_exponent = -16, .max_magnitude = 57344.0};
    CHECK(gemm_path(full_e5m2, full_e5m2, 4096) == GemmPath::sliced);
}

TEST_CASE("a sum that cancels to nothing is plus zero", "[numerics]") {
    const std::vector<double> a{-0.0};
    const std::vector<double> b{1.0};
    std::vector<double> c(1);
    gemm({1, 1, 1}, {.values = a, .grid = {}}, {.values = b, .grid = value_grid(format(FormatId::int8))}, c);
    CHECK(std::bit_cast<std::uint64_t>(c[0]) == 0U);
}

TEST_CASE("NaN and infinity reach the elements they touch and no others", "[numerics]") {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    constexpr double nan = std::numeric_limits<double>::quiet_NaN();
    const Format& f = format(FormatId::fp8_e5m2);
    for (const double small : {1.0, 0x1p-16}) {
        const std::vector<double> a{infinity, 1.0, nan, 1.0, 57344.0, small};
        const std::vector<double> b{1.0, 1.0};
        std::vector<double> c(3);
        gemm({3, 1, 2}, {.values = a, .grid = value_grid(f)}, {.values = b, .grid = value_grid(f)}, c);
        CHECK(c[0] == infinity);
        CHECK(std::bit_cast<std::uint64_t>(c[1]) == std::bit_cast<std::uint64_t>(nan));
        CHECK(c[2] == 57344.0 + small);
    }
}

TEST_CASE("an empty inner dimension gives zeros and an empty result nothing", "[numerics]") {
    std::vector<double> c(4, 7.0);
    gemm({2, 2, 0}, {}, {}, c);
    CHECK(c == std::vector<double>(4, 0.0));
    std::vector<double> nothing;
    gemm({0, 3, 0}, {}, {}, nothing);
    CHECK(nothing.empty());
}
