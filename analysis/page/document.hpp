// SPDX-License-Identifier: Apache-2.0
// The frame of every page: head, policy, sheet, chart library, data, script.
#pragma once

#include "analysis/page/assets.hpp"

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

namespace lodestone::page {

struct Document {
    std::string title; ///< not escaped yet
    std::string body;  ///< markup, every text in it escaped
    std::string data;  ///< JSON that is safe inside a script element, as `script_json` gives it
    std::string_view script;
};

/// A complete document in UTF-8. Its policy forbids requests and the making of code from text.
[[nodiscard]] std::string to_html(const Document& document, const ChartLibrary& library);

/// JSON that cannot end a script element; bytes that are not UTF-8 become U+FFFD.
[[nodiscard]] std::string script_json(const nlohmann::ordered_json& json);

} // namespace lodestone::page
