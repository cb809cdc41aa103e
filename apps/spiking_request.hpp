// SPDX-License-Identifier: Apache-2.0
// What a run on a spiking array asks for besides machine, seed and fidelity.
#pragma once

#include "arch/spec/spiking_array.hpp"
#include "mapping/spiking/network_file.hpp"
#include "sim/config/map_reader.hpp"
#include "workloads/import/spiking_recurrent.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>

namespace lodestone::apps {

struct SpikingRequest {
    std::optional<import::RecurrentNetwork> recurrent; ///< absent: the network is in a file
    std::optional<std::uint64_t> ticks; ///< absent: as the network's file says, or until the array is silent
    std::uint64_t warm_up = 0;          ///< first ticks, which the counts leave out
    std::uint64_t threads = 1;          ///< that the chips are shared among; results do not depend on it
    std::filesystem::path spikes_out;   ///< empty: the spikes of the output bus are not written
    bool detail = false;                ///< the result also tells every spike and what cores and links did
    spiking::SampleFiles data;          ///< stand in place of those that the network's file names

    [[nodiscard]] bool has_data() const { return !data.inputs.empty() || !data.labels.empty() || data.samples != 0; }
};

inline constexpr std::uint64_t max_ticks = 1'000'000'000'000;

/// The map `workload: {generator: recurrent, rate: 20 Hz, …}`; every knob has the generator's default, and the
/// machine's limits.
[[nodiscard]] import::RecurrentNetwork read_recurrent(config::MapReader reader, const spec::SpikingArraySpec& machine);

/// The keys `ticks`, `warm_up`, `threads` and `data` of a run file.
void read_spiking_options(config::MapReader& reader, SpikingRequest& request);

} // namespace lodestone::apps
