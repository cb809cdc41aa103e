// SPDX-License-Identifier: Apache-2.0
// The cost in cycles, bytes and operations of one step on one core: shared by the mapper, the model and the bounds.
#pragma once

#include "arch/isa/program.hpp"

namespace lodestone::isa {

/// What one step asks of the parts of its core.
struct StepWork {
    Macs macs;              ///< useful multiply-accumulates, padding positions of the unit excluded
    Cycles matrix_cycles;   ///< vector-matrix operations issued, one per cycle
    Bytes activation_reads; ///< core memory to activation buffer: matrix, pooling and epilogue operands
    Bytes weight_reads;     ///< core memory to weight buffer: resident chunks and activation operands kept stationary
    Bytes output_writes;    ///< vector unit to core memory; zero for a core that passes partial sums on
    Bytes partial_sums;     ///< to the next core of the reduction chain; zero for the last
    std::uint64_t vector_ops = 0;   ///< element operations on the vector lanes
    std::uint64_t function_ops = 0; ///< element operations on the function unit
    Cycles vector_cycles;           ///< the vector unit is busy, both kinds overlapping
};

/// `step` as made by step_of(). Source of the formulas: docs/core_grid.md.
[[nodiscard]] StepWork step_work(const Program& program, const Phase& phase, const spec::CoreGridSpec& machine,
                                 const Step& step);

/// Useful multiply-accumulates of a whole phase for the resident batch.
[[nodiscard]] Macs phase_macs(const Program& program, const Phase& phase);

} // namespace lodestone::isa
