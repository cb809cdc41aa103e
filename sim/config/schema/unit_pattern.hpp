// SPDX-License-Identifier: Apache-2.0
// Regular expressions of numbers with units, for schemas.
#pragma once

#include <string>
#include <string_view>

namespace lodestone::config {

/// An ECMA 262 expression for "400 MHz" when `unit` is "Hz": a number as parse_double takes it, and the units of the
/// same dimension that people write: any prefix, bits or bytes, plurals, parts below the line in any order. Dimensions
/// spelt out in base units (J/s for W) are legal to the reader and not in the expression.
[[nodiscard]] std::string measure_pattern(std::string_view unit);

} // namespace lodestone::config
