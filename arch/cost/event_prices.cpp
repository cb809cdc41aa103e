// SPDX-License-Identifier: Apache-2.0
// Energy is linear in the counts: the price of an event is the energy of one.
#include "arch/cost/event_prices.hpp"

#include "arch/cost/chip.hpp"

#include <algorithm>

namespace lodestone::cost {
namespace {

double joules(const Chip& chip, const isa::EventCounts& counts) {
    double sum = 0;
    for (const auto& [part, energy] : chip.energy(counts)) {
        sum += energy.count();
    }
    return sum;
}

} // namespace

EventPrices event_prices(const Chip& chip, const std::vector<OperandPair>& pairs) {
    EventPrices prices;
    for (const char* name : {"core_memory", "weight_buffer", "activation_buffer", "partial_sum_buffer",
                             "instruction_memory", "frame_buffer", "io"}) {
        isa::EventCounts read;
        read.memories[name].read = Bytes(1);
        isa::EventCounts written;
        written.memories[name].written = Bytes(1);
        prices.memories[name] = {.read = joules(chip, read), .written = joules(chip, written)};
    }
    for (const char* name : {"activation", "model", "partial_sum", "instruction"}) {
        isa::EventCounts hop;
        hop.networks[name].flit_hops = 1;
        prices.flit_hops[name] = joules(chip, hop);
    }
    for (const OperandPair& pair : pairs) {
        const std::string key = isa::mac_key(std::string(numerics::name_of(pair.weights)),
                                             std::string(numerics::name_of(pair.activations)));
        isa::EventCounts mac;
        mac.macs[key] = Macs(1);
        mac.matrix_slots[key] = 1;
        isa::EventCounts padding;
        padding.macs[key] = Macs(0);
        padding.matrix_slots[key] = 1;
        prices.operations[key] = {.mac = joules(chip, mac), .padding = joules(chip, padding)};
    }
    prices.vector_op = joules(chip, {.vector_ops = 1});
    prices.function_op = joules(chip, {.function_ops = 1});
    prices.cycle = joules(chip, {.elapsed = Cycles(1)});
    return prices;
}

double EventPrices::dynamic(const isa::EventCounts& counts) const {
    double sum =
        vector_op * static_cast<double>(counts.vector_ops) + function_op * static_cast<double>(counts.function_ops);
    for (const auto& [name, count] : counts.memories) {
        if (const auto price = memories.find(name); price != memories.end()) {
            sum += price->second.read * static_cast<double>(count.read.count()) +
                   price->second.written * static_cast<double>(count.written.count());
        }
    }
    for (const auto& [name, count] : counts.networks) {
        if (const auto price = flit_hops.find(name); price != flit_hops.end()) {
            sum += price->second * static_cast<double>(count.flit_hops);
        }
    }
    for (const auto& [key, macs] : counts.macs) {
        if (const auto price = operations.find(key); price != operations.end()) {
            const auto slots = counts.matrix_slots.find(key);
            const std::uint64_t padding =
                slots == counts.matrix_slots.end() ? 0 : slots->second - std::min(slots->second, macs.count());
            sum += price->second.mac * static_cast<double>(macs.count()) +
                   price->second.padding * static_cast<double>(padding);
        }
    }
    return sum;
}

} // namespace lodestone::cost
