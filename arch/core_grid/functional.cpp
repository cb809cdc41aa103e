// SPDX-License-Identifier: Apache-2.0
// Where values lie, and how steps, flows and copies move them.
#include "arch/core_grid/functional.hpp"

#include "arch/core_grid/region_walk.hpp"
#include "arch/core_grid/resources.hpp"
#include "arch/isa/chunk.hpp"
#include "arch/isa/demand.hpp"
#include "sim/base/error.hpp"

#include <algorithm>
#include <bit>

namespace lodestone::core_grid {
namespace {

std::size_t elements(const isa::Shape& shape) {
    return static_cast<std::size_t>(isa::Region(shape).elements());
}

int bits_of(numerics::FormatId format) {
    return numerics::format(format).bits;
}

/// Codes of a part of a constant, row-major.
std::vector<std::uint32_t> codes_of(const isa::Constant& constant, const isa::Region& region) {
    const isa::Region whole(constant.shape);
    std::vector<std::uint32_t> codes;
    codes.reserve(static_cast<std::size_t>(region.elements()));
    for_each_index(region, [&](const Index& at) {
        const std::size_t place = place_in(whole, at);
        codes.push_back(constant.codes.empty() ? std::bit_cast<std::uint32_t>(constant.values[place])
                                               : constant.codes[place]);
    });
    return codes;
}

void verify_format(const std::string& name, numerics::FormatId format, Problems& problems) {
    if (numerics::format(format).block) {
        problems.error({}, name,
                       "has block format " + std::string(numerics::name_of(format)) +
                           "; functional execution knows formats with one scale per tensor or channel, run it with "
                           "timing only");
    }
}

void verify_constant(const isa::Constant& constant, Problems& problems) {
    const std::size_t count = elements(constant.shape);
    if (constant.codes.size() != count && constant.values.size() != count) {
        problems.error({}, constant.name,
                       "has " + std::to_string(std::max(constant.codes.size(), constant.values.size())) + " of its " +
                           std::to_string(count) +
                           " values; functional execution needs all parameters, give a network with weights");
    }
}

void verify_inputs(const isa::Program& program, const std::vector<InputValues>& inputs, Problems& problems) {
    if (inputs.size() != program.network_inputs.size()) {
        problems.error({}, program.workload,
                       std::to_string(inputs.size()) + " input tensors are given, the network has " +
                           std::to_string(program.network_inputs.size()));
        return;
    }
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        const isa::ProgramTensor& tensor = program.tensors[program.network_inputs[i]];
        const std::size_t wanted = elements(tensor.shape) * static_cast<std::size_t>(program.batch);
        if (inputs[i].size() != wanted) {
            problems.error({}, tensor.name,
                           std::to_string(inputs[i].size()) + " values are given, a batch of " +
                               std::to_string(program.batch) + " needs " + std::to_string(wanted));
        }
    }
}

} // namespace

FunctionalExecution::FunctionalExecution(const isa::Program& program, const spec::CoreGridSpec& machine,
                                         const RunOptions& options)
    : program_(program), memories_(program.grid.size(), PackedMemory(machine.memory.capacity)),
      weight_buffers_(program.grid.size()) {
    Problems problems;
    for (const isa::ProgramTensor& tensor : program.tensors) {
        verify_format(tensor.name, tensor.format, problems);
    }
    for (const isa::Constant& constant : program.constants) {
        verify_format(constant.name, constant.format, problems);
        verify_constant(constant, problems);
    }
    verify_inputs(program, options.inputs, problems);
    problems.throw_if_errors();
    load_inputs(options.inputs);
    load_weights(options.loaded == nullptr ? program : *options.loaded);
    for (const std::uint32_t output : program.network_outputs) {
        frame_buffer_[output].resize(elements(program.tensors[output].shape) * static_cast<std::size_t>(program.batch));
    }
}

void FunctionalExecution::load_inputs(const std::vector<InputValues>& inputs) {
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        const std::uint32_t tensor = program_.network_inputs[i];
        frame_buffer_[tensor] = encode_values(program_.tensors[tensor], inputs[i]);
    }
}

void FunctionalExecution::load_weights(const isa::Program& program) {
    for (std::uint32_t index = 0; index < program.phases.size(); ++index) {
        const isa::Phase& phase = program.phases[index];
        for (const isa::ChunkDelivery& delivery : isa::chunk_deliveries(program, index)) {
            const isa::Constant& constant = program.constants.at(phase.weights->constant);
            const isa::Region region = isa::chunk_region(program, phase, delivery.group, delivery.chunk);
            const isa::ChunkHome& home =
                phase.weights->homes.at(std::size_t{delivery.group} * phase.weights->chunks + delivery.chunk);
            memories_.at(delivery.home.index())
                .write({.address = home.address, .held = region, .bits = bits_of(constant.format)}, region,
                       codes_of(constant, region));
        }
    }
}

void FunctionalExecution::deliver(std::uint32_t index, std::size_t place, CoreId home,
                                  std::span<const CoreId> members) {
    const isa::Phase& phase = program_.phases[index];
    const isa::WeightPlan& plan = *phase.weights;
    const auto group = static_cast<std::uint32_t>(place / plan.chunks);
    const auto number = static_cast<std::uint32_t>(place % plan.chunks);
    Chunk chunk{.region = isa::chunk_region(program_, phase, group, number), .values = {}};
    const numerics::FormatId format = program_.constants.at(plan.constant).format;
    const std::vector<std::uint32_t> codes = memories_[home.index()].read(
        {.address = plan.homes[place].address, .held = chunk.region, .bits = bits_of(format)}, chunk.region);
    chunk.values.resize(codes.size());
    numerics::decode(numerics::format(format), codes, chunk.values);
    const auto shared = std::make_shared<const Chunk>(std::move(chunk));
    for (const CoreId member : members) {
        weight_buffers_[member.index()].insert_or_assign({index, place}, shared);
    }
}

void FunctionalExecution::begin_phase(std::uint32_t phase) {
    phase_ = phase;
    for (auto& buffer : weight_buffers_) {
        buffer.erase(buffer.begin(), buffer.lower_bound({phase, 0}));
    }
}

const FunctionalExecution::Chunk& FunctionalExecution::buffered(CoreId core, std::uint32_t chunk) const {
    const isa::Phase& phase = program_.phases[phase_];
    const std::uint32_t group = isa::weight_group(program_, phase, program_.grid.position(core));
    const auto found = weight_buffers_[core.index()].find({phase_, std::size_t{group} * phase.weights->chunks + chunk});
    check_invariant(found != weight_buffers_[core.index()].end(), "a step starts when its weight chunk has arrived");
    return *found->second;
}

FunctionalExecution::StepWeights FunctionalExecution::step_weights(CoreId core, std::uint32_t chunk) const {
    const isa::Phase& phase = program_.phases[phase_];
    const auto* matmul = std::get_if<isa::MatMulKernel>(&phase.kernel);
    const std::size_t channels = matmul != nullptr && !matmul->transpose_b ? 1 : 0; // axis of the constant
    const Chunk& own = buffered(core, chunk);
    StepWeights weights{.values = own.values, .first_channel = own.region[channels].begin};
    if (phase.split.reduction.parts() == 1) {
        return weights;
    }
    isa::Region whole = own.region;
    whole[1 - channels] = {.begin = 0, .end = isa::work_shape(program_, phase).reduction};
    weights.values.assign(static_cast<std::size_t>(whole.elements()), 0.0);
    for (const CoreId member : chain_of(core)) {
        const Chunk& part = buffered(member, chunk);
        std::size_t next = 0;
        for_each_index(part.region,
                       [&](const Index& at) { weights.values[place_in(whole, at)] = part.values[next++]; });
    }
    return weights;
}

/// Chunks are used in order; a chain's are kept, because its last core computes later than the others.
void FunctionalExecution::forget_used(CoreId core, std::uint32_t chunk) {
    const isa::Phase& phase = program_.phases[phase_];
    if (phase.split.reduction.parts() > 1) {
        return;
    }
    const std::uint32_t group = isa::weight_group(program_, phase, program_.grid.position(core));
    auto& buffer = weight_buffers_[core.index()];
    buffer.erase(buffer.begin(), buffer.lower_bound({phase_, std::size_t{group} * phase.weights->chunks + chunk}));
}

isa::Tile FunctionalExecution::tile(const isa::Phase& phase, CoreId core) const {
    return isa::tile_of(phase.split, isa::work_shape(program_, phase), program_.grid.position(core));
}

FunctionalExecution::Holding FunctionalExecution::home(std::uint32_t tensor, CoreId core) const {
    const isa::Phase& producer = program_.phases.at(program_.tensors.at(tensor).producer.value());
    const isa::Tile owned = tile(producer, core);
    return {.buffer = producer.output_buffer, .region = owned.output, .frames = owned.frames};
}

FunctionalExecution::Holding FunctionalExecution::gathered(std::uint32_t phase, std::uint32_t input,
                                                           CoreId core) const {
    const isa::Phase& consumer = program_.phases.at(phase);
    const isa::Gather& gather = consumer.inputs.at(input);
    if (gather.in_place) {
        return home(gather.tensor, core);
    }
    const isa::Tile needed = tile(consumer, core);
    return {.buffer = gather.buffer, .region = isa::demand(program_, consumer, input, needed), .frames = needed.frames};
}

Placement FunctionalExecution::placement(const Holding& holding, std::uint32_t tensor, std::int64_t frame) const {
    const isa::Buffer& buffer = program_.buffers.at(holding.buffer);
    const Bytes needed = isa::packed_bytes(holding.region, program_.tensors[tensor].format);
    if (needed > buffer.frame_bytes) {
        throw MachineError(Cycles(0), buffer.name,
                           "a frame takes " + std::to_string(needed.count()) + " bytes, the buffer gives it " +
                               std::to_string(buffer.frame_bytes.count()));
    }
    const auto slot = static_cast<std::uint64_t>(frame - holding.frames.begin);
    return {.address = buffer.address + buffer.frame_bytes * slot,
            .held = holding.region,
            .bits = numerics::format(program_.tensors[tensor].format).bits,
            .name = buffer.name};
}

Block FunctionalExecution::operand(std::uint32_t input, CoreId core, const isa::Tile& piece, std::int64_t frame) {
    const isa::Phase& phase = program_.phases[phase_];
    const std::uint32_t tensor = phase.inputs[input].tensor;
    const isa::Region wanted = isa::demand(program_, phase, input, piece);
    if (wanted.empty()) { // windows over padding alone, which a core may compute that holds nothing of the input
        return decode_block(program_.tensors[tensor], wanted, {});
    }
    const Placement place = placement(gathered(phase_, input, core), tensor, frame);
    return decode_block(program_.tensors[tensor], wanted, memories_[core.index()].read(place, wanted));
}

std::vector<CoreId> FunctionalExecution::chain_of(CoreId last) const {
    const isa::Phase& phase = program_.phases[phase_];
    isa::PartIndex part = isa::part_index(phase.split, program_.grid.position(last));
    std::vector<CoreId> cores;
    for (part.reduction = 0; part.reduction < phase.split.reduction.parts(); ++part.reduction) {
        const CoreId core = program_.grid.at(isa::core_of(phase.split, part));
        if (!tile(phase, core).idle) {
            cores.push_back(core);
        }
    }
    return cores;
}

Block FunctionalExecution::chained_operand(std::uint32_t input, CoreId core, std::uint32_t step, std::int64_t frame) {
    const isa::Phase& phase = program_.phases[phase_];
    isa::Tile whole = isa::step_of(program_, phase, tile(phase, core), step).tile;
    whole.reduction = {.begin = 0, .end = isa::work_shape(program_, phase).reduction};
    const isa::ProgramTensor& tensor = program_.tensors[phase.inputs[input].tensor];
    Block block{.region = isa::demand(program_, phase, input, whole),
                .values = {},
                .format = tensor.format,
                .scale = tensor.format == numerics::FormatId::fp32 ? 1.0 : tensor.scale};
    block.values.resize(static_cast<std::size_t>(block.region.elements()));
    for (const CoreId member : chain_of(core)) {
        const isa::Tile piece = isa::step_of(program_, phase, tile(phase, member), step).tile;
        const Block part = operand(input, member, piece, frame);
        std::size_t next = 0;
        for_each_index(part.region,
                       [&](const Index& at) { block.values[place_in(block.region, at)] = part.values[next++]; });
    }
    return block;
}

bool FunctionalExecution::is_chained(std::uint32_t input) const {
    const isa::Phase& phase = program_.phases[phase_];
    return phase.split.reduction.parts() > 1 && input < isa::kernel_inputs(program_, phase);
}

void FunctionalExecution::compute_step(CoreId core, std::uint32_t step) {
    const isa::Phase& phase = program_.phases[phase_];
    const auto [piece, chunk] = isa::step_of(program_, phase, tile(phase, core), step);
    const isa::ProgramTensor& output = program_.tensors[phase.output];
    StepWeights weights;
    if (phase.weights) {
        forget_used(core, chunk);
        weights = step_weights(core, chunk);
    }
    for (std::int64_t frame = piece.frames.begin; frame < piece.frames.end; ++frame) {
        std::vector<Block> inputs;
        for (std::uint32_t input = 0; input < phase.inputs.size(); ++input) {
            inputs.push_back(is_chained(input) ? chained_operand(input, core, step, frame)
                                               : operand(input, core, piece, frame));
        }
        const std::vector<float> values = compute_tile({.program = program_,
                                                        .phase = phase,
                                                        .output = piece.output,
                                                        .inputs = inputs,
                                                        .weights = weights.values,
                                                        .first_channel = weights.first_channel});
        const Placement place = placement(home(phase.output, core), phase.output, frame);
        memories_[core.index()].write(place, piece.output, encode_values(output, values));
    }
}

std::vector<std::uint32_t> FunctionalExecution::read_frame(std::uint32_t tensor, std::int64_t frame,
                                                           const isa::Region& region) const {
    const isa::Region whole(program_.tensors[tensor].shape);
    const std::size_t start = static_cast<std::size_t>(frame * whole.elements());
    const Frames& frames = frame_buffer_.at(tensor);
    std::vector<std::uint32_t> codes;
    codes.reserve(static_cast<std::size_t>(region.elements()));
    for_each_index(region, [&](const Index& at) { codes.push_back(frames[start + place_in(whole, at)]); });
    return codes;
}

void FunctionalExecution::write_frame(std::uint32_t tensor, std::int64_t frame, const isa::Region& region,
                                      std::span<const std::uint32_t> codes) {
    const isa::Region whole(program_.tensors[tensor].shape);
    const std::size_t start = static_cast<std::size_t>(frame * whole.elements());
    Frames& frames = frame_buffer_.at(tensor);
    std::size_t next = 0;
    for_each_index(region, [&](const Index& at) { frames[start + place_in(whole, at)] = codes[next++]; });
}

void FunctionalExecution::move(const isa::Flow& flow) {
    for (std::int64_t frame = flow.frames.begin; frame < flow.frames.end; ++frame) {
        std::vector<std::uint32_t> codes;
        if (flow.from_frame_buffer) {
            codes = read_frame(flow.tensor, frame, flow.region);
        } else {
            const Placement from = placement(home(flow.tensor, flow.source), flow.tensor, frame);
            codes = memories_[flow.source.index()].read(from, flow.region);
        }
        if (flow.to_frame_buffer) {
            write_frame(flow.tensor, frame, flow.region, codes);
        }
        for (const CoreId destination : flow.destinations) {
            const Placement to = placement(gathered(flow.phase, flow.input, destination), flow.tensor, frame);
            memories_[destination.index()].write(to, flow.region, codes);
        }
    }
}

void FunctionalExecution::copy_locally(const IssuedGather& gather) {
    const isa::Gather& input = program_.phases[gather.phase].inputs[gather.input];
    const bool stores = std::holds_alternative<isa::StoreKernel>(program_.phases[gather.phase].kernel);
    if (input.in_place || stores || !program_.tensors[input.tensor].producer) {
        return;
    }
    for (std::uint32_t core = 0; core < program_.grid.size(); ++core) {
        if (isa::local_copy_bytes(program_, gather.phase, gather.input, CoreId(core)) == Bytes(0)) {
            continue;
        }
        const Holding from = home(input.tensor, CoreId(core));
        const Holding to = gathered(gather.phase, gather.input, CoreId(core));
        const isa::Region both = isa::intersect(from.region, to.region);
        const isa::Interval frames = isa::intersect(from.frames, to.frames);
        for (std::int64_t frame = frames.begin; frame < frames.end; ++frame) {
            const std::vector<std::uint32_t> codes = memories_[core].read(placement(from, input.tensor, frame), both);
            memories_[core].write(placement(to, input.tensor, frame), both, codes);
        }
    }
}

std::vector<isa::OutputValues> FunctionalExecution::outputs() const {
    std::vector<isa::OutputValues> outputs;
    for (const std::uint32_t index : program_.network_outputs) {
        const isa::ProgramTensor& tensor = program_.tensors[index];
        isa::OutputValues values{.name = tensor.name, .shape = {program_.batch}, .values = {}};
        values.shape.insert(values.shape.end(), tensor.shape.begin(), tensor.shape.end());
        const Block block = decode_block(tensor, {}, frame_buffer_.at(index));
        for (std::size_t place = 0; place < block.values.size(); ++place) {
            values.values.push_back(block.real(place));
        }
        outputs.push_back(std::move(values));
    }
    return outputs;
}

} // namespace lodestone::core_grid
