// SPDX-License-Identifier: Apache-2.0
// Time as the phases of a mapping take it one after the other, and the beam of the best mappings so far.
#pragma once

#include "mapping/tile/moves.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace lodestone::tile {

/// A mapping of the phases so far. The last phase is still open: what the next one gathers runs in it.
struct State {
    double closed = 0;             ///< cycles of the phases before the last, and the price of all weights
    double stream_left = 0;        ///< model-network cycles of the last phase that were not prefetched
    double first_wait = 0;         ///< until its first weight chunk is there
    double rank = 0;               ///< closed, plus the last phase without what it will have to send
    double last = 0;               ///< cycles of the phase that was closed last
    std::vector<Index> choice;     ///< candidate by phase
    std::vector<double> durations; ///< of the closed phases

    /// Adds a price.
    void charge(double price) {
        closed += price;
        rank += price;
    }
};

/// What the gathers of a phase ask of the phase before it.
struct Gathers {
    double network = 0; ///< cycles of all flows
    double piped = 0;   ///< of those whose data the phase itself produces
    double port = 0;    ///< bytes over the busiest core's memory port
    double memory = 0;  ///< bytes of the buffers that hold what is gathered
    double flows = 0;   ///< of the busiest core
};

class Beam {
public:
    Beam(const isa::Program& program, const spec::CoreGridSpec& machine, const SearchOptions& options,
         const Shortlists& lists);

    /// The best mapping by what is known now; its choice is empty when none keeps to the limit.
    [[nodiscard]] State search(const Pressure& pressure);
    /// The state that a complete choice leads to.
    [[nodiscard]] State evaluate(const std::vector<Index>& choice, double price);
    /// Cycles of every phase of a complete state.
    [[nodiscard]] std::vector<double> phase_cycles(const State& state) const;
    /// Cycles of the run, and the price of its weights.
    [[nodiscard]] double cost(const State& state) const;

    [[nodiscard]] Moves& moves() { return moves_; }
    /// Where the last search found nothing, and the bytes that its smallest candidate needs.
    [[nodiscard]] std::size_t stuck_at() const { return stuck_at_; }
    [[nodiscard]] double stuck_need() const { return stuck_need_; }

private:
    void find_live_tensors();
    [[nodiscard]] Candidate first_phase() const;
    [[nodiscard]] const Candidate& last_candidate(std::size_t phase, const State& state) const {
        return phase == 0 ? load_ : lists_[phase]->candidates[state.choice[phase]];
    }
    Gathers gathers_into(std::size_t phase, const State& state, Index candidate);
    [[nodiscard]] double least_instructions() const;
    [[nodiscard]] double close(const State& state, const Candidate& candidate, const Gathers& gathers) const;
    [[nodiscard]] double instruction_wait(const State& state, const Candidate& candidate, const Gathers& gathers) const;
    [[nodiscard]] State extend(const State& state, const Candidate& last, const Gathers& gathers,
                               const Candidate& next) const;
    std::vector<State> advance(std::size_t phase, const std::vector<State>& beam, const Pressure& pressure);
    [[nodiscard]] std::string key(std::size_t phase, const State& from, Index candidate) const;
    [[nodiscard]] double store_cycles(const State& state) const;

    const isa::Program& program_;
    const spec::CoreGridSpec& machine_;
    const SearchOptions& options_;
    const Shortlists& lists_;
    Moves moves_;
    Candidate load_;                               ///< phase 0
    std::vector<std::vector<std::uint32_t>> live_; ///< by phase: producers read later
    std::size_t stuck_at_ = 0;
    double stuck_need_ = 0;
};

} // namespace lodestone::tile
