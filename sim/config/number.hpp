// SPDX-License-Identifier: Apache-2.0
// Numbers as a user writes them: decimal only, no leading zeros, nothing silently rounded to another meaning.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace lodestone::config {

/// A number, or why the text is not one; `reason` ends a sentence that began "is '010'".
template <class T>
struct Parsed {
    std::optional<T> value;
    std::string reason;
};

/// Decimal integers: "0", "42". Not accepted: "010", "0x10", "1e3", "4.0", "+4", "1_000".
[[nodiscard]] Parsed<std::uint64_t> parse_uint(std::string_view text);
/// The same with an optional minus sign.
[[nodiscard]] Parsed<std::int64_t> parse_int(std::string_view text);
/// Decimal fractions with an optional exponent: "3", "-0.5", "1e3". Not accepted: ".5", "5.", "nan", "inf", "1e999".
[[nodiscard]] Parsed<double> parse_double(std::string_view text);

/// Length of the decimal number that `text` starts with; 0 when it starts with none.
[[nodiscard]] std::size_t number_length(std::string_view text);
/// The double nearest to number * 10^decimal * 2^binary, with one rounding; `number` is as long as number_length.
[[nodiscard]] Parsed<double> scaled_double(std::string_view number, int decimal, int binary);

} // namespace lodestone::config
