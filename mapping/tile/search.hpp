// SPDX-License-Identifier: Apache-2.0
// Chooses the splits of all phases together: a beam over the layers, in which moving data between layouts has its
// price.
#pragma once

#include "arch/cost/event_prices.hpp"
#include "arch/isa/execution.hpp"
#include "mapping/tile/candidate.hpp"
#include "sim/base/error.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace lodestone::tile {

/// Index of a candidate in its phase's shortlist.
using Index = std::uint16_t;
/// One candidate for every phase but the last; 0 for the first, which has none.
using Choice = std::vector<Index>;

enum class Strategy {
    search, ///< by cost, all layers together
    fixed,  ///< the rule of the first version: spatial first, then output channels; weights streamed
};
enum class Objective {
    latency,      ///< first input offered to last output
    throughput,   ///< steady state: input and output of other batches overlap
    energy,       ///< of the run
    energy_delay, ///< energy of the run times its latency
};
enum class Effort { quick, normal, thorough };

/// Quick, and so on up to `effort`: each takes the candidates of the one before and more.
[[nodiscard]] std::vector<Effort> efforts_up_to(Effort effort);

/// Runs some phases of a mapped program on a model of the machine and says what happened in them. The caller has the
/// models; the mapper knows only what programs look like and what a run records.
using TrialRun = std::function<std::vector<isa::PhaseRecord>(const isa::Program&, isa::PhaseRange)>;

struct SearchOptions {
    Strategy strategy = Strategy::search;
    Objective objective = Objective::latency;
    Effort effort = Effort::normal;
    std::map<std::string, Forced> forced; ///< by phase name; the strategy decides the rest
    TrialRun trial;                       ///< none: the search goes by estimates alone
    /// What events cost; without it energy is taken to grow with time alone.
    std::optional<cost::EventPrices> prices;
    /// The search ends when it has weighed so many candidates behind others; what a quick one needs is always weighed.
    std::optional<std::uint64_t> limit;
};

/// What presses on the choice from outside: memory that is short.
struct Pressure {
    double weight_price = 0; ///< cycles that a byte of weights kept in every core is worth
    Bytes activation_limit;  ///< a phase's output tile and gathered inputs may take this much of a core
    friend bool operator==(const Pressure& a, const Pressure& b) = default;
};

/// What the search makes of things that no trial has shown, and of phases that take longer than they should.
struct Attitude {
    double doubt = 0;          ///< part by which they are expected to take longer than estimated
    double known_excess = 0;   ///< what a cycle beyond the limit of a phase counts when a trial has shown it
    double guessed_excess = 0; ///< and when it is expected: a high price would end the search for something new
};

struct SearchReport {
    std::uint64_t examined = 0;       ///< numbers of parts estimated
    std::uint64_t costed = 0;         ///< candidates costed step by step
    std::uint64_t joined = 0;         ///< pairs of neighbouring candidates weighed in the joint search
    std::uint64_t measured = 0;       ///< moves counted flow by flow
    std::uint64_t weighed = 0;        ///< times that a mapping of some layers was continued by one more
    std::uint64_t tried = 0;          ///< phases run in trials
    bool limit_reached = false;       ///< the search ended because of SearchOptions::limit
    std::vector<double> phase_cycles; ///< estimated, of the chosen mapping
    double estimated_cycles = 0;      ///< of the chosen mapping
};

/// Candidates are made once; the joint choice can be asked again under another pressure.
class Search {
public:
    /// The program must outlive this. Throws UserError when a forced split is illegal, names no phase, or a phase has
    /// no candidate at all.
    Search(const isa::Program& program, const spec::CoreGridSpec& machine, SearchOptions options);
    ~Search();
    Search(const Search&) = delete;
    Search& operator=(const Search&) = delete;

    /// One candidate per phase (the first and the last, which compute nothing, have an empty one); empty when no
    /// mapping keeps to the activation limit. The moves of what is chosen are measured, and the choice repeated with
    /// what was learnt. `effort` is at most that of the options.
    [[nodiscard]] std::vector<Candidate> choose(const Pressure& pressure, Effort effort);
    /// The same by estimates alone: to find out what fits.
    [[nodiscard]] std::vector<Candidate> sketch(const Pressure& pressure, Effort effort);
    /// The choice of Strategy::fixed with the weights streamed; empty where that is not legal.
    [[nodiscard]] std::vector<Candidate> fixed_rule();

    /// What was handed out last.
    [[nodiscard]] const Choice& last() const;
    /// A choice that was handed out before, or a mixture of such.
    [[nodiscard]] std::vector<Candidate> take(const Choice& choice);

    /// Phases of what was handed out last that no trial has shown yet, as runs that are worth starting.
    [[nodiscard]] std::vector<isa::PhaseRange> untried() const;
    /// What happened in a run of phases `first` and following of `program`, which has what was handed out last. The
    /// first record counts when the run begins with the program.
    void learn(const isa::Program& program, std::uint32_t first, std::span<const isa::PhaseRecord> records);
    /// What the dynamic energy counts that a cycle's clock and leakage are worth; 0: only cycles count.
    void weigh_energy(double weight);
    /// True when the limit of the search is reached.
    [[nodiscard]] bool is_over() const;
    /// Dynamic energy in a phase, in cycles of the chip's clock and leakage; 0 without prices.
    [[nodiscard]] double dynamic_cycles(const isa::EventCounts& events) const;
    /// Of the next choices.
    void attitude(const Attitude& attitude);
    /// Cycles that each phase should not exceed.
    void limit(std::vector<double> cycles);
    /// False for phases whose cycles do not matter to the objective.
    [[nodiscard]] bool counts(std::size_t phase) const;
    /// Of what was handed out last, by all that is known now, which the report is brought up to: less is better.
    double value(const Pressure& pressure);

    /// After choose() found nothing: the layer it got stuck at, and the least that it needs.
    [[nodiscard]] UserError reason(const Pressure& pressure) const;
    [[nodiscard]] const SearchReport& report() const;
    /// The mapping taken in the end is one handed out earlier, with these cycles by phase.
    void report_on(std::vector<double> phase_cycles);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

/// Runs of phases that show all of `wanted` (rising): each begins with a phase that sets the scene, and rather goes on
/// over a phase or two than start another.
[[nodiscard]] std::vector<isa::PhaseRange> runs_over(std::span<const std::uint32_t> wanted);

/// Writes split, steps, chunks and residency of each candidate into its phase.
void apply(isa::Program& program, const std::vector<Candidate>& chosen);

} // namespace lodestone::tile
