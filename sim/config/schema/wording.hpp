// SPDX-License-Identifier: Apache-2.0
// Declarations in words, for schemas and references.
#pragma once

#include "sim/config/declaration.hpp"

#include <map>
#include <string>
#include <vector>

namespace lodestone::config {

/// What keys mean, by the end of their path: "core/axons" is for that key of any map "core".
using Meanings = std::map<std::string, std::string>;
/// The meaning with the longest end of `path`, else that of any key beside it ("layers/[]/*"); "" when there is none.
[[nodiscard]] std::string meaning_of(const std::string& path, const Meanings& meanings);

/// "integer from 1 to 256", "number with a unit (Hz, kHz, MHz, GHz) from 1 kHz to 10 GHz", "event or analytic".
[[nodiscard]] std::string words_of(const Form& form);
/// All forms of a value: "integer of at least 1, or list of these".
[[nodiscard]] std::string words_of(const Declaration& value);
/// "required", "default 8", "optional"
[[nodiscard]] std::string presence_of(const DeclaredKey& key);
/// "figure is peak", "layers is present", "workload is a map"
[[nodiscard]] std::string words_of(const Declaration& map, const DeclaredCase& of);
/// The keys that are the same in every case of a map, as the first case has them.
[[nodiscard]] std::vector<const DeclaredKey*> common_keys(const Declaration& map);

} // namespace lodestone::config
