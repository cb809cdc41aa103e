// SPDX-License-Identifier: Apache-2.0
// Damage to what is computed: scales, formats, windows, epilogues.
#include "tests/system/mapping_emit/mutation_places.hpp"

#include <algorithm>
#include <functional>
#include <utility>

namespace lodestone::test {
namespace {

std::string rotate_scales(Program& program, Random& random) {
    return in_phase(
        program, random,
        [&](const Phase& phase) {
            return phase.weights && program.constants[phase.weights->constant].scales.size() > 1;
        },
        [&](Phase& phase) {
            std::vector<double>& scales = program.constants[phase.weights->constant].scales;
            std::ranges::rotate(scales, scales.begin() + 1);
            return std::string("scales of the next channels");
        });
}

std::string other_scale(Program& program, Random& random) {
    isa::ProgramTensor* tensor =
        pick(program.tensors, random, [](const isa::ProgramTensor& t) { return t.format != numerics::FormatId::fp32; });
    tensor->scale *= below(random, 2) == 0 ? 1.5 : 0.7;
    return tensor->name + ": scale " + std::to_string(tensor->scale);
}

std::string other_block_scales(Program& program, Random& random) {
    isa::Constant* weights =
        pick(program.constants, random, [](const isa::Constant& c) { return !c.block_scales.empty(); });
    if (weights == nullptr) {
        return "";
    }
    for (std::uint8_t& scale : weights->block_scales) { // one alone may meet zeros
        scale = static_cast<std::uint8_t>(scale + 3);
    }
    return weights->name + ": blocks 8 times as large";
}

/// Blocks of one element are the same along every axis.
std::string other_block_axis(Program& program, Random& random) {
    isa::ProgramTensor* tensor =
        pick(program.tensors, random, [](const isa::ProgramTensor& t) { return isa::block_length(t.format) > 1; });
    if (tensor == nullptr) {
        return "";
    }
    tensor->block_axis = (tensor->block_axis + 1) % static_cast<std::uint32_t>(tensor->shape.size());
    return tensor->name + ": blocks along axis " + std::to_string(tensor->block_axis);
}

// Formats

std::string other_weight_format(Program& program, Random& random) {
    return in_phase(program, random, has_weights, [](Phase& phase) {
        phase.weight_format =
            phase.weight_format == numerics::FormatId::int2 ? numerics::FormatId::int8 : numerics::FormatId::int2;
        return "weights as " + std::string(numerics::name_of(phase.weight_format));
    });
}

std::string other_tensor_format(Program& program, Random& random) {
    isa::ProgramTensor* tensor =
        pick(program.tensors, random, [](const isa::ProgramTensor& t) { return t.format != numerics::FormatId::fp32; });
    tensor->format = tensor->format == numerics::FormatId::int4 ? numerics::FormatId::int2 : numerics::FormatId::int4;
    return tensor->name + ": " + std::string(numerics::name_of(tensor->format));
}

std::string narrow_accumulator(Program& program, Random& random) {
    return in_phase(program, random, has_weights, [&](Phase& phase) {
        phase.accumulator_bits = 2 + below(random, 8);
        return std::to_string(phase.accumulator_bits) + " bits of accumulator";
    });
}

std::string larger_unit(Program& program, Random& random) {
    return in_phase(program, random, has_weights, [&](Phase& phase) {
        (below(random, 2) == 0 ? phase.matrix.inputs : phase.matrix.outputs) *= 2;
        return std::to_string(phase.matrix.inputs) + "x" + std::to_string(phase.matrix.outputs) + " unit";
    });
}

// Kernels and epilogues

template <class Change>
std::string in_window(Program& program, Random& random, Change change) {
    return in_phase(program, random, has_window, [&](Phase& phase) {
        std::vector<isa::WindowAxis>& window = std::get<ConvKernel>(phase.kernel).window;
        isa::WindowAxis& axis = window[below(random, window.size())];
        change(axis);
        return "window of " + std::to_string(axis.size) + ", stride " + std::to_string(axis.stride) + ", dilation " +
               std::to_string(axis.dilation) + ", pads " + std::to_string(axis.pad_begin) + " and " +
               std::to_string(axis.pad_end);
    });
}

std::string other_size(Program& program, Random& random) {
    return in_window(program, random, [&](isa::WindowAxis& axis) { axis.size = 1 + 4 * below(random, 2); });
}
std::string other_stride(Program& program, Random& random) {
    return in_window(program, random, [](isa::WindowAxis& axis) { axis.stride = 3 - axis.stride; });
}
std::string other_dilation(Program& program, Random& random) {
    return in_window(program, random, [&](isa::WindowAxis& axis) {
        axis.dilation = 2;
        axis.pad_begin += below(random, 2); // the second time with the padding that keeps the extent
        axis.pad_end += axis.pad_begin - 1;
    });
}
std::string shift_window(Program& program, Random& random) {
    return in_window(program, random, [&](isa::WindowAxis& axis) {
        const std::int64_t by = below(random, 2) == 0 ? 1 : -1;
        axis.pad_begin += by;
        axis.pad_end -= by;
    });
}
std::string other_pad_begin(Program& program, Random& random) {
    return in_window(program, random, [](isa::WindowAxis& axis) { ++axis.pad_begin; });
}
std::string other_pad_end(Program& program, Random& random) {
    return in_window(program, random, [&](isa::WindowAxis& axis) { axis.pad_end = 2 * below(random, 2); });
}

std::string other_groups(Program& program, Random& random) {
    return in_phase(program, random, is_conv, [&](Phase& phase) {
        std::get<ConvKernel>(phase.kernel).groups = 2 + below(random, 3);
        return std::string("other groups");
    });
}

std::string other_pool(Program& program, Random& random) {
    return in_phase(
        program, random, [](const Phase& phase) { return std::holds_alternative<isa::PoolKernel>(phase.kernel); },
        [](Phase& phase) {
            std::get<isa::PoolKernel>(phase.kernel).kind = isa::PoolKind::maximum;
            return std::string("maximum pool");
        });
}

std::string transpose_matrix(Program& program, Random& random) {
    return in_phase(
        program, random, [](const Phase& phase) { return std::holds_alternative<isa::MatMulKernel>(phase.kernel); },
        [&](Phase& phase) {
            auto& matmul = std::get<isa::MatMulKernel>(phase.kernel);
            bool& flag = below(random, 2) == 0 ? matmul.transpose_a : matmul.transpose_b;
            flag = !flag;
            return std::string("an operand transposed");
        });
}

bool has_epilogue(const Phase& phase) {
    return !phase.epilogue.empty();
}
bool has_residual(const Phase& phase) {
    return phase.epilogue.size() > 1;
}

std::string drop_step(Program& program, Random& random) {
    return in_phase(program, random, has_epilogue, [&](Phase& phase) {
        const std::uint32_t at = below(random, phase.epilogue.size());
        const std::string name = isa::epilogue_name(phase.epilogue[at].op);
        phase.epilogue.erase(phase.epilogue.begin() + at);
        return "without " + name;
    });
}

std::string swap_steps(Program& program, Random& random) {
    return in_phase(program, random, has_residual, [](Phase& phase) {
        std::swap(phase.epilogue[0], phase.epilogue[1]);
        return std::string("steps exchanged");
    });
}

std::string other_operand(Program& program, Random& random) {
    return in_phase(program, random, has_residual, [](Phase& phase) {
        phase.epilogue.front().input = 0;
        return std::string("adds its own input");
    });
}

std::string lose_operand(Program& program, Random& random) {
    return in_phase(program, random, has_residual, [](Phase& phase) {
        phase.epilogue.front().input.reset();
        return std::string("adds nothing");
    });
}

std::string other_operation(Program& program, Random& random) {
    return in_phase(program, random, has_epilogue, [&](Phase& phase) {
        isa::EpilogueStep& step = phase.epilogue[below(random, phase.epilogue.size())];
        const std::vector<EpilogueOp> binary{EpilogueOp::subtract, EpilogueOp::multiply, EpilogueOp::maximum};
        const std::vector<EpilogueOp> unary{EpilogueOp::absolute, EpilogueOp::sigmoid, EpilogueOp::negate};
        step.op = (isa::is_binary(step.op) ? binary : unary)[below(random, 3)];
        return isa::epilogue_name(step.op);
    });
}

} // namespace

std::vector<Mutation> arithmetic_mutations() {
    return {
        {"scales one channel on", Effect::wrong, rotate_scales},
        {"other scale", Effect::wrong, other_scale},
        {"other scales of blocks", Effect::wrong, other_block_scales},
        {"other axis of blocks", Effect::remapping, other_block_axis},
        {"other weight format", Effect::wrong, other_weight_format},
        {"other tensor format", Effect::wrong, other_tensor_format},
        {"accumulator too narrow", Effect::wrong, narrow_accumulator},
        {"unit too large", Effect::wrong, larger_unit},
        {"other window size", Effect::wrong, other_size},
        {"other stride", Effect::wrong, other_stride},
        {"other dilation", Effect::wrong, other_dilation},
        {"window shifted", Effect::wrong, shift_window},
        {"more padding before", Effect::wrong, other_pad_begin},
        {"other padding behind", Effect::remapping, other_pad_end},
        {"other groups", Effect::wrong, other_groups},
        {"other pool", Effect::wrong, other_pool},
        {"operand transposed", Effect::wrong, transpose_matrix},
        {"step dropped", Effect::wrong, drop_step},
        {"steps exchanged", Effect::wrong, swap_steps},
        {"other operand", Effect::wrong, other_operand},
        {"no operand", Effect::wrong, lose_operand},
        {"other operation", Effect::wrong, other_operation},
    };
}

} // namespace lodestone::test
