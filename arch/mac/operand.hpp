// SPDX-License-Identifier: Apache-2.0
// Codes taken apart into the fields a multiplier sees, by their bits alone.
#pragma once

#include "numerics/format.hpp"

#include <cstdint>

namespace lodestone::mac {

enum class Special : std::uint8_t { none, infinity, nan };

/// (-1)^negative * significand * 2^exponent, or something that is not a number.
struct Term {
    bool negative = false;
    Special special = Special::none;
    int exponent = 0;
    std::uint64_t significand = 0;

    [[nodiscard]] bool is_zero() const { return special == Special::none && significand == 0; }
};

/// Fields of a code; of a block format, with scale 1. All values with the same exponent field have the same exponent.
[[nodiscard]] Term split(const numerics::Format& format, std::uint32_t code);

/// Exact product. Infinity times zero is NaN. Operands of up to 16 bits give at most 32 bits.
[[nodiscard]] Term multiply(const Term& a, const Term& b);

} // namespace lodestone::mac
