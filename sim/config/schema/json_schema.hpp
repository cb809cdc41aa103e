// SPDX-License-Identifier: Apache-2.0
// Declarations as JSON Schema, for editors and other validators.
#pragma once

#include "sim/config/schema/wording.hpp"

#include <string>

namespace lodestone::config {

/// A JSON Schema (draft 07, which editors know) of files as they are written: any map may have `include`, and in it and
/// below it nothing is required and a null removes. What a schema cannot say stays with the reader: limits of numbers
/// with units stand in descriptions, and what depends on several values at once is left out.
[[nodiscard]] std::string json_schema(const Declaration& root, const std::string& title, const Meanings& meanings);

} // namespace lodestone::config
