// SPDX-License-Identifier: Apache-2.0
// Finished points in another technology or at another voltage, without running them again.
#pragma once

#include "apps/explore_command.hpp"

#include <cstdint>
#include <string>

namespace lodestone::apps {

/// What became of the rows of the sweep.
struct Repricing {
    std::string sweep; ///< name of the new one in the store
    std::uint64_t priced = 0;
    std::uint64_t missing = 0; ///< rows whose run itself depends on what changed, or that have no run
};

/// Adds a sweep to the store whose points are those of the sweep that was explored last (or of --sweep), priced in the
/// technology and with the overrides of the options: the rows that a fresh exploration would give. Throws UserError.
[[nodiscard]] Repricing reprice(const ExploreOptions& options);

} // namespace lodestone::apps
