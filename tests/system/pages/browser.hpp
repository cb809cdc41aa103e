// SPDX-License-Identifier: Apache-2.0
// Opens pages in a headless browser and hands back what became of them.
#pragma once

#include "tests/support/command.hpp"

#include <string>

namespace lodestone::tests {

struct Rendered {
    std::string document; ///< after all scripts have run
    std::string console;  ///< lines that the page wrote to the console, errors included
};

/// Opens a page in a browser with a profile of its own; options come before the address.
[[nodiscard]] Rendered render(const ScratchFolder& scratch, const std::string& page, const std::string& options = "");

/// The page with a script at its end that uses it and writes what it saw into the document's attributes. `seen`,
/// `press(element, key)` and `pressAt(element, x, y)` (pixels within the element) are there.
[[nodiscard]] std::string with_script(const ScratchFolder& scratch, const std::string& page, const std::string& script);

/// The bytes of a picture or a printed page that the browser makes: `option` as "--screenshot", "--print-to-pdf".
[[nodiscard]] std::string taken(const ScratchFolder& scratch, const std::string& page, const std::string& option);

[[nodiscard]] std::size_t occurrences(const std::string& text, const std::string& what);

} // namespace lodestone::tests
