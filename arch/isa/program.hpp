// SPDX-License-Identifier: Apache-2.0
// The program of a core grid: everything a chip needs to run one network, regular structure described once.
//
// A program is a sequence of phases, one per (fused) operator, that all cores run together between two barriers.
// In phase p every core computes its tile step by step while three streams overlap with it: weight chunks of phase p
// (and the first ones of p + 1) arrive over the model network, finished values leave over the activation network for
// the phases that gather them, and the instructions of p + 1 arrive. Cores find out their part from `Split`, so that
// a program's size does not grow with the grid, except for the homes of the weight chunks.
#pragma once

#include "arch/isa/kernel.hpp"
#include "arch/isa/split.hpp"
#include "arch/spec/core_grid.hpp"
#include "numerics/format.hpp"
#include "sim/base/id.hpp"
#include "sim/base/quantity.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace lodestone::isa {

inline constexpr const char* kProgramSchema = "lodestone.program/1";

/// A parameter tensor. `codes` (quantised) or `values` (binary32) are empty when the network came without weights.
/// Weights: real value = decode(code) * scales[output channel] (or scales[0]).
struct Constant {
    std::string name;
    Shape shape;
    numerics::FormatId format = numerics::FormatId::fp32;
    std::vector<double> scales{1.0};
    std::vector<std::uint16_t> codes;
    std::vector<float> values;
};

/// An activation tensor of one frame; the resident batch is outside the shape. Real value = decode(code) * scale.
struct ProgramTensor {
    std::string name;
    Shape shape;
    numerics::FormatId format = numerics::FormatId::fp32;
    double scale = 1.0;
    std::optional<std::uint32_t> producer; ///< phase; absent for the network's inputs, whose home is the frame buffer
    bool is_network_output = false;
};

/// Bytes that one frame's `region` takes: elements packed bit by bit in row-major order, rounded up to bytes.
[[nodiscard]] Bytes packed_bytes(const Region& region, numerics::FormatId format);

enum class BufferKind {
    home,     ///< the output tile where its owner keeps it
    gathered, ///< the region that one input of one phase needs, halo included
};

/// A range of core memory, at the same address in every core. Frame f of a core's frames lies at
/// address + f * frame_bytes.
struct Buffer {
    std::string name;
    BufferKind kind = BufferKind::home;
    std::uint32_t tensor = 0;
    Bytes address{};
    Bytes frame_bytes{};           ///< of the core that needs most
    Bytes bytes{};                 ///< frame_bytes x frames of the core that needs most
    std::uint32_t first_phase = 0; ///< written from this phase on
    std::uint32_t last_phase = 0;  ///< read for the last time in this phase
};

/// How one input of a phase gets from its home to the cores that need it.
struct Gather {
    std::uint32_t tensor = 0;
    std::uint32_t buffer = 0; ///< gathered buffer, or the home buffer itself when `in_place`
    bool in_place = false;    ///< every core already holds all it needs
    std::uint32_t issue_phase =
        0; ///< the flows leave during this phase: as steps finish if it produces the tensor, else at its start
    /// For each of its flows, in the order of gather_flows(): when its head takes its first link, in cycles from the
    /// begin of the issue phase. Empty: not scheduled, each flow leaves when it can.
    std::vector<std::uint64_t> slots;
};

/// Where one weight chunk is kept between its uses.
struct ChunkHome {
    CoreId core;
    Bytes address{};
};

/// The parameters of a matrix phase. Cores that compute the same output channels and the same part of the reduction
/// are a group (index: output-channel part * reduction parts + reduction part); a group's slice is cut along the
/// output channels in `chunks` chunks. A chunk is the unit of delivery and of a step.
struct WeightPlan {
    std::uint32_t constant = 0;        ///< weights; ONNX layout
    std::optional<std::uint32_t> bias; ///< binary32, one per output channel
    std::uint32_t chunks = 1;
    bool resident = false; ///< every member keeps its own copy of its slice; nothing crosses the network
    std::vector<ChunkHome>
        homes; ///< [group * chunks + chunk]; resident: core is the group's first, the address holds for all members
    /// As homes: when the head of a chunk takes its first link, in cycles from the begin of the phase before (of the
    /// first phase: from cycle 0). Empty: not scheduled, or resident.
    std::vector<std::uint64_t> slots;
};

/// A core's steps: for each weight chunk, for each block of frames, for each block of `blocked_axis` of its tile.
struct StepPlan {
    std::uint32_t frame_blocks = 1;
    std::uint32_t axis_blocks = 1;
    std::uint32_t blocked_axis = 0;
};

struct Phase {
    std::string name; ///< layer name
    std::string op;   ///< ONNX name of the primary operator, "Input" or "Output"
    Kernel kernel;
    std::vector<EpilogueStep> epilogue;
    std::vector<Gather> inputs; ///< the kernel's own first (Concat: all of them), then those of epilogue steps
    std::uint32_t output = 0;   ///< tensor (for "Input": the tensor loaded, for "Output": the tensor stored)
    std::uint32_t output_buffer = 0;
    Split split;
    StepPlan steps;
    std::optional<WeightPlan> weights;
    numerics::FormatId weight_format = numerics::FormatId::int8;     ///< of the matrix unit's stationary operand
    numerics::FormatId activation_format = numerics::FormatId::int8; ///< of its moving operand
    spec::MatrixShape matrix;            ///< multiply-accumulates per cycle at these formats
    std::uint32_t accumulator_bits = 32; ///< width of a partial sum that crosses between cores
    Bytes instruction_bytes{};           ///< per core, broadcast before the phase starts
    /// When partial sums leave for the next core of their chain, in cycles from the begin of the phase: core by core of
    /// those that pass sums on, step by step. Empty: not scheduled.
    std::vector<std::uint64_t> partial_sum_slots;
    /// When the broadcast of the instructions leaves, from the same moment as WeightPlan::slots.
    std::optional<std::uint64_t> instruction_slot;
};

struct Program {
    std::string machine;
    std::string workload;
    std::string precision;
    GridShape grid;
    std::int64_t batch = 1; ///< frames resident together
    std::vector<ProgramTensor> tensors;
    std::vector<Constant> constants;
    std::vector<Buffer> buffers;
    std::vector<Phase> phases;
    std::vector<std::uint32_t> network_inputs;  ///< tensors
    std::vector<std::uint32_t> network_outputs; ///< tensors
};

/// The work of a phase in the terms of Split.
[[nodiscard]] WorkShape work_shape(const Program& program, const Phase& phase);
/// The tiles of a phase on all cores.
[[nodiscard]] GridTiles tiles_of(const Program& program, const Phase& phase);
/// Axis of the output tensor that counts output channels of a matrix phase (conv: 1, matmul: the last).
[[nodiscard]] std::size_t channel_axis(const Program& program, const Phase& phase);
/// Steps that a core with this tile runs; 0 when it idles.
[[nodiscard]] std::uint32_t step_count(const Phase& phase, const Tile& tile);
/// The piece of a core's tile that step `index` computes, and the weight chunk it uses.
struct Step {
    Tile tile;
    std::uint32_t chunk = 0;
};
[[nodiscard]] Step step_of(const Program& program, const Phase& phase, const Tile& tile, std::uint32_t index);
/// Group of a core in the sense of WeightPlan.
[[nodiscard]] std::uint32_t weight_group(const Program& program, const Phase& phase, GridPosition core);
[[nodiscard]] std::uint32_t weight_groups(const Program& program, const Phase& phase);
/// The cores of each group that have work, in order.
[[nodiscard]] std::vector<std::vector<CoreId>> weight_group_members(const Program& program, const Phase& phase);
/// Bytes of chunk `chunk` of `group`: its output channels x its part of the reduction x window positions, packed.
[[nodiscard]] Bytes chunk_bytes(const Program& program, const Phase& phase, std::uint32_t group, std::uint32_t chunk);

} // namespace lodestone::isa
