// SPDX-License-Identifier: Apache-2.0
// Memory that the program keeps, layer by layer, and what the models recorded.
#include "analysis/report/build_detail.hpp"

#include "arch/isa/flow.hpp"
#include "sim/base/error.hpp"

#include <algorithm>

namespace lodestone::report {
namespace {

/// Bytes of weight chunks in the core that keeps most of them.
Bytes fullest_weights(const isa::Program& program) {
    std::vector<Bytes> kept(program.grid.size());
    for (std::uint32_t index = 0; index < program.phases.size(); ++index) {
        if (!program.phases[index].weights) {
            continue;
        }
        for (const isa::ChunkDelivery& delivery : isa::chunk_deliveries(program, index)) {
            kept[delivery.home.index()] += delivery.bytes;
        }
    }
    return std::ranges::max(kept);
}

Bytes live_buffers(const isa::Program& program, std::uint32_t phase, isa::BufferKind kind) {
    Bytes bytes;
    for (const isa::Buffer& buffer : program.buffers) {
        if (buffer.kind == kind && buffer.first_phase <= phase && phase <= buffer.last_phase) {
            bytes += buffer.bytes;
        }
    }
    return bytes;
}

} // namespace

RunDetail build_detail(const isa::Program& program, const isa::Execution& execution,
                       const spec::CoreGridSpec& machine) {
    check_invariant(program.phases.size() == execution.phases.size(), "a run records every phase of its program");
    RunDetail detail{.grid = program.grid,
                     .memory_capacity = machine.memory.capacity,
                     .weights = fullest_weights(program),
                     .layers = {}};
    for (std::uint32_t phase = 0; phase < program.phases.size(); ++phase) {
        LayerDetail layer;
        if (const std::optional<isa::PhaseDetail>& recorded = execution.phases[phase].detail) {
            layer.matrix_busy = recorded->matrix_busy;
            layer.vector_busy = recorded->vector_busy;
            layer.activation_flits = recorded->activation_flits;
            layer.model_flits = recorded->model_flits;
            layer.partial_sum_flits = recorded->partial_sum_flits;
        }
        layer.home = live_buffers(program, phase, isa::BufferKind::home);
        layer.gathered = live_buffers(program, phase, isa::BufferKind::gathered);
        detail.layers.push_back(std::move(layer));
    }
    return detail;
}

} // namespace lodestone::report
