// SPDX-License-Identifier: Apache-2.0
// The beam search over the layers.
#include "mapping/tile/beam.hpp"

#include "arch/isa/storage.hpp"
#include "mapping/tile/dimensions.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <unordered_map>

namespace lodestone::tile {
namespace {

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
    Extension next;
};

} // namespace

Beam::Beam(const isa::Program& program, const spec::CoreGridSpec& machine, const SearchOptions& options,
           const Shortlists& lists, const Experience& experience)
    : program_(program), machine_(machine), options_(options), lists_(lists), experience_(experience),
      moves_(program, machine, lists), load_(first_phase()), energy_(options.prices, machine) {
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
            bytes += number(isa::packed_bytes(isa::Region(tensor.shape), tensor).count()) *
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
        total.dynamic += energy_.of(moved);
        total.piped += piped ? cycles : 0;
    }
    return total;
}

/// Cycles until a program of so many descriptors has reached the farthest core.
double Beam::instruction_cycles(double descriptors) const {
    const double bytes = descriptors * number(machine_.instruction.bytes_per_descriptor.count());
    const double flits = std::ceil(bytes / number(machine_.instruction_network.link_width.count()));
    const std::uint64_t hops = machine_.grid.rows + machine_.grid.cols - 2;
    return flits + number(machine_.instruction_network.hop_latency.count() * hops);
}

double Beam::work(const State& state, const Candidate& candidate, const Gathers& gathers) const {
    constexpr double kFewestDescriptors = 4; // the next phase, its buffers, one step
    const double width = number(machine_.memory.width.count());
    const double work =
        std::max({candidate.compute, state.stream_left, (candidate.port + gathers.port) / width}) + state.first_wait;
    // Flows leave step by step: the last step's follow the work, or the work's first step precedes them all.
    const double steps = std::max(1.0, candidate.step_count);
    const double piped = std::max(work + gathers.piped / steps, work / steps + gathers.piped);
    return std::max({piped, gathers.network, instruction_cycles(kFewestDescriptors)}) +
           number(machine_.synchronisation.count());
}

/// Cycles by which the instructions of a phase are longer on their way than the phase before it lasts.
double Beam::instruction_wait(const State& state, const Candidate& candidate, const Gathers& gathers) const {
    if (state.durations.empty()) {
        return 0;
    }
    const std::size_t phase = state.durations.size();
    const double buffers = 2 + number(program_.phases[phase].inputs.size()); // the phase itself, its output, its inputs
    const double cycles = instruction_cycles(buffers + candidate.step_count + gathers.flows);
    return std::max(0.0, cycles + number(machine_.synchronisation.count()) - state.durations.back());
}

Beam::Closing Beam::close(const State& state, const Gathers& gathers, Index next) const {
    const std::size_t phase = state.durations.size();
    const Candidate& candidate = candidate_of(phase, state.choice[phase]);
    Closing closing{.wait = instruction_wait(state, candidate, gathers),
                    .duration = work(state, candidate, gathers),
                    .dynamic = candidate.dynamic + gathers.dynamic};
    if (const Trial* trial = experience_.find(experience_.context(phase, state.choice, next))) {
        closing.duration = trial->waits_for_instructions ? std::min(closing.duration, trial->cycles) : trial->cycles;
        closing.dynamic = trial->dynamic;
        closing.is_known = true;
    } else if (phase > 0) {
        closing.duration *= experience_.correction(phase, state.choice[phase], next) * (1 + attitude_.doubt);
    }
    return closing;
}

double Beam::excess(std::size_t phase, double cycles, bool is_known) const {
    if (limits_.empty()) {
        return 0;
    }
    return (is_known ? attitude_.known_excess : attitude_.guessed_excess) * std::max(0.0, cycles - limits_[phase]);
}

Extension Beam::extend(const State& state, const Gathers& gathers, Index candidate) const {
    Extension extended;
    const std::size_t phase = state.durations.size();
    const Candidate& last = candidate_of(phase, state.choice[phase]);
    const Candidate& next = candidate_of(phase + 1, candidate);
    const Closing closing = close(state, gathers, candidate);
    extended.wait = closing.wait;
    extended.duration = closing.duration;
    extended.closed = state.closed + closing.wait + closing.duration + energy_weight_ * closing.dynamic;
    extended.excess = state.excess + excess(phase, closing.duration, closing.is_known);
    if (closing.wait > 0) {
        const double before = state.durations.back();
        extended.excess += excess(phase - 1, before + closing.wait, true) - excess(phase - 1, before, true);
    }
    extended.stream_left = next.stream;
    if (next.stream > 0) {
        // Chunks that fit beside the ones in use arrive while the model network is idle.
        const double free = std::max(0.0, number(machine_.matrix.weight_buffer.count()) - last.chunk_bytes);
        const double chunks = std::min(std::floor(free / next.chunk_bytes), static_cast<double>(next.chunks));
        const double per_chunk = next.stream / next.chunks;
        const double idle = std::max(0.0, closing.duration - state.stream_left);
        const double prefetched = std::min(chunks * per_chunk, idle);
        extended.stream_left -= prefetched;
        extended.first_wait = std::max(0.0, per_chunk - prefetched);
    }
    const double least = std::max(next.compute, extended.stream_left) + extended.first_wait;
    extended.rank =
        extended.closed + least + energy_weight_ * next.dynamic + extended.excess + excess(phase + 1, least, false);
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

State Beam::continued(const State& from, const Extension& extension, Index candidate) {
    State state = from;
    static_cast<Progress&>(state) = extension;
    if (extension.wait > 0) {
        state.durations.back() += extension.wait;
    }
    state.durations.push_back(extension.duration);
    state.choice.push_back(candidate);
    return state;
}

std::vector<State> Beam::advance(const std::vector<State>& beam, const Pressure& pressure, Effort effort) {
    std::vector<Move> moves;
    std::unordered_map<std::string, std::size_t> known;
    const std::size_t phase = beam.front().choice.size();
    const std::vector<Candidate>& candidates = lists_[phase]->candidates;
    const std::size_t count = lists_[phase]->within.at(effort);
    const double limit = number(pressure.activation_limit.count());
    stuck_at_ = phase;
    stuck_need_ = std::numeric_limits<double>::infinity();
    for (std::size_t from = 0; from < beam.size(); ++from) {
        for (Index candidate = 0; candidate < count; ++candidate) {
            const Gathers gathers = gathers_into(phase, beam[from], candidate);
            const double memory = candidates[candidate].home_bytes + gathers.memory;
            stuck_need_ = std::min(stuck_need_, memory);
            if (memory > limit) {
                continue;
            }
            ++weighed_;
            Move move{.from = from, .candidate = candidate, .next = extend(beam[from], gathers, candidate)};
            const double price = pressure.weight_price * candidates[candidate].kept_bytes;
            move.next.closed += price;
            move.next.rank += price;
            const auto [entry, is_new] = known.try_emplace(key(phase, beam[from], candidate), moves.size());
            if (is_new) {
                moves.push_back(std::move(move));
            } else if (move.next.rank < moves[entry->second].next.rank) {
                moves[entry->second] = std::move(move);
            }
        }
    }
    const std::size_t keep = std::min(beam_width(effort), moves.size());
    std::ranges::stable_sort(moves, {}, [](const Move& move) { return move.next.rank; });
    std::vector<State> next;
    for (std::size_t i = 0; i < keep; ++i) {
        next.push_back(continued(beam[moves[i].from], moves[i].next, moves[i].candidate));
    }
    return next;
}

double Beam::store_cycles(const State& state) const {
    if (options_.objective == Objective::throughput) {
        return 0;
    }
    const std::size_t store = program_.phases.size() - 1;
    const Trial* trial = experience_.find(experience_.context(store, state.choice, 0));
    return trial != nullptr ? trial->cycles : moves_.store_cycles(state.choice);
}

std::vector<double> Beam::estimates(const std::vector<Index>& choice) {
    std::vector<double> cycles;
    State state;
    state.choice.push_back(0);
    for (std::size_t phase = 1; phase + 1 < program_.phases.size(); ++phase) {
        const Gathers gathers = gathers_into(phase, state, choice[phase]);
        cycles.push_back(work(state, candidate_of(phase - 1, state.choice[phase - 1]), gathers));
        state = continued(state, extend(state, gathers, choice[phase]), choice[phase]);
    }
    cycles.push_back(work(state, candidate_of(program_.phases.size() - 2, state.choice.back()), {}));
    cycles.push_back(moves_.store_cycles(choice));
    return cycles;
}

std::vector<double> Beam::phase_cycles(const State& state) const {
    std::vector<double> cycles = state.durations;
    const Closing closing = close(state, {}, 0);
    cycles.back() += closing.wait;
    cycles.push_back(closing.duration);
    cycles.push_back(store_cycles(state));
    return cycles;
}

double Beam::cost(const State& state) const {
    const std::vector<double> cycles = phase_cycles(state);
    double cost = state.closed + state.excess + energy_weight_ * close(state, {}, 0).dynamic;
    for (std::size_t phase = state.durations.size() - 1; phase < cycles.size(); ++phase) {
        const double counted = phase < state.durations.size() ? state.durations[phase] : 0;
        cost += cycles[phase] - counted;
        cost += (excess(phase, cycles[phase], true) - excess(phase, counted, true));
    }
    return cost;
}

State Beam::search(const Pressure& pressure, Effort effort) {
    State start;
    start.choice.push_back(0);
    std::vector<State> beam{start};
    for (std::size_t phase = 1; phase + 1 < program_.phases.size(); ++phase) {
        beam = advance(beam, pressure, effort);
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
        Extension next = extend(state, gathers_into(phase, state, choice[phase]), choice[phase]);
        next.closed += price * candidate_of(phase, choice[phase]).kept_bytes;
        state = continued(state, next, choice[phase]);
    }
    return state;
}

} // namespace lodestone::tile
