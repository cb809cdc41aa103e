// SPDX-License-Identifier: Apache-2.0
// What each phase of a program asks of every resource of its machine: summed work, bytes and flits, no time.
#pragma once

#include "arch/isa/event_counts.hpp"
#include "arch/isa/program.hpp"
#include "arch/isa/work.hpp"
#include "arch/spec/core_grid.hpp"

#include <vector>

namespace lodestone::bounds {

/// Flits by link.
using LinkLoads = std::vector<std::uint64_t>;

/// Everything that must happen between the begin and the end of one phase, whatever overlaps with what.
struct PhaseLoads {
    Cycles matrix;                         ///< of the core with most
    Cycles vector;                         ///< of the core with most
    std::uint32_t computing_cores = 0;     ///< that run at least one step
    std::vector<std::uint64_t> port_bytes; ///< by core: read and written in core memory
    LinkLoads activation;
    LinkLoads model; ///< chunks that cannot have been fetched during the phase before
    LinkLoads partial_sum;
    Bytes frame_buffer;      ///< through its ports
    Bytes io_in;             ///< must be in the frame buffer before the phase ends
    Bytes io_out;            ///< leaves the chip, all of it sent to the frame buffer in this phase
    Bytes instructions;      ///< of the next phase, per core
    isa::EventCounts events; ///< without elapsed time

    /// Adds a part of the same phase, whose vectors are empty where it asks for nothing.
    PhaseLoads& operator+=(const PhaseLoads& part);
};

class KnownLoads;

/// Loads of every phase of `program` on `machine`, in order. Counts are those that the event-driven model makes, except
/// that the weights of a phase count where they are used, also when they are fetched during the phase before. What
/// `known` has of other programs is not found anew.
[[nodiscard]] std::vector<PhaseLoads> phase_loads(const isa::Program& program, const spec::CoreGridSpec& machine,
                                                  KnownLoads& known);

} // namespace lodestone::bounds
