// SPDX-License-Identifier: Apache-2.0
// Adding up event counts.
#include "arch/isa/event_counts.hpp"

namespace lodestone::isa {

EventCounts& EventCounts::operator+=(const EventCounts& other) {
    for (const auto& [key, value] : other.macs) {
        macs[key] += value;
    }
    for (const auto& [key, value] : other.matrix_slots) {
        matrix_slots[key] += value;
    }
    for (const auto& [key, value] : other.memories) {
        memories[key].read += value.read;
        memories[key].written += value.written;
    }
    for (const auto& [key, value] : other.networks) {
        NetworkCount& sum = networks[key];
        sum.injected += value.injected;
        sum.sent += value.sent;
        sum.received += value.received;
        sum.transfers += value.transfers;
        sum.flit_hops += value.flit_hops;
        sum.stalls += value.stalls;
    }
    vector_ops += other.vector_ops;
    function_ops += other.function_ops;
    for (const auto& [key, value] : other.core_cycles) {
        core_cycles[key] += value;
    }
    for (const auto& [key, value] : other.spiking) {
        spiking[key] += value;
    }
    elapsed += other.elapsed;
    return *this;
}

std::string mac_key(const std::string& weight_format, const std::string& activation_format) {
    return weight_format + "*" + activation_format;
}

Macs total_macs(const EventCounts& counts) {
    Macs total;
    for (const auto& [key, value] : counts.macs) {
        total += value;
    }
    return total;
}

} // namespace lodestone::isa
