// SPDX-License-Identifier: Apache-2.0
// One way to map a phase, and what it costs as far as the phase alone decides.
#pragma once

#include "arch/isa/program.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace lodestone::tile {

/// Cycles and bytes are those of the busiest core; fractions of a cycle matter only for comparing.
struct Candidate {
    isa::Split split;
    isa::StepPlan steps;
    std::uint32_t chunks = 1;
    bool resident = false;

    double compute = 0;     ///< cycles of all steps when nothing is waited for
    double port = 0;        ///< bytes over the core memory's port in those cycles
    double step_count = 1;  ///< steps of the busiest core
    double stream = 0;      ///< cycles of the busiest model-network link; 0 when resident
    double chunk_bytes = 0; ///< of the largest weight chunk
    double slice_bytes = 0; ///< weights that a core uses
    double kept_bytes = 0;  ///< weights that a core keeps for the whole run, on average when they are streamed
    double home_bytes = 0;  ///< output tile
    double dynamic = 0;     ///< energy of all cores beside clock and leakage, in cycles of these; 0 when not asked for
    std::vector<double> gathered_bytes; ///< by input, when it is not in place

    /// Bytes of operands and output if no input is in place.
    [[nodiscard]] double footprint() const;
};

/// What a user fixes of a phase's mapping; the rest is searched.
struct Forced {
    isa::Split split;
    std::optional<std::uint32_t> chunks;
    std::optional<bool> resident;
    std::optional<isa::StepPlan> steps;
};

/// Costs a split of `phase` (whose own split, steps and chunks are scratch and change). `resident` is ignored for
/// phases without weights. Empty when the weight buffer cannot hold two chunks.
[[nodiscard]] std::optional<Candidate> cost(const isa::Program& program, isa::Phase& phase,
                                            const spec::CoreGridSpec& machine, const Forced& wanted);

} // namespace lodestone::tile
