// SPDX-License-Identifier: Apache-2.0
// `lodestone report`: result files as one HTML page.
#include "analysis/compare/compare.hpp"
#include "analysis/page/page.hpp"
#include "apps/commands.hpp"
#include "sim/base/file.hpp"

#include <iostream>

namespace lodestone::apps {

int report_command(const Arguments& arguments) {
    const std::vector<compare::NamedResult> results = compare::load(arguments.files, 1);
    write_file(arguments.output, page::to_html(results));
    std::cerr << "wrote " << arguments.output << '\n';
    return 0;
}

} // namespace lodestone::apps
