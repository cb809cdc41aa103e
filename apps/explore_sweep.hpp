// SPDX-License-Identifier: Apache-2.0
// A sweep that is ready to be explored: its file read, its axes checked against the run, its networks hashed.
#pragma once

#include "analysis/explore/run_at.hpp"
#include "analysis/explore/store.hpp"
#include "analysis/explore/sweep.hpp"
#include "apps/machine_input.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace lodestone::apps {

struct PreparedSweep {
    explore::SweepSpec spec;                   ///< its run or unit has lost a technology that all points share
    std::optional<TechnologyInput> technology; ///< the common one
    std::string technology_hash;               ///< of its text
    bool has_usual_effort = false;             ///< of the mapper, quick: the file names none
    explore::SweepRecord record;
};

/// Reads a sweep whose tree is loaded, and checks that every axis is a field of the run. Problems that the run has at
/// every point are reported; those of single points make them infeasible later. The networks are not read.
[[nodiscard]] explore::SweepSpec read_sweep_file(const config::Node& root, Problems& problems,
                                                 config::ReadLog* log = nullptr);

/// The spiking array of the last point; nothing when its machine is another one.
[[nodiscard]] std::optional<spec::SpikingArraySpec> spiking_array_of(const explore::SweepSpec& sweep);

/// The networks of a sweep, with the hash of their files; one without a file when the points need none. Throws
/// UserError when one is missing.
[[nodiscard]] std::vector<explore::StoredWorkload> workloads_of(const explore::SweepSpec& sweep);

/// Loads a sweep file with the overrides of the command line. Throws UserError with every problem.
[[nodiscard]] PreparedSweep load_sweep(const std::string& file, const std::vector<std::string>& overrides);

/// The same for a tree, with networks that are known already (or none, to read those that it names).
[[nodiscard]] PreparedSweep prepare_sweep(config::Node root, std::vector<explore::StoredWorkload> workloads);

/// What the figures of a point depend on, as a hash: the resolved run, its networks, the fidelity, the program's
/// version.
[[nodiscard]] std::string hash_of(const PreparedSweep& sweep, const explore::Point& point, const std::string& fidelity);

/// The part of it that a run without prices depends on, by workload: neither voltage nor technology, unless the matrix
/// unit is sized by area.
[[nodiscard]] std::vector<std::string> execution_hashes(const PreparedSweep& sweep, const explore::Point& point,
                                                        const std::string& fidelity);

} // namespace lodestone::apps
