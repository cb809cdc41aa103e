// SPDX-License-Identifier: Apache-2.0
// The page of an exploration: its elements are the same for all, its data is not.
#include "analysis/page/explore_page.hpp"

#include "analysis/page/document.hpp"
#include "analysis/page/explore_data.hpp"

namespace lodestone::page {

std::string to_html(const explore::Exploration& exploration, const ChartLibrary& library) {
    return to_html(Document{.title = exploration.name + ": exploration",
                            .body = std::string(explore_body()),
                            .data = explore_data(exploration),
                            .script = explore_script()},
                   library);
}

} // namespace lodestone::page
