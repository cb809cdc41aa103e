// SPDX-License-Identifier: Apache-2.0
// From YAML text to a located tree, without includes; private to this folder.
#pragma once

#include "sim/config/node.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace lodestone::config {

struct ParseInput {
    std::string_view text;
    std::shared_ptr<const std::string> file;
    bool numbered = true; ///< false: a value of the command line, whose places have no line
};

/// Counts over one whole load, includes too.
struct Budget {
    std::size_t values = 0;
    std::size_t files = 0;
};

/// An `absent` node after an error that leaves no tree, a `null` node for a text without a value (not reported).
[[nodiscard]] Node parse(const ParseInput& input, Budget& budget, Problems& problems);

} // namespace lodestone::config
