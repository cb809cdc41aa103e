// SPDX-License-Identifier: Apache-2.0
// What a core computes for a piece of a layer's output, value by value: no time, no machine.
//
// Arithmetic (docs/numerics.md): operands are decoded codes; sums of products are exact and rounded once; the vector
// unit works in binary32; a result is stored as code = encode(value / scale), by blocks where blocks have scales.
#pragma once

#include "arch/core_grid/stored_region.hpp"
#include "arch/isa/program.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace lodestone::core_grid {

/// A region of an activation tensor in one frame: decoded codes, row-major, with the scales of blocks and
/// without the tensor's own.
struct Block {
    isa::Region region;
    std::vector<double> values;
    numerics::FormatId format = numerics::FormatId::fp32;
    double scale = 1.0;

    /// What the vector unit reads: float(value * scale), the product in binary64.
    [[nodiscard]] float real(std::size_t place) const { return static_cast<float>(values[place] * scale); }
};

/// Values of a region of one tensor as it is stored.
[[nodiscard]] Block decode_block(const isa::ProgramTensor& tensor, const isa::Region& region, const StoredCodes& codes);

/// One piece of one frame of a phase's output. `inputs`: one block per input of the phase, covering isa::demand of the
/// piece with the whole reduction; `weights`: decoded codes of the phase's constant for the whole reduction and the
/// output channels from `first_channel` on, at least those of the piece, in the constant's layout.
struct TileTask {
    const isa::Program& program;
    const isa::Phase& phase;
    isa::Region output;
    std::span<const Block> inputs;
    std::span<const double> weights;
    std::int64_t first_channel = 0;
};

/// Values of the piece after the epilogue, row-major in `task.output`.
[[nodiscard]] std::vector<float> compute_tile(const TileTask& task);

// One function per kernel: values before the epilogue.
[[nodiscard]] std::vector<float> compute(const isa::ConvKernel& conv, const TileTask& task);
[[nodiscard]] std::vector<float> compute(const isa::MatMulKernel& matmul, const TileTask& task);
[[nodiscard]] std::vector<float> compute(const isa::PoolKernel& pool, const TileTask& task);
[[nodiscard]] std::vector<float> compute(const isa::ReduceKernel& reduce, const TileTask& task);
[[nodiscard]] std::vector<float> compute(const isa::SoftmaxKernel& softmax, const TileTask& task);
[[nodiscard]] std::vector<float> compute(const isa::LayerNormKernel& norm, const TileTask& task);
[[nodiscard]] std::vector<float> compute(const isa::ElementwiseKernel& elementwise, const TileTask& task);
[[nodiscard]] std::vector<float> compute(const isa::ConcatKernel& concat, const TileTask& task);
[[nodiscard]] std::vector<float> compute(const isa::SliceKernel& slice, const TileTask& task);
[[nodiscard]] std::vector<float> compute(const isa::PickKernel& pick, const TileTask& task);
[[nodiscard]] std::vector<float> compute(const isa::TransposeKernel& transpose, const TileTask& task);
[[nodiscard]] std::vector<float> compute(const isa::ReshapeKernel& reshape, const TileTask& task);
[[nodiscard]] std::vector<float> compute(const isa::PadKernel& pad, const TileTask& task);
[[nodiscard]] std::vector<float> compute(const isa::ResizeKernel& resize, const TileTask& task);
[[nodiscard]] std::vector<float> compute(const isa::LoadKernel& load, const TileTask& task);
[[nodiscard]] std::vector<float> compute(const isa::StoreKernel& store, const TileTask& task);

/// The element-wise steps of the phase, in order, on `values` of task.output.
void apply_epilogue(const TileTask& task, std::vector<float>& values);

} // namespace lodestone::core_grid
