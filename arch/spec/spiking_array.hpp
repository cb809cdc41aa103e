// SPDX-License-Identifier: Apache-2.0
// The machine description of a spiking core array: sizes, number widths, timing of core, router and chip boundary.
#pragma once

#include "sim/base/diagnostics.hpp"
#include "sim/base/id.hpp"
#include "sim/base/quantity.hpp"
#include "sim/config/map_reader.hpp"

#include <cstdint>

namespace lodestone::spec {

/// Smallest and largest value of a two's-complement field.
struct IntegerRange {
    std::int64_t min = 0;
    std::int64_t max = 0;

    [[nodiscard]] constexpr bool contains(std::int64_t value) const { return value >= min && value <= max; }
};

[[nodiscard]] constexpr IntegerRange signed_range(std::uint32_t bits) {
    return {.min = -(std::int64_t{1} << (bits - 1)), .max = (std::int64_t{1} << (bits - 1)) - 1};
}

/// Which axons a neuron row visits: only those with a spike (event driven) or each one (the open reference core).
enum class AxonVisits : std::uint8_t { active, all };

/// Cycles of a core that works row by row: a tick of a core with N rows that visits A axons takes
/// N * (A * per_axon + per_row) + per_tick, and the spike of row n leaves at
/// (n + 1) * (A * per_axon + per_row) + spike_exit.
struct SpikingCoreTiming {
    AxonVisits visits = AxonVisits::active;
    Cycles per_axon{1};
    Cycles per_row{2};
    Cycles per_tick{5};
    Cycles spike_exit{10};
};

/// A router output port takes a packet every `port_occupancy` cycles; it is at the next router `hop_latency` cycles
/// after it left. Each input of a port holds `buffer_packets`; a full buffer stops the port before it.
struct SpikeRouterTiming {
    Cycles port_occupancy{2};
    Cycles hop_latency{2};
    std::uint32_t buffer_packets = 8;
};

/// Merge-split blocks along each side of a chip: a block carries the packets of neighbouring links over one channel.
struct ChipBoundaryTiming {
    std::uint32_t blocks_per_side = 2;
    Cycles packet_occupancy{4}; ///< cycles between two packets of one block
    Cycles latency{4};
};

/// An array of chips, each a grid of cores of `axons` x `neurons` binary synapses with four axon types.
struct SpikingArraySpec {
    std::uint32_t axons = 256;
    std::uint32_t neurons = 256;
    GridShape cores{.rows = 64, .cols = 64}; ///< of one chip
    GridShape chips{.rows = 1, .cols = 1};
    std::uint32_t weight_bits = 9;          ///< signed
    std::uint32_t leak_bits = 9;            ///< signed
    std::uint32_t potential_bits = 20;      ///< signed, saturating
    std::uint32_t threshold_bits = 18;      ///< magnitude of both thresholds
    std::uint32_t threshold_mask_bits = 18; ///< largest width of the random part of the thresholds
    std::uint32_t delay_bits = 4;           ///< of the delivery field: a spike arrives 1 + delay ticks later
    std::uint32_t hop_bits = 9;             ///< signed, of dx and dy
    Hertz tick_rate{1000.0};
    Hertz clock{66.1e6};
    SpikingCoreTiming core_timing;
    SpikeRouterTiming router;
    ChipBoundaryTiming boundary;

    /// The array over all chips.
    [[nodiscard]] GridShape mesh() const { return {.rows = cores.rows * chips.rows, .cols = cores.cols * chips.cols}; }
    [[nodiscard]] std::uint32_t max_delay() const { return (1U << delay_bits) - 1; }
    [[nodiscard]] IntegerRange weight_range() const { return signed_range(weight_bits); }
    [[nodiscard]] IntegerRange leak_range() const { return signed_range(leak_bits); }
    [[nodiscard]] IntegerRange potential_range() const { return signed_range(potential_bits); }
    [[nodiscard]] IntegerRange hop_range() const { return signed_range(hop_bits); }
    /// Both signs: the negative threshold is stored as the potential below which the neuron resets.
    [[nodiscard]] IntegerRange threshold_range() const { return signed_range(threshold_bits + 1); }
    /// Whole clock cycles of one tick, rounded down.
    [[nodiscard]] Cycles tick_period() const {
        constexpr double rounding_error = 1e-6; // cycles, of the division
        return Cycles(static_cast<std::uint64_t>(clock.count() / tick_rate.count() + rounding_error));
    }
};

/// The keys of a spiking array: clock, tick_rate, cores, chips, core, mesh, boundary.
[[nodiscard]] SpikingArraySpec read_spiking_array(config::MapReader& reader);

/// What makes the description impossible to build or to simulate; paths are those of the YAML form.
[[nodiscard]] Problems verify_spec(const SpikingArraySpec& spec);

} // namespace lodestone::spec
