// SPDX-License-Identifier: Apache-2.0
// Chooses the splits of all phases together: a beam over the layers, in which moving data between layouts has its
// price.
#pragma once

#include "mapping/tile/candidate.hpp"
#include "sim/base/error.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace lodestone::tile {

enum class Strategy {
    search, ///< by cost, all layers together
    fixed,  ///< the rule of the first version: spatial first, then output channels; weights streamed
};
enum class Objective {
    latency,    ///< first input offered to last output
    throughput, ///< steady state: input and output of other batches overlap
};
enum class Effort { quick, normal, thorough };

struct SearchOptions {
    Strategy strategy = Strategy::search;
    Objective objective = Objective::latency;
    Effort effort = Effort::normal;
    std::map<std::string, Forced> forced; ///< by phase name; the strategy decides the rest
};

/// What presses on the choice from outside: memory that is short.
struct Pressure {
    double weight_price = 0; ///< cycles that a byte of weights kept in every core is worth
    Bytes activation_limit;  ///< a phase's output tile and gathered inputs may take this much of a core
};

struct SearchReport {
    std::uint64_t examined = 0;       ///< numbers of parts estimated
    std::uint64_t costed = 0;         ///< candidates costed step by step
    std::uint64_t joined = 0;         ///< pairs of neighbouring candidates weighed in the joint search
    std::uint64_t measured = 0;       ///< moves counted flow by flow
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
    /// what was learnt.
    [[nodiscard]] std::vector<Candidate> choose(const Pressure& pressure);
    /// The same by estimates alone: to find out what fits.
    [[nodiscard]] std::vector<Candidate> sketch(const Pressure& pressure);
    /// After choose() found nothing: the layer it got stuck at, and the least that it needs.
    [[nodiscard]] UserError reason(const Pressure& pressure) const;
    [[nodiscard]] const SearchReport& report() const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

/// Writes split, steps, chunks and residency of each candidate into its phase.
void apply(isa::Program& program, const std::vector<Candidate>& chosen);

} // namespace lodestone::tile
