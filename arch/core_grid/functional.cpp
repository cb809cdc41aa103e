// SPDX-License-Identifier: Apache-2.0
// Where values lie, and how steps, flows and copies move them.
#include "arch/core_grid/functional.hpp"

#include "arch/core_grid/open_blocks.hpp"
#include "arch/core_grid/region_walk.hpp"
#include "arch/core_grid/resources.hpp"
#include "arch/isa/chunk.hpp"
#include "arch/isa/demand.hpp"
#include "arch/isa/storage.hpp"
#include "sim/base/error.hpp"

#include <algorithm>
#include <bit>

namespace lodestone::core_grid {
namespace {

std::size_t elements(const isa::Shape& shape) {
    return static_cast<std::size_t>(isa::Region(shape).elements());
}

/// All of a constant as it is stored.
StoredCodes codes_of(const isa::Constant& constant) {
    StoredCodes codes;
    codes.elements.assign(constant.codes.begin(), constant.codes.end());
    codes.scales.assign(constant.block_scales.begin(), constant.block_scales.end());
    if (constant.codes.empty()) {
        std::ranges::transform(constant.values, std::back_inserter(codes.elements),
                               [](float value) { return std::bit_cast<std::uint32_t>(value); });
    }
    return codes;
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

/// The weights of a phase in a block format have the scales of all their blocks.
void verify_scales(const isa::Program& program, const isa::Phase& phase, Problems& problems) {
    const isa::Constant& constant = program.constants.at(phase.weights->constant);
    const Storage storage(constant, phase.kernel);
    if (!storage.has_blocks()) {
        return;
    }
    const auto wanted = static_cast<std::size_t>(storage.scales(isa::Region(constant.shape)).elements());
    if (constant.block_scales.size() != wanted) {
        problems.error({}, constant.name,
                       "has " + std::to_string(constant.block_scales.size()) + " of its " + std::to_string(wanted) +
                           " scales; functional execution needs one for each block, give a network with weights");
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
    for (const isa::Constant& constant : program.constants) {
        verify_constant(constant, problems);
    }
    for (const isa::Phase& phase : program.phases) {
        if (phase.weights) {
            verify_scales(program, phase, problems);
        }
    }
    verify_inputs(program, options.inputs, problems);
    problems.throw_if_errors();
    load_inputs(options.inputs);
    load_weights(options.loaded == nullptr ? program : *options.loaded);
    for (const std::uint32_t output : program.network_outputs) {
        frame_buffer_[output].assign(
            static_cast<std::size_t>(program.batch),
            no_codes(Storage(program.tensors[output]), isa::Region(program.tensors[output].shape)));
    }
}

void FunctionalExecution::load_inputs(const std::vector<InputValues>& inputs) {
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        const isa::ProgramTensor& tensor = program_.tensors[program_.network_inputs[i]];
        const isa::Region whole(tensor.shape);
        const std::size_t size = elements(tensor.shape);
        Frames& frames = frame_buffer_[program_.network_inputs[i]];
        for (std::size_t first = 0; first < inputs[i].size(); first += size) {
            frames.push_back(encode_region(Storage(tensor), whole, std::span(inputs[i]).subspan(first, size)));
        }
    }
}

void FunctionalExecution::load_weights(const isa::Program& program) {
    std::vector<StoredCodes> constants;
    std::ranges::transform(program.constants, std::back_inserter(constants), codes_of);
    for (std::uint32_t index = 0; index < program.phases.size(); ++index) {
        const isa::Phase& phase = program.phases[index];
        for (const isa::ChunkDelivery& delivery : isa::chunk_deliveries(program, index)) {
            const isa::Constant& constant = program.constants.at(phase.weights->constant);
            const Storage storage(constant, phase.kernel);
            const isa::Region region = isa::chunk_region(program, phase, delivery.group, delivery.chunk);
            const isa::ChunkHome& home =
                phase.weights->homes.at(std::size_t{delivery.group} * phase.weights->chunks + delivery.chunk);
            write_region(memories_.at(delivery.home.index()),
                         {.address = home.address, .held = region, .bits = storage.bits()}, storage, region,
                         part_of(storage, constants.at(phase.weights->constant), isa::Region(constant.shape), region));
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
    const Storage storage(program_.constants.at(plan.constant), phase.kernel);
    const Placement kept{.address = plan.homes[place].address, .held = chunk.region, .bits = storage.bits()};
    chunk.values =
        decode_region(storage, chunk.region, read_region(memories_[home.index()], kept, storage, chunk.region));
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
    const Bytes needed = isa::packed_bytes(holding.region, program_.tensors[tensor]);
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
    return decode_block(program_.tensors[tensor], wanted,
                        read_region(memories_[core.index()], place, Storage(program_.tensors[tensor]), wanted));
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
    const isa::Step work = isa::step_of(program_, phase, tile(phase, core), step);
    const isa::Tile& piece = work.tile;
    StepWeights weights;
    if (phase.weights) {
        forget_used(core, work.chunk);
        weights = step_weights(core, work.chunk);
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
        store_step(core, work, frame, values);
    }
}

Placement FunctionalExecution::open_values(CoreId core, std::int64_t frame) const {
    const isa::Phase& phase = program_.phases[phase_];
    const isa::Tile owned = tile(phase, core);
    Placement place = placement(home(phase.output, core), phase.output, frame);
    place.address += isa::packed_bytes(owned.output, program_.tensors[phase.output]);
    place.held = isa::open_region(program_, phase, owned);
    place.bits = isa::kOpenValueBits;
    return place;
}

void FunctionalExecution::store_step(CoreId core, const isa::Step& step, std::int64_t frame,
                                     std::span<const float> values) {
    const std::uint32_t output = program_.phases[phase_].output;
    const isa::ProgramTensor& tensor = program_.tensors[output];
    PackedMemory& memory = memories_[core.index()];
    const OpenBlocks blocks(tensor, step);
    if (!step.finished.empty()) {
        std::vector<std::uint32_t> fetched;
        if (!blocks.fetched().empty()) {
            fetched = memory.read(open_values(core, frame), blocks.placed(blocks.fetched()));
        }
        const std::vector<float> finished = blocks.finished(values, fetched);
        write_region(memory, placement(home(output, core), output, frame), Storage(tensor), step.finished,
                     encode_region(Storage(tensor), step.finished, finished));
    }
    if (!blocks.left().empty()) {
        memory.write(open_values(core, frame), blocks.placed(blocks.left()), blocks.left_bits(values));
    }
}

StoredCodes& FunctionalExecution::in_frame_buffer(std::uint32_t tensor, std::int64_t frame) {
    return frame_buffer_.at(tensor).at(static_cast<std::size_t>(frame));
}

void FunctionalExecution::move(const isa::Flow& flow) {
    const Storage storage(program_.tensors[flow.tensor]);
    const isa::Region whole(program_.tensors[flow.tensor].shape);
    for (std::int64_t frame = flow.frames.begin; frame < flow.frames.end; ++frame) {
        StoredCodes codes;
        if (flow.from_frame_buffer) {
            codes = part_of(storage, in_frame_buffer(flow.tensor, frame), whole, flow.region);
        } else {
            const Placement from = placement(home(flow.tensor, flow.source), flow.tensor, frame);
            codes = read_region(memories_[flow.source.index()], from, storage, flow.region);
        }
        if (flow.to_frame_buffer) {
            put_part(storage, in_frame_buffer(flow.tensor, frame), whole, flow.region, codes);
        }
        for (const CoreId destination : flow.destinations) {
            const Placement to = placement(gathered(flow.phase, flow.input, destination), flow.tensor, frame);
            write_region(memories_[destination.index()], to, storage, flow.region, codes);
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
            const Storage storage(program_.tensors[input.tensor]);
            const StoredCodes codes = read_region(memories_[core], placement(from, input.tensor, frame), storage, both);
            write_region(memories_[core], placement(to, input.tensor, frame), storage, both, codes);
        }
    }
}

std::vector<isa::OutputValues> FunctionalExecution::outputs() const {
    std::vector<isa::OutputValues> outputs;
    for (const std::uint32_t index : program_.network_outputs) {
        const isa::ProgramTensor& tensor = program_.tensors[index];
        isa::OutputValues values{.name = tensor.name, .shape = {program_.batch}, .values = {}};
        values.shape.insert(values.shape.end(), tensor.shape.begin(), tensor.shape.end());
        for (const StoredCodes& frame : frame_buffer_.at(index)) {
            const Block block = decode_block(tensor, isa::Region(tensor.shape), frame);
            for (std::size_t place = 0; place < block.values.size(); ++place) {
                values.values.push_back(block.real(place));
            }
        }
        outputs.push_back(std::move(values));
    }
    return outputs;
}

} // namespace lodestone::core_grid
