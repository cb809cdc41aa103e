// SPDX-License-Identifier: Apache-2.0
// Progress for terminals.
#include "apps/progress.hpp"

#include <iostream>
#include <unistd.h>

namespace lodestone::apps {

void show_progress(const std::string& what, std::size_t done, std::size_t total) {
    if (::isatty(STDERR_FILENO) == 0) {
        return;
    }
    constexpr const char* clear_line = "\r\x1b[K";
    std::cerr << clear_line;
    if (done < total) {
        std::cerr << "[" << done + 1 << "/" << total << "] " << what << std::flush;
    }
}

} // namespace lodestone::apps
