// SPDX-License-Identifier: Apache-2.0
// The words for how a constant came to be known.
#include "sim/config/sourced.hpp"

namespace lodestone::config {

const std::vector<std::string>& status_names() {
    static const std::vector<std::string> names = {"measured",  "published",  "derived",
                                                   "estimated", "calibrated", "assumed"}; // in the order of Status
    return names;
}

std::string to_string(Status status) {
    return status_names()[static_cast<std::size_t>(status)];
}

} // namespace lodestone::config
