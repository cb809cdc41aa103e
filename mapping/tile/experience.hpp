// SPDX-License-Identifier: Apache-2.0
// What trial runs taught: how long phases took, by what decides it.
#pragma once

#include "mapping/tile/moves.hpp"

#include <cstdint>
#include <map>
#include <span>
#include <unordered_map>
#include <vector>

namespace lodestone::tile {

/// A phase that was run.
struct Trial {
    double cycles = 0;
    double dynamic = 0;                  ///< energy beside clock and leakage, in cycles of these
    bool waits_for_instructions = false; ///< its work ended before the program of the next phase had arrived
};

/// A phase takes as long as its candidate works, while the next phase gathers from its producers; before it, the phase
/// ahead of it left room for its first weights. Repeated blocks of a network share what was learnt.
class Experience {
public:
    /// Hash of what decides; phases with equal work, candidates and neighbours have equal ones.
    using Context = std::uint64_t;

    /// The program and the lists must outlive this.
    Experience(const isa::Program& program, const Shortlists& lists);

    /// Of phase `phase` with candidates by phase in `choice` (up to `phase` at least), when `next` follows it (0 when
    /// nothing is chosen there).
    [[nodiscard]] Context context(std::size_t phase, std::span<const Index> choice, Index next) const;
    /// Null when that was never tried.
    [[nodiscard]] const Trial* find(Context context) const;
    /// `estimate`: what had been expected of the phase, in cycles. Of equal contexts the longest run is kept.
    void add(std::size_t phase, std::span<const Index> choice, Index next, const Trial& trial, double estimate);
    /// By what factor phases like this took longer than expected: those with the same candidates here and in the next
    /// phase, else those between the same two lists; 1 when there were none.
    [[nodiscard]] double correction(std::size_t phase, Index here, Index next) const;

private:
    void add_producers(std::uint64_t& hash, std::size_t reader, std::span<const Index> choice) const;

    const isa::Program& program_;
    const Shortlists& lists_;
    std::vector<std::uint64_t> list_; ///< by phase: number of its shortlist, in order of appearance
    std::unordered_map<Context, Trial> known_;
    struct Mean {
        double sum = 0;
        double count = 0;
    };
    [[nodiscard]] Context kin(std::size_t phase, Index here, Index next) const;
    std::unordered_map<Context, Mean> kin_;                              ///< factors by candidates
    std::map<std::pair<std::uint64_t, std::uint64_t>, Mean> neighbours_; ///< factors by lists
};

} // namespace lodestone::tile
