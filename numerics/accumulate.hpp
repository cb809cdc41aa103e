// SPDX-License-Identifier: Apache-2.0
// Accumulators: exact ones, whose result does not depend on the order, and ones that round after each addition.
#pragma once

#include "numerics/format.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace lodestone::numerics {

__extension__ using Int128 = __int128; ///< two's complement, 128 bits

/// What is known of a set of values: each finite one is a multiple of 2^lsb_exponent and at most `max_magnitude`.
struct ValueGrid {
    int lsb_exponent = 0;
    double max_magnitude = 0.0;
    bool finite = true; ///< no NaN or infinity among them

    /// Bits of max_magnitude in units of the grid, without sign.
    [[nodiscard]] int magnitude_bits() const;
};

/// Grid of what the codes of a format decode to; of a block format, with scale 1.
[[nodiscard]] ValueGrid element_grid(const Format& format);
/// Grid of all values of a format; of a block format, with every scale.
[[nodiscard]] ValueGrid value_grid(const Format& format);
/// Grid of the values at hand.
[[nodiscard]] ValueGrid measured_grid(std::span<const double> values);

/// Longest sum of products of the two grids that binary64 holds exactly in every order: the largest n with
/// n * max_a * max_b <= 2^53 * lsb_a * lsb_b. Examples: int8 5.5e11 terms, int16 8.3e6, fp8_e4m3 171,196,
/// fp8_e4m3_qc 149,130, fp8_e3m4 2.2e9, fp8_e2m5 1.4e11, fp4_e2m1 6.3e13; fp8_e5m2, fp16, bf16, fp32: none.
[[nodiscard]] std::uint64_t exact_length_in_binary64(const ValueGrid& a, const ValueGrid& b);
[[nodiscard]] bool exact_in_binary64(const ValueGrid& a, const ValueGrid& b, std::uint64_t length);
[[nodiscard]] bool exact_in_binary64(const Format& a, const Format& b, std::uint64_t length);

/// Kulisch accumulator on 128 bits: any sum of up to 2^32 products of values of two formats, exactly. Holds every pair
/// of formats of up to 8 bits (fp8_e5m2 squared: 64 bits and sign), int16, int32, fp16. A pair that could overflow,
/// bf16 and fp32 among them, and a term too many are InternalErrors; WideSum takes those.
class ExactSum {
public:
    static constexpr std::uint64_t max_terms = std::uint64_t{1} << 32;

    ExactSum(const Format& a, const Format& b);
    [[nodiscard]] static bool fits(const Format& a, const Format& b);

    void add_product(std::uint32_t code_a, std::uint32_t code_b);
    /// The same for decoded values; one that is not a value of its format breaks the contract.
    void add_values(double a, double b);
    /// The exact sum rounded once to nearest even; NaN and infinities as in IEEE arithmetic; zero is +0.
    [[nodiscard]] double value() const;
    /// The sum in units of 2^lsb_exponent(); meaningless after NaN or infinity.
    [[nodiscard]] Int128 fixed_point() const { return sum_; }
    [[nodiscard]] int lsb_exponent() const { return lsb_a_ + lsb_b_; }

private:
    Format a_;
    Format b_;
    int lsb_a_;
    int lsb_b_;
    double units_a_; ///< 2^-lsb_a_
    double units_b_;
    Int128 sum_ = 0;
    std::uint64_t terms_ = 0;
    double special_ = 0.0; ///< sum of the products that are not finite
};

/// Accumulator of 640 bits from 2^-300 upwards: up to 2^32 products of values of any two formats, fp32 and scaled
/// block formats included. A product that is not a multiple of 2^-300 or reaches 2^300 is an InternalError.
class WideSum {
public:
    void add_product(double a, double b);
    /// The exact sum rounded once to nearest even; NaN and infinities as in IEEE arithmetic; zero is +0.
    [[nodiscard]] double value() const;

private:
    static constexpr int words = 10;
    static constexpr int lsb = -300;

    std::array<std::uint64_t, words> sum_{}; ///< two's complement, least significant word first
    double special_ = 0.0;
};

/// Exact dot product of two code vectors of equal length, rounded once to binary64; block formats with scale 1.
[[nodiscard]] double dot(const Format& a, std::span<const std::uint8_t> codes_a, const Format& b,
                         std::span<const std::uint8_t> codes_b);
[[nodiscard]] double dot(const Format& a, std::span<const std::uint32_t> codes_a, const Format& b,
                         std::span<const std::uint32_t> codes_b);
/// Exact dot product of two vectors of equal length whose elements are values of formats (see WideSum).
[[nodiscard]] double dot(std::span<const double> a, std::span<const double> b);

/// A floating accumulator of a MAC unit: the exact sum of its content and one exact product, rounded to nearest even
/// into the accumulator's format (fp16, fp32, bf16 …) after each addition. The order of the terms matters.
class RoundingSum {
public:
    explicit RoundingSum(const Format& accumulator, Overflow overflow = Overflow::ieee)
        : format_(accumulator), overflow_(overflow) {}

    void add(double term);
    /// The product must be exact in binary64: true of all formats up to 16 bits and of fp32.
    void add_product(double a, double b) { add(a * b); }
    [[nodiscard]] double value() const { return sum_; }

private:
    Format format_;
    Overflow overflow_;
    double sum_ = 0.0;
};

/// Integer accumulator register of `bits` bits (2 to 64, two's complement) that saturates or wraps.
class IntegerSum {
public:
    enum class Full : std::uint8_t { saturate, wrap };

    explicit IntegerSum(int bits, Full full = Full::saturate);
    void add(std::int64_t term);
    [[nodiscard]] std::int64_t value() const { return sum_; }
    /// True once a result has left the range of the register.
    [[nodiscard]] bool overflowed() const { return overflowed_; }

private:
    int bits_;
    Full full_;
    std::int64_t sum_ = 0;
    bool overflowed_ = false;
};

} // namespace lodestone::numerics
