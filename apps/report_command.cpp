// SPDX-License-Identifier: Apache-2.0
// `lodestone report`: result files as one HTML page, or the store of an exploration as page or drawing.
#include "apps/report_command.hpp"

#include "analysis/compare/compare.hpp"
#include "analysis/explore/store.hpp"
#include "analysis/page/page.hpp"
#include "apps/commands.hpp"
#include "apps/report_exploration.hpp"
#include "sim/base/error.hpp"
#include "sim/base/file.hpp"

#include <algorithm>
#include <filesystem>
#include <iostream>

namespace lodestone::apps {
namespace {

/// Drawings are of explorations, and a page is of one.
void check_files(const Arguments& arguments) {
    const auto store = std::ranges::find_if(arguments.files, is_store);
    const bool has_store = store != arguments.files.end();
    if (has_store && arguments.files.size() > 1) {
        throw UserError({.file = *store}, "",
                        "is the store of an exploration, which has a page of its own; name it alone");
    }
    const std::string ending = std::filesystem::path(arguments.output).extension().string();
    if (!has_store && (ending == ".svg" || ending == ".png")) {
        throw UserError({.file = arguments.output}, "",
                        "is a drawing, and drawings are made of the store of an exploration; results have a page "
                        "(.html), whose charts have buttons that save them");
    }
    if (!has_store && !(arguments.report.x + arguments.report.y + arguments.report.sweep).empty()) {
        throw UserError("--x, --y and --sweep are for the store of an exploration; leave them out for results");
    }
}

} // namespace

page::ChartLibrary chart_library() {
    std::optional<page::ChartLibrary> library = page::chart_library();
    if (!library) {
        throw UserError("pages need the chart library, which this build lacks: run 'npm ci' in the folder of the "
                        "sources (./quickstart does it), then build again");
    }
    return *std::move(library);
}

int report_command(const Arguments& arguments) {
    check_files(arguments);
    if (is_store(arguments.files.front())) {
        const ReportOptions& options = arguments.report;
        write_exploration(explore::load_exploration(arguments.files.front(), options.sweep),
                          {.x = options.x, .y = options.y}, arguments.output);
    } else {
        const std::vector<compare::NamedResult> results = compare::load(arguments.files, 1);
        write_file(arguments.output, page::to_html(results, chart_library()));
    }
    std::cerr << "wrote " << arguments.output << '\n';
    return 0;
}

} // namespace lodestone::apps
