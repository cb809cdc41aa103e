// SPDX-License-Identifier: Apache-2.0
// What a model hands back after it has run a program: when each phase ran and what happened in it.
#pragma once

#include "arch/isa/event_counts.hpp"
#include "arch/isa/slots.hpp"
#include "sim/base/id.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace lodestone::isa {

/// Where in the grid the work of a phase was done; recorded on demand, because it grows with the grid.
struct PhaseDetail {
    std::vector<std::uint64_t> matrix_busy; ///< by core: cycles in which its matrix unit worked
    std::vector<std::uint64_t> vector_busy; ///< by core: cycles in which its vector unit worked
    // Flits by link, one a cycle, in the order of flow.hpp.
    std::vector<std::uint64_t> activation_flits;
    std::vector<std::uint64_t> model_flits; ///< the first weights of the next phase included
    std::vector<std::uint64_t> partial_sum_flits;
};

/// Phases `first` to `last` of a program, both included.
struct PhaseRange {
    std::uint32_t first = 0;
    std::uint32_t last = 0;
};

struct PhaseRecord {
    std::string name;
    std::string op;
    Cycles begin;       ///< end of the phase before
    Cycles end;         ///< all cores passed the barrier
    EventCounts events; ///< `elapsed` = end - begin; phases sum to the run
    std::map<std::string, Cycles>
        busiest; ///< busiest instance of each resource: matrix, vector, memory, activation_link, model_link,
                 ///< partial_sum_link, frame_buffer, instruction_link
    std::optional<PhaseDetail> detail; ///< absent unless asked for
};

/// Values of one network output for the whole batch, row-major [batch, shape...], dequantised.
struct OutputValues {
    std::string name;
    std::vector<std::int64_t> shape;
    std::vector<float> values;
};

struct Execution {
    Cycles cycles;
    std::vector<PhaseRecord> phases;
    EventCounts events;
    std::uint64_t kernel_events = 0;
    std::vector<OutputValues> outputs; ///< functional runs only
    std::vector<PhaseSlots> schedule;  ///< when every transfer left, by phase; runs that make a schedule only
    std::vector<std::string> warnings;
};

} // namespace lodestone::isa
