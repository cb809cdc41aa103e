// SPDX-License-Identifier: Apache-2.0
// Codes and values, the choice of the kernel, and the element-wise steps.
#include "arch/core_grid/tile_compute.hpp"

#include "arch/core_grid/region_walk.hpp"
#include "numerics/functions.hpp"
#include "sim/base/error.hpp"

#include <cmath>

namespace lodestone::core_grid {
namespace {

using isa::EpilogueOp;

/// Row-major place in a tensor of `shape` that is broadcast to `rank` axes, aligned at the last.
std::size_t broadcast_place(const isa::Region& held, const isa::Shape& shape, const Index& index, std::size_t rank) {
    Index operand{};
    for (std::size_t axis = 0; axis < shape.size(); ++axis) {
        operand[axis] = shape[axis] == 1 ? 0 : index[axis + rank - shape.size()];
    }
    return place_in(held, operand);
}

/// The second operand of a binary step for every element of the output.
std::vector<float> operand_values(const TileTask& task, const isa::EpilogueStep& step) {
    std::vector<float> values;
    values.reserve(static_cast<std::size_t>(task.output.elements()));
    const std::size_t rank = task.output.rank();
    if (step.input) {
        const Block& block = task.inputs[*step.input];
        const isa::Shape& shape = task.program.tensors[task.phase.inputs[*step.input].tensor].shape;
        for_each_index(task.output, [&](const Index& index) {
            values.push_back(block.real(broadcast_place(block.region, shape, index, rank)));
        });
        return values;
    }
    const isa::Constant& constant = task.program.constants.at(step.constant.value());
    const isa::Region whole(constant.shape);
    const numerics::Format& format = numerics::format(constant.format);
    for_each_index(task.output, [&](const Index& index) {
        const std::size_t place = broadcast_place(whole, constant.shape, index, rank);
        values.push_back(
            constant.values.empty()
                ? static_cast<float>(numerics::decode(format, constant.codes.at(place)) * constant.scales.front())
                : constant.values.at(place));
    });
    return values;
}

float binary(EpilogueOp op, float a, float b) {
    switch (op) {
    case EpilogueOp::add:
        return a + b;
    case EpilogueOp::subtract:
        return a - b;
    case EpilogueOp::multiply:
        return a * b;
    case EpilogueOp::divide:
        return a / b;
    case EpilogueOp::minimum: // NaN wins
        return std::isnan(a) || a < b ? a : b;
    case EpilogueOp::maximum:
        return std::isnan(a) || a > b ? a : b;
    case EpilogueOp::prelu:
        return numerics::leaky_relu(a, b);
    case EpilogueOp::power:
        return static_cast<float>(std::pow(static_cast<double>(a), static_cast<double>(b)));
    default:
        throw InternalError("a step with two operands is one of the binary ones");
    }
}

float unary(const isa::EpilogueStep& step, float x) {
    switch (step.op) {
    case EpilogueOp::relu:
        return numerics::relu(x);
    case EpilogueOp::leaky_relu:
        return numerics::leaky_relu(x, step.alpha);
    case EpilogueOp::clip:
        return numerics::clip(x, step.alpha, step.beta);
    case EpilogueOp::sigmoid:
        return numerics::sigmoid(x);
    case EpilogueOp::hard_sigmoid:
        return numerics::hard_sigmoid(x, step.alpha, step.beta);
    case EpilogueOp::hard_swish:
        return numerics::hard_swish(x);
    case EpilogueOp::silu:
        return numerics::silu(x);
    case EpilogueOp::gelu:
        return numerics::gelu(x);
    case EpilogueOp::gelu_tanh:
        return numerics::gelu_tanh(x);
    case EpilogueOp::elu:
        return numerics::elu(x, step.alpha);
    case EpilogueOp::softplus:
        return numerics::softplus(x);
    case EpilogueOp::tanh:
        return numerics::tanh(x);
    case EpilogueOp::exponential:
        return numerics::exp(x);
    case EpilogueOp::logarithm:
        return static_cast<float>(std::log(static_cast<double>(x)));
    case EpilogueOp::erf:
        return numerics::erf(x);
    case EpilogueOp::square_root:
        return std::sqrt(x);
    case EpilogueOp::reciprocal:
        return 1.0F / x;
    case EpilogueOp::absolute:
        return std::fabs(x);
    case EpilogueOp::negate:
        return -x;
    case EpilogueOp::floor:
        return std::floor(x);
    case EpilogueOp::ceil:
        return std::ceil(x);
    case EpilogueOp::round:
        return std::nearbyint(x);
    default:
        throw InternalError("a step with one operand is one of the unary ones");
    }
}

} // namespace

Block decode_block(const isa::ProgramTensor& tensor, const isa::Region& region, const StoredCodes& codes) {
    const Storage storage(tensor);
    return {.region = region,
            .values = decode_region(storage, region, codes),
            .format = storage.format,
            .scale = storage.scale};
}

std::vector<float> compute_tile(const TileTask& task) {
    std::vector<float> values =
        std::visit([&task](const auto& kernel) { return compute(kernel, task); }, task.phase.kernel);
    check_invariant(values.size() == static_cast<std::size_t>(task.output.elements()),
                    "a kernel gives one value per element of its piece");
    apply_epilogue(task, values);
    return values;
}

void apply_epilogue(const TileTask& task, std::vector<float>& values) {
    for (const isa::EpilogueStep& step : task.phase.epilogue) {
        if (!isa::is_binary(step.op)) {
            for (float& value : values) {
                value = unary(step, value);
            }
            continue;
        }
        const std::vector<float> operands = operand_values(task, step);
        for (std::size_t i = 0; i < values.size(); ++i) {
            values[i] =
                step.operand_first ? binary(step.op, operands[i], values[i]) : binary(step.op, values[i], operands[i]);
        }
    }
}

} // namespace lodestone::core_grid
