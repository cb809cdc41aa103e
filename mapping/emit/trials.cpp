// SPDX-License-Identifier: Apache-2.0
// Search, trial, repair.
#include "mapping/emit/trials.hpp"

#include "sim/base/error.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>

namespace lodestone::emit {
namespace {

/// Trials of the choices of an effort, each with what the ones before it taught.
struct TrialPlan {
    std::size_t most = 1;
    std::size_t content = 1; ///< as many are enough when the best choice keeps all limits
};

TrialPlan plan_of(tile::Effort effort, std::size_t cores) {
    constexpr std::size_t usual_cores = 256; // what a trial takes grows with the cores
    constexpr TrialPlan normal{.most = 20, .content = 8};
    switch (effort) {
    case tile::Effort::quick:
        return {.most = 1, .content = 1};
    case tile::Effort::normal:
        break;
    case tile::Effort::thorough:
        return {.most = 80, .content = 80};
    }
    const std::size_t affordable = normal.most * usual_cores / std::max<std::size_t>(cores, 1);
    return {.most = std::clamp<std::size_t>(affordable, 1, normal.most), .content = normal.content};
}

/// Trials in a row that found nothing better before an effort gives up.
constexpr std::size_t kPatience = 12;

/// Of the choices of successive trials: hopeful, which finds what nobody had expected, curious, careful, and putting
/// together what is known. What is only expected to exceed a limit counts little, or nothing new would be tried there.
constexpr tile::Attitude kAttitudes[] = {
    {.doubt = -0.2, .known_excess = 8, .guessed_excess = 0},
    {.doubt = 0, .known_excess = 64, .guessed_excess = 1},
    {.doubt = 0.1, .known_excess = 64, .guessed_excess = 2},
    {.doubt = 3, .known_excess = 64, .guessed_excess = 2},
};

/// By which mappings are compared in the end: a mapping without a longer phase is taken when there is one that is
/// nearly as good, but not at any price.
constexpr double kExcessPrice = 64;
constexpr tile::Attitude kCompared{.doubt = 0, .known_excess = kExcessPrice, .guessed_excess = kExcessPrice};

/// Attitudes whose doubt is larger put together what is known.
constexpr double kCurious = 1;

/// Phases before and behind one that loses, that take the choices of the best mapping together with it.
constexpr std::uint32_t kReachBefore = 2;
constexpr std::uint32_t kReachBehind = 3;

/// Of dynamic energy beside that of clock and leakage, which grows with time, in searches after the one for time alone.
/// The product of energy and delay, T (T + D), grows by 2 T + D with the time T and by T with D: 1 / 3 when they are
/// alike.
constexpr double kEnergyWeights[] = {1.0 / 3, 1};

/// Runs of whole programs in which ever more phases have the choices of the fixed rule.
constexpr std::size_t kMostMixtures = 4;

/// Estimate of what a candidate takes at least: its computation, or the weights for which there is no room before.
double least_cycles(const tile::Candidate& candidate, Bytes weight_buffer) {
    const double early = static_cast<double>(weight_buffer.count()) / std::max(1.0, candidate.slice_bytes);
    return std::max(candidate.compute, candidate.stream * std::max(0.0, 1 - early));
}

} // namespace

Trials::Trials(isa::Program& program, const spec::CoreGridSpec& machine, const tile::SearchOptions& options,
               tile::Search& search, Fitter& fitter)
    : program_(program), machine_(machine), options_(options), search_(search), fitter_(fitter) {}

void Trials::run(tile::Effort effort) {
    search_.attitude({});
    if (search_.is_over() && has_best()) {
        return;
    }
    const bool may_fail = has_best() || effort < options_.effort;
    if (!fitter_.fit(effort, may_fail)) {
        return;
    }
    if (effort == tile::Effort::quick) {
        offer();
        limit_by_fixed_rule();
        return;
    }
    show(search(effort));
    const bool is_about_time =
        options_.objective == tile::Objective::latency || options_.objective == tile::Objective::throughput;
    for (const double weight : kEnergyWeights) {
        search_.weigh_energy(weight);
        if (!is_about_time && !search_.is_over() && fitter_.choose(effort)) {
            show(search(effort));
        }
    }
    search_.weigh_energy(0);
}

/// No phase should take longer than under the fixed rule, where that can be run.
void Trials::limit_by_fixed_rule() {
    const std::vector<tile::Candidate> rule = search_.fixed_rule();
    if (!fitter_.fits(rule)) {
        return;
    }
    rule_ = search_.last();
    if (has_best()) {
        find_limits(rule);
        best_.cost = cost(best_);
    } else {
        offer();
        limits_ = best_.cycles;
    }
    if (!limits_.empty()) {
        search_.limit(limits_);
    }
}

/// Runs the fixed rule, which is laid out, where it may be the better one. Elsewhere, where the least that it takes is
/// much longer than all of the best mapping's phase, most of that is a limit that is easily kept.
void Trials::find_limits(const std::vector<tile::Candidate>& rule) {
    constexpr double easily = 1.4;
    constexpr double most = 0.8; // the estimate of the least is better than that
    std::vector<double> limits(best_.cycles.size());
    std::vector<std::uint32_t> open;
    for (std::uint32_t phase = 0; phase < limits.size(); ++phase) {
        const double least = least_cycles(rule[phase], machine_.matrix.weight_buffer);
        limits[phase] = most * least;
        if (search_.counts(phase) && least < easily * best_.cycles[phase]) {
            open.push_back(phase);
        }
    }
    try {
        schedule::fit_instructions(program_, machine_.instruction, descriptors_);
    } catch (const UserError&) {
        return;
    }
    for (const isa::PhaseRange range : tile::runs_over(open)) {
        const std::vector<isa::PhaseRecord> records = options_.trial(program_, range);
        search_.learn(program_, range.first, records);
        for (std::uint32_t i = range.first == 0 ? 0 : 1; i < records.size(); ++i) {
            limits[range.first + i] = static_cast<double>((records[i].end - records[i].begin).count());
        }
    }
    limits_ = std::move(limits);
}

/// Begins with the choice that the search made last; runs what is new in each, then chooses again.
tile::Choice Trials::search(tile::Effort effort) {
    const TrialPlan plan = plan_of(effort, machine_.grid.size());
    tile::Choice best;
    double best_value = 0;
    bool keeps_limits = false;
    std::size_t in_vain = 0;
    for (std::size_t trial = 0; trial < plan.most && in_vain < kPatience && (trial == 0 || !search_.is_over());
         ++trial) {
        const tile::Attitude& attitude = kAttitudes[trial % std::size(kAttitudes)];
        if (attitude.doubt > kCurious && !best.empty()) {
            try_islands(best);
        }
        search_.attitude(attitude);
        if ((trial > 0 && !fitter_.choose(effort)) || !learn_what_is_new()) {
            break;
        }
        search_.attitude(kCompared);
        const double value = search_.value({}); // whatever the prices were under which it was found
        ++in_vain;
        if (best.empty() || value < best_value) {
            best = search_.last();
            best_value = value;
            in_vain = 0;
            keeps_limits = longer_than_limits(search_.report().phase_cycles).empty();
        }
        if (keeps_limits && trial + 1 >= plan.content) {
            break;
        }
    }
    return best;
}

/// Where phases of a choice lose, tries them and ever more of their neighbours with the choices of the fixed rule, so
/// that it becomes known how to get there and back.
void Trials::try_islands(const tile::Choice& choice) {
    static_cast<void>(search_.take(choice));
    const std::vector<std::uint32_t> losers = longer_than_limits(search_.report().phase_cycles);
    if (losers.empty()) {
        return;
    }
    for (std::uint32_t before = 0; before <= kReachBefore; ++before) {
        for (std::uint32_t behind = 0; behind <= kReachBehind; ++behind) {
            tile::Choice mixed = choice;
            for (const std::uint32_t loser : losers) {
                const std::uint32_t last = std::min(loser + behind, static_cast<std::uint32_t>(mixed.size() - 1));
                for (std::uint32_t phase = loser - std::min(loser, before); phase <= last; ++phase) {
                    mixed[phase] = rule_[phase];
                }
            }
            if (fitter_.fits(search_.take(mixed))) {
                static_cast<void>(learn_what_is_new());
            }
        }
    }
}

/// Runs the phases of the choice that no trial has shown yet. False when it does not fit the instruction memory.
bool Trials::learn_what_is_new() {
    const std::vector<isa::PhaseRange> untried = search_.untried();
    try {
        schedule::fit_instructions(program_, machine_.instruction, descriptors_);
    } catch (const UserError&) {
        return false;
    }
    for (const isa::PhaseRange range : untried) {
        search_.learn(program_, range.first, options_.trial(program_, range));
    }
    return true;
}

/// All phases of the choice made last; without cycles when it does not fit the instruction memory.
Trials::Shown Trials::run_whole() {
    Shown shown{.choice = search_.last()};
    try {
        schedule::fit_instructions(program_, machine_.instruction, descriptors_);
    } catch (const UserError&) {
        return shown;
    }
    const isa::PhaseRange all{.first = 0, .last = static_cast<std::uint32_t>(program_.phases.size() - 1)};
    const std::vector<isa::PhaseRecord> records = options_.trial(program_, all);
    search_.learn(program_, 0, records);
    for (const isa::PhaseRecord& record : records) {
        shown.cycles.push_back(static_cast<double>((record.end - record.begin).count()));
        shown.dynamic += search_.dynamic_cycles(record.events);
    }
    return shown;
}

/// In cycles, whatever the objective: energy in those that clock and leakage take for it, the product's root.
double Trials::cost(const Shown& shown) const {
    double cycles = 0;
    double excess = 0;
    for (std::uint32_t phase = 0; phase < shown.cycles.size(); ++phase) {
        cycles += search_.counts(phase) ? shown.cycles[phase] : 0;
    }
    for (const std::uint32_t loser : longer_than_limits(shown.cycles)) {
        excess += shown.cycles[loser] - limits_[loser];
    }
    switch (options_.objective) {
    case tile::Objective::latency:
    case tile::Objective::throughput:
        break;
    case tile::Objective::energy:
        cycles += shown.dynamic;
        break;
    case tile::Objective::energy_delay:
        cycles = std::sqrt(cycles * (cycles + shown.dynamic));
        break;
    }
    return cycles + kExcessPrice * excess;
}

std::vector<std::uint32_t> Trials::longer_than_limits(const std::vector<double>& cycles) const {
    std::vector<std::uint32_t> phases;
    for (std::uint32_t phase = 0; phase < limits_.size(); ++phase) {
        if (search_.counts(phase) && cycles[phase] > limits_[phase]) {
            phases.push_back(phase);
        }
    }
    return phases;
}

/// Runs the choice made last, and keeps it when it is the best so far. The phases that lose.
std::vector<std::uint32_t> Trials::offer() {
    Shown shown = run_whole();
    if (shown.cycles.empty()) {
        return {};
    }
    shown.cost = cost(shown);
    if (!has_best() || shown.cost < best_.cost) {
        best_ = shown;
    }
    return longer_than_limits(shown.cycles);
}

/// Runs what was promised, then with phases that lose all the same as under the fixed rule.
void Trials::show(const tile::Choice& promise) {
    if (promise.empty() || !fitter_.fits(search_.take(promise))) {
        return;
    }
    const std::vector<std::uint32_t> losers = offer();
    if (!losers.empty()) {
        mix(promise, losers);
    }
}

/// Cuts phases of a choice by the fixed rule, first those that lose, then ever more of those they exchange tensors
/// with.
void Trials::mix(const tile::Choice& choice, std::vector<std::uint32_t> losers) {
    std::vector<bool> replaced(program_.phases.size(), false);
    for (std::size_t run = 0; run < kMostMixtures && !losers.empty(); ++run) {
        for (const std::uint32_t loser : losers) {
            if (replaced[loser]) {
                replaced = widened(replaced);
                break;
            }
        }
        for (const std::uint32_t loser : losers) {
            replaced[loser] = true;
        }
        tile::Choice mixed = choice;
        for (std::size_t phase = 0; phase < mixed.size(); ++phase) {
            mixed[phase] = replaced[phase] ? rule_[phase] : choice[phase];
        }
        if (!fitter_.fits(search_.take(mixed))) {
            return;
        }
        losers = offer();
    }
}

/// With the phases before and after, and those that make what is read.
std::vector<bool> Trials::widened(const std::vector<bool>& replaced) const {
    std::vector<bool> wider = replaced;
    for (std::size_t phase = 1; phase < replaced.size(); ++phase) {
        for (const isa::Gather& gather : program_.phases[phase].inputs) {
            const auto producer = program_.tensors[gather.tensor].producer;
            if (producer && (replaced[phase] || replaced[*producer])) {
                wider[phase] = true;
                wider[*producer] = true;
            }
        }
        if (replaced[phase] != replaced[phase - 1]) {
            wider[phase] = true;
            wider[phase - 1] = true;
        }
    }
    return wider;
}

} // namespace lodestone::emit
