// SPDX-License-Identifier: Apache-2.0
// Declarations as a reference for people.
#pragma once

#include "sim/config/schema/wording.hpp"

#include <map>
#include <string>

namespace lodestone::config {

/// What a reference says besides the keys.
struct ReferenceText {
    std::string title;
    std::string introduction;                     ///< one paragraph
    std::map<std::string, std::string> elsewhere; ///< Markdown links for maps that have their own reference, by path
};

/// Markdown: one table of keys per map, with value, presence and meaning.
[[nodiscard]] std::string reference_page(const Declaration& root, const ReferenceText& text, const Meanings& meanings);

} // namespace lodestone::config
