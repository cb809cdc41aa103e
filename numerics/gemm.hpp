// SPDX-License-Identifier: Apache-2.0
// Matrix products whose every element is the exact sum of products, rounded once to binary64.
#pragma once

#include "numerics/accumulate.hpp"

#include <cstddef>
#include <span>
#include <vector>

namespace lodestone::numerics {

/// C[m,n] = A[m,k] B[k,n]
struct GemmShape {
    std::size_t m = 0;
    std::size_t n = 0;
    std::size_t k = 0;
};

/// A dense row-major matrix of decoded values. `grid` is what is known of them beforehand, usually
/// value_grid(format); the tighter it is, the more often one plain binary64 product is enough.
/// `transposed`: stored as [k,m] for A, as [n,k] for B (weights are usually [outputs, inputs]).
struct GemmOperand {
    std::span<const double> values;
    ValueGrid grid;
    bool transposed = false;
};

/// How a product is computed; all give the same bits. `plain`: one binary64 GEMM, every partial sum exact.
/// `sliced`: operands cut into slices narrow enough for exact GEMMs, recombined in 128 bits. `wide`: WideSum.
enum class GemmPath { plain, sliced, wide };

/// The path that gemm() takes for operands with these grids.
[[nodiscard]] GemmPath gemm_path(const ValueGrid& a, const ValueGrid& b, std::size_t k);

/// Writes the product to `c`, row-major [m,n]; zeros are +0, NaNs are the default NaN. Single-threaded and
/// deterministic. Sizes of spans that disagree with the shape are InternalErrors.
void gemm(const GemmShape& shape, const GemmOperand& a, const GemmOperand& b, std::span<double> c);

} // namespace lodestone::numerics
