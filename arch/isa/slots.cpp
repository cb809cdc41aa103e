// SPDX-License-Identifier: Apache-2.0
// Slots between the program's fields and one list per network.
#include "arch/isa/slots.hpp"

#include "arch/isa/flow.hpp"

#include <algorithm>

namespace lodestone::isa {

bool is_scheduled(const Program& program) {
    return std::ranges::any_of(program.phases, [](const Phase& phase) {
        return phase.instruction_slot || !phase.partial_sum_slots.empty() ||
               (phase.weights && !phase.weights->slots.empty()) ||
               std::ranges::any_of(phase.inputs, [](const Gather& gather) { return !gather.slots.empty(); });
    });
}

std::vector<SumSender> sum_senders(const Program& program, const Phase& phase) {
    std::vector<SumSender> senders;
    if (phase.split.reduction.parts() == 1) {
        return senders;
    }
    const GridTiles tiles = tiles_of(program, phase);
    for (std::uint32_t core = 0; core < program.grid.size(); ++core) {
        const Tile tile = tiles[CoreId(core)];
        if (!tile.idle && !tile.owns_output) {
            senders.push_back({.core = CoreId(core), .steps = step_count(phase, tile)});
        }
    }
    return senders;
}

PhaseSlots empty_slots(const Program& program, std::uint32_t index) {
    const Phase& phase = program.phases.at(index);
    PhaseSlots slots;
    for (std::uint32_t input = 0; input < phase.inputs.size(); ++input) {
        slots.gathers.emplace_back(gather_flows(program, index, input).size());
    }
    if (phase.weights && !phase.weights->resident) {
        slots.weights.resize(phase.weights->homes.size());
    }
    std::size_t sums = 0;
    for (const SumSender& sender : sum_senders(program, phase)) {
        sums += sender.steps;
    }
    slots.partial_sums.resize(sums);
    return slots;
}

PhaseSlots slots_of(const Phase& phase) {
    PhaseSlots slots;
    for (const Gather& gather : phase.inputs) {
        slots.gathers.push_back(gather.slots);
    }
    if (phase.weights) {
        slots.weights = phase.weights->slots;
    }
    slots.partial_sums = phase.partial_sum_slots;
    slots.instructions = phase.instruction_slot.value_or(0);
    return slots;
}

void set_slots(Phase& phase, PhaseSlots slots) {
    for (std::size_t input = 0; input < phase.inputs.size(); ++input) {
        phase.inputs[input].slots = std::move(slots.gathers.at(input));
    }
    if (phase.weights) {
        phase.weights->slots = std::move(slots.weights);
    }
    phase.partial_sum_slots = std::move(slots.partial_sums);
    phase.instruction_slot = slots.instructions;
}

std::vector<std::string> missing_slots(const Program& program, std::uint32_t index) {
    const Phase& phase = program.phases.at(index);
    const PhaseSlots wanted = empty_slots(program, index);
    const PhaseSlots found = slots_of(phase);
    std::vector<std::string> missing;
    const auto compare = [&missing](const std::string& what, std::size_t has, std::size_t needs,
                                    const std::string& transfers) {
        if (has != needs) {
            missing.push_back(what + " " + std::to_string(has) + " start slots for its " + std::to_string(needs) + " " +
                              transfers);
        }
    };
    for (std::size_t input = 0; input < wanted.gathers.size(); ++input) {
        compare("input " + std::to_string(input) + " has", found.gathers[input].size(), wanted.gathers[input].size(),
                "flows");
    }
    compare("weight plan has", found.weights.size(), wanted.weights.size(), "chunks");
    compare("phase has", found.partial_sums.size(), wanted.partial_sums.size(), "partial sums");
    compare("phase has", phase.instruction_slot ? 1 : 0, 1, "broadcast of instructions");
    return missing;
}

} // namespace lodestone::isa
