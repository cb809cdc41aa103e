// SPDX-License-Identifier: Apache-2.0
// Programs that several tests of the core grid share.
#pragma once

#include "tests/support/program_builder.hpp"

namespace lodestone::test {

/// A 3x3 convolution with padding over [1, channels, size, size].
struct ConvCase {
    std::int64_t size = 8;
    std::int64_t in_channels = 8;
    std::int64_t out_channels = 16;
    std::int64_t groups = 1;
    std::int64_t stride = 1;
    std::int64_t kernel = 3;
    std::int64_t batch = 1;
    std::uint32_t rows = 1;            ///< parts of the height along grid rows
    std::uint32_t cols = 1;            ///< parts of the width along grid columns
    std::uint32_t channel_parts = 1;   ///< of the output channels, along grid columns
    std::uint32_t reduction_parts = 1; ///< of the input channels, along grid columns
    std::uint32_t batch_parts = 1;     ///< along grid rows
    std::uint32_t chunks = 1;
    bool resident = false;
    isa::StepPlan steps;
    numerics::FormatId format = numerics::FormatId::int8;
};

/// Weights of a format, its codes drawn from a fixed sequence (finite values only).
[[nodiscard]] isa::Constant random_weights(isa::Shape shape, numerics::FormatId format, std::vector<double> scales);
[[nodiscard]] isa::Constant random_bias(std::int64_t channels);

/// Appends the convolution of `test_case` to `input`; the output tensor.
std::uint32_t add_conv(ProgramBuilder& builder, std::uint32_t input, const ConvCase& test_case,
                       const std::string& name);
[[nodiscard]] isa::Program conv_program(GridShape grid, const ConvCase& test_case);
/// Convolutions split by rows, columns, output channels and input channels, a residual addition, a pool, a matmul.
[[nodiscard]] isa::Program every_split_program(GridShape grid, numerics::FormatId format = numerics::FormatId::int8);

} // namespace lodestone::test
