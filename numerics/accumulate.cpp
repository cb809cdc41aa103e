// SPDX-License-Identifier: Apache-2.0
// Fixed-point accumulators of 128 and 640 bits, and accumulators that round.
#include "numerics/accumulate.hpp"

#include "sim/base/error.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

namespace lodestone::numerics {
namespace {

constexpr int double_mantissa = 52;
constexpr int double_precision = 53;
constexpr int word_bits = 64;
constexpr double canonical_nan = std::numeric_limits<double>::quiet_NaN();

__extension__ using UInt128 = unsigned __int128;

/// value = ±odd * 2^exponent, or odd = 0.
struct OddForm {
    std::uint64_t odd = 0;
    int exponent = 0;
    bool negative = false;
};

/// `value` is finite.
OddForm odd_form(double value) {
    const auto bits = std::bit_cast<std::uint64_t>(value);
    const auto field = static_cast<int>((bits >> double_mantissa) & 0x7FFU);
    const std::uint64_t fraction = bits & ((std::uint64_t{1} << double_mantissa) - 1);
    const std::uint64_t mantissa = field == 0 ? fraction : fraction | (std::uint64_t{1} << double_mantissa);
    if (mantissa == 0) {
        return {};
    }
    const int zeros = std::countr_zero(mantissa);
    constexpr int unit_exponent = -1075; // of the last mantissa bit at exponent field 0, were it normal
    return {.odd = mantissa >> zeros,
            .exponent = std::max(field, 1) + unit_exponent + zeros,
            .negative = (bits >> (word_bits - 1)) != 0};
}

int width_of(UInt128 number) {
    const auto high = static_cast<std::uint64_t>(number >> word_bits);
    return static_cast<int>(high != 0 ? word_bits + std::bit_width(high)
                                      : std::bit_width(static_cast<std::uint64_t>(number)));
}

double canonical(double special) {
    return std::isnan(special) ? canonical_nan : special;
}

} // namespace

int ValueGrid::magnitude_bits() const {
    return max_magnitude == 0.0 ? 0 : std::ilogb(max_magnitude) - lsb_exponent + 1;
}

ValueGrid element_grid(const Format& f) {
    return {.lsb_exponent = std::ilogb(min_positive(f)),
            .max_magnitude = std::max(max_finite(f), -lowest(f)),
            .finite = !has_nan(f) && !f.has_infinity};
}

ValueGrid value_grid(const Format& f) {
    ValueGrid grid = element_grid(f);
    if (f.block) {
        constexpr int largest_scale = 127; // E8M0 covers 2^-127 to 2^127, and NaN
        grid.lsb_exponent -= largest_scale;
        grid.max_magnitude = std::ldexp(grid.max_magnitude, largest_scale);
        grid.finite = false;
    }
    return grid;
}

ValueGrid measured_grid(std::span<const double> values) {
    ValueGrid grid{.lsb_exponent = std::numeric_limits<int>::max()};
    for (const double value : values) {
        if (!std::isfinite(value)) {
            grid.finite = false;
        } else if (value != 0.0) {
            grid.lsb_exponent = std::min(grid.lsb_exponent, odd_form(value).exponent);
            grid.max_magnitude = std::max(grid.max_magnitude, std::fabs(value));
        }
    }
    if (grid.max_magnitude == 0.0) {
        grid.lsb_exponent = 0;
    }
    return grid;
}

std::uint64_t exact_length_in_binary64(const ValueGrid& a, const ValueGrid& b) {
    const double product = std::ldexp(a.max_magnitude, -a.lsb_exponent) * std::ldexp(b.max_magnitude, -b.lsb_exponent);
    constexpr std::uint64_t limit = std::uint64_t{1} << double_precision;
    if (product == 0.0) {
        return std::numeric_limits<std::uint64_t>::max();
    }
    return product > static_cast<double>(limit) ? 0 : limit / static_cast<std::uint64_t>(product);
}

bool exact_in_binary64(const ValueGrid& a, const ValueGrid& b, std::uint64_t length) {
    return length <= exact_length_in_binary64(a, b);
}

bool exact_in_binary64(const Format& a, const Format& b, std::uint64_t length) {
    return exact_in_binary64(value_grid(a), value_grid(b), length);
}

ExactSum::ExactSum(const Format& a, const Format& b)
    : a_(a), b_(b), lsb_a_(element_grid(a).lsb_exponent), lsb_b_(element_grid(b).lsb_exponent),
      units_a_(std::ldexp(1.0, -lsb_a_)), units_b_(std::ldexp(1.0, -lsb_b_)) {
    if (!fits(a, b)) {
        throw InternalError("sums of products of " + std::string(a.name) + " and " + std::string(b.name) +
                            " do not fit 127 bits; use WideSum");
    }
}

bool ExactSum::fits(const Format& a, const Format& b) {
    constexpr int term_bits = std::countr_zero(max_terms);
    constexpr int sum_bits = 127;
    constexpr int integer_bits = 62; // of one value in units of its grid
    const int bits_a = element_grid(a).magnitude_bits();
    const int bits_b = element_grid(b).magnitude_bits();
    return bits_a <= integer_bits && bits_b <= integer_bits && bits_a + bits_b + term_bits <= sum_bits;
}

void ExactSum::add_product(std::uint32_t code_a, std::uint32_t code_b) {
    add_values(decode(a_, code_a), decode(b_, code_b));
}

void ExactSum::add_values(double a, double b) {
    check_invariant(++terms_ <= max_terms, "an ExactSum takes at most 2^32 terms");
    if (!std::isfinite(a) || !std::isfinite(b)) {
        special_ += a * b;
        return;
    }
    sum_ += static_cast<Int128>(static_cast<std::int64_t>(a * units_a_)) * static_cast<std::int64_t>(b * units_b_);
}

double ExactSum::value() const {
    return special_ != 0.0 ? canonical(special_) : std::ldexp(static_cast<double>(sum_), lsb_exponent());
}

void WideSum::add_product(double a, double b) {
    if (!std::isfinite(a) || !std::isfinite(b)) {
        special_ += a * b;
        return;
    }
    const OddForm x = odd_form(a);
    const OddForm y = odd_form(b);
    const UInt128 product = static_cast<UInt128>(x.odd) * y.odd;
    if (product == 0) {
        return;
    }
    const int position = x.exponent + y.exponent - lsb;
    check_invariant(position >= 0 && position + width_of(product) <= -2 * lsb, "a product of formats fits a WideSum");

    const auto first = static_cast<std::size_t>(position / word_bits);
    const int offset = position % word_bits;
    const UInt128 low = product << offset;
    const auto high = offset == 0 ? std::uint64_t{0} : static_cast<std::uint64_t>(product >> (2 * word_bits - offset));
    const std::array<std::uint64_t, 3> part{static_cast<std::uint64_t>(low),
                                            static_cast<std::uint64_t>(low >> word_bits), high};
    const bool subtract = x.negative != y.negative;
    std::uint64_t carry = 0;
    for (std::size_t word = first; word < sum_.size(); ++word) {
        const std::uint64_t addend = word - first < part.size() ? part[word - first] : 0;
        if (word - first >= part.size() && carry == 0) {
            break;
        }
        const UInt128 result = subtract ? static_cast<UInt128>(sum_[word]) - addend - carry
                                        : static_cast<UInt128>(sum_[word]) + addend + carry;
        sum_[word] = static_cast<std::uint64_t>(result);
        carry = static_cast<std::uint64_t>(result >> word_bits) & 1U;
    }
}

double WideSum::value() const {
    if (special_ != 0.0) {
        return canonical(special_);
    }
    std::array<std::uint64_t, words> magnitude = sum_;
    const bool negative = (magnitude.back() >> (word_bits - 1)) != 0;
    if (negative) {
        bool carry = true;
        for (std::uint64_t& word : magnitude) {
            word = ~word + (carry ? 1U : 0U);
            carry = carry && word == 0;
        }
    }
    std::size_t top = magnitude.size();
    while (top > 0 && magnitude[top - 1] == 0) {
        --top;
    }
    if (top == 0) {
        return 0.0;
    }
    // The 64 leading bits, the last of them set when anything follows: enough to round to 53 bits correctly.
    const int zeros = std::countl_zero(magnitude[top - 1]);
    const std::uint64_t next = top > 1 ? magnitude[top - 2] : 0;
    std::uint64_t lead = magnitude[top - 1] << zeros;
    std::uint64_t rest = next;
    if (zeros != 0) {
        lead |= next >> (word_bits - zeros);
        rest = next << zeros;
    }
    for (std::size_t word = 0; word + 2 < top; ++word) {
        rest |= magnitude[word];
    }
    lead |= rest != 0 ? 1U : 0U;
    const int exponent = static_cast<int>(top - 1) * word_bits - zeros + lsb;
    const double value = std::ldexp(static_cast<double>(lead), exponent);
    return negative ? -value : value;
}

namespace {

template <class Code>
double dot_of_codes(const Format& a, std::span<const Code> codes_a, const Format& b, std::span<const Code> codes_b) {
    check_invariant(codes_a.size() == codes_b.size(), "a dot product has two vectors of one length");
    std::vector<double> x(codes_a.size());
    std::vector<double> y(codes_b.size());
    decode(a, codes_a, std::span<double>(x));
    decode(b, codes_b, std::span<double>(y));
    if (exact_in_binary64(element_grid(a), element_grid(b), x.size()) || !ExactSum::fits(a, b)) {
        return dot(x, y);
    }
    ExactSum sum(a, b);
    for (std::size_t i = 0; i < x.size(); ++i) {
        sum.add_values(x[i], y[i]);
    }
    return sum.value();
}

} // namespace

double dot(const Format& a, std::span<const std::uint8_t> codes_a, const Format& b,
           std::span<const std::uint8_t> codes_b) {
    return dot_of_codes(a, codes_a, b, codes_b);
}

double dot(const Format& a, std::span<const std::uint32_t> codes_a, const Format& b,
           std::span<const std::uint32_t> codes_b) {
    return dot_of_codes(a, codes_a, b, codes_b);
}

double dot(std::span<const double> a, std::span<const double> b) {
    check_invariant(a.size() == b.size(), "a dot product has two vectors of one length");
    if (exact_in_binary64(measured_grid(a), measured_grid(b), a.size())) {
        double sum = 0.0;
        for (std::size_t i = 0; i < a.size(); ++i) {
            sum += a[i] * b[i];
        }
        return canonical(sum + 0.0);
    }
    WideSum sum;
    for (std::size_t i = 0; i < a.size(); ++i) {
        sum.add_product(a[i], b[i]);
    }
    return sum.value();
}

void RoundingSum::add(double term) {
    const double sum = sum_ + term;
    if (!std::isfinite(sum)) {
        sum_ = round_to(format_, sum, overflow_);
        return;
    }
    // Rounding a rounded sum could go wrong at a tie. The error of the binary64 addition, which is itself a binary64
    // number, tells on which side of `sum` the exact sum lies; an odd last bit then keeps that knowledge.
    const double from_term = sum - sum_;
    const double error = (sum_ - (sum - from_term)) + (term - from_term);
    auto bits = std::bit_cast<std::uint64_t>(sum);
    if (error != 0.0 && (bits & 1U) == 0) {
        const bool away_from_zero = (error > 0.0) == (sum > 0.0);
        bits = away_from_zero ? bits + 1 : bits - 1;
    }
    sum_ = round_to(format_, std::bit_cast<double>(bits), overflow_);
}

IntegerSum::IntegerSum(int bits, Full full) : bits_(bits), full_(full) {
    check_invariant(bits >= 2 && bits <= word_bits, "an integer accumulator has 2 to 64 bits");
}

void IntegerSum::add(std::int64_t term) {
    const Int128 exact = static_cast<Int128>(sum_) + term;
    const Int128 high = (static_cast<Int128>(1) << (bits_ - 1)) - 1;
    const Int128 low = -high - 1;
    if (exact >= low && exact <= high) {
        sum_ = static_cast<std::int64_t>(exact);
        return;
    }
    overflowed_ = true;
    if (full_ == Full::saturate) {
        sum_ = static_cast<std::int64_t>(exact > high ? high : low);
        return;
    }
    const int unused = word_bits - bits_; // shifting up and down again extends the sign
    sum_ = static_cast<std::int64_t>(static_cast<std::uint64_t>(exact) << unused) >> unused;
}

} // namespace lodestone::numerics
