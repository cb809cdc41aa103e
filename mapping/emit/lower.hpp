// SPDX-License-Identifier: Apache-2.0
// Turns the layers of a quantised network into phases: kernels, epilogues, tensors and constants, nothing placed yet.
#pragma once

#include "arch/isa/program.hpp"
#include "workloads/graph/quantised.hpp"

#include <functional>
#include <string>
#include <vector>

namespace lodestone::emit {

/// Multiply-accumulates per cycle of the machine's matrix unit for weights and activations of these formats. Throws
/// UserError when the unit does not support the pair.
using MatrixShapeOf =
    std::function<spec::MatrixShape(numerics::FormatId weight_format, numerics::FormatId activation_format)>;

struct LowerOptions {
    GridShape grid;
    std::int64_t batch = 1;     ///< resident frames
    MatrixShapeOf matrix_shape; ///< asked once per layer that uses the matrix unit
};

/// The program before mapping: phase 0 loads the inputs, then one phase per layer (one per output for Split), the last
/// stores the outputs. Every split is whole, gathers name their tensors only, there are no buffers.
/// Throws UserError that names every layer whose operators cannot be lowered.
[[nodiscard]] isa::Program lower(const graph::QuantisedModel& model, const LowerOptions& options);

/// ONNX names of the operators that lower() accepts, sorted.
[[nodiscard]] std::vector<std::string> supported_operators();

/// Width of a partial sum of `length` products: integers the width of a product plus the carries, floats that of a
/// Kulisch accumulator which loses nothing, a sign, and the carries; rounded up to whole bytes. Of blocks with scales
/// isa::kBlockSumBits.
[[nodiscard]] std::uint32_t accumulator_bits(numerics::FormatId weights, numerics::FormatId activations,
                                             std::uint64_t length);

} // namespace lodestone::emit
