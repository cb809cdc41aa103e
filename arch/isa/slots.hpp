// SPDX-License-Identifier: Apache-2.0
// The start slots of a phase's transfers on all four networks, in one place.
#pragma once

#include "arch/isa/program.hpp"

#include <cstdint>
#include <vector>

namespace lodestone::isa {

/// In cycles, each list counted and ordered as the field of the program that it stands for.
struct PhaseSlots {
    std::vector<std::vector<std::uint64_t>> gathers; ///< by input, as Gather::slots
    std::vector<std::uint64_t> weights;              ///< as WeightPlan::slots
    std::vector<std::uint64_t> partial_sums;         ///< as Phase::partial_sum_slots
    std::uint64_t instructions = 0;                  ///< as Phase::instruction_slot
};

/// True when the program has a slot for any transfer.
[[nodiscard]] bool is_scheduled(const Program& program);
/// One slot of zero for every transfer of the phase: what a schedule has to fill in.
[[nodiscard]] PhaseSlots empty_slots(const Program& program, std::uint32_t phase);
/// The phase's slots as the program has them.
[[nodiscard]] PhaseSlots slots_of(const Phase& phase);
void set_slots(Phase& phase, PhaseSlots slots);

/// Cores of a phase that pass partial sums on, in order; each has as many slots as steps.
struct SumSender {
    CoreId core;
    std::uint32_t steps = 0;
};
[[nodiscard]] std::vector<SumSender> sum_senders(const Program& program, const Phase& phase);

/// "input 0 has 3 start slots for its 4 flows", for each list of another length than the phase has transfers.
[[nodiscard]] std::vector<std::string> missing_slots(const Program& program, std::uint32_t phase);

} // namespace lodestone::isa
