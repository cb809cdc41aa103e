// SPDX-License-Identifier: Apache-2.0
// One reproducible run: machine, network, precisions, data; from a run file, from options, or from both.
#pragma once

#include "apps/arguments.hpp"
#include "apps/machine_input.hpp"
#include "apps/spiking_request.hpp"
#include "mapping/tile/search.hpp"
#include "workloads/quantise/options.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace lodestone::apps {

/// Core grids know event and analytic, spiking arrays event and functional.
enum class Fidelity { event, analytic, functional };

/// Samples for functional runs and for calibration.
struct DataRequest {
    std::filesystem::path inputs;
    std::filesystem::path labels;  ///< empty: no accuracy
    std::filesystem::path against; ///< empty: no outside reference
    std::uint64_t samples = 100;
    std::uint64_t calibration = 64; ///< samples whose activations set the ranges
};

struct RunRequest {
    MachineInput machine;
    std::string machine_text; ///< canonical text of the machine, for the hash
    std::filesystem::path workload;
    std::vector<quantise::QuantiseOptions> precisions; ///< one run each
    std::uint64_t batch = 1;
    std::uint64_t seed = 1;
    Fidelity fidelity = Fidelity::event;
    bool functional = false;
    std::optional<std::uint64_t> random_weights; ///< seed of the weights that the network comes without
    bool strict_network = false;                 ///< flows keep to a schedule, collisions are errors
    std::optional<DataRequest> data;
    std::filesystem::path mapping; ///< hand-written mapping; empty: the mapper decides
    tile::Strategy strategy = tile::Strategy::search;
    std::optional<tile::Objective> objective; ///< latency for one frame and throughput for more when not given
    tile::Effort effort = tile::Effort::normal;
    std::optional<std::uint64_t> search_limit; ///< candidates weighed until the search ends; absent: the effort's
    SpikingRequest spiking;                    ///< on spiking arrays only

    /// nullptr on machines of other families.
    [[nodiscard]] const spec::SpikingArraySpec* spiking_array() const {
        return std::get_if<spec::SpikingArraySpec>(&machine.machine.family);
    }
};

/// From a run file (positional) or --machine and --workload; options override the file. Throws UserError with every
/// problem of files and options together.
[[nodiscard]] RunRequest read_run_request(const Arguments& arguments);

/// Reads a run file whose tree is already loaded; used by `check`, `explain` and `explore` too. `known`: the technology
/// of a machine that names none, see read_machine_input().
[[nodiscard]] RunRequest read_run_file(const config::Node& root, Problems& problems, config::ReadLog* log = nullptr,
                                       const TechnologyInput* known = nullptr);

} // namespace lodestone::apps
