// SPDX-License-Identifier: Apache-2.0
// Kernels on pieces of tensors, against values worked out by hand.
#include "arch/core_grid/tile_compute.hpp"
#include "arch/isa/demand.hpp"
#include "numerics/functions.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <numeric>

namespace lodestone::core_grid {
namespace {

using numerics::FormatId;

/// A program of one phase over float tensors; every input holds 0, 1, 2, …
struct OnePhase {
    explicit OnePhase(isa::Kernel kernel, isa::Shape output, const std::vector<isa::Shape>& inputs) {
        for (const isa::Shape& shape : inputs) {
            phase.inputs.push_back({.tensor = static_cast<std::uint32_t>(program.tensors.size())});
            program.tensors.push_back({.name = "input", .shape = shape});
            values.emplace_back(static_cast<std::size_t>(isa::Region(shape).elements()));
            std::iota(values.back().begin(), values.back().end(), 0.0);
        }
        phase.kernel = std::move(kernel);
        phase.output = static_cast<std::uint32_t>(program.tensors.size());
        program.tensors.push_back({.name = "output", .shape = std::move(output)});
    }

    /// Values of `piece` computed from exactly what isa::demand says it needs.
    [[nodiscard]] std::vector<float> run(const isa::Region& piece) const {
        const isa::WorkShape work = isa::work_shape(program, phase);
        const isa::Tile tile{.idle = false,
                             .frames = {.begin = 0, .end = 1},
                             .output = piece,
                             .reduction = {.begin = 0, .end = work.reduction},
                             .owns_output = true};
        std::vector<Block> blocks;
        for (std::uint32_t input = 0; input < phase.inputs.size(); ++input) {
            blocks.push_back(part(input, isa::demand(program, phase, input, tile)));
        }
        return compute_tile(
            {.program = program, .phase = phase, .output = piece, .inputs = blocks, .weights = weights});
    }
    [[nodiscard]] std::vector<float> run() const { return run(isa::Region(program.tensors[phase.output].shape)); }

    [[nodiscard]] Block part(std::uint32_t input, const isa::Region& region) const {
        const isa::ProgramTensor& tensor = program.tensors[input];
        Block block{.region = region, .values = {}, .format = tensor.format, .scale = tensor.scale};
        for (std::int64_t flat = 0; flat < isa::Region(tensor.shape).elements(); ++flat) {
            std::int64_t rest = flat;
            bool inside = true;
            for (std::size_t axis = tensor.shape.size(); axis-- > 0;) {
                const std::int64_t index = rest % tensor.shape[axis];
                rest /= tensor.shape[axis];
                inside = inside && index >= region[axis].begin && index < region[axis].end;
            }
            if (inside) {
                block.values.push_back(values[input][static_cast<std::size_t>(flat)]);
            }
        }
        return block;
    }

    void add_weights(isa::Shape shape, std::vector<double> codes, std::vector<double> scales) {
        program.constants.push_back({.name = "weights", .shape = std::move(shape), .scales = std::move(scales)});
        phase.weights = isa::WeightPlan{.constant = 0};
        phase.weight_format = FormatId::fp32;
        weights = std::move(codes);
    }

    isa::Program program;
    isa::Phase phase;
    std::vector<std::vector<double>> values;
    std::vector<double> weights;
};

isa::Region box(std::initializer_list<isa::Interval> axes) {
    return isa::Region(std::span(axes.begin(), axes.size()));
}

using Values = std::vector<float>;

} // namespace

TEST_CASE("a convolution with dilation, stride and padding multiplies what lies under its window",
          "[arch][core_grid]") {
    const isa::WindowAxis axis{.size = 2, .stride = 2, .dilation = 2, .pad_begin = 1, .pad_end = 1};
    OnePhase conv(isa::ConvKernel{.window = {axis}, .in_channels = 1, .out_channels = 2}, {1, 2, 3}, {{1, 1, 5}});
    conv.add_weights({2, 1, 2}, {1, 10, -1, 0}, {1.0, 0.5});
    // windows over positions (-1, 1), (1, 3), (3, 5)
    CHECK(conv.run() == Values{10, 31, 3, 0, -0.5F, -1.5F});
    CHECK(conv.run(box({{0, 1}, {1, 2}, {1, 3}})) == Values{-0.5F, -1.5F});
}

TEST_CASE("groups of a convolution see their own channels only", "[arch][core_grid]") {
    const isa::WindowAxis point{};
    OnePhase conv(isa::ConvKernel{.window = {point}, .in_channels = 4, .out_channels = 4, .groups = 2}, {1, 4, 1},
                  {{1, 4, 1}});
    conv.add_weights({4, 2, 1}, {1, 1, 1, -1, 1, 1, 1, -1}, {1.0});
    CHECK(conv.run() == Values{1, -1, 5, -1});
    CHECK(conv.run(box({{0, 1}, {1, 3}, {0, 1}})) == Values{-1, 5});
}

TEST_CASE("bias is added after scaling, in binary32", "[arch][core_grid]") {
    const isa::WindowAxis point{};
    OnePhase conv(isa::ConvKernel{.window = {point}, .in_channels = 2, .out_channels = 1}, {1, 1, 1}, {{1, 2, 1}});
    conv.add_weights({1, 2, 1}, {1, 3}, {0.1});
    conv.program.constants.push_back({.name = "bias", .shape = {1}, .values = {1.0e8F}});
    conv.phase.weights->bias = 1;
    CHECK(conv.run() == Values{static_cast<float>(3 * 0.1) + 1.0e8F});
}

TEST_CASE("matrix products take parameters and inputs, plain and transposed", "[arch][core_grid]") {
    OnePhase plain(isa::MatMulKernel{.k = 3}, {2, 2}, {{2, 3}});
    plain.add_weights({3, 2}, {1, 0, 0, 1, 1, 1}, {1.0});
    CHECK(plain.run() == Values{2, 3, 8, 9});
    CHECK(plain.run(box({{1, 2}, {1, 2}})) == Values{9});
    OnePhase stored_transposed(isa::MatMulKernel{.k = 3, .transpose_b = true}, {2, 2}, {{2, 3}});
    stored_transposed.add_weights({2, 3}, {1, 0, 1, 0, 1, 1}, {1.0});
    CHECK(stored_transposed.run() == Values{2, 3, 8, 9});
    OnePhase both(isa::MatMulKernel{.k = 2, .b_is_input = true, .transpose_a = true}, {2, 3, 1},
                  {{2, 2, 3}, {1, 2, 1}}); // B is broadcast over the leading axis
    CHECK(both.run() == Values{3, 4, 5, 9, 10, 11});
    CHECK(both.run(box({{1, 2}, {0, 2}, {0, 1}})) == Values{9, 10});
}

TEST_CASE("pools skip the padding, and count it only when told to", "[arch][core_grid]") {
    const isa::WindowAxis axis{.size = 3, .stride = 2, .pad_begin = 1, .pad_end = 1};
    OnePhase pool(isa::PoolKernel{.kind = isa::PoolKind::maximum, .window = {axis}}, {1, 1, 3}, {{1, 1, 5}});
    pool.values[0] = {-5, -4, -3, -2, -1};
    CHECK(pool.run() == Values{-4, -2, -1});
    pool.phase.kernel = isa::PoolKernel{.kind = isa::PoolKind::average, .window = {axis}};
    CHECK(pool.run() == Values{-4.5F, -3, -1.5F});
    pool.phase.kernel = isa::PoolKernel{.kind = isa::PoolKind::average, .window = {axis}, .count_include_pad = true};
    CHECK(pool.run() == Values{-3, -3, -1});
}

TEST_CASE("averages divide the scale, not the exact sum", "[arch][core_grid]") {
    OnePhase mean(isa::ReduceKernel{.kind = isa::ReduceKind::mean, .axes = {1}}, {2, 1}, {{2, 3}});
    mean.program.tensors[0].format = FormatId::int8;
    mean.program.tensors[0].scale = 0.1;
    mean.values[0] = {1, 2, 4, 10, 20, 41};
    CHECK(mean.run() == Values{static_cast<float>(7 * (0.1 / 3)), static_cast<float>(71 * (0.1 / 3))});
}

TEST_CASE("reductions sum, average or find the maximum over whole axes, kept or dropped", "[arch][core_grid]") {
    OnePhase sum(isa::ReduceKernel{.kind = isa::ReduceKind::sum, .axes = {0, 2}, .keep_axes = false}, {3}, {{2, 3, 2}});
    CHECK(sum.run() == Values{14, 22, 30});
    CHECK(sum.run(box({{1, 3}})) == Values{22, 30});
    sum.phase.kernel = isa::ReduceKernel{.kind = isa::ReduceKind::maximum, .axes = {0, 2}, .keep_axes = false};
    CHECK(sum.run() == Values{7, 9, 11});
}

TEST_CASE("a sum of floats is exact and rounded once", "[arch][core_grid]") {
    OnePhase sum(isa::ReduceKernel{.kind = isa::ReduceKind::sum, .axes = {0}}, {1}, {{4}});
    sum.values[0] = {static_cast<double>(1.0e30F), 1, 1, static_cast<double>(-1.0e30F)};
    CHECK(sum.run() == Values{2});
}

TEST_CASE("softmax works along its axis, also when it is not the last", "[arch][core_grid]") {
    OnePhase softmax(isa::SoftmaxKernel{.axis = 0}, {2, 2}, {{2, 2}});
    softmax.values[0] = {0, 3, 1, 5};
    const float low = static_cast<float>(1.0 / (1.0 + std::exp(1.0)));
    const Values got = softmax.run();
    CHECK(got[0] == Approx(low));
    CHECK(got[2] == Approx(1.0F - low));
    CHECK(got[1] + got[3] == Approx(1.0F));
    CHECK(softmax.run(box({{0, 2}, {1, 2}})) == Values{got[1], got[3]});
}

TEST_CASE("layer normalisation has mean zero and variance one", "[arch][core_grid]") {
    OnePhase norm(isa::LayerNormKernel{.axis = 1, .epsilon = 0.0}, {2, 4}, {{2, 4}});
    norm.values[0] = {1, 1, 3, 3, 0, 0, 0, 8};
    CHECK(norm.run() == Values{-1, -1, 1, 1, static_cast<float>(-2 / std::sqrt(12.0)),
                               static_cast<float>(-2 / std::sqrt(12.0)), static_cast<float>(-2 / std::sqrt(12.0)),
                               static_cast<float>(6 / std::sqrt(12.0))});
}

TEST_CASE("concatenation, slices, permutations and reshapes move elements", "[arch][core_grid]") {
    OnePhase concat(isa::ConcatKernel{.axis = 1}, {2, 3}, {{2, 1}, {2, 2}});
    CHECK(concat.run() == Values{0, 0, 1, 1, 2, 3});
    CHECK(concat.run(box({{1, 2}, {1, 3}})) == Values{2, 3});
    OnePhase slice(isa::SliceKernel{.starts = {1, 4}, .steps = {1, -2}}, {1, 2}, {{2, 5}});
    CHECK(slice.run() == Values{9, 7});
    OnePhase transpose(isa::TransposeKernel{.order = {1, 0}}, {3, 2}, {{2, 3}});
    CHECK(transpose.run() == Values{0, 3, 1, 4, 2, 5});
    CHECK(transpose.run(box({{1, 3}, {1, 2}})) == Values{4, 5});
    OnePhase reshape(isa::ReshapeKernel{}, {3, 4}, {{2, 6}});
    CHECK(reshape.run(box({{1, 3}, {1, 3}})) == Values{5, 6, 9, 10});
}

TEST_CASE("padding fills with a value, an edge or a reflection", "[arch][core_grid]") {
    OnePhase pad(isa::PadKernel{.begin = {2}, .value = 7}, {6}, {{3}});
    CHECK(pad.run() == Values{7, 7, 0, 1, 2, 7});
    pad.phase.kernel = isa::PadKernel{.begin = {2}, .mode = "edge"};
    CHECK(pad.run() == Values{0, 0, 0, 1, 2, 2});
    pad.phase.kernel = isa::PadKernel{.begin = {2}, .mode = "reflect"};
    CHECK(pad.run() == Values{2, 1, 0, 1, 2, 1});
    CHECK(pad.run(box({{4, 6}})) == Values{2, 1});
}

TEST_CASE("resizing takes the nearest element or interpolates between two", "[arch][core_grid]") {
    OnePhase nearest(
        isa::ResizeKernel{.scales = {2.0}, .mode = "nearest", .coordinates = "asymmetric", .nearest = "floor"}, {6},
        {{3}});
    CHECK(nearest.run() == Values{0, 0, 1, 1, 2, 2});
    OnePhase linear(isa::ResizeKernel{.scales = {1.0, 2.0}, .mode = "linear"}, {2, 4}, {{2, 2}});
    CHECK(linear.run() == Values{0, 0.25F, 0.75F, 1, 2, 2.25F, 2.75F, 3});
    CHECK(linear.run(box({{1, 2}, {1, 3}})) == Values{2.25F, 2.75F});
}

TEST_CASE("epilogue steps run in order in binary32, with operands broadcast from the last axis", "[arch][core_grid]") {
    OnePhase phase(isa::ElementwiseKernel{}, {2, 2}, {{2, 2}, {2}});
    phase.program.constants.push_back({.name = "factors", .shape = {2, 1}, .values = {10, 100}});
    phase.phase.epilogue = {{.op = isa::EpilogueOp::subtract, .input = 1, .operand_first = true},
                            {.op = isa::EpilogueOp::multiply, .constant = 0},
                            {.op = isa::EpilogueOp::clip, .alpha = -150, .beta = 5}};
    CHECK(phase.run() == Values{0, 0, -150, -150});
    phase.phase.epilogue.pop_back();
    CHECK(phase.run(box({{1, 2}, {0, 2}})) == Values{-200, -200});
}

TEST_CASE("every epilogue step is the function of its name", "[arch][core_grid]") {
    using isa::EpilogueOp;
    const auto apply = [](isa::EpilogueStep step, double x, double operand = 0) {
        OnePhase phase(isa::ElementwiseKernel{}, {1}, {{1}, {1}});
        phase.values = {{x}, {operand}};
        if (isa::is_binary(step.op)) {
            step.input = 1;
        }
        phase.phase.epilogue = {step};
        return phase.run().front();
    };
    CHECK(apply({.op = EpilogueOp::add}, 1, 2) == 3);
    CHECK(apply({.op = EpilogueOp::divide}, 1, 4) == 0.25F);
    CHECK(apply({.op = EpilogueOp::divide, .operand_first = true}, 1, 4) == 4);
    CHECK(apply({.op = EpilogueOp::minimum}, 1, 4) == 1);
    CHECK(apply({.op = EpilogueOp::maximum}, 1, 4) == 4);
    CHECK(std::isnan(apply({.op = EpilogueOp::maximum}, NAN, 4)));
    CHECK(apply({.op = EpilogueOp::power}, 2, 10) == 1024);
    CHECK(apply({.op = EpilogueOp::relu}, -1) == 0);
    CHECK(apply({.op = EpilogueOp::leaky_relu, .alpha = 0.5F}, -1) == -0.5F);
    CHECK(apply({.op = EpilogueOp::sigmoid}, 0) == 0.5F);
    CHECK(apply({.op = EpilogueOp::hard_sigmoid, .alpha = 0.25F, .beta = 0.5F}, 1) == 0.75F);
    CHECK(apply({.op = EpilogueOp::hard_swish}, 3) == 3);
    CHECK(apply({.op = EpilogueOp::silu}, 2) == numerics::silu(2));
    CHECK(apply({.op = EpilogueOp::gelu}, 2) == numerics::gelu(2));
    CHECK(apply({.op = EpilogueOp::gelu_tanh}, 2) == numerics::gelu_tanh(2));
    CHECK(apply({.op = EpilogueOp::elu, .alpha = 0.5F}, -2) == numerics::elu(-2, 0.5F));
    CHECK(apply({.op = EpilogueOp::softplus}, 2) == numerics::softplus(2));
    CHECK(apply({.op = EpilogueOp::prelu}, -2, 0.25) == -0.5F);
    CHECK(apply({.op = EpilogueOp::prelu}, 2, 0.25) == 2);
    CHECK(apply({.op = EpilogueOp::tanh}, 2) == numerics::tanh(2));
    CHECK(apply({.op = EpilogueOp::exponential}, 0) == 1);
    CHECK(apply({.op = EpilogueOp::logarithm}, 1) == 0);
    CHECK(apply({.op = EpilogueOp::erf}, 0) == 0);
    CHECK(apply({.op = EpilogueOp::square_root}, 9) == 3);
    CHECK(apply({.op = EpilogueOp::reciprocal}, 8) == 0.125F);
    CHECK(apply({.op = EpilogueOp::absolute}, -8) == 8);
    CHECK(apply({.op = EpilogueOp::negate}, -8) == 8);
    CHECK(apply({.op = EpilogueOp::floor}, -1.5) == -2);
    CHECK(apply({.op = EpilogueOp::ceil}, -1.5) == -1);
    CHECK(apply({.op = EpilogueOp::round}, 2.5) == 2);
}

TEST_CASE("values are stored as the nearest code, saturating, and floats as they are", "[arch][core_grid]") {
    const isa::ProgramTensor codes{.name = "t", .shape = {4}, .format = FormatId::int8, .scale = 0.5};
    CHECK(encode_region(Storage(codes), isa::Region(codes.shape), Values{1.0F, -0.75F, 100.0F, -100.0F}).elements ==
          std::vector<std::uint32_t>{2, 0xFE, 127, 0x80});
    const isa::ProgramTensor floats{.name = "t", .shape = {2}};
    const isa::Region both(floats.shape);
    CHECK(decode_block(floats, both, encode_region(Storage(floats), both, Values{1.0F, -0.1F})).values ==
          std::vector<double>{1.0, static_cast<double>(-0.1F)});
}

} // namespace lodestone::core_grid
