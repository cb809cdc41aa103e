// SPDX-License-Identifier: Apache-2.0
// Text for HTML: escaping, and numbers as people read them.
#pragma once

#include <string>
#include <string_view>

namespace lodestone::page {

/// Safe inside elements and inside quoted attributes. Bytes that are not UTF-8 and control characters become U+FFFD.
[[nodiscard]] std::string escaped(std::string_view text);

/// Three significant digits with a prefix: 0.0123 s is "12.3 ms"; a prefix needs a unit ("" gives "12,300" style).
[[nodiscard]] std::string with_unit(double value, std::string_view unit);
/// 0.4567 is "45.7 %".
[[nodiscard]] std::string percent(double share);
/// 1234567 is "1,234,567".
[[nodiscard]] std::string grouped(double value);
/// Shortest text of a coordinate, two decimals at most.
[[nodiscard]] std::string coordinate(double value);

} // namespace lodestone::page
