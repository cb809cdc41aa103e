// SPDX-License-Identifier: Apache-2.0
// Time as the phases of a mapping take it one after the other, and the beam of the best mappings so far.
#pragma once

#include "mapping/tile/energy.hpp"
#include "mapping/tile/experience.hpp"
#include "mapping/tile/moves.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace lodestone::tile {

/// Sums over the phases so far. The last phase is still open: what the next one gathers runs in it.
struct Progress {
    double closed = 0;      ///< cycles of the phases before the last, and the price of all weights
    double excess = 0;      ///< price of what is beyond their limits
    double stream_left = 0; ///< model-network cycles of the last phase that were not prefetched
    double first_wait = 0;  ///< until its first weight chunk is there
    double rank = 0;        ///< closed and excess, plus the last phase without what it will have to send
};

/// A mapping of the phases so far.
struct State : Progress {
    std::vector<Index> choice;     ///< candidate by phase
    std::vector<double> durations; ///< of the closed phases
};

/// What one more phase makes of a state.
struct Extension : Progress {
    double wait = 0;     ///< added to the last closed phase
    double duration = 0; ///< of the phase that closes
};

/// What the gathers of a phase ask of the phase before it.
struct Gathers {
    double network = 0; ///< cycles of all flows
    double piped = 0;   ///< of those whose data the phase itself produces
    double port = 0;    ///< bytes over the busiest core's memory port
    double memory = 0;  ///< bytes of the buffers that hold what is gathered
    double flows = 0;   ///< of the busiest core
    double dynamic = 0; ///< energy, in cycles of clock and leakage
};

class Beam {
public:
    /// Everything must outlive this; `experience` may grow.
    Beam(const isa::Program& program, const spec::CoreGridSpec& machine, const SearchOptions& options,
         const Shortlists& lists, const Experience& experience);

    /// The best mapping by what is known now; its choice is empty when none keeps to the limit.
    [[nodiscard]] State search(const Pressure& pressure, Effort effort);
    /// The state that a complete choice leads to.
    [[nodiscard]] State evaluate(const std::vector<Index>& choice, double price);
    /// Cycles of every phase of a complete state.
    [[nodiscard]] std::vector<double> phase_cycles(const State& state) const;
    /// The same of a complete choice, as expected when nothing had been tried.
    [[nodiscard]] std::vector<double> estimates(const std::vector<Index>& choice);
    /// Cycles of the run, the price of its weights, and several times what is beyond the limits.
    [[nodiscard]] double cost(const State& state) const;
    /// Cycles that each phase should not exceed.
    void limit(std::vector<double> cycles) { limits_ = std::move(cycles); }

    void attitude(const Attitude& attitude) { attitude_ = attitude; }
    void weigh_energy(double weight) { energy_weight_ = weight; }

    [[nodiscard]] Moves& moves() { return moves_; }
    [[nodiscard]] std::uint64_t weighed() const { return weighed_; }
    /// Where the last search found nothing, and the bytes that its smallest candidate needs.
    [[nodiscard]] std::size_t stuck_at() const { return stuck_at_; }
    [[nodiscard]] double stuck_need() const { return stuck_need_; }

private:
    /// A phase when it is known what the next one gathers in it.
    struct Closing {
        double wait = 0;       ///< cycles by which the phase before it waits for its instructions
        double duration = 0;   ///< cycles
        double dynamic = 0;    ///< energy, in cycles of clock and leakage
        bool is_known = false; ///< from a trial
    };

    void find_live_tensors();
    [[nodiscard]] Candidate first_phase() const;
    [[nodiscard]] const Candidate& candidate_of(std::size_t phase, Index candidate) const {
        return phase == 0 ? load_ : lists_[phase]->candidates[candidate];
    }
    Gathers gathers_into(std::size_t phase, const State& state, Index candidate);
    [[nodiscard]] double instruction_cycles(double descriptors) const;
    [[nodiscard]] double work(const State& state, const Candidate& candidate, const Gathers& gathers) const;
    [[nodiscard]] double instruction_wait(const State& state, const Candidate& candidate, const Gathers& gathers) const;
    [[nodiscard]] Closing close(const State& state, const Gathers& gathers, Index next) const;
    [[nodiscard]] double excess(std::size_t phase, double cycles, bool is_known) const;
    [[nodiscard]] Extension extend(const State& state, const Gathers& gathers, Index next) const;
    std::vector<State> advance(const std::vector<State>& beam, const Pressure& pressure, Effort effort);
    [[nodiscard]] std::string key(std::size_t phase, const State& from, Index candidate) const;
    [[nodiscard]] double store_cycles(const State& state) const;
    [[nodiscard]] static State continued(const State& from, const Extension& extension, Index candidate);

    const isa::Program& program_;
    const spec::CoreGridSpec& machine_;
    const SearchOptions& options_;
    const Shortlists& lists_;
    const Experience& experience_;
    Moves moves_;
    Candidate load_;                               ///< phase 0
    std::vector<std::vector<std::uint32_t>> live_; ///< by phase: producers read later
    std::vector<double> limits_;                   ///< cycles by phase; empty: none
    Attitude attitude_;
    EnergyEstimate energy_;
    double energy_weight_ = 0; ///< of dynamic energy beside cycles
    std::uint64_t weighed_ = 0;
    std::size_t stuck_at_ = 0;
    double stuck_need_ = 0;
};

} // namespace lodestone::tile
