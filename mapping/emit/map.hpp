// SPDX-License-Identifier: Apache-2.0
// Maps a lowered program to its machine: splits, gathers, memory, instructions.
#pragma once

#include "arch/isa/program.hpp"
#include "mapping/place/memory.hpp"
#include "mapping/tile/search.hpp"

namespace lodestone::emit {

/// What the compiler did; not part of the program. Wall time is the caller's to measure.
struct CompileReport {
    tile::SearchReport search;
    place::MemoryUse memory;
    std::uint32_t attempts = 0; ///< searches until the mapping fitted the memory
};

/// Completes a lowered program: splits, steps, gathers, buffers, weight homes, instruction sizes. Throws UserError: a
/// forced split that is illegal, a program that does not fit core memory, frame buffer or instruction memory.
void map_program(isa::Program& program, const spec::CoreGridSpec& machine, const tile::SearchOptions& options,
                 CompileReport* report = nullptr);

} // namespace lodestone::emit
