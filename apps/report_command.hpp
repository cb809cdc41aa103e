// SPDX-License-Identifier: Apache-2.0
// What the parts of `lodestone report` share.
#pragma once

#include "analysis/page/assets.hpp"

namespace lodestone::apps {

/// What draws a page. Throws UserError, with what to run, in a build without it.
[[nodiscard]] page::ChartLibrary chart_library();

} // namespace lodestone::apps
