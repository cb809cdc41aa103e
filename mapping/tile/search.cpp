// SPDX-License-Identifier: Apache-2.0
// The beam search over the layers.
#include "mapping/tile/search.hpp"

#include "mapping/route/measure.hpp"
#include "mapping/tile/dimensions.hpp"
#include "mapping/tile/shortlist.hpp"
#include "mapping/tile/signature.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <optional>
#include <set>
#include <tuple>
#include <unordered_map>

namespace lodestone::tile {
namespace {

using Index = std::uint16_t;

double number(std::uint64_t value) {
    return static_cast<double>(value);
}

std::size_t beam_width(Effort effort) {
    switch (effort) {
    case Effort::quick:
        return 8;
    case Effort::normal:
        return 24;
    case Effort::thorough:
        return 96;
    }
    return 24;
}

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

/// A copy without the values of parameters, which can be large.
isa::Program skeleton(const isa::Program& program) {
    isa::Program copy;
    copy.grid = program.grid;
    copy.batch = program.batch;
    copy.tensors = program.tensors;
    copy.phases = program.phases;
    copy.network_inputs = program.network_inputs;
    copy.network_outputs = program.network_outputs;
    return copy;
}

/// A mapping of the phases so far. The last phase is still open: what the next one gathers runs in it.
struct State {
    double closed = 0;             ///< cycles of the phases before the last, and the price of all weights
    double stream_left = 0;        ///< model-network cycles of the last phase that were not prefetched
    double first_wait = 0;         ///< until its first weight chunk is there
    double rank = 0;               ///< closed, plus the last phase without what it will have to send
    double last = 0;               ///< cycles of the phase that was closed last
    std::vector<Index> choice;     ///< candidate by phase
    std::vector<double> durations; ///< of the closed phases
};

/// One way to go on from a state.
struct Move {
    std::size_t from = 0;
    Index candidate = 0;
    State next; ///< without choice
};

void apply_to(isa::Phase& phase, const Candidate& candidate) {
    phase.split = candidate.split;
    phase.steps = candidate.steps;
    if (phase.weights) {
        phase.weights->chunks = candidate.chunks;
        phase.weights->resident = candidate.resident;
    }
}

/// What the gathers of a phase ask of the phase before it.
struct Gathers {
    double network = 0; ///< cycles of all flows
    double piped = 0;   ///< of those whose data the phase itself produces
    double port = 0;    ///< bytes over the busiest core's memory port
    double memory = 0;  ///< bytes of the buffers that hold what is gathered
    double flows = 0;   ///< of the busiest core
};

} // namespace

struct Search::Impl {
    Impl(const isa::Program& of_program, const spec::CoreGridSpec& of_machine, SearchOptions of_options)
        : program(of_program), machine(of_machine), options(std::move(of_options)), sample(of_program.grid),
          scratch(skeleton(of_program)) {}

    const isa::Program& program;
    const spec::CoreGridSpec& machine;
    SearchOptions options;
    route::Sample sample;
    isa::Program scratch; ///< for measuring
    SearchReport report;
    std::vector<std::shared_ptr<const Shortlist>> lists; ///< by phase; phases with the same work share one
    /// Moves of one input between the layouts of two lists. What is measured depends on the producer's steps too.
    struct PairTable {
        std::vector<std::optional<route::Transfer>> estimated; ///< by producer's layout, then consumer's
        std::vector<std::optional<route::Transfer>> measured;  ///< by producer's candidate, then consumer's layout
    };
    std::vector<std::vector<std::shared_ptr<PairTable>>> transfers; ///< by phase and input; shared likewise
    double measured_sum = 0;                                        ///< cycles of the moves measured so far
    double estimated_sum = 0;                                       ///< what had been estimated for them
    std::size_t stuck_at = 0;                                       ///< phase at which the last choice found nothing
    double stuck_need = 0;                                          ///< bytes of its smallest candidate
    std::vector<std::vector<std::uint32_t>> live;                   ///< by phase: producers read later

    void check_forced() const;
    void make_lists();
    void make_pair_tables();
    void find_live_tensors();

    [[nodiscard]] Candidate first_phase() const;
    const route::Transfer& transfer(std::size_t phase, std::size_t input, Index producer, Index consumer);
    const route::Transfer& transfer_estimate(std::size_t phase, std::size_t input, Index producer, Index consumer);
    /// Steps in which a tensor's producer hands it over.
    [[nodiscard]] double steps_of(std::optional<std::uint32_t> producer, Index candidate) const {
        return producer ? lists[*producer]->candidates[candidate].step_count : 1;
    }
    /// What estimates fall short of measurements by, so far.
    [[nodiscard]] double correction() const {
        constexpr double kMost = 2;
        return estimated_sum > 0 ? std::clamp(measured_sum / estimated_sum, 1.0, kMost) : 1.0;
    }
    Gathers gathers_into(std::size_t phase, const State& state, Index candidate);
    [[nodiscard]] double least_instructions() const;
    [[nodiscard]] double close(const State& state, const Candidate& candidate, const Gathers& gathers) const;
    [[nodiscard]] double instruction_wait(const State& state, const Candidate& candidate, const Gathers& gathers) const;
    bool measure(const std::vector<Index>& choice);
    [[nodiscard]] State evaluate(const std::vector<Index>& choice, double price);
    [[nodiscard]] State best_of_beam(const Pressure& pressure);
    [[nodiscard]] std::vector<Candidate> take(const State& state);
    State extend(const State& state, const Candidate& last, const Gathers& gathers, const Candidate& next,
                 double price) const;
    std::vector<State> advance(std::size_t phase, const std::vector<State>& beam, const Pressure& pressure);
    [[nodiscard]] std::string key(std::size_t phase, const State& from, Index candidate) const;
    [[nodiscard]] route::TransferContext context_of(const isa::ProgramTensor& tensor) const {
        return {.sample = sample,
                .machine = machine,
                .bits = number(numerics::storage_bits(numerics::format(tensor.format)).count())};
    }
    [[nodiscard]] double store_cycles(const State& state) const;
    [[nodiscard]] double finish(const State& state) const;
    [[nodiscard]] const Candidate& last_candidate(std::size_t phase, const State& state) const {
        return phase == 0 ? load : lists[phase]->candidates[state.choice[phase]];
    }

    Candidate load;
};

void Search::Impl::check_forced() const {
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

void Search::Impl::make_lists() {
    Problems problems;
    lists.resize(program.phases.size());
    transfers.resize(program.phases.size());
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
    make_pair_tables();
}

void Search::Impl::make_pair_tables() {
    std::map<std::tuple<const Shortlist*, const Shortlist*, std::size_t>, std::shared_ptr<PairTable>> known;
    for (std::size_t index = 1; index + 1 < program.phases.size(); ++index) {
        const isa::Phase& phase = program.phases[index];
        transfers[index].resize(phase.inputs.size());
        for (std::size_t input = 0; input < phase.inputs.size(); ++input) {
            const auto producer = program.tensors[phase.inputs[input].tensor].producer;
            const Shortlist* from = producer ? lists[*producer].get() : nullptr;
            std::shared_ptr<PairTable>& table = known[{from, lists[index].get(), input}];
            if (!table) {
                const std::size_t layouts = lists[index]->homes.size();
                table = std::make_shared<PairTable>();
                table->estimated.resize((from != nullptr ? from->homes.size() : 1) * layouts);
                table->measured.resize((from != nullptr ? from->candidates.size() : 1) * layouts);
            }
            transfers[index][input] = table;
        }
    }
}

void Search::Impl::find_live_tensors() {
    live.resize(program.phases.size());
    for (std::size_t index = 0; index < program.phases.size(); ++index) {
        std::set<std::uint32_t> read_later;
        for (std::size_t later = index + 1; later < program.phases.size(); ++later) {
            for (const isa::Gather& gather : program.phases[later].inputs) {
                const auto producer = program.tensors[gather.tensor].producer;
                if (producer && *producer < index) {
                    read_later.insert(*producer);
                }
            }
        }
        live[index].assign(read_later.begin(), read_later.end());
    }
}

/// Phase 0 as a candidate that takes as long as the inputs need to reach the frame buffer.
Candidate Search::Impl::first_phase() const {
    Candidate candidate;
    if (options.objective == Objective::latency) {
        double bytes = 0;
        for (const std::uint32_t input : program.network_inputs) {
            const isa::ProgramTensor& tensor = program.tensors[input];
            bytes += number(isa::packed_bytes(isa::Region(tensor.shape), tensor.format).count()) *
                     static_cast<double>(program.batch);
        }
        candidate.compute = bytes / machine.io_bandwidth.count() * machine.clock.count();
    }
    return candidate;
}

const route::Transfer& Search::Impl::transfer(std::size_t phase, std::size_t input, Index producer, Index consumer) {
    const std::size_t layouts = lists[phase]->homes.size();
    const std::size_t to = lists[phase]->layout[consumer];
    PairTable& table = *transfers[phase][input];
    const std::optional<route::Transfer>& measured = table.measured[producer * layouts + to];
    if (measured) {
        return *measured;
    }
    return transfer_estimate(phase, input, producer, consumer);
}

const route::Transfer& Search::Impl::transfer_estimate(std::size_t phase, std::size_t input, Index producer,
                                                       Index consumer) {
    const isa::ProgramTensor& tensor = program.tensors[program.phases[phase].inputs[input].tensor];
    const std::size_t to = lists[phase]->layout[consumer];
    const std::size_t from = tensor.producer ? lists[*tensor.producer]->layout[producer] : 0;
    std::optional<route::Transfer>& known = transfers[phase][input]->estimated[from * lists[phase]->homes.size() + to];
    if (!known) {
        const route::TransferContext context = context_of(tensor);
        const route::Layout& wants = lists[phase]->wants[input][to];
        known = tensor.producer ? route::estimate_move(lists[*tensor.producer]->homes[from], wants, context)
                                : route::estimate_load(wants, context);
        ++report.joined;
    }
    return *known;
}

/// Measures the moves of a mapping that were only estimated so far. False when there are none.
bool Search::Impl::measure(const std::vector<Index>& choice) {
    bool is_new = false;
    for (std::size_t index = 1; index + 1 < program.phases.size(); ++index) {
        apply_to(scratch.phases[index], lists[index]->candidates[choice[index]]);
    }
    for (std::size_t index = 1; index + 1 < program.phases.size(); ++index) {
        for (std::size_t input = 0; input < program.phases[index].inputs.size(); ++input) {
            const auto producer = program.tensors[program.phases[index].inputs[input].tensor].producer;
            const Index held = producer ? choice[*producer] : Index{0};
            const std::size_t to = lists[index]->layout[choice[index]];
            std::optional<route::Transfer>& known =
                transfers[index][input]->measured[held * lists[index]->homes.size() + to];
            if (!known) {
                scratch.phases[index].inputs[input].issue_phase = static_cast<std::uint32_t>(index - 1);
                known = route::measure_move(scratch, static_cast<std::uint32_t>(index),
                                            static_cast<std::uint32_t>(input), machine);
                const double estimate =
                    transfer_estimate(index, input, held, choice[index]).cycles(steps_of(producer, held));
                measured_sum += known->cycles();
                estimated_sum += estimate;
                ++report.measured;
                is_new = true;
            }
        }
    }
    return is_new;
}

Gathers Search::Impl::gathers_into(std::size_t phase, const State& state, Index candidate) {
    Gathers total;
    const double optimism = correction();
    for (std::size_t input = 0; input < program.phases[phase].inputs.size(); ++input) {
        const auto producer = program.tensors[program.phases[phase].inputs[input].tensor].producer;
        const Index held = producer ? state.choice[*producer] : Index{0};
        const route::Transfer& moved = transfer(phase, input, held, candidate);
        const bool piped = producer && *producer + 1 == phase;
        const double steps = piped ? steps_of(producer, held) : 1;
        const double cycles = moved.cycles(steps) * (moved.is_measured ? 1 : optimism);
        total.network += cycles;
        total.port += moved.received + moved.sent + 2 * moved.copied;
        total.memory += moved.in_place ? 0 : lists[phase]->candidates[candidate].gathered_bytes[input];
        total.flows += moved.flows(steps);
        total.piped += piped ? cycles : 0;
    }
    return total;
}

/// Cycles in which the next phase's program reaches the farthest core, at least.
double Search::Impl::least_instructions() const {
    constexpr std::uint64_t kFewestDescriptors = 4; // the phase, its buffers, one step
    const Cycles flits = transfer_cycles(machine.instruction.bytes_per_descriptor * kFewestDescriptors,
                                         machine.instruction_network.link_width);
    const std::uint64_t hops = machine.grid.rows + machine.grid.cols - 2;
    return number(flits.count() + machine.instruction_network.hop_latency.count() * hops);
}

double Search::Impl::close(const State& state, const Candidate& candidate, const Gathers& gathers) const {
    const double width = number(machine.memory.width.count());
    const double work =
        std::max({candidate.compute, state.stream_left, (candidate.port + gathers.port) / width}) + state.first_wait;
    // Flows leave step by step: the last step's follow the work, or the work's first step precedes them all.
    const double steps = std::max(1.0, candidate.step_count);
    const double piped = std::max(work + gathers.piped / steps, work / steps + gathers.piped);
    return std::max({piped, gathers.network, least_instructions()}) + number(machine.synchronisation.count());
}

/// Cycles by which the instructions of a phase are longer on their way than the phase before it lasts.
double Search::Impl::instruction_wait(const State& state, const Candidate& candidate, const Gathers& gathers) const {
    constexpr double kBuffers = 4; // the phase itself, its output, its inputs
    const double descriptors = kBuffers + candidate.step_count + gathers.flows;
    const double bytes = descriptors * number(machine.instruction.bytes_per_descriptor.count());
    const double cycles = bytes / number(machine.instruction_network.link_width.count());
    return state.durations.empty() ? 0 : std::max(0.0, cycles - state.last);
}

State Search::Impl::extend(const State& state, const Candidate& last, const Gathers& gathers, const Candidate& next,
                           double price) const {
    State extended;
    const double duration = close(state, last, gathers) + instruction_wait(state, last, gathers);
    extended.last = duration;
    extended.closed = state.closed + duration + price * next.kept_bytes;
    extended.stream_left = next.stream;
    if (next.stream > 0) {
        // Chunks that fit beside the ones in use arrive while the model network is idle.
        const double free = std::max(0.0, number(machine.matrix.weight_buffer.count()) - last.chunk_bytes);
        const double chunks = std::min(std::floor(free / next.chunk_bytes), static_cast<double>(next.chunks));
        const double per_chunk = next.stream / next.chunks;
        const double idle = std::max(0.0, duration - state.stream_left);
        const double prefetched = std::min(chunks * per_chunk, idle);
        extended.stream_left -= prefetched;
        extended.first_wait = std::max(0.0, per_chunk - prefetched);
    }
    extended.rank = extended.closed + std::max(next.compute, extended.stream_left) + extended.first_wait;
    return extended;
}

/// States that agree in what later phases can see are alternatives of which the best is kept.
std::string Search::Impl::key(std::size_t phase, const State& from, Index candidate) const {
    std::string text(reinterpret_cast<const char*>(&candidate), sizeof candidate);
    for (const std::uint32_t producer : live[phase]) {
        const auto layout = static_cast<Index>(lists[producer]->layout[from.choice[producer]]);
        text.append(reinterpret_cast<const char*>(&layout), sizeof layout);
    }
    return text;
}

std::vector<State> Search::Impl::advance(std::size_t phase, const std::vector<State>& beam, const Pressure& pressure) {
    std::vector<Move> moves;
    std::unordered_map<std::string, std::size_t> known;
    const std::vector<Candidate>& candidates = lists[phase]->candidates;
    const double limit = number(pressure.activation_limit.count());
    stuck_at = phase;
    stuck_need = std::numeric_limits<double>::infinity();
    for (std::size_t from = 0; from < beam.size(); ++from) {
        const Candidate& last = last_candidate(phase - 1, beam[from]);
        for (Index candidate = 0; candidate < candidates.size(); ++candidate) {
            const Gathers gathers = gathers_into(phase, beam[from], candidate);
            const double memory = candidates[candidate].home_bytes + gathers.memory;
            stuck_need = std::min(stuck_need, memory);
            if (memory > limit) {
                continue;
            }
            Move move{.from = from,
                      .candidate = candidate,
                      .next = extend(beam[from], last, gathers, candidates[candidate], pressure.weight_price)};
            const auto [entry, is_new] = known.try_emplace(key(phase, beam[from], candidate), moves.size());
            if (is_new) {
                moves.push_back(std::move(move));
            } else if (move.next.rank < moves[entry->second].next.rank) {
                moves[entry->second] = std::move(move);
            }
        }
    }
    const std::size_t keep = std::min(beam_width(options.effort), moves.size());
    std::ranges::stable_sort(moves, {}, [](const Move& move) { return move.next.rank; });
    std::vector<State> next;
    for (std::size_t i = 0; i < keep; ++i) {
        State state = std::move(moves[i].next);
        state.choice = beam[moves[i].from].choice;
        state.choice.push_back(moves[i].candidate);
        state.durations = beam[moves[i].from].durations;
        state.durations.push_back(state.last);
        next.push_back(std::move(state));
    }
    return next;
}

double Search::Impl::store_cycles(const State& state) const {
    double cycles = 0;
    for (const isa::Gather& gather : program.phases.back().inputs) {
        const isa::ProgramTensor& tensor = program.tensors[gather.tensor];
        const std::uint32_t producer = *tensor.producer;
        const std::size_t layout = lists[producer]->layout[state.choice[producer]];
        cycles += route::estimate_store(lists[producer]->homes[layout], context_of(tensor)).cycles();
    }
    return options.objective == Objective::latency ? cycles : 0;
}

double Search::Impl::finish(const State& state) const {
    return state.closed + close(state, last_candidate(program.phases.size() - 2, state), {}) + store_cycles(state);
}

Search::Search(const isa::Program& program, const spec::CoreGridSpec& machine, SearchOptions options)
    : impl_(std::make_unique<Impl>(program, machine, std::move(options))) {
    impl_->check_forced();
    impl_->load = impl_->first_phase();
    impl_->make_lists();
    impl_->find_live_tensors();
}

Search::~Search() = default;

/// The best mapping by what is known now; its choice is empty when none keeps to the limit.
State Search::Impl::best_of_beam(const Pressure& pressure) {
    State start;
    start.choice.push_back(0);
    std::vector<State> beam{start};
    for (std::size_t phase = 1; phase + 1 < program.phases.size(); ++phase) {
        beam = advance(phase, beam, pressure);
        if (beam.empty()) {
            return {};
        }
    }
    return *std::ranges::min_element(beam, {}, [&](const State& state) { return finish(state); });
}

/// The state that a complete choice leads to.
State Search::Impl::evaluate(const std::vector<Index>& choice, double price) {
    State state;
    state.choice.push_back(0);
    for (std::size_t phase = 1; phase + 1 < program.phases.size(); ++phase) {
        const Gathers gathers = gathers_into(phase, state, choice[phase]);
        State next =
            extend(state, last_candidate(phase - 1, state), gathers, lists[phase]->candidates[choice[phase]], price);
        next.choice = std::move(state.choice);
        next.choice.push_back(choice[phase]);
        next.durations = std::move(state.durations);
        next.durations.push_back(next.last);
        state = std::move(next);
    }
    return state;
}

std::vector<Candidate> Search::Impl::take(const State& state) {
    if (state.choice.empty()) {
        return {};
    }
    const std::size_t phases = program.phases.size();
    std::vector<Candidate> chosen(phases);
    for (std::size_t phase = 1; phase + 1 < phases; ++phase) {
        chosen[phase] = lists[phase]->candidates[state.choice[phase]];
    }
    report.phase_cycles = state.durations;
    report.phase_cycles.push_back(close(state, last_candidate(phases - 2, state), {}));
    report.phase_cycles.push_back(store_cycles(state));
    report.estimated_cycles = std::accumulate(report.phase_cycles.begin(), report.phase_cycles.end(), 0.0);
    return chosen;
}

std::vector<Candidate> Search::sketch(const Pressure& pressure) {
    return impl_->take(impl_->best_of_beam(pressure));
}

std::vector<Candidate> Search::choose(const Pressure& pressure) {
    State best;
    for (std::size_t round = 0; round < most_rounds(impl_->options.effort); ++round) {
        const State found = impl_->best_of_beam(pressure);
        if (found.choice.empty()) {
            break;
        }
        const bool is_new = impl_->measure(found.choice);
        State measured = impl_->evaluate(found.choice, pressure.weight_price);
        if (best.choice.empty() || impl_->finish(measured) < impl_->finish(best)) {
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
    return UserError({}, impl_->program.phases[impl_->stuck_at].name,
                     "needs " + std::to_string(static_cast<std::uint64_t>(impl_->stuck_need)) +
                         " bytes of core memory for its operands and output in the smallest split tried, " +
                         std::to_string(static_cast<std::uint64_t>(impl_->stuck_need - limit)) + " more than the " +
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
