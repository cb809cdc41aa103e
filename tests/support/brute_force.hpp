// SPDX-License-Identifier: Apache-2.0
// The meaning of small programs, element by element from whole tensors: no tiles, no cores, no GEMM.
#pragma once

#include "arch/isa/execution.hpp"
#include "arch/isa/program.hpp"

#include <vector>

namespace lodestone::test {

/// Outputs for `inputs` (one per network input, [batch, shape...]). Knows convolution, matrix product with parameters,
/// pooling, element-wise addition, relu and reshape.
[[nodiscard]] std::vector<isa::OutputValues> brute_force(const isa::Program& program,
                                                         const std::vector<std::vector<float>>& inputs);

/// Values between -1 and 1 times `range` for every network input, from a fixed sequence.
[[nodiscard]] std::vector<std::vector<float>> random_inputs(const isa::Program& program, float range = 10.0F);

} // namespace lodestone::test
