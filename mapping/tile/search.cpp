// SPDX-License-Identifier: Apache-2.0
// Candidates of all phases, and the joint choice repeated with what was measured.
#include "mapping/tile/search.hpp"

#include "mapping/tile/beam.hpp"
#include "mapping/tile/dimensions.hpp"
#include "mapping/tile/signature.hpp"

#include <algorithm>
#include <numeric>

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

struct Search::Impl {
    Impl(const isa::Program& of_program, const spec::CoreGridSpec& of_machine, SearchOptions of_options)
        : program(of_program), machine(of_machine), options(std::move(of_options)),
          lists(make_lists(program, machine, options, report)), beam(program, machine, options, lists) {}

    /// Candidates and report of a complete state.
    std::vector<Candidate> take(const State& state);

    const isa::Program& program;
    spec::CoreGridSpec machine;
    SearchOptions options;
    SearchReport report;
    Shortlists lists;
    Beam beam;
};

std::vector<Candidate> Search::Impl::take(const State& state) {
    report.joined = beam.moves().estimated();
    report.measured = beam.moves().measured();
    if (state.choice.empty()) {
        return {};
    }
    std::vector<Candidate> chosen(program.phases.size());
    for (std::size_t phase = 1; phase + 1 < chosen.size(); ++phase) {
        chosen[phase] = lists[phase]->candidates[state.choice[phase]];
    }
    report.phase_cycles = beam.phase_cycles(state);
    report.estimated_cycles = std::accumulate(report.phase_cycles.begin(), report.phase_cycles.end(), 0.0);
    return chosen;
}

Search::Search(const isa::Program& program, const spec::CoreGridSpec& machine, SearchOptions options) {
    verify_forced(program, options);
    impl_ = std::make_unique<Impl>(program, machine, std::move(options));
}

Search::~Search() = default;

std::vector<Candidate> Search::sketch(const Pressure& pressure) {
    return impl_->take(impl_->beam.search(pressure));
}

std::vector<Candidate> Search::choose(const Pressure& pressure) {
    Beam& beam = impl_->beam;
    State best;
    for (std::size_t round = 0; round < most_rounds(impl_->options.effort); ++round) {
        const State found = beam.search(pressure);
        if (found.choice.empty()) {
            break;
        }
        const bool is_new = beam.moves().measure(found.choice);
        State measured = beam.evaluate(found.choice, pressure.weight_price);
        if (best.choice.empty() || beam.cost(measured) < beam.cost(best)) {
            best = std::move(measured);
        }
        if (!is_new) {
            break;
        }
    }
    return impl_->take(best);
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

void apply(isa::Program& program, const std::vector<Candidate>& chosen) {
    for (std::size_t index = 1; index + 1 < program.phases.size(); ++index) {
        apply_to(program.phases[index], chosen[index]);
    }
}

} // namespace lodestone::tile
