// SPDX-License-Identifier: Apache-2.0
// Executes a program on real bytes: what lies in each core's memory, and what steps, flows and copies do to it.
#pragma once

#include "arch/core_grid/packed_memory.hpp"
#include "arch/core_grid/phase_plan.hpp"
#include "arch/core_grid/run.hpp"
#include "arch/core_grid/tile_compute.hpp"
#include "arch/isa/execution.hpp"
#include "arch/isa/flow.hpp"

#include <map>
#include <memory>
#include <optional>
#include <vector>

namespace lodestone::core_grid {

/// Values lie where the program's buffers say, overlaps and all: a wrong address gives wrong results, as it would in
/// the machine. Weights lie packed in the homes of their chunks from the start; when a chunk leaves, what lies there
/// then goes into the weight buffers of its members, from which they compute. The partial sums of a reduction chain are
/// exact, so the last core of the chain evaluates one exact sum over the operands of all its cores.
class FunctionalExecution {
public:
    /// Throws UserError that names every parameter without values and every input of another size.
    FunctionalExecution(const isa::Program& program, const spec::CoreGridSpec& machine, const RunOptions& options);

    void begin_phase(std::uint32_t phase);
    /// A core that owns output computes step `step` of the running phase and writes it home.
    void compute_step(CoreId core, std::uint32_t step);
    void move(const isa::Flow& flow);
    /// The chunk at `place` among the homes of `phase` goes from core `home` into the weight buffers of `members`.
    void deliver(std::uint32_t phase, std::size_t place, CoreId home, std::span<const CoreId> members);
    /// The parts of a gathered buffer that its core owns itself.
    void copy_locally(const IssuedGather& gather);
    [[nodiscard]] std::vector<isa::OutputValues> outputs() const;

private:
    /// Where a core keeps a region of a tensor for the frames it has.
    struct Holding {
        std::uint32_t buffer = 0;
        isa::Region region;
        isa::Interval frames;
    };
    /// The frames of a network input or output in the frame buffer, each the whole tensor.
    using Frames = std::vector<StoredCodes>;

    [[nodiscard]] isa::Tile tile(const isa::Phase& phase, CoreId core) const;
    [[nodiscard]] Holding home(std::uint32_t tensor, CoreId core) const;
    [[nodiscard]] Holding gathered(std::uint32_t phase, std::uint32_t input, CoreId core) const;
    [[nodiscard]] Placement placement(const Holding& holding, std::uint32_t tensor, std::int64_t frame) const;
    [[nodiscard]] Block operand(std::uint32_t input, CoreId core, const isa::Tile& piece, std::int64_t frame);
    [[nodiscard]] Block chained_operand(std::uint32_t input, CoreId core, std::uint32_t step, std::int64_t frame);
    [[nodiscard]] std::vector<CoreId> chain_of(CoreId last) const;
    [[nodiscard]] bool is_chained(std::uint32_t input) const;
    [[nodiscard]] StoredCodes& in_frame_buffer(std::uint32_t tensor, std::int64_t frame);
    /// Stores the values of a step; those of blocks that go on wait behind the packed tile until their last step.
    void store_step(CoreId core, const isa::Step& step, std::int64_t frame, std::span<const float> values);
    [[nodiscard]] Placement open_values(CoreId core, std::int64_t frame) const;
    void load_inputs(const std::vector<InputValues>& inputs);
    void load_weights(const isa::Program& program);

    /// A chunk in a weight buffer: its part of the constant, decoded. Members of a group share it.
    struct Chunk {
        isa::Region region;
        std::vector<double> values;
    };
    /// Weights of all cores of a chain for one step: whole reduction, and the first output channel.
    struct StepWeights {
        std::vector<double> values;
        std::int64_t first_channel = 0;
    };
    [[nodiscard]] const Chunk& buffered(CoreId core, std::uint32_t chunk) const;
    [[nodiscard]] StepWeights step_weights(CoreId core, std::uint32_t chunk) const;
    void forget_used(CoreId core, std::uint32_t chunk);

    const isa::Program& program_;
    std::vector<PackedMemory> memories_;
    std::map<std::uint32_t, Frames> frame_buffer_; ///< by tensor
    std::uint32_t phase_ = 0;
    /// By core: weight buffer, with phase and place of each chunk.
    std::vector<std::map<std::pair<std::uint32_t, std::size_t>, std::shared_ptr<const Chunk>>> weight_buffers_;
};

} // namespace lodestone::core_grid
