// SPDX-License-Identifier: Apache-2.0
// Lays out hand-made programs by the plainest rules that are legal.
#include "tests/support/program_builder.hpp"

#include "arch/isa/demand.hpp"
#include "arch/isa/instructions.hpp"
#include "arch/isa/storage.hpp"

#include <algorithm>

namespace lodestone::test {
namespace {

constexpr Bytes kAlignment(128);
/// Blocks run along channels: the second axis of pictures, the last of matrices.
std::uint32_t block_axis(const isa::Shape& shape) {
    return static_cast<std::uint32_t>(shape.size() > 2 ? 1 : shape.size() - 1);
}

constexpr std::uint32_t kWideAccumulator = 96; ///< bits; sums of FP8 products exactly

/// Largest packed region and most frames over all cores.
struct Extent {
    Bytes frame_bytes{};
    std::int64_t frames = 0;

    void cover(Bytes bytes, isa::Interval held) {
        if (bytes != Bytes(0)) {
            frame_bytes = std::max(frame_bytes, bytes);
            frames = std::max(frames, held.size());
        }
    }
    [[nodiscard]] Bytes bytes() const { return frame_bytes * static_cast<std::uint64_t>(frames); }
};

/// The first core that computes with a group's weights.
CoreId first_of_group(const isa::Program& program, const isa::Phase& phase, std::uint32_t group) {
    const isa::WorkShape work = isa::work_shape(program, phase);
    std::uint32_t core = 0;
    while (isa::tile_of(phase.split, work, program.grid.position(CoreId(core))).idle ||
           isa::weight_group(program, phase, program.grid.position(CoreId(core))) != group) {
        ++core;
    }
    return CoreId(core);
}

} // namespace

ProgramBuilder::ProgramBuilder(GridShape grid, std::int64_t batch, spec::MatrixShape matrix) : matrix_(matrix) {
    program_.machine = "hand-made";
    program_.workload = "hand-made";
    program_.grid = grid;
    program_.batch = batch;
    program_.phases.emplace_back();
}

std::uint32_t ProgramBuilder::input(isa::Shape shape, numerics::FormatId format, double scale) {
    const auto index = static_cast<std::uint32_t>(program_.tensors.size());
    const std::uint32_t axis = block_axis(shape);
    program_.tensors.push_back({.name = "input" + std::to_string(index),
                                .shape = std::move(shape),
                                .format = format,
                                .scale = scale,
                                .producer = std::nullopt,
                                .is_network_output = false,
                                .block_axis = axis});
    program_.network_inputs.push_back(index);
    return index;
}

std::uint32_t ProgramBuilder::constant(isa::Constant constant) {
    program_.constants.push_back(std::move(constant));
    return static_cast<std::uint32_t>(program_.constants.size() - 1);
}

std::uint32_t ProgramBuilder::add(Layer layer) {
    const auto tensor = static_cast<std::uint32_t>(program_.tensors.size());
    const auto index = static_cast<std::uint32_t>(program_.phases.size());
    program_.tensors.push_back({.name = layer.name,
                                .shape = layer.output,
                                .format = layer.format,
                                .scale = layer.scale,
                                .producer = index,
                                .is_network_output = false,
                                .block_axis = block_axis(layer.output)});
    isa::Phase phase;
    phase.name = layer.name;
    phase.op = isa::kernel_name(layer.kernel);
    phase.kernel = layer.kernel;
    phase.epilogue = layer.epilogue;
    phase.output = tensor;
    phase.split = layer.split.axes.empty() ? isa::whole(layer.output.size()) : layer.split;
    phase.steps = layer.steps;
    phase.matrix = matrix_;
    if (!layer.inputs.empty()) {
        phase.activation_format = program_.tensors[layer.inputs.front()].format;
        phase.weight_format = layer.weights             ? program_.constants[*layer.weights].format
                              : layer.inputs.size() > 1 ? program_.tensors[layer.inputs[1]].format
                                                        : phase.activation_format;
        if (!numerics::format(phase.weight_format).is_integer()) {
            phase.accumulator_bits = kWideAccumulator;
        }
    }
    program_.phases.push_back(std::move(phase));
    layers_.push_back(std::move(layer));
    return tensor;
}

isa::Program ProgramBuilder::finish(const std::vector<std::uint32_t>& outputs) {
    isa::Phase& load = program_.phases.front();
    load.name = "Input";
    load.op = "Input";
    load.kernel = isa::LoadKernel{};
    load.output = program_.network_inputs.front();
    load.split = isa::whole(program_.tensors[load.output].shape.size());
    for (std::uint32_t phase = 1; phase < program_.phases.size(); ++phase) {
        program_.phases[phase].output_buffer = add_home(phase);
        add_gathers(phase);
        add_weights(phase);
    }
    isa::Phase store;
    store.name = "Output";
    store.op = "Output";
    store.kernel = isa::StoreKernel{};
    store.output = outputs.front();
    store.split = isa::whole(program_.tensors[store.output].shape.size());
    for (const std::uint32_t output : outputs) {
        program_.tensors[output].is_network_output = true;
        program_.network_outputs.push_back(output);
        store.inputs.push_back({.tensor = output,
                                .buffer = program_.phases[*program_.tensors[output].producer].output_buffer,
                                .in_place = false,
                                .issue_phase = static_cast<std::uint32_t>(program_.phases.size())});
    }
    program_.phases.push_back(std::move(store));
    for (std::uint32_t phase = 0; phase < program_.phases.size(); ++phase) {
        program_.phases[phase].instruction_bytes =
            small_machine(program_.grid).instruction.bytes_per_descriptor * isa::descriptors(program_, phase);
    }
    return program_;
}

Bytes ProgramBuilder::take(Bytes bytes) {
    const Bytes address = next_address_;
    next_address_ += kAlignment * ceil_div(bytes.count(), kAlignment.count());
    return address;
}

std::uint32_t ProgramBuilder::add_home(std::uint32_t index) {
    const isa::Phase& phase = program_.phases[index];
    Extent extent;
    for (std::uint32_t core = 0; core < program_.grid.size(); ++core) {
        const isa::Tile tile =
            isa::tile_of(phase.split, isa::work_shape(program_, phase), program_.grid.position(CoreId(core)));
        if (tile.owns_output) {
            extent.cover(isa::home_bytes(program_, phase, tile), tile.frames);
        }
    }
    program_.buffers.push_back({.name = phase.name + ".home",
                                .kind = isa::BufferKind::home,
                                .tensor = phase.output,
                                .address = take(extent.bytes()),
                                .frame_bytes = extent.frame_bytes,
                                .bytes = extent.bytes(),
                                .first_phase = index,
                                .last_phase = static_cast<std::uint32_t>(program_.phases.size())});
    return static_cast<std::uint32_t>(program_.buffers.size() - 1);
}

bool ProgramBuilder::is_in_place(std::uint32_t index, std::uint32_t input) const {
    const isa::Phase& phase = program_.phases[index];
    const isa::ProgramTensor& tensor = program_.tensors[phase.inputs[input].tensor];
    if (!tensor.producer) {
        return false;
    }
    const isa::Phase& producer = program_.phases[*tensor.producer];
    for (std::uint32_t core = 0; core < program_.grid.size(); ++core) {
        const GridPosition position = program_.grid.position(CoreId(core));
        const isa::Tile home = isa::tile_of(producer.split, isa::work_shape(program_, producer), position);
        const isa::Tile tile = isa::tile_of(phase.split, isa::work_shape(program_, phase), position);
        const isa::Region need = isa::demand(program_, phase, input, tile);
        if (!tile.idle && !need.empty() &&
            !(home.owns_output && home.output.contains(need) && home.frames.contains(tile.frames))) {
            return false;
        }
    }
    return true;
}

void ProgramBuilder::add_gathers(std::uint32_t index) {
    for (const std::uint32_t tensor : layers_[index - 1].inputs) {
        const auto input = static_cast<std::uint32_t>(program_.phases[index].inputs.size());
        const std::optional<std::uint32_t> producer = program_.tensors[tensor].producer;
        program_.phases[index].inputs.push_back(
            {.tensor = tensor, .buffer = 0, .in_place = false, .issue_phase = producer ? index - 1 : 0});
        isa::Gather& gather = program_.phases[index].inputs.back();
        if (is_in_place(index, input)) {
            gather.in_place = true;
            gather.buffer = program_.phases[*producer].output_buffer;
            continue;
        }
        Extent extent;
        const isa::Phase& phase = program_.phases[index];
        for (std::uint32_t core = 0; core < program_.grid.size(); ++core) {
            const isa::Tile tile =
                isa::tile_of(phase.split, isa::work_shape(program_, phase), program_.grid.position(CoreId(core)));
            extent.cover(isa::packed_bytes(isa::demand(program_, phase, input, tile), program_.tensors[tensor]),
                         tile.frames);
        }
        gather.buffer = static_cast<std::uint32_t>(program_.buffers.size());
        program_.buffers.push_back({.name = phase.name + ".input" + std::to_string(input),
                                    .kind = isa::BufferKind::gathered,
                                    .tensor = tensor,
                                    .address = take(extent.bytes()),
                                    .frame_bytes = extent.frame_bytes,
                                    .bytes = extent.bytes(),
                                    .first_phase = gather.issue_phase,
                                    .last_phase = index});
    }
}

void ProgramBuilder::add_weights(std::uint32_t index) {
    const Layer& layer = layers_[index - 1];
    if (!layer.weights) {
        return;
    }
    isa::Phase& phase = program_.phases[index];
    phase.weights = isa::WeightPlan{.constant = *layer.weights,
                                    .bias = layer.bias,
                                    .chunks = layer.chunks,
                                    .resident = layer.resident,
                                    .homes = {}};
    for (std::uint32_t group = 0; group < isa::weight_groups(program_, phase); ++group) {
        for (std::uint32_t chunk = 0; chunk < layer.chunks; ++chunk) {
            const CoreId streamed(next_home_++ % program_.grid.size());
            phase.weights->homes.push_back({.core = layer.resident ? first_of_group(program_, phase, group) : streamed,
                                            .address = take(isa::chunk_bytes(program_, phase, group, chunk))});
        }
    }
}

spec::CoreGridSpec small_machine(GridShape grid) {
    spec::CoreGridSpec machine;
    machine.grid = grid;
    machine.memory = {.capacity = Bytes(1024 * 1024), .width = Bytes(32), .banks = 4, .access_latency = Cycles(2)};
    machine.matrix.pipeline_depth = Cycles(4);
    machine.vector = {.lanes = 8, .steps_per_pass = 4, .function_lanes = 2, .pipeline_depth = Cycles(3)};
    machine.activation_network = {.link_width = Bytes(16), .hop_latency = Cycles(1)};
    machine.model_network = {.link_width = Bytes(16), .hop_latency = Cycles(1)};
    machine.partial_sum_network = {.link_width = Bytes(32), .hop_latency = Cycles(1)};
    machine.instruction_network = {.link_width = Bytes(16), .hop_latency = Cycles(1)};
    machine.frame_buffer.width = Bytes(64);
    machine.io_bandwidth = BytesPerSecond(16e9);
    machine.synchronisation = Cycles(8);
    return machine;
}

isa::Split split_axis(std::size_t rank, std::size_t axis, isa::AxisSplit parts) {
    isa::Split split = isa::whole(rank);
    split.axes[axis] = parts;
    return split;
}

} // namespace lodestone::test
