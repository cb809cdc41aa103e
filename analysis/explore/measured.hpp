// SPDX-License-Identifier: Apache-2.0
// Numbers with units in any dimension, as sweep files compute with them.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace lodestone::explore {

/// `value` in base units (J, V, K, s, m, bit and things counted) with their exponents; none for a plain number.
struct Measured {
    double value = 0;
    std::map<std::string, int> dimensions;
    friend bool operator==(const Measured&, const Measured&) = default;
};

/// "400 MHz", "3", "0.5 pJ/B"; nothing when the text is no number with an optional unit.
[[nodiscard]] std::optional<Measured> parse_measured(std::string_view text);

/// The value as a reader of configurations takes it back: digits that give the same double, and a unit when there are
/// dimensions. Nothing when no unit of configurations has these dimensions.
[[nodiscard]] std::optional<std::string> to_text(const Measured& measured);

/// The nearest double of twelve digits: as many as a person means, without the rounding errors of arithmetic.
[[nodiscard]] double rounded(double value);

/// The shortest digits that read back as `value`.
[[nodiscard]] std::string shortest(double value);

} // namespace lodestone::explore
