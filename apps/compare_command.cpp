// SPDX-License-Identifier: Apache-2.0
// `lodestone compare`: result files side by side, ratios to the first.
#include "analysis/compare/compare.hpp"
#include "apps/commands.hpp"

#include <iostream>

namespace lodestone::apps {

int compare_command(const Arguments& arguments) {
    const std::vector<compare::NamedResult> results = compare::load(arguments.files);
    std::cout << (arguments.json ? compare::to_json(results) : compare::to_text(results));
    return 0;
}

} // namespace lodestone::apps
