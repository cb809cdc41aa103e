// SPDX-License-Identifier: Apache-2.0
// What loads depend on, written down so that it can be compared.
#include "analysis/bounds/known_loads.hpp"

#include <utility>

namespace lodestone::bounds {
namespace {

constexpr std::size_t most_words = std::size_t{2} << 20; // 16 MiB, small beside what a mapper takes
constexpr std::size_t entry_words = 512;                 // about what keys and event counts take

enum class KeyKind : std::uint64_t { steps, gather };

/// How a tensor is stored: formats of equal width and blocks have equal loads.
void add_storage(LoadKey& key, const isa::ProgramTensor& tensor) {
    key.numbers.push_back(numerics::storage_bits(numerics::format(tensor.format)).count());
    key.numbers.push_back(static_cast<std::uint64_t>(isa::block_length(tensor.format)));
    key.numbers.push_back(tensor.block_axis);
}

/// In what the reduction of a phase is cut.
void add_reduction(LoadKey& key, const isa::Program& program, const isa::Phase& phase) {
    const isa::WorkShape work = isa::work_shape(program, phase);
    key.numbers.push_back(static_cast<std::uint64_t>(work.reduction));
    key.numbers.push_back(static_cast<std::uint64_t>(work.reduction_block));
}

/// What is computed, how it is cut, and the program around it.
LoadKey key_of(KeyKind kind, const isa::Program& program, const isa::Phase& phase) {
    LoadKey key{.kernel = phase.kernel,
                .shapes = {program.tensors.at(phase.output).shape},
                .splits = {phase.split},
                .numbers = {static_cast<std::uint64_t>(kind), program.grid.rows, program.grid.cols,
                            static_cast<std::uint64_t>(program.batch)}};
    add_storage(key, program.tensors.at(phase.output));
    add_reduction(key, program, phase);
    for (const isa::Gather& input : phase.inputs) {
        key.shapes.push_back(program.tensors.at(input.tensor).shape);
        add_storage(key, program.tensors.at(input.tensor));
    }
    return key;
}

void add_steps(LoadKey& key, const isa::Phase& phase) {
    const std::uint64_t chunks = phase.weights ? phase.weights->chunks : 0;
    for (const std::uint64_t number : {std::uint64_t{phase.steps.frame_blocks}, std::uint64_t{phase.steps.axis_blocks},
                                       std::uint64_t{phase.steps.blocked_axis}, chunks}) {
        key.numbers.push_back(number);
    }
}

void mix(std::size_t& hash, std::uint64_t number) { // FNV-1a by words
    constexpr std::size_t prime = 0x100000001b3;
    hash = (hash ^ number) * prime;
}

} // namespace

LoadKey steps_key(const isa::Program& program, const isa::Phase& phase, const spec::CoreGridSpec& machine) {
    LoadKey key = key_of(KeyKind::steps, program, phase);
    add_steps(key, phase);
    const auto add = [&key](std::uint64_t number) { key.numbers.push_back(number); };
    for (const isa::EpilogueStep& step : phase.epilogue) {
        add(static_cast<std::uint64_t>(step.op));
    }
    add(static_cast<std::uint64_t>(phase.weight_format)); // events have their names
    add(static_cast<std::uint64_t>(phase.activation_format));
    add(phase.matrix.inputs);
    add(phase.matrix.outputs);
    add(phase.accumulator_bits);
    add(machine.matrix.packs_window ? 1 : 0);
    add(machine.matrix.activation_buffer.count());
    add(machine.vector.lanes);
    add(machine.vector.steps_per_pass);
    add(machine.vector.function_lanes);
    add(machine.partial_sum_network.link_width.count());
    return key;
}

LoadKey gather_key(const isa::Program& program, std::uint32_t consumer, std::uint32_t input,
                   const spec::CoreGridSpec& machine) {
    const isa::Phase& phase = program.phases.at(consumer);
    const isa::Gather& gather = phase.inputs.at(input);
    const isa::ProgramTensor& tensor = program.tensors.at(gather.tensor);
    LoadKey key = key_of(KeyKind::gather, program, phase);
    const bool leaves_with_steps = tensor.producer == gather.issue_phase;
    for (const std::uint64_t number :
         {std::uint64_t{input}, std::uint64_t{gather.in_place}, std::uint64_t{tensor.producer.has_value()},
          std::uint64_t{leaves_with_steps}, machine.activation_network.link_width.count()}) {
        key.numbers.push_back(number);
    }
    if (tensor.producer) {
        const isa::Phase& producer = program.phases.at(*tensor.producer);
        const bool is_product = std::holds_alternative<isa::MatMulKernel>(producer.kernel); // where channels are
        key.splits.push_back(producer.split);
        add_reduction(key, program, producer);
        key.numbers.push_back(is_product ? 1 : 0);
        if (leaves_with_steps) {
            add_steps(key, producer);
        }
    }
    return key;
}

std::size_t KnownLoads::Hash::operator()(const LoadKey& key) const {
    std::size_t hash = key.kernel.index();
    for (const isa::Shape& shape : key.shapes) {
        for (const std::int64_t size : shape) {
            mix(hash, static_cast<std::uint64_t>(size));
        }
    }
    for (const isa::Split& split : key.splits) {
        for (const isa::AxisSplit& axis : split.axes) {
            mix(hash, (std::uint64_t{axis.rows} << 32U) | axis.cols);
        }
        mix(hash, (std::uint64_t{split.reduction.rows} << 32U) | split.reduction.cols);
    }
    for (const std::uint64_t number : key.numbers) {
        mix(hash, number);
    }
    return hash;
}

const PhaseLoads& KnownLoads::remember(const LoadKey& key, PhaseLoads loads) {
    const std::size_t words =
        entry_words + loads.port_bytes.size() + loads.activation.size() + loads.model.size() + loads.partial_sum.size();
    if (words_ + words > most_words) {
        loads_.clear();
        words_ = 0;
    }
    words_ += words;
    return loads_.emplace(key, std::move(loads)).first->second;
}

} // namespace lodestone::bounds
