// SPDX-License-Identifier: Apache-2.0
// What the user asked for on the command line, before any file is read.
#pragma once

#include "apps/explore_command.hpp"
#include "apps/mac_command.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace lodestone::apps {

/// Of `report`, for the store of an exploration.
struct ReportOptions {
    std::string x; ///< result keys of a drawing's axes; empty: the first two objectives
    std::string y;
    std::string sweep; ///< name of one of the store's sweeps; empty: the one opened last
};

/// Options that several commands share; each command uses those that its help lists.
struct Arguments {
    std::string command;
    std::vector<std::string> files; ///< positional
    std::string machine;
    std::string workload;
    std::vector<std::string> precisions;
    std::vector<std::string> overrides; ///< --set PATH=VALUE
    std::optional<std::uint64_t> batch;
    std::optional<std::string> fidelity;
    std::optional<std::string> network; ///< --network elastic | strict
    bool functional = false;
    std::optional<std::uint64_t> samples;
    std::optional<std::uint64_t> random_weights; ///< --random-weights SEED
    std::string inputs;                          ///< --inputs FILE
    std::string labels;                          ///< --labels FILE
    std::string against;                         ///< --against FILE.npy
    std::string mapping;                         ///< --mapping FILE
    std::optional<std::string> objective;        ///< --objective
    std::optional<std::string> effort;           ///< --effort
    std::optional<std::uint64_t> search_limit;   ///< --search-limit
    std::string trace;                           ///< --trace FILE
    std::string output;                          ///< -o FILE
    std::string mapping_output;
    std::string directory;                ///< --out DIR
    bool fit = false;                     ///< --fit: calibrated constants instead of the comparison
    std::optional<std::uint64_t> ticks;   ///< --ticks: of a spiking run
    std::optional<std::uint64_t> threads; ///< --threads: of a spiking run
    std::string spikes_out;               ///< --spikes-out FILE
    bool list = false;                    ///< --list: the kinds that there are
    bool reference = false;               ///< --reference: Markdown instead of a schema
    bool json = false;
    MacOptions mac;
    ExploreOptions explore;
    ReportOptions report;
    bool layers = false; ///< --layers: per-layer tables too
    bool detail = false; ///< --detail: what each core and link did, in the result files
};

} // namespace lodestone::apps
