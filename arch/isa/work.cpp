// SPDX-License-Identifier: Apache-2.0
// Work of one step: vector-matrix operations issued, bytes moved in the core, element operations.
#include "arch/isa/work.hpp"

#include "arch/isa/demand.hpp"

#include <algorithm>

namespace lodestone::isa {
namespace {

std::uint64_t count(std::int64_t n) {
    return static_cast<std::uint64_t>(n);
}

/// One vector-matrix product of a step in the unit's terms: `rows` vectors of `reduction` inputs per kernel position
/// times `positions`, against `outputs` columns, in `groups` independent groups.
struct Product {
    std::uint64_t rows = 0;
    std::uint64_t groups = 1;
    std::uint64_t reduction = 1;
    std::uint64_t positions = 1;
    std::uint64_t outputs = 1;
};

/// Groups small enough to share the unit block-diagonally do so.
Cycles product_cycles(const Product& p, const spec::MatrixShape& unit, bool packs_window) {
    const std::uint64_t inputs = p.reduction * p.positions;
    if (p.groups > 1 && inputs <= unit.inputs && p.outputs <= unit.outputs) {
        const std::uint64_t together = std::min(unit.inputs / inputs, unit.outputs / p.outputs);
        return Cycles(p.rows * ceil_div(p.groups, together));
    }
    const std::uint64_t input_passes =
        packs_window ? ceil_div(inputs, unit.inputs) : p.positions * ceil_div(p.reduction, unit.inputs);
    return Cycles(p.rows * p.groups * input_passes * ceil_div(p.outputs, unit.outputs));
}

Product conv_product(const ConvKernel& conv, const Tile& tile) {
    Product product;
    product.rows = count(tile.frames.size() * tile.output[0].size());
    for (std::size_t axis = 0; axis < conv.window.size(); ++axis) {
        product.rows *= count(tile.output[axis + 2].size());
        product.positions *= count(conv.window[axis].size);
    }
    const std::int64_t out_per_group = conv.out_channels / conv.groups;
    const Interval channels = tile.output[1];
    product.groups = count((channels.end - 1) / out_per_group - channels.begin / out_per_group + 1);
    product.outputs = ceil_div(count(channels.size()), product.groups);
    product.reduction = count(tile.reduction.size());
    return product;
}

Product matmul_product(const Tile& tile) {
    Product product;
    product.outputs = count(tile.output[tile.output.rank() - 1].size());
    product.rows = count(tile.frames.size() * tile.output.elements()) / product.outputs;
    product.reduction = count(tile.reduction.size());
    return product;
}

/// Times the activation buffer makes a step read its input region from core memory: once if the rows under the
/// window stay in the buffer, else once per kernel row, and once per output block when not even one window stays.
std::uint64_t read_passes(const Product& product, const Region& input, std::uint64_t bits, const ConvKernel* conv,
                          const spec::MatrixUnitSpec& unit, const spec::MatrixShape& shape) {
    std::uint64_t kept = product.reduction;
    std::uint64_t kernel_rows = 1;
    if (conv != nullptr && !conv->window.empty()) {
        const WindowAxis& rows = conv->window.front();
        kernel_rows = count(rows.size);
        const auto row_elements = count(input.elements() / std::max<std::int64_t>(1, input[2].size()));
        kept = std::min(count(input.elements()), row_elements * count((rows.size - 1) * rows.dilation + 1));
        if (rows.size == 1) {
            kept = product.reduction * product.positions;
        }
    }
    const Bits buffer = bits_in(unit.activation_buffer);
    if (Bits(kept * bits) <= buffer) {
        return 1;
    }
    const bool window_stays = Bits(product.reduction * product.positions * bits) <= buffer;
    return window_stays ? kernel_rows : kernel_rows * ceil_div(product.outputs, shape.outputs);
}

/// Element operations of the primary operation itself when it runs on the vector unit.
struct ElementOps {
    std::uint64_t vector = 0;
    std::uint64_t function = 0;
};

ElementOps primary_ops(const Kernel& kernel, std::uint64_t outputs, std::uint64_t inputs, std::uint64_t rows) {
    if (const auto* pool = std::get_if<PoolKernel>(&kernel)) {
        std::uint64_t positions = 1;
        for (const WindowAxis& axis : pool->window) {
            positions *= count(axis.size);
        }
        return {.vector = outputs * positions};
    }
    if (std::holds_alternative<ReduceKernel>(kernel)) {
        return {.vector = inputs};
    }
    if (std::holds_alternative<SoftmaxKernel>(kernel)) {
        return {.vector = 3 * outputs,
                .function = outputs + rows}; // maximum, subtract, sum, last step; exp, 1/sum or log
    }
    if (std::holds_alternative<LayerNormKernel>(kernel)) {
        return {.vector = 4 * outputs, .function = rows}; // sum, subtract, square and sum, scale; 1/sqrt
    }
    return {.vector = outputs}; // requantisation, or one pass that moves the value
}

/// Rows along which Softmax and LayerNorm work.
std::uint64_t normalised_rows(const Kernel& kernel, const Tile& tile) {
    std::uint64_t rows = count(tile.frames.size() * tile.output.elements());
    if (const auto* softmax = std::get_if<SoftmaxKernel>(&kernel)) {
        return rows / count(tile.output[static_cast<std::size_t>(softmax->axis)].size());
    }
    if (const auto* norm = std::get_if<LayerNormKernel>(&kernel)) {
        for (auto axis = static_cast<std::size_t>(norm->axis); axis < tile.output.rank(); ++axis) {
            rows /= count(tile.output[axis].size());
        }
    }
    return rows;
}

/// Bytes of the region of input `input` that a step reads once.
Bytes input_bytes(const Program& program, const Phase& phase, std::size_t input, const Region& region,
                  const Tile& tile) {
    return packed_bytes(region, program.tensors.at(phase.inputs[input].tensor).format) * count(tile.frames.size());
}

void add_vector_work(StepWork& work, const Phase& phase, const spec::VectorUnitSpec& unit, const Tile& tile,
                     std::uint64_t input_elements) {
    const std::uint64_t outputs = count(tile.frames.size() * tile.output.elements());
    const ElementOps primary = primary_ops(phase.kernel, outputs, input_elements, normalised_rows(phase.kernel, tile));
    std::uint64_t chained = 1;
    work.vector_ops = primary.vector;
    work.function_ops = primary.function;
    for (const EpilogueStep& step : phase.epilogue) {
        if (uses_function_unit(step.op)) {
            work.function_ops += outputs;
        } else {
            work.vector_ops += outputs;
            ++chained;
        }
    }
    const std::uint64_t passes = ceil_div(chained, unit.steps_per_pass);
    const std::uint64_t entering = primary.vector + (passes - 1) * outputs;
    work.vector_cycles =
        Cycles(std::max(ceil_div(entering, unit.lanes), ceil_div(work.function_ops, unit.function_lanes)));
}

} // namespace

StepWork step_work(const Program& program, const Phase& phase, const spec::CoreGridSpec& machine, const Step& step) {
    StepWork work;
    const Tile& tile = step.tile;
    if (tile.idle || std::holds_alternative<LoadKernel>(phase.kernel) ||
        std::holds_alternative<StoreKernel>(phase.kernel)) {
        return work;
    }
    const std::uint64_t outputs = count(tile.frames.size() * tile.output.elements());
    std::uint64_t input_elements = 0;
    Region first;       // input, as far as this step needs it
    Bytes first_bytes;  // of that
    Bytes second_bytes; // of the second input
    for (std::size_t input = 0; input < phase.inputs.size(); ++input) {
        const Region region = demand(program, phase, input, tile);
        const Bytes bytes = input_bytes(program, phase, input, region, tile);
        work.activation_reads += bytes;
        if (input == 0) {
            first = region;
            first_bytes = bytes;
            input_elements = count(tile.frames.size() * region.elements());
        } else if (input == 1) {
            second_bytes = bytes;
        }
    }
    if (uses_matrix_unit(phase.kernel)) {
        const auto* conv = std::get_if<ConvKernel>(&phase.kernel);
        const Product product = conv != nullptr ? conv_product(*conv, tile) : matmul_product(tile);
        work.macs = Macs(outputs * product.reduction * product.positions);
        work.matrix_cycles = product_cycles(product, phase.matrix, machine.matrix.packs_window);
        const auto bits =
            numerics::storage_bits(numerics::format(program.tensors.at(phase.inputs[0].tensor).format)).count();
        const std::uint64_t passes = read_passes(product, first, bits, conv, machine.matrix, phase.matrix);
        work.activation_reads += first_bytes * (passes - 1);
        const auto* matmul = std::get_if<MatMulKernel>(&phase.kernel);
        if (matmul != nullptr && matmul->b_is_input) {
            work.activation_reads -= second_bytes;
            work.weight_reads = second_bytes;
        }
    }
    if (tile.owns_output) {
        add_vector_work(work, phase, machine.vector, tile, input_elements);
        work.output_writes =
            packed_bytes(tile.output, program.tensors.at(phase.output).format) * count(tile.frames.size());
    } else {
        work.partial_sums = bytes_for(Bits(outputs * phase.accumulator_bits));
    }
    return work;
}

Macs phase_macs(const Program& program, const Phase& phase) {
    if (!uses_matrix_unit(phase.kernel)) {
        return Macs(0);
    }
    const WorkShape work = work_shape(program, phase);
    std::uint64_t macs = count(work.batch * Region(work.output).elements() * work.reduction);
    if (const auto* conv = std::get_if<ConvKernel>(&phase.kernel)) {
        for (const WindowAxis& axis : conv->window) {
            macs *= count(axis.size);
        }
    }
    return Macs(macs);
}

} // namespace lodestone::isa
