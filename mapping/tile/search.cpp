// SPDX-License-Identifier: Apache-2.0
// Candidates of all phases, and the joint choice repeated with what was measured.
#include "mapping/tile/search.hpp"

#include "mapping/tile/beam.hpp"
#include "mapping/tile/dimensions.hpp"
#include "mapping/tile/experience.hpp"
#include "mapping/tile/signature.hpp"

#include <algorithm>
#include <numeric>
#include <optional>
#include <set>

namespace lodestone::tile {
namespace {

/// Times the joint search is repeated after the moves of its choice were measured.
std::size_t most_rounds(Effort effort) {
    switch (effort) {
    case Effort::quick:
        return 1;
    case Effort::normal:
        return 6;
    case Effort::thorough:
        return 24;
    }
    return 6;
}

constexpr std::size_t kRoundsBetweenTrials = 2;

/// Phases already known between two that are not are run again rather than starting another trial.
constexpr std::uint32_t kWorthBridging = 2;

void verify_forced(const isa::Program& program, const SearchOptions& options) {
    Problems problems;
    std::vector<std::string> names;
    for (const isa::Phase& phase : program.phases) {
        names.push_back(phase.name);
        const auto forced = options.forced.find(phase.name);
        if (forced != options.forced.end()) {
            const std::string reason = reason_against(program, phase, forced->second.split);
            if (!reason.empty()) {
                problems.error({}, phase.name, "the split given cannot be used: " + reason);
            }
        }
    }
    for (const auto& [name, forced] : options.forced) {
        if (std::ranges::find(names, name) == names.end()) {
            problems.error({}, name, "no layer has this name" + known_names(name, names));
        }
    }
    problems.throw_if_errors();
}

Shortlists make_lists(const isa::Program& program, const spec::CoreGridSpec& machine, const SearchOptions& options,
                      SearchReport& report) {
    Problems problems;
    Shortlists lists(program.phases.size());
    std::map<std::string, std::shared_ptr<const Shortlist>> known;
    for (std::size_t index = 1; index + 1 < program.phases.size(); ++index) {
        const isa::Phase& phase = program.phases[index];
        const std::string name = options.forced.contains(phase.name) ? "forced " + phase.name + "\n" : "";
        std::shared_ptr<const Shortlist>& list = known[name + signature(program, phase)];
        if (!list) {
            list = std::make_shared<Shortlist>(shortlist(program, index, machine, options, report));
        }
        lists[index] = list;
        if (list->candidates.empty()) {
            problems.error({}, phase.name,
                           "the weights of one output channel take more than half the weight buffer of " +
                               std::to_string(machine.matrix.weight_buffer.count()) +
                               " bytes in every split; use narrower weights or a larger weight buffer");
        }
    }
    problems.throw_if_errors();
    return lists;
}

} // namespace

std::vector<Effort> efforts_up_to(Effort effort) {
    std::vector<Effort> efforts{Effort::quick};
    for (const Effort next : {Effort::normal, Effort::thorough}) {
        if (effort >= next) {
            efforts.push_back(next);
        }
    }
    return efforts;
}

struct Search::Impl {
    Impl(const isa::Program& of_program, const spec::CoreGridSpec& of_machine, SearchOptions of_options)
        : program(of_program), machine(of_machine), options(std::move(of_options)),
          lists(make_lists(program, machine, options, report)), experience(program, lists),
          beam(program, machine, options, lists, experience) {}

    /// Candidates and report of a complete state.
    std::vector<Candidate> take(State state);
    /// The beam's search; the same question is not searched twice while nothing was learnt.
    const State& search(const Pressure& pressure, Effort effort);
    /// What the beam believes has changed.
    void forget() { asked.reset(); }
    [[nodiscard]] Experience::Context context(std::size_t phase) const {
        const bool is_followed = phase + 1 < taken.choice.size();
        return experience.context(phase, taken.choice, is_followed ? taken.choice[phase + 1] : Index{0});
    }

    const isa::Program& program;
    spec::CoreGridSpec machine;
    SearchOptions options;
    SearchReport report;
    Shortlists lists;
    Experience experience;
    Beam beam;
    State taken; ///< what was handed out last
    struct Question {
        Pressure pressure;
        Effort effort = Effort::quick;
    };
    std::optional<Question> asked; ///< what `found` answers
    State found;
};

const State& Search::Impl::search(const Pressure& pressure, Effort effort) {
    const bool is_known = asked && asked->effort == effort && asked->pressure == pressure;
    if (!is_known) {
        found = beam.search(pressure, effort);
        asked = Question{.pressure = pressure, .effort = effort};
    }
    return found;
}

std::vector<Candidate> Search::Impl::take(State state) {
    report.joined = beam.moves().estimated();
    report.measured = beam.moves().measured();
    report.weighed = beam.weighed();
    report.limit_reached = options.limit && report.weighed >= *options.limit;
    taken = std::move(state);
    if (taken.choice.empty()) {
        return {};
    }
    std::vector<Candidate> chosen(program.phases.size());
    for (std::size_t phase = 1; phase + 1 < chosen.size(); ++phase) {
        chosen[phase] = lists[phase]->candidates[taken.choice[phase]];
    }
    report.phase_cycles = beam.phase_cycles(taken);
    report.estimated_cycles = std::accumulate(report.phase_cycles.begin(), report.phase_cycles.end(), 0.0);
    return chosen;
}

Search::Search(const isa::Program& program, const spec::CoreGridSpec& machine, SearchOptions options) {
    verify_forced(program, options);
    impl_ = std::make_unique<Impl>(program, machine, std::move(options));
}

Search::~Search() = default;

std::vector<Candidate> Search::sketch(const Pressure& pressure, Effort effort) {
    return impl_->take(impl_->search(pressure, effort));
}

std::vector<Candidate> Search::choose(const Pressure& pressure, Effort effort) {
    Beam& beam = impl_->beam;
    State best;
    // Trials will show more than further measurements.
    const std::size_t rounds = impl_->report.tried > 0 ? kRoundsBetweenTrials : most_rounds(effort);
    for (std::size_t round = 0; round < rounds; ++round) {
        const State found = impl_->search(pressure, effort);
        if (found.choice.empty()) {
            break;
        }
        if (impl_->options.effort == Effort::quick) {
            best = found; // there is no other round for measurements to help
            break;
        }
        const bool is_new = beam.moves().measure(found.choice);
        if (is_new) {
            impl_->forget();
        }
        State measured = beam.evaluate(found.choice, pressure.weight_price);
        if (best.choice.empty() || beam.cost(measured) < beam.cost(best)) {
            best = std::move(measured);
        }
        if (!is_new || is_over()) {
            break;
        }
    }
    return impl_->take(std::move(best));
}

std::vector<Candidate> Search::fixed_rule() {
    for (std::size_t phase = 1; phase + 1 < impl_->lists.size(); ++phase) {
        if (!impl_->lists[phase]->has_fixed_rule) {
            return {};
        }
    }
    const std::vector<Index> choice(impl_->program.phases.size() - 1);
    static_cast<void>(impl_->beam.moves().measure(choice));
    impl_->forget();
    return impl_->take(impl_->beam.evaluate(choice, 0));
}

const Choice& Search::last() const {
    return impl_->taken.choice;
}

std::vector<Candidate> Search::take(const Choice& choice) {
    return impl_->take(impl_->beam.evaluate(choice, 0));
}

/// Trials show how long the program's inputs take to arrive as well; in steady state that does not matter.
bool Search::counts(std::size_t phase) const {
    const bool is_end = phase == 0 || phase + 1 == impl_->program.phases.size();
    return impl_->options.objective != Objective::throughput || !is_end;
}

std::vector<isa::PhaseRange> Search::untried() const {
    std::vector<std::uint32_t> wanted;
    std::set<Experience::Context> known;
    const auto phases = static_cast<std::uint32_t>(impl_->program.phases.size());
    for (std::uint32_t phase = 0; phase < phases; ++phase) {
        const Experience::Context context = impl_->context(phase);
        if (counts(phase) && impl_->experience.find(context) == nullptr && known.insert(context).second) {
            wanted.push_back(phase);
        }
    }
    return runs_over(wanted);
}

void Search::learn(const isa::Program& program, std::uint32_t first, std::span<const isa::PhaseRecord> records) {
    const spec::CoreGridSpec& machine = impl_->machine;
    const std::vector<Index>& choice = impl_->taken.choice;
    const std::vector<double> expected = impl_->beam.estimates(choice);
    for (std::uint32_t i = first == 0 ? 0 : 1; i < records.size(); ++i) {
        const std::uint32_t phase = first + i;
        if (!counts(phase)) {
            continue;
        }
        const Cycles cycles = records[i].end - records[i].begin;
        Trial trial{.cycles = static_cast<double>(cycles.count()), .dynamic = dynamic_cycles(records[i].events)};
        if (phase + 1 < program.phases.size()) {
            const Cycles flits =
                transfer_cycles(program.phases[phase + 1].instruction_bytes, machine.instruction_network.link_width);
            const std::uint64_t hops = machine.grid.rows + machine.grid.cols - 2;
            trial.waits_for_instructions =
                cycles <= flits + machine.instruction_network.hop_latency * hops + machine.synchronisation;
        }
        const Index next = phase + 1 < choice.size() ? choice[phase + 1] : Index{0};
        impl_->experience.add(phase, choice, next, trial, expected[phase]);
    }
    impl_->report.tried += records.size();
    impl_->forget();
}

void Search::weigh_energy(double weight) {
    impl_->beam.weigh_energy(weight);
    impl_->forget();
}

bool Search::is_over() const {
    return impl_->options.limit && impl_->beam.weighed() >= *impl_->options.limit;
}

double Search::dynamic_cycles(const isa::EventCounts& events) const {
    const std::optional<cost::EventPrices>& prices = impl_->options.prices;
    return prices ? prices->dynamic(events) / prices->cycle : 0;
}

void Search::attitude(const Attitude& attitude) {
    impl_->beam.attitude(attitude);
    impl_->forget();
}

void Search::limit(std::vector<double> cycles) {
    impl_->beam.limit(std::move(cycles));
    impl_->forget();
}

double Search::value(const Pressure& pressure) {
    const State state = impl_->beam.evaluate(impl_->taken.choice, pressure.weight_price);
    report_on(impl_->beam.phase_cycles(state));
    return impl_->beam.cost(state);
}

void Search::report_on(std::vector<double> phase_cycles) {
    SearchReport& report = impl_->report;
    report.phase_cycles = std::move(phase_cycles);
    report.estimated_cycles = std::accumulate(report.phase_cycles.begin(), report.phase_cycles.end(), 0.0);
}

UserError Search::reason(const Pressure& pressure) const {
    const auto limit = static_cast<double>(pressure.activation_limit.count());
    const double need = impl_->beam.stuck_need();
    return UserError({}, impl_->program.phases[impl_->beam.stuck_at()].name,
                     "needs " + std::to_string(static_cast<std::uint64_t>(need)) +
                         " bytes of core memory for its operands and output in the smallest split tried, " +
                         std::to_string(static_cast<std::uint64_t>(need - limit)) + " more than the " +
                         std::to_string(pressure.activation_limit.count()) +
                         " left beside the weights; use a smaller batch, narrower activations or a larger core memory");
}

const SearchReport& Search::report() const {
    return impl_->report;
}

std::vector<isa::PhaseRange> runs_over(std::span<const std::uint32_t> wanted) {
    std::vector<isa::PhaseRange> ranges;
    for (const std::uint32_t phase : wanted) {
        const std::uint32_t first = phase == 0 ? 0 : phase - 1;
        if (!ranges.empty() && ranges.back().last + kWorthBridging >= first) {
            ranges.back().last = phase;
        } else {
            ranges.push_back({.first = first, .last = phase});
        }
    }
    return ranges;
}

void apply(isa::Program& program, const std::vector<Candidate>& chosen) {
    for (std::size_t index = 1; index + 1 < program.phases.size(); ++index) {
        apply_to(program.phases[index], chosen[index]);
    }
}

} // namespace lodestone::tile
