// SPDX-License-Identifier: Apache-2.0
// The typed description of a NorthPole-like core grid: what the mapper may use and the model obeys.
#pragma once

#include "numerics/format.hpp"
#include "sim/base/id.hpp"
#include "sim/base/quantity.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace lodestone::spec {

/// Core memory: `banks` single-ported banks, interleaved by line of `width / banks` bytes; all banks together
/// move `width` bytes per cycle.
struct CoreMemorySpec {
    Bytes capacity{768 * 1024};
    Bytes width{128};
    std::uint32_t banks = 8;
    Cycles access_latency{2};
};

/// Vector-matrix shape at one operand format: `inputs` x `outputs` multiply-accumulates per cycle.
struct MatrixShape {
    std::uint32_t inputs = 32;
    std::uint32_t outputs = 32;

    [[nodiscard]] constexpr Macs macs_per_cycle() const { return Macs(std::uint64_t{inputs} * outputs); }
    friend bool operator==(MatrixShape, MatrixShape) = default;
};

/// What happens to the unit when it is built for another number format of the same width.
enum class Sizing {
    iso_lanes, ///< same multiply-accumulates per cycle, the area changes
    iso_area,  ///< same area, the multiply-accumulates per cycle change
};

/// A precision ("int8", "w4a8") that the unit is built for, with its shape.
struct MatrixMode {
    std::string precision;
    MatrixShape shape;
};

struct MatrixUnitSpec {
    std::vector<MatrixMode> modes; ///< integer modes as built; other formats are sized from the one of their width
    std::vector<std::string> extra_formats; ///< formats a variant of the unit may be built for (fp8_e4m3, fp4_e2m1, …)
    Sizing sizing = Sizing::iso_lanes;
    Cycles pipeline_depth{8};
    Bytes weight_buffer{64 * 1024};    ///< holds the weight chunks in use and arriving
    Bytes activation_buffer{8 * 1024}; ///< keeps input rows so that a window reads each of them once
    Bytes partial_sum_buffer{16 * 1024};
    bool packs_window = true; ///< kernel positions and channels fill the inputs together (first layer: 147 of 160)
};

/// Element-wise unit (requantise, add, clip; pooling) and the function unit (sigmoid, exp, …) beside it.
struct VectorUnitSpec {
    std::uint32_t lanes = 32; ///< elements that enter per cycle
    std::uint32_t steps_per_pass =
        4; ///< chained operations that one pass through a lane does (requantise, add, clip, …)
    std::uint32_t function_lanes = 8; ///< elements per cycle of the function unit
    Cycles pipeline_depth{6};
};

/// One of the four networks; every core has one link to each neighbour and one port into its router.
struct NetworkSpec {
    Bytes link_width{64}; ///< bytes per link, direction and cycle; one flit
    Cycles hop_latency{2};
};

struct FrameBufferSpec {
    Bytes capacity{32ull * 1024 * 1024};
    Bytes width{512}; ///< bytes per cycle into and out of the grid, over the ports along its left edge
};

struct InstructionSpec {
    Bytes memory{16 * 1024};        ///< per core; holds the running and the next program
    Bytes bytes_per_descriptor{16}; ///< one step, flow or buffer descriptor
};

struct CoreGridSpec {
    GridShape grid{.rows = 16, .cols = 16};
    Hertz clock{400e6};
    CoreMemorySpec memory;
    MatrixUnitSpec matrix;
    VectorUnitSpec vector;
    NetworkSpec activation_network;
    NetworkSpec model_network;
    NetworkSpec partial_sum_network;
    NetworkSpec instruction_network;
    FrameBufferSpec frame_buffer;
    BytesPerSecond io_bandwidth{16e9};
    InstructionSpec instruction;
    Cycles synchronisation{16}; ///< from the last core's arrival at the barrier to the first step after it
};

} // namespace lodestone::spec
