// SPDX-License-Identifier: Apache-2.0
// `lodestone report`: result files as one HTML page.
#include "analysis/compare/compare.hpp"
#include "analysis/page/page.hpp"
#include "apps/commands.hpp"
#include "sim/base/error.hpp"
#include "sim/base/file.hpp"

#include <iostream>

namespace lodestone::apps {
namespace {

page::ChartLibrary chart_library() {
    std::optional<page::ChartLibrary> library = page::chart_library();
    if (!library) {
        throw UserError("pages need the chart library, which this build lacks: run 'npm ci' in the folder of the "
                        "sources (./quickstart does it), then build again");
    }
    return *std::move(library);
}

} // namespace

int report_command(const Arguments& arguments) {
    const std::vector<compare::NamedResult> results = compare::load(arguments.files, 1);
    write_file(arguments.output, page::to_html(results, chart_library()));
    std::cerr << "wrote " << arguments.output << '\n';
    return 0;
}

} // namespace lodestone::apps
