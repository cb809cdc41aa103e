// SPDX-License-Identifier: Apache-2.0
// The passes in order; when memory is short, weights that save time give way to weights that save space.
#include "mapping/emit/map.hpp"

#include "mapping/route/gathers.hpp"
#include "mapping/schedule/instructions.hpp"
#include "sim/base/error.hpp"

#include <algorithm>

namespace lodestone::emit {
namespace {

constexpr std::uint32_t kMostAttempts = 12;
constexpr double kFirstPrice = 1.0 / 4096; ///< cycles per byte: less than any use of the byte saves
constexpr double kPriceFactor = 4;

void require_frame_buffer(const isa::Program& program, const spec::FrameBufferSpec& frame_buffer) {
    const auto bytes_of = [&](const std::vector<std::uint32_t>& tensors) {
        Bytes total;
        for (const std::uint32_t index : tensors) {
            const isa::ProgramTensor& tensor = program.tensors[index];
            total += isa::packed_bytes(isa::Region(tensor.shape), tensor.format) *
                     static_cast<std::uint64_t>(program.batch);
        }
        return total;
    };
    const Bytes needed = bytes_of(program.network_inputs) + bytes_of(program.network_outputs);
    if (needed > frame_buffer.capacity) {
        throw UserError({}, "frame_buffer",
                        "a batch of " + std::to_string(program.batch) + " needs " + std::to_string(needed.count()) +
                            " bytes for its inputs and outputs, " +
                            std::to_string((needed - frame_buffer.capacity).count()) + " more than the frame buffer's " +
                            std::to_string(frame_buffer.capacity.count()) + "; use a smaller batch");
    }
}

/// Weights of all layers, shared out evenly: what cores keep at least.
Bytes least_weights_per_core(const isa::Program& program) {
    std::uint64_t bytes = 0;
    for (const isa::Phase& phase : program.phases) {
        if (phase.weights) {
            const isa::Constant& weights = program.constants[phase.weights->constant];
            bytes += isa::packed_bytes(isa::Region(weights.shape), phase.weight_format).count();
        }
    }
    return Bytes(ceil_div(bytes, program.grid.size()));
}

/// Less room for activations, or a higher price for weights: whichever takes more than its share.
void raise(tile::Pressure& pressure, const place::MemoryUse& use, const spec::CoreMemorySpec& memory,
           Bytes least_weights) {
    const Bytes over = use.total() - memory.capacity;
    if (use.resident + use.streamed > least_weights + over) {
        pressure.weight_price = pressure.weight_price == 0 ? kFirstPrice : pressure.weight_price * kPriceFactor;
    } else {
        const Bytes less = std::max(over, pressure.activation_limit / 8);
        pressure.activation_limit = pressure.activation_limit > less ? pressure.activation_limit - less : Bytes(0);
    }
}

} // namespace

void map_program(isa::Program& program, const spec::CoreGridSpec& machine, const tile::SearchOptions& options,
                 CompileReport* report) {
    require_frame_buffer(program, machine.frame_buffer);
    const Bytes least_weights = least_weights_per_core(program);
    if (least_weights > machine.memory.capacity) {
        throw UserError({}, program.workload,
                        "the weights need " + std::to_string(least_weights.count()) + " bytes per core, " +
                            std::to_string((least_weights - machine.memory.capacity).count()) + " more than its " +
                            std::to_string(machine.memory.capacity.count()) +
                            "; use narrower weights, a larger core memory or more cores");
    }
    tile::Search search(program, machine, options);
    tile::Pressure pressure{.activation_limit = machine.memory.capacity - least_weights};
    place::MemoryUse use;
    std::uint32_t attempts = 0;
    do {
        if (attempts > 0) {
            raise(pressure, use, machine.memory, least_weights);
        }
        tile::apply(program, search.choose(pressure));
        route::plan_gathers(program);
        use = place::place(program);
        ++attempts;
    } while (use.total() > machine.memory.capacity && attempts < kMostAttempts);
    place::require_fit(program, machine.memory, use);
    schedule::set_instruction_bytes(program, machine.instruction);
    if (report != nullptr) {
        *report = {.search = search.report(), .memory = use, .attempts = attempts};
    }
}

} // namespace lodestone::emit
