// SPDX-License-Identifier: Apache-2.0
// Core memory: activation buffers that share addresses when their lives do not meet, and homes for the weights.
#pragma once

#include "arch/isa/program.hpp"

#include <string>
#include <vector>

namespace lodestone::place {

/// What every address is a multiple of: one line of every bank, 16 bytes at least. Everything begins in the first bank,
/// so that how transfers meet in banks depends on the transfers alone, not on where the buffers happen to lie.
[[nodiscard]] Bytes alignment(const spec::CoreMemorySpec& memory);

/// How the busiest core's memory is used. Addresses from 0: activations, resident weights, chunks of streamed weights.
struct MemoryUse {
    Bytes activations;               ///< highest address of an activation buffer
    Bytes resident;                  ///< slices kept by every core that uses them
    Bytes streamed;                  ///< chunks of the fullest core
    std::uint32_t fullest_phase = 0; ///< the phase in which activations reach furthest
    [[nodiscard]] Bytes total() const { return activations + resident + streamed; }
};

/// Makes the home buffer of every computed tensor and the gathered buffer of every input that is not in place, with
/// their sizes and lives, and names them in the phases. Splits and gathers must be planned.
void make_buffers(isa::Program& program);

/// Gives addresses, multiples of `alignment`, to buffers: largest first, each in the smallest gap between buffers that
/// live at the same time. Returns the memory used.
Bytes assign_addresses(std::vector<isa::Buffer>& buffers, Bytes alignment);

/// Buffers, then homes for all weight chunks: resident slices at one address in every core; streamed chunks in turn in
/// the cores of their group, the same in layers that repeat, or, when that takes more than `capacity`, in the emptiest
/// ones. Never fails: the caller compares the use with the capacity.
MemoryUse place(isa::Program& program, Bytes alignment, Bytes capacity);

/// Throws UserError unless `use` fits: says by how many bytes it does not, which layers take most, what would help.
void require_fit(const isa::Program& program, const spec::CoreMemorySpec& memory, const MemoryUse& use);

} // namespace lodestone::place
