// SPDX-License-Identifier: Apache-2.0
// Tables of moves, filled as the search asks.
#include "mapping/tile/moves.hpp"

#include "mapping/route/measure.hpp"

#include <algorithm>
#include <map>
#include <tuple>

namespace lodestone::tile {
namespace {

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

} // namespace

void apply_to(isa::Phase& phase, const Candidate& candidate) {
    phase.split = candidate.split;
    phase.steps = candidate.steps;
    if (phase.weights) {
        phase.weights->chunks = candidate.chunks;
        phase.weights->resident = candidate.resident;
    }
}

Moves::Moves(const isa::Program& program, const spec::CoreGridSpec& machine, const Shortlists& lists)
    : program_(program), machine_(machine), lists_(lists), sample_(program.grid), scratch_(skeleton(program)) {
    make_tables();
}

void Moves::make_tables() {
    tables_.resize(program_.phases.size());
    std::map<std::tuple<const Shortlist*, const Shortlist*, std::size_t>, std::shared_ptr<PairTable>> known;
    for (std::size_t index = 1; index + 1 < program_.phases.size(); ++index) {
        tables_[index].resize(program_.phases[index].inputs.size());
        for (std::size_t input = 0; input < tables_[index].size(); ++input) {
            const auto producer = producer_of(index, input);
            const Shortlist* from = producer ? lists_[*producer].get() : nullptr;
            std::shared_ptr<PairTable>& table = known[{from, lists_[index].get(), input}];
            if (!table) {
                const std::size_t layouts = lists_[index]->homes.size();
                table = std::make_shared<PairTable>();
                table->estimated.resize((from != nullptr ? from->homes.size() : 1) * layouts);
                table->measured.resize((from != nullptr ? from->candidates.size() : 1) * layouts);
            }
            tables_[index][input] = table;
        }
    }
}

std::optional<std::uint32_t> Moves::producer_of(std::size_t phase, std::size_t input) const {
    return program_.tensors[program_.phases[phase].inputs[input].tensor].producer;
}

route::TransferContext Moves::context_of(const isa::ProgramTensor& tensor) const {
    const auto block = static_cast<std::uint64_t>(isa::block_length(tensor.format));
    const Bits bits = numerics::storage_bits(numerics::format(tensor.format), block);
    return {.sample = sample_, .machine = machine_, .bits = number(bits.count()) / number(block)};
}

std::optional<route::Transfer>& Moves::measurement(std::size_t phase, std::size_t input, Index producer,
                                                   Index consumer) {
    const std::size_t to = lists_[phase]->layout[consumer];
    return tables_[phase][input]->measured[producer * lists_[phase]->homes.size() + to];
}

const route::Transfer& Moves::of(std::size_t phase, std::size_t input, Index producer, Index consumer) {
    const std::optional<route::Transfer>& known = measurement(phase, input, producer, consumer);
    return known ? *known : estimate(phase, input, producer, consumer);
}

const route::Transfer& Moves::estimate(std::size_t phase, std::size_t input, Index producer, Index consumer) {
    const isa::ProgramTensor& tensor = program_.tensors[program_.phases[phase].inputs[input].tensor];
    const std::size_t to = lists_[phase]->layout[consumer];
    const std::size_t from = tensor.producer ? lists_[*tensor.producer]->layout[producer] : 0;
    std::optional<route::Transfer>& known = tables_[phase][input]->estimated[from * lists_[phase]->homes.size() + to];
    if (!known) {
        const route::Layout& wants = lists_[phase]->wants[input][to];
        known = tensor.producer ? route::estimate_move(lists_[*tensor.producer]->homes[from], wants, context_of(tensor))
                                : route::estimate_load(wants, context_of(tensor));
        ++estimated_;
    }
    return *known;
}

bool Moves::measure(const std::vector<Index>& choice) {
    const std::uint64_t before = measured_;
    for (std::size_t index = 1; index + 1 < program_.phases.size(); ++index) {
        apply_to(scratch_.phases[index], lists_[index]->candidates[choice[index]]);
    }
    for (std::size_t index = 1; index + 1 < program_.phases.size(); ++index) {
        for (std::size_t input = 0; input < tables_[index].size(); ++input) {
            const auto producer = producer_of(index, input);
            const Index held = producer ? choice[*producer] : Index{0};
            std::optional<route::Transfer>& known = measurement(index, input, held, choice[index]);
            if (known) {
                continue;
            }
            scratch_.phases[index].inputs[input].issue_phase = static_cast<std::uint32_t>(index - 1);
            known = route::measure_move(scratch_, static_cast<std::uint32_t>(index), static_cast<std::uint32_t>(input),
                                        machine_);
            measured_sum_ += known->cycles();
            estimated_sum_ += estimate(index, input, held, choice[index]).cycles(steps_of(producer, held));
            ++measured_;
        }
    }
    return measured_ > before;
}

double Moves::store_cycles(const std::vector<Index>& choice) const {
    double cycles = 0;
    for (const isa::Gather& gather : program_.phases.back().inputs) {
        const isa::ProgramTensor& tensor = program_.tensors[gather.tensor];
        const Shortlist& list = *lists_[*tensor.producer];
        const std::size_t layout = list.layout[choice[*tensor.producer]];
        cycles += route::estimate_store(list.homes[layout], context_of(tensor)).cycles();
    }
    return cycles;
}

double Moves::correction() const {
    constexpr double kMost = 2;
    return estimated_sum_ > 0 ? std::clamp(measured_sum_ / estimated_sum_, 1.0, kMost) : 1.0;
}

} // namespace lodestone::tile
