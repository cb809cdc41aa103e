// SPDX-License-Identifier: Apache-2.0
// The modules that the Verilog of several units shares, as text with the unit's name in front of theirs.
#pragma once

#include "numerics/format.hpp"

#include <string>

namespace lodestone::mac {

/// `text` with every `@NAME@` replaced.
[[nodiscard]] std::string replace_all(std::string text, const std::string& from, const std::string& to);

/// Module `<prefix>_operand_<format>`: sign, places (exponent above the smallest), significand, special.
[[nodiscard]] std::string verilog_operand(const std::string& prefix, const numerics::Format& format);
[[nodiscard]] std::string verilog_fixed_register(const std::string& prefix);
[[nodiscard]] std::string verilog_float_register(const std::string& prefix);

} // namespace lodestone::mac
