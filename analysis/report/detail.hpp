// SPDX-License-Identifier: Apache-2.0
// What each core, link and memory did in each layer: the part of a result that grows with the grid.
#pragma once

#include "sim/base/id.hpp"
#include "sim/base/quantity.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lodestone::report {

/// One number per core (row-major), or per link in the order of arch/isa/flow.hpp: four per router (east, west, south,
/// north), then into and out of the frame buffer for each row.
using Counts = std::vector<std::uint64_t>;

struct LayerDetail {
    Counts matrix_busy;       ///< cycles by core; empty in an analytic run
    Counts vector_busy;       ///< cycles by core; empty in an analytic run
    Counts activation_flits;  ///< by link of the activation network; empty in an analytic run
    Counts model_flits;       ///< by link of the model network; empty where nobody counted them
    Counts partial_sum_flits; ///< by link of the partial-sum network; empty where nobody counted them
    Bytes home;               ///< buffers of finished values, in the fullest core
    Bytes gathered;           ///< buffers of gathered inputs, in the fullest core
};

struct RunDetail {
    GridShape grid;
    Bytes memory_capacity; ///< of a core
    Bytes weights;         ///< in the fullest core, from before the first layer to after the last
    std::vector<LayerDetail> layers;
};

/// What each core and link of a spiking array did, and when neurons spiked; warm-up included.
struct SpikingDetail {
    GridShape mesh;          ///< routers
    Counts spikes;           ///< by router: spikes of the neurons of its core
    Counts link_packets;     ///< by link: four per router (east, west, south, north); links over the edge carry nothing
    std::uint64_t ticks = 0; ///< of the run
    std::uint32_t neurons = 1; ///< of a core
    Counts routers;            ///< of each core, in the order in which the raster numbers them
    /// By tick, rising: core x `neurons` + neuron. Fewer than `ticks` when the run had more spikes or ticks than are
    /// kept.
    std::vector<Counts> raster;
};

/// Stands in a result file for a tick without spikes, where a text must not be empty.
inline constexpr const char* kSilentTick = "-";
/// Ticks are kept whole until the raster has this many spikes.
inline constexpr std::uint64_t kMostRasterSpikes = 200'000;
/// And at most so many ticks.
inline constexpr std::uint64_t kMostRasterTicks = 100'000;

/// Rising numbers as the first of them and the steps to the next, which are small and repeat; and back again.
[[nodiscard]] Counts steps_of(const Counts& rising);
[[nodiscard]] Counts from_steps(const Counts& steps);

/// "120*3 0 7": 120, 120, 120, 0, 7. Neighbours in a grid mostly do the same, so the text is short.
[[nodiscard]] std::string to_text(const Counts& counts);
/// The opposite; nothing when the text is not of that form or holds more than `most` numbers.
[[nodiscard]] std::optional<Counts> counts_of(std::string_view text, std::size_t most);

} // namespace lodestone::report
