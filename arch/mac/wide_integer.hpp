// SPDX-License-Identifier: Apache-2.0
// A two's complement integer of 640 bits: registers and adder trees in which every product is exact.
#pragma once

#include "sim/base/error.hpp"

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace lodestone::mac {

class WideInteger {
public:
    static constexpr int word_bits = 64;
    static constexpr int words = 10;
    static constexpr int bits = words * word_bits;
    using Words = std::array<std::uint64_t, words>; ///< least significant first

    [[nodiscard]] const Words& word() const { return word_; }
    [[nodiscard]] bool is_negative() const { return (word_.back() >> (word_bits - 1)) != 0; }
    [[nodiscard]] bool is_zero() const { return word_ == Words{}; }

    /// Adds (-1)^negative * magnitude * 2^shift; the shift must be at least 0 and leave room for the magnitude.
    void add(bool negative, std::uint64_t magnitude, int shift) {
        check_invariant(shift >= 0 && shift < bits - word_bits, "a term is shifted inside the register");
        const auto first = static_cast<std::size_t>(shift / word_bits);
        const int offset = shift % word_bits;
        const std::uint64_t low = magnitude << offset;
        const std::uint64_t high = offset == 0 ? 0 : magnitude >> (word_bits - offset);
        if (negative) {
            subtract_words(first, low, high);
        } else {
            add_words(first, low, high);
        }
    }

    WideInteger& operator+=(const WideInteger& other) {
        bool carry = false;
        for (std::size_t i = 0; i < words; ++i) {
            const std::uint64_t sum = word_[i] + other.word_[i];
            const std::uint64_t with_carry = sum + (carry ? 1 : 0);
            carry = sum < word_[i] || with_carry < sum;
            word_[i] = with_carry;
        }
        return *this;
    }

    [[nodiscard]] WideInteger negated() const {
        WideInteger result;
        bool carry = true;
        for (std::size_t i = 0; i < words; ++i) {
            result.word_[i] = ~word_[i] + (carry ? 1 : 0);
            carry = carry && word_[i] == 0;
        }
        return result;
    }

    /// Position of the first one of a non-negative value; -1 of zero.
    [[nodiscard]] int highest_bit() const {
        for (int i = words - 1; i >= 0; --i) {
            if (const std::uint64_t w = word_[static_cast<std::size_t>(i)]; w != 0) {
                return i * word_bits + word_bits - 1 - std::countl_zero(w);
            }
        }
        return -1;
    }

    /// 64 bits from position `low` upwards; below 0 and above the top zeros.
    [[nodiscard]] std::uint64_t window(int low) const {
        std::uint64_t value = 0;
        const int first = low >> 6; // floor, also of negative positions
        const int offset = low & (word_bits - 1);
        if (first >= 0 && first < words) {
            value = word_[static_cast<std::size_t>(first)] >> offset;
        }
        if (offset != 0 && first + 1 >= 0 && first + 1 < words) {
            value |= word_[static_cast<std::size_t>(first + 1)] << (word_bits - offset);
        }
        return value;
    }

    /// Whether a bit below position `end` is one.
    [[nodiscard]] bool has_bits_below(int end) const {
        for (std::size_t i = 0; i < words; ++i) {
            const int low = static_cast<int>(i) * word_bits;
            if (low >= end) {
                return false;
            }
            const int count = end - low;
            const std::uint64_t mask = count >= word_bits ? ~std::uint64_t{0} : (std::uint64_t{1} << count) - 1;
            if ((word_[i] & mask) != 0) {
                return true;
            }
        }
        return false;
    }

    /// The value of the low `width` bits as two's complement of that width: what a register keeps.
    [[nodiscard]] WideInteger wrapped(int width) const {
        const bool sign =
            (word_[static_cast<std::size_t>((width - 1) / word_bits)] >> ((width - 1) % word_bits) & 1U) != 0;
        WideInteger result = *this;
        const std::uint64_t fill = sign ? ~std::uint64_t{0} : 0;
        for (std::size_t i = 0; i < words; ++i) {
            const int low = static_cast<int>(i) * word_bits;
            if (low >= width) {
                result.word_[i] = fill;
            } else if (width - low < word_bits) {
                const std::uint64_t mask = (std::uint64_t{1} << (width - low)) - 1;
                result.word_[i] = (result.word_[i] & mask) | (fill & ~mask);
            }
        }
        return result;
    }

    /// Largest value of a register of `width` bits; its complement is the most negative.
    [[nodiscard]] static WideInteger largest(int width) {
        WideInteger result;
        for (int i = 0; i < width - 1; ++i) {
            result.word_[static_cast<std::size_t>(i / word_bits)] |= std::uint64_t{1} << (i % word_bits);
        }
        return result;
    }
    [[nodiscard]] WideInteger complement() const {
        WideInteger result;
        for (std::size_t i = 0; i < words; ++i) {
            result.word_[i] = ~word_[i];
        }
        return result;
    }

    friend bool operator==(const WideInteger&, const WideInteger&) = default;

private:
    void add_words(std::size_t first, std::uint64_t low, std::uint64_t high) {
        word_[first] += low;
        std::uint64_t carry = word_[first] < low ? 1 : 0;
        for (std::size_t i = first + 1; i < words && (high != 0 || carry != 0); ++i) {
            const std::uint64_t sum = word_[i] + high;
            const std::uint64_t with_carry = sum + carry;
            carry = sum < high || with_carry < sum ? 1 : 0;
            word_[i] = with_carry;
            high = 0;
        }
    }
    void subtract_words(std::size_t first, std::uint64_t low, std::uint64_t high) {
        std::uint64_t borrow = word_[first] < low ? 1 : 0;
        word_[first] -= low;
        for (std::size_t i = first + 1; i < words && (high != 0 || borrow != 0); ++i) {
            const std::uint64_t difference = word_[i] - high;
            const std::uint64_t with_borrow = difference - borrow;
            borrow = word_[i] < high || difference < borrow ? 1 : 0;
            word_[i] = with_borrow;
            high = 0;
        }
    }

    Words word_{};
};

} // namespace lodestone::mac
