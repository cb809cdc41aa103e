// SPDX-License-Identifier: Apache-2.0
// Exact matrix products on top of a binary64 GEMM library.
#include "numerics/gemm.hpp"

#include "sim/base/error.hpp"

#include <algorithm>
#include <bit>
#include <cblas.h>
#include <cmath>
#include <limits>

namespace lodestone::numerics {
namespace {

constexpr int most_products = 9; ///< beyond this many slice products WideSum is as fast
constexpr int sum_bits = 126;

/// How operands are cut: slices of `width` bits, `a` and `b` of them.
struct Slicing {
    int width = 0;
    int a = 0;
    int b = 0;
    bool possible = false;
};

int slices_needed(int bits, int width) {
    return bits == 0 ? 1
                     : static_cast<int>(ceil_div(static_cast<std::uint64_t>(bits), static_cast<std::uint64_t>(width)));
}

Slicing slicing(const ValueGrid& a, const ValueGrid& b, std::size_t k) {
    const auto length_bits = static_cast<int>(std::bit_width(k));
    Slicing result{.width = (std::numeric_limits<double>::digits - length_bits) / 2};
    if (result.width < 1 || !a.finite || !b.finite) {
        return result;
    }
    result.a = slices_needed(a.magnitude_bits(), result.width);
    result.b = slices_needed(b.magnitude_bits(), result.width);
    result.possible =
        result.a * result.b <= most_products && result.width * (result.a + result.b) + length_bits <= sum_bits;
    return result;
}

int as_blas_size(std::size_t size) {
    check_invariant(size <= static_cast<std::size_t>(std::numeric_limits<int>::max()), "matrix sides fit 31 bits");
    return static_cast<int>(size);
}

/// C = A B in binary64, in whatever order the library likes.
void library_gemm(const GemmShape& shape, const GemmOperand& a, const GemmOperand& b, double* c) {
    const int m = as_blas_size(shape.m);
    const int n = as_blas_size(shape.n);
    const int k = as_blas_size(shape.k);
    openblas_set_num_threads(1);
    cblas_dgemm(CblasRowMajor, a.transposed ? CblasTrans : CblasNoTrans, b.transposed ? CblasTrans : CblasNoTrans, m, n,
                k, 1.0, a.values.data(), a.transposed ? m : k, b.values.data(), b.transposed ? k : n, 0.0, c, n);
}

/// Digit `slice` of each value (0 the least significant): a signed integer of `width` bits.
std::vector<std::vector<double>> cut(const GemmOperand& operand, int count, int width) {
    std::vector<std::vector<double>> digits(static_cast<std::size_t>(count),
                                            std::vector<double>(operand.values.size()));
    const double units = std::ldexp(1.0, -operand.grid.lsb_exponent);
    for (std::size_t i = 0; i < operand.values.size(); ++i) {
        double rest = operand.values[i] * units;
        for (std::size_t slice = digits.size(); slice-- > 1;) {
            const int position = width * static_cast<int>(slice);
            const double digit = std::trunc(std::ldexp(rest, -position));
            digits[slice][i] = digit;
            rest -= std::ldexp(digit, position);
        }
        digits[0][i] = rest;
    }
    return digits;
}

void sliced_gemm(const GemmShape& shape, const GemmOperand& a, const GemmOperand& b, std::span<double> c) {
    const Slicing plan = slicing(a.grid, b.grid, shape.k);
    const auto digits_a = cut(a, plan.a, plan.width);
    const auto digits_b = cut(b, plan.b, plan.width);
    std::vector<Int128> sums(c.size(), 0);
    for (std::size_t i = 0; i < digits_a.size(); ++i) {
        for (std::size_t j = 0; j < digits_b.size(); ++j) {
            library_gemm(shape, {.values = digits_a[i], .transposed = a.transposed},
                         {.values = digits_b[j], .transposed = b.transposed}, c.data());
            const int position = plan.width * static_cast<int>(i + j);
            for (std::size_t at = 0; at < c.size(); ++at) {
                sums[at] += static_cast<Int128>(static_cast<std::int64_t>(c[at])) << position;
            }
        }
    }
    const int lsb = a.grid.lsb_exponent + b.grid.lsb_exponent;
    for (std::size_t at = 0; at < c.size(); ++at) {
        c[at] = std::ldexp(static_cast<double>(sums[at]), lsb);
    }
}

void wide_gemm(const GemmShape& shape, const GemmOperand& a, const GemmOperand& b, std::span<double> c) {
    for (std::size_t i = 0; i < shape.m; ++i) {
        for (std::size_t j = 0; j < shape.n; ++j) {
            WideSum sum;
            for (std::size_t p = 0; p < shape.k; ++p) {
                sum.add_product(a.values[a.transposed ? p * shape.m + i : i * shape.k + p],
                                b.values[b.transposed ? j * shape.k + p : p * shape.n + j]);
            }
            c[i * shape.n + j] = sum.value();
        }
    }
}

void plain_gemm(const GemmShape& shape, const GemmOperand& a, const GemmOperand& b, std::span<double> c) {
    library_gemm(shape, a, b, c.data());
    for (double& value : c) {
        value = value == value ? value + 0.0 : std::numeric_limits<double>::quiet_NaN(); // -0 + 0 is +0
    }
}

} // namespace

GemmPath gemm_path(const ValueGrid& a, const ValueGrid& b, std::size_t k) {
    if (exact_in_binary64(a, b, k)) {
        return GemmPath::plain;
    }
    return slicing(a, b, k).possible ? GemmPath::sliced : GemmPath::wide;
}

void gemm(const GemmShape& shape, const GemmOperand& a, const GemmOperand& b, std::span<double> c) {
    check_invariant(a.values.size() == shape.m * shape.k, "A has m*k elements");
    check_invariant(b.values.size() == shape.k * shape.n, "B has k*n elements");
    check_invariant(c.size() == shape.m * shape.n, "C has m*n elements");
    if (c.empty()) {
        return;
    }
    if (shape.k == 0) {
        std::fill(c.begin(), c.end(), 0.0);
        return;
    }
    if (gemm_path(a.grid, b.grid, shape.k) == GemmPath::plain) {
        plain_gemm(shape, a, b, c);
        return;
    }
    GemmOperand known_a = a; // the data are often tamer than their format
    GemmOperand known_b = b;
    known_a.grid = measured_grid(a.values);
    known_b.grid = measured_grid(b.values);
    switch (gemm_path(known_a.grid, known_b.grid, shape.k)) {
    case GemmPath::plain:
        plain_gemm(shape, known_a, known_b, c);
        return;
    case GemmPath::sliced:
        sliced_gemm(shape, known_a, known_b, c);
        return;
    case GemmPath::wide:
        wide_gemm(shape, known_a, known_b, c);
        return;
    }
}

} // namespace lodestone::numerics
