// SPDX-License-Identifier: Apache-2.0
// The beam search over the layers.
#include "mapping/tile/beam.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <unordered_map>

namespace lodestone::tile {
namespace {

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

/// One way to go on from a state.
struct Move {
    std::size_t from = 0;
    Index candidate = 0;
    State next; ///< without choice
};

} // namespace

Beam::Beam(const isa::Program& program, const spec::CoreGridSpec& machine, const SearchOptions& options,
           const Shortlists& lists)
    : program_(program), machine_(machine), options_(options), lists_(lists), moves_(program, machine, lists),
      load_(first_phase()) {
    find_live_tensors();
}

void Beam::find_live_tensors() {
    live_.resize(program_.phases.size());
    for (std::size_t index = 0; index < program_.phases.size(); ++index) {
        std::set<std::uint32_t> read_later;
        for (std::size_t later = index + 1; later < program_.phases.size(); ++later) {
            for (const isa::Gather& gather : program_.phases[later].inputs) {
                const auto producer = program_.tensors[gather.tensor].producer;
                if (producer && *producer < index) {
                    read_later.insert(*producer);
                }
            }
        }
        live_[index].assign(read_later.begin(), read_later.end());
    }
}

/// Phase 0 as a candidate that takes as long as the inputs need to reach the frame buffer.
Candidate Beam::first_phase() const {
    Candidate candidate;
    if (options_.objective == Objective::latency) {
        double bytes = 0;
        for (const std::uint32_t input : program_.network_inputs) {
            const isa::ProgramTensor& tensor = program_.tensors[input];
            bytes += number(isa::packed_bytes(isa::Region(tensor.shape), tensor.format).count()) *
                     static_cast<double>(program_.batch);
        }
        candidate.compute = bytes / machine_.io_bandwidth.count() * machine_.clock.count();
    }
    return candidate;
}

Gathers Beam::gathers_into(std::size_t phase, const State& state, Index candidate) {
    Gathers total;
    const double optimism = moves_.correction();
    for (std::size_t input = 0; input < program_.phases[phase].inputs.size(); ++input) {
        const auto producer = program_.tensors[program_.phases[phase].inputs[input].tensor].producer;
        const Index held = producer ? state.choice[*producer] : Index{0};
        const route::Transfer& moved = moves_.of(phase, input, held, candidate);
        const bool piped = producer && *producer + 1 == phase;
        const double steps = piped ? moves_.steps_of(producer, held) : 1;
        const double cycles = moved.cycles(steps) * (moved.is_measured ? 1 : optimism);
        total.network += cycles;
        total.port += moved.received + moved.sent + 2 * moved.copied;
        total.memory += moved.in_place ? 0 : lists_[phase]->candidates[candidate].gathered_bytes[input];
        total.flows += moved.flows(steps);
        total.piped += piped ? cycles : 0;
    }
    return total;
}

/// Cycles in which the next phase's program reaches the farthest core, at least.
double Beam::least_instructions() const {
    constexpr std::uint64_t kFewestDescriptors = 4; // the phase, its buffers, one step
    const Cycles flits = transfer_cycles(machine_.instruction.bytes_per_descriptor * kFewestDescriptors,
                                         machine_.instruction_network.link_width);
    const std::uint64_t hops = machine_.grid.rows + machine_.grid.cols - 2;
    return number(flits.count() + machine_.instruction_network.hop_latency.count() * hops);
}

double Beam::close(const State& state, const Candidate& candidate, const Gathers& gathers) const {
    const double width = number(machine_.memory.width.count());
    const double work =
        std::max({candidate.compute, state.stream_left, (candidate.port + gathers.port) / width}) + state.first_wait;
    // Flows leave step by step: the last step's follow the work, or the work's first step precedes them all.
    const double steps = std::max(1.0, candidate.step_count);
    const double piped = std::max(work + gathers.piped / steps, work / steps + gathers.piped);
    return std::max({piped, gathers.network, least_instructions()}) + number(machine_.synchronisation.count());
}

/// Cycles by which the instructions of a phase are longer on their way than the phase before it lasts.
double Beam::instruction_wait(const State& state, const Candidate& candidate, const Gathers& gathers) const {
    constexpr double kBuffers = 4; // the phase itself, its output, its inputs
    const double descriptors = kBuffers + candidate.step_count + gathers.flows;
    const double bytes = descriptors * number(machine_.instruction.bytes_per_descriptor.count());
    const double cycles = bytes / number(machine_.instruction_network.link_width.count());
    return state.durations.empty() ? 0 : std::max(0.0, cycles - state.last);
}

State Beam::extend(const State& state, const Candidate& last, const Gathers& gathers, const Candidate& next) const {
    State extended;
    const double duration = close(state, last, gathers) + instruction_wait(state, last, gathers);
    extended.last = duration;
    extended.closed = state.closed + duration;
    extended.stream_left = next.stream;
    if (next.stream > 0) {
        // Chunks that fit beside the ones in use arrive while the model network is idle.
        const double free = std::max(0.0, number(machine_.matrix.weight_buffer.count()) - last.chunk_bytes);
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
std::string Beam::key(std::size_t phase, const State& from, Index candidate) const {
    std::string text(reinterpret_cast<const char*>(&candidate), sizeof candidate);
    for (const std::uint32_t producer : live_[phase]) {
        const auto layout = static_cast<Index>(lists_[producer]->layout[from.choice[producer]]);
        text.append(reinterpret_cast<const char*>(&layout), sizeof layout);
    }
    return text;
}

std::vector<State> Beam::advance(std::size_t phase, const std::vector<State>& beam, const Pressure& pressure) {
    std::vector<Move> moves;
    std::unordered_map<std::string, std::size_t> known;
    const std::vector<Candidate>& candidates = lists_[phase]->candidates;
    const double limit = number(pressure.activation_limit.count());
    stuck_at_ = phase;
    stuck_need_ = std::numeric_limits<double>::infinity();
    for (std::size_t from = 0; from < beam.size(); ++from) {
        const Candidate& last = last_candidate(phase - 1, beam[from]);
        for (Index candidate = 0; candidate < candidates.size(); ++candidate) {
            const Gathers gathers = gathers_into(phase, beam[from], candidate);
            const double memory = candidates[candidate].home_bytes + gathers.memory;
            stuck_need_ = std::min(stuck_need_, memory);
            if (memory > limit) {
                continue;
            }
            Move move{
                .from = from, .candidate = candidate, .next = extend(beam[from], last, gathers, candidates[candidate])};
            move.next.charge(pressure.weight_price * candidates[candidate].kept_bytes);
            const auto [entry, is_new] = known.try_emplace(key(phase, beam[from], candidate), moves.size());
            if (is_new) {
                moves.push_back(std::move(move));
            } else if (move.next.rank < moves[entry->second].next.rank) {
                moves[entry->second] = std::move(move);
            }
        }
    }
    const std::size_t keep = std::min(beam_width(options_.effort), moves.size());
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

double Beam::store_cycles(const State& state) const {
    return options_.objective == Objective::latency ? moves_.store_cycles(state.choice) : 0;
}

double Beam::cost(const State& state) const {
    return state.closed + close(state, last_candidate(program_.phases.size() - 2, state), {}) + store_cycles(state);
}

std::vector<double> Beam::phase_cycles(const State& state) const {
    std::vector<double> cycles = state.durations;
    cycles.push_back(close(state, last_candidate(program_.phases.size() - 2, state), {}));
    cycles.push_back(store_cycles(state));
    return cycles;
}

State Beam::search(const Pressure& pressure) {
    State start;
    start.choice.push_back(0);
    std::vector<State> beam{start};
    for (std::size_t phase = 1; phase + 1 < program_.phases.size(); ++phase) {
        beam = advance(phase, beam, pressure);
        if (beam.empty()) {
            return {};
        }
    }
    return *std::ranges::min_element(beam, {}, [&](const State& state) { return cost(state); });
}

State Beam::evaluate(const std::vector<Index>& choice, double price) {
    State state;
    state.choice.push_back(0);
    for (std::size_t phase = 1; phase + 1 < program_.phases.size(); ++phase) {
        const Candidate& candidate = lists_[phase]->candidates[choice[phase]];
        const Gathers gathers = gathers_into(phase, state, choice[phase]);
        State next = extend(state, last_candidate(phase - 1, state), gathers, candidate);
        next.charge(price * candidate.kept_bytes);
        next.choice = std::move(state.choice);
        next.choice.push_back(choice[phase]);
        next.durations = std::move(state.durations);
        next.durations.push_back(next.last);
        state = std::move(next);
    }
    return state;
}

} // namespace lodestone::tile
