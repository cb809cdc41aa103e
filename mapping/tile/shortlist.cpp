// SPDX-License-Identifier: Apache-2.0
// From part counts over placements to costed candidates.
#include "mapping/tile/shortlist.hpp"

#include "mapping/tile/energy.hpp"
#include "mapping/tile/enumerate.hpp"

#include <algorithm>

namespace lodestone::tile {
namespace {

struct Width {
    std::size_t parts;      ///< part counts costed step by step
    std::size_t candidates; ///< taken into the joint search
};

Width width_of(Effort effort) {
    switch (effort) {
    case Effort::quick:
        return {.parts = 12, .candidates = 10};
    case Effort::normal:
        return {.parts = 32, .candidates = 24};
    case Effort::thorough:
        return {.parts = 128, .candidates = 64};
    }
    return {.parts = 32, .candidates = 24};
}

/// Cost of a candidate when nothing is known of its neighbours: traffic mostly overlaps, less of it is better.
double own_cost(const Candidate& candidate, const spec::CoreGridSpec& machine) {
    constexpr double kTrafficWeight = 0.25;
    const double gather = (candidate.footprint() - candidate.home_bytes) /
                          static_cast<double>(machine.activation_network.link_width.count());
    return std::max({candidate.compute, candidate.stream, gather}) + (candidate.stream + gather) * kTrafficWeight +
           candidate.dynamic;
}

class Collector {
public:
    Collector(const isa::Program& program, std::size_t phase, const spec::CoreGridSpec& machine,
              const SearchOptions& options)
        : program_(program), scratch_(program.phases[phase]), machine_(machine), energy_(options.prices, machine) {}

    /// Candidates for all placements of one number of parts: they differ in the delivery of weights only.
    void add(const std::vector<isa::Split>& placed, const Forced& wanted, SearchReport& report) {
        for (const isa::Split& split : placed) {
            Forced one = wanted;
            one.split = split;
            for (const bool resident : {false, true}) {
                const bool is_other = wanted.resident && *wanted.resident != resident;
                if (is_other || (resident && !scratch_.weights)) {
                    continue;
                }
                one.resident = resident;
                ++report.costed;
                if (std::optional<Candidate> candidate = cost(program_, scratch_, machine_, one)) {
                    candidate->dynamic = energy_.of(program_, scratch_, *candidate);
                    costed_.push_back(std::move(*candidate));
                }
            }
        }
    }

    std::vector<Candidate> best(std::size_t keep) {
        std::ranges::stable_sort(costed_, {},
                                 [&](const Candidate& candidate) { return own_cost(candidate, machine_); });
        if (costed_.size() > keep) {
            // A few that need little memory stay for the case that it is short.
            const auto rest = costed_.begin() + static_cast<std::ptrdiff_t>(keep);
            const auto lean = std::min<std::ptrdiff_t>(costed_.end() - rest, static_cast<std::ptrdiff_t>(keep / 4));
            std::ranges::partial_sort(rest, rest + lean, costed_.end(), {}, [](const Candidate& candidate) {
                return candidate.footprint() + candidate.kept_bytes;
            });
            costed_.erase(rest + lean, costed_.end());
        }
        return std::move(costed_);
    }

private:
    const isa::Program& program_;
    isa::Phase scratch_;
    const spec::CoreGridSpec& machine_;
    EnergyEstimate energy_;
    std::vector<Candidate> costed_;
};

std::vector<Candidate> candidates_of(const isa::Program& program, std::size_t index, const spec::CoreGridSpec& machine,
                                     const SearchOptions& options, Effort effort, SearchReport& report) {
    const isa::Phase& phase = program.phases[index];
    Collector collector(program, index, machine, options);
    const auto forced = options.forced.find(phase.name);
    if (forced != options.forced.end()) {
        collector.add({forced->second.split}, forced->second, report);
        return collector.best(2);
    }
    Forced free;
    if (options.strategy == Strategy::fixed) {
        free.resident = false;
    }
    collector.add({fixed_rule(program, phase)}, free, report);
    if (options.strategy == Strategy::fixed) {
        return collector.best(1);
    }
    const Width width = width_of(effort);
    for (const Parts& parts : best_parts(program, phase, machine, width.parts, report.examined)) {
        collector.add(placements(program, phase, parts.counts), free, report);
    }
    return collector.best(width.candidates);
}

bool is_same(const Candidate& a, const Candidate& b) {
    return a.split == b.split && a.resident == b.resident;
}

/// The candidates of every effort up to the one asked for.
void add_candidates(Shortlist& list, const isa::Program& program, std::size_t index, const spec::CoreGridSpec& machine,
                    const SearchOptions& options, SearchReport& report) {
    for (const Effort effort : efforts_up_to(options.effort)) {
        for (Candidate& candidate : candidates_of(program, index, machine, options, effort, report)) {
            const auto same = [&](const Candidate& other) { return is_same(candidate, other); };
            if (std::ranges::none_of(list.candidates, same)) {
                list.candidates.push_back(std::move(candidate));
            }
        }
        list.within[effort] = list.candidates.size();
    }
}

/// The choice of Strategy::fixed takes part in every search.
void add_fixed_rule(Shortlist& list, const isa::Program& program, std::size_t index, const spec::CoreGridSpec& machine,
                    SearchOptions options, SearchReport& report) {
    options.strategy = Strategy::fixed;
    std::vector<Candidate> rule = candidates_of(program, index, machine, options, Effort::quick, report);
    list.has_fixed_rule = !rule.empty();
    if (list.has_fixed_rule) {
        list.candidates.push_back(std::move(rule.front()));
    }
}

} // namespace

Shortlist shortlist(const isa::Program& program, std::size_t index, const spec::CoreGridSpec& machine,
                    const SearchOptions& options, SearchReport& report) {
    Shortlist list;
    add_fixed_rule(list, program, index, machine, options, report);
    add_candidates(list, program, index, machine, options, report);
    const route::Sample sample(program.grid);
    isa::Phase scratch = program.phases[index];
    list.wants.resize(scratch.inputs.size());
    std::vector<isa::Split> splits;
    for (const Candidate& candidate : list.candidates) {
        const auto known = std::ranges::find(splits, candidate.split);
        list.layout.push_back(static_cast<std::size_t>(known - splits.begin()));
        if (known != splits.end()) {
            continue;
        }
        splits.push_back(candidate.split);
        scratch.split = candidate.split;
        list.homes.push_back(route::Layout::homes(program, scratch, sample));
        for (std::size_t input = 0; input < scratch.inputs.size(); ++input) {
            list.wants[input].push_back(route::Layout::wants(program, scratch, input, sample));
        }
    }
    return list;
}

} // namespace lodestone::tile
