// SPDX-License-Identifier: Apache-2.0
// What happened in a run, in whole numbers; energy is a pure function of it (arch/cost).
#pragma once

#include "sim/base/quantity.hpp"

#include <cstdint>
#include <map>
#include <string>

namespace lodestone::isa {

struct MemoryCount {
    Bytes read;
    Bytes written;
};

struct NetworkCount {
    Bytes injected; ///< by sources, a multicast once
    Bytes sent;     ///< by sources, once per destination
    Bytes received; ///< by destinations; equals `sent` when the network is empty again
    std::uint64_t transfers = 0;
    std::uint64_t flit_hops = 0; ///< flits x links crossed
    std::uint64_t stalls = 0;    ///< cycles that heads of transfers waited for links, summed over links
};

/// Integer counts of one phase or of a whole run. Maps are keyed by stable names: memories core_memory, weight_buffer,
/// activation_buffer, partial_sum_buffer, instruction_memory, frame_buffer, dram, flash, io; networks activation,
/// model, partial_sum, instruction; core cycles matrix_busy, vector_busy, waiting_weights, waiting_memory,
/// waiting_partial_sums, waiting_barrier, idle. A machine without a part has no entry for it.
struct EventCounts {
    std::map<std::string, Macs> macs; ///< by "weight format*activation format", as "int8*int8"; useful ones
    std::map<std::string, std::uint64_t>
        matrix_slots; ///< same keys: multiply-accumulate slots clocked, padding included
    std::map<std::string, MemoryCount> memories;
    std::map<std::string, NetworkCount> networks;
    std::uint64_t vector_ops = 0;
    std::uint64_t function_ops = 0;
    std::map<std::string, std::uint64_t> core_cycles; ///< summed over cores
    std::map<std::string, std::uint64_t> spiking;     ///< spikes, synaptic_events, neuron_updates, hops, …
    Cycles elapsed;

    EventCounts& operator+=(const EventCounts& other);
};

/// "int8*int8"
[[nodiscard]] std::string mac_key(const std::string& weight_format, const std::string& activation_format);
[[nodiscard]] Macs total_macs(const EventCounts& counts);

} // namespace lodestone::isa
