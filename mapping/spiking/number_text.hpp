// SPDX-License-Identifier: Apache-2.0
// Lists of whole numbers as text that a person writes: "0-3 8" and "0*128 1*128".
#pragma once

#include "sim/config/value.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace lodestone::spiking {

/// What the numbers are, for messages, and what they may be.
struct NumberLimits {
    std::string what;       ///< "axon"
    std::uint64_t last = 0; ///< the largest one; the smallest is 0
    std::string reason;     ///< why: "a core has 256 axons, the largest fan-in"
    std::uint64_t most = 0; ///< numbers in all
};

/// "0-3 8": 0, 1, 2, 3, 8. Reports the first number that is none or beyond the limits, and then returns those before.
[[nodiscard]] std::vector<std::uint64_t> read_ranges(const config::Value& value, const NumberLimits& limits);

/// "0*3 1": 0, 0, 0, 1; otherwise the same.
[[nodiscard]] std::vector<std::uint64_t> read_repeats(const config::Value& value, const NumberLimits& limits);

} // namespace lodestone::spiking
