// SPDX-License-Identifier: Apache-2.0
// The choice of a mapping with the help of trial runs: the least cost, no layer longer than under the fixed rule.
#pragma once

#include "mapping/emit/fitter.hpp"
#include "mapping/schedule/instructions.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace lodestone::emit {

/// Improves on the search's estimates by running what it proposes. What counts in the end are runs of whole programs:
/// the best of them, where cycles by which phases take longer than when all are cut by the fixed rule count many times.
class Trials {
public:
    /// Everything must outlive this. `options` has a trial run.
    Trials(isa::Program& program, const spec::CoreGridSpec& machine, const tile::SearchOptions& options,
           tile::Search& search, Fitter& fitter);

    /// Tries what an effort finds, after the efforts before it: it never ends worse than they did. What the quick one
    /// finds is only shown, so that the others improve on it.
    void run(tile::Effort effort);

    [[nodiscard]] bool has_best() const { return !best_.choice.empty(); }
    [[nodiscard]] const tile::Choice& best() const { return best_.choice; }
    [[nodiscard]] const std::vector<double>& best_cycles() const { return best_.cycles; }

private:
    /// What a run of a whole program showed.
    struct Shown {
        tile::Choice choice;
        std::vector<double> cycles; ///< by phase
        double dynamic = 0;         ///< energy beside clock and leakage, in cycles of these
        double cost = 0;            ///< cycles, those beyond the limits many times
    };

    void limit_by_fixed_rule();
    void find_limits(const std::vector<tile::Candidate>& rule);
    tile::Choice search(tile::Effort effort);
    void try_islands(const tile::Choice& choice);
    bool learn_what_is_new();
    Shown run_whole();
    [[nodiscard]] double cost(const Shown& shown) const;
    [[nodiscard]] std::vector<std::uint32_t> longer_than_limits(const std::vector<double>& cycles) const;
    std::vector<std::uint32_t> offer();
    void show(const tile::Choice& promise);
    void mix(const tile::Choice& choice, std::vector<std::uint32_t> losers);
    [[nodiscard]] std::vector<bool> widened(const std::vector<bool>& replaced) const;

    isa::Program& program_;
    const spec::CoreGridSpec& machine_;
    const tile::SearchOptions& options_;
    tile::Search& search_;
    Fitter& fitter_;
    tile::Choice rule_;          ///< the fixed rule; empty when it does not fit
    std::vector<double> limits_; ///< its cycles by phase, or less
    Shown best_;
    schedule::DescriptorCounts descriptors_;
};

} // namespace lodestone::emit
