// SPDX-License-Identifier: Apache-2.0
// `lodestone explore`: its options.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace lodestone::apps {

/// The options of the command, as written.
struct ExploreOptions {
    std::string sweep;                  ///< SWEEP.yaml; empty with --status and --export
    std::string store;                  ///< --db FILE
    std::vector<std::string> overrides; ///< --set PATH=VALUE on the sweep file
    std::optional<std::uint64_t> jobs;  ///< --jobs N
    std::string shard;                  ///< --shard K/N: a part of the points
    std::vector<std::string> shards;    ///< --merge FILE...: stores to bring together in --db
    bool resume = false;                ///< --resume: the store must have the sweep already
    bool retry = false;                 ///< --retry: failed and timed out points once more
    std::string time_limit;             ///< --time-limit "60 s"
    std::string memory_limit;           ///< --memory-limit "2 GiB"
    bool is_repricing = false;          ///< --reprice [TECH.yaml]
    std::string technology;             ///< its file; empty: that of the store's sweep
    std::string status;                 ///< --status FILE
    std::string export_format;          ///< --export csv | json
    std::string sweep_name;             ///< --sweep NAME: of a store with several
    bool json = false;                  ///< --json
};

/// Explores, or shows what a store holds. Returns the exit code; mistakes are UserErrors.
int explore_command(const ExploreOptions& options);

} // namespace lodestone::apps
