// SPDX-License-Identifier: Apache-2.0
// Operators of a network as kernels and epilogue steps.
#include "mapping/emit/lower.hpp"
#include "sim/base/error.hpp"
#include "tests/support/network_builder.hpp"
#include "workloads/quantise/quantise.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

using namespace lodestone;
using graph::OpKind;
using graph::TensorData;
using isa::EpilogueOp;
using testing::NetworkBuilder;

namespace {

isa::Program lowered(const graph::Graph& network, const std::string& precision = "int8") {
    const graph::QuantisedModel model =
        quantise::quantise(network, {.precision = numerics::parse_precision(precision)});
    return emit::lower(model,
                       {.grid = {.rows = 2, .cols = 2}, .matrix_shape = [](numerics::FormatId, numerics::FormatId) {
                            return spec::MatrixShape{.inputs = 8, .outputs = 8};
                        }});
}

const isa::Phase& phase(const isa::Program& program, const std::string& name) {
    const auto found = std::ranges::find(program.phases, name, &isa::Phase::name);
    REQUIRE(found != program.phases.end());
    return *found;
}

using Ints = std::vector<std::int64_t>;

} // namespace

TEST_CASE("a convolution brings window, groups, weights and bias", "[mapping][emit]") {
    NetworkBuilder net;
    const TensorId x = net.op(
        OpKind::conv, "conv", {net.input("x", {1, 4, 9, 9}), net.random("w", {6, 2, 3, 3}), net.random("b", {6})},
        {{"group", std::int64_t{2}}, {"strides", Ints{2, 1}}, {"auto_pad", std::string("SAME_UPPER")}});
    const isa::Program program = lowered(net.finish({net.op(OpKind::relu, "relu", {x})}));
    const isa::Phase& conv = phase(program, "conv");
    const auto& kernel = std::get<isa::ConvKernel>(conv.kernel);
    CHECK(kernel.groups == 2);
    CHECK(kernel.in_channels == 4);
    CHECK(kernel.out_channels == 6);
    CHECK(kernel.window.at(0) == isa::WindowAxis{.size = 3, .stride = 2, .pad_begin = 1, .pad_end = 1});
    REQUIRE(conv.weights);
    CHECK(program.constants.at(conv.weights->constant).codes.size() == 6 * 2 * 9);
    CHECK(program.constants.at(conv.weights->constant).scales.size() == 6);
    CHECK(program.constants.at(conv.weights->bias.value()).values.size() == 6);
    REQUIRE(conv.epilogue.size() == 1);
    CHECK(conv.epilogue[0].op == EpilogueOp::relu);
    CHECK(conv.op == "Conv");
}

TEST_CASE("the first phase loads and the last stores", "[mapping][emit]") {
    NetworkBuilder net;
    const isa::Program program = lowered(net.finish({net.op(OpKind::relu, "relu", {net.input("x", {1, 4})})}));
    REQUIRE(program.phases.size() == 3);
    CHECK(program.phases[0].name == "Input");
    CHECK(program.phases[2].name == "Output");
    CHECK(program.phases[2].inputs.at(0).tensor == program.network_outputs.at(0));
    CHECK_FALSE(program.tensors[program.network_inputs.at(0)].producer);
    CHECK(program.tensors[program.network_outputs.at(0)].producer == 1U);
    CHECK(program.tensors[program.network_outputs.at(0)].is_network_output);
}

TEST_CASE("a residual sum is a step whose operand is a second input", "[mapping][emit]") {
    NetworkBuilder net;
    const TensorId x = net.op(OpKind::relu, "first", {net.input("x", {1, 4, 4, 4})});
    const TensorId y = net.op(OpKind::conv, "conv", {x, net.random("w", {4, 4, 1, 1})});
    const isa::Program program = lowered(net.finish({net.op(OpKind::add, "sum", {y, x})}));
    const isa::Phase& conv = phase(program, "conv");
    REQUIRE(conv.inputs.size() == 2); // of the same tensor, another region each
    REQUIRE(conv.epilogue.size() == 1);
    CHECK(conv.epilogue[0].op == EpilogueOp::add);
    CHECK(conv.epilogue[0].input == 1U);
}

TEST_CASE("the order of a difference and a quotient is kept", "[mapping][emit]") {
    NetworkBuilder net;
    const TensorId x = net.input("x", {1, 4});
    const TensorId one = net.given("one", TensorData::scalar(1.0F), graph::TensorRole::constant);
    const TensorId y = net.op(OpKind::sub, "rest", {one, x});
    const isa::Program program = lowered(net.finish({net.op(OpKind::div, "share", {y, one})}));
    const isa::Phase& rest = phase(program, "rest");
    REQUIRE(rest.epilogue.size() == 2);
    CHECK(rest.epilogue[0].op == EpilogueOp::subtract);
    CHECK(rest.epilogue[0].operand_first);
    CHECK(rest.epilogue[0].constant.has_value());
    CHECK(rest.epilogue[1].op == EpilogueOp::divide);
    CHECK_FALSE(rest.epilogue[1].operand_first);
}

TEST_CASE("clip takes its limits from constants, and the widest where one is left out", "[mapping][emit]") {
    NetworkBuilder net;
    const TensorId low = net.given("low", TensorData::scalar(-1.0F), graph::TensorRole::constant);
    const isa::Program program = lowered(net.finish({net.op(OpKind::clip, "clip", {net.input("x", {1, 4}), low})}));
    const isa::EpilogueStep& step = phase(program, "clip").epilogue.at(0);
    CHECK(step.op == EpilogueOp::clip);
    CHECK(step.alpha == -1.0F);
    CHECK(step.beta == std::numeric_limits<float>::max());
}

TEST_CASE("products of two activations have no weights and two inputs", "[mapping][emit]") {
    NetworkBuilder net;
    const TensorId a = net.input("a", {2, 4, 8});
    const TensorId b = net.input("b", {2, 8, 5});
    const isa::Program program = lowered(net.finish({net.op(OpKind::matmul, "product", {a, b})}));
    const isa::Phase& product = phase(program, "product");
    CHECK_FALSE(product.weights);
    CHECK(product.inputs.size() == 2);
    CHECK(std::get<isa::MatMulKernel>(product.kernel).b_is_input);
    CHECK(std::get<isa::MatMulKernel>(product.kernel).k == 8);
}

TEST_CASE("a transposed Gemm keeps its layout", "[mapping][emit]") {
    NetworkBuilder net;
    const isa::Program program = lowered(
        net.finish({net.op(OpKind::gemm, "fc", {net.input("x", {3, 8}), net.random("w", {5, 8}), net.random("c", {5})},
                           {{"transB", std::int64_t{1}}})}));
    const isa::Phase& fc = phase(program, "fc");
    CHECK(std::get<isa::MatMulKernel>(fc.kernel).transpose_b);
    CHECK(program.constants.at(fc.weights->constant).shape == isa::Shape{5, 8});
    CHECK(fc.weights->bias.has_value());
}

TEST_CASE("movements keep what they mean", "[mapping][emit]") {
    NetworkBuilder net;
    const TensorId x = net.input("x", {1, 4, 6, 6});
    const TensorId a = net.op(OpKind::transpose, "turn", {x}, {{"perm", Ints{0, 2, 3, 1}}});
    const TensorId starts = net.given("starts", TensorData::vector_of({-1}), graph::TensorRole::constant);
    const TensorId ends = net.given("ends", TensorData::vector_of({-100}), graph::TensorRole::constant);
    const TensorId axes = net.given("axes", TensorData::vector_of({1}), graph::TensorRole::constant);
    const TensorId steps = net.given("steps", TensorData::vector_of({-2}), graph::TensorRole::constant);
    const TensorId b = net.op(OpKind::slice, "back", {a, starts, ends, axes, steps});
    const TensorId pads =
        net.given("pads", TensorData::vector_of({0, 1, 0, 0, 0, 2, 0, 0}), graph::TensorRole::constant);
    const TensorId c = net.op(OpKind::pad, "frame", {b, pads});
    const TensorId d = net.op(OpKind::concat, "both", {c, c}, {{"axis", std::int64_t{-1}}});
    const isa::Program program = lowered(net.finish({net.op(OpKind::flatten, "flat", {d})}));
    CHECK(std::get<isa::TransposeKernel>(phase(program, "turn").kernel).order == Ints{0, 2, 3, 1});
    CHECK(std::get<isa::SliceKernel>(phase(program, "back").kernel).starts == Ints{0, 5, 0, 0});
    CHECK(std::get<isa::SliceKernel>(phase(program, "back").kernel).steps == Ints{1, -2, 1, 1});
    CHECK(std::get<isa::PadKernel>(phase(program, "frame").kernel).begin == Ints{0, 1, 0, 0});
    CHECK(std::get<isa::ConcatKernel>(phase(program, "both").kernel).axis == 3);
    CHECK(phase(program, "both").inputs.size() == 2);
    CHECK(std::holds_alternative<isa::ReshapeKernel>(phase(program, "flat").kernel));
}

TEST_CASE("slices and paddings written with attributes mean the same", "[mapping][emit]") {
    NetworkBuilder net;
    const TensorId x = net.op(OpKind::slice, "back", {net.input("x", {1, 6})},
                              {{"starts", Ints{-2}}, {"ends", Ints{6}}, {"axes", Ints{1}}});
    const isa::Program program =
        lowered(net.finish({net.op(OpKind::pad, "frame", {x}, {{"pads", Ints{0, 3, 0, 1}}, {"value", 0.5F}})}));
    CHECK(std::get<isa::SliceKernel>(phase(program, "back").kernel).starts == Ints{0, 4});
    CHECK(std::get<isa::PadKernel>(phase(program, "frame").kernel).begin == Ints{0, 3});
    CHECK(std::get<isa::PadKernel>(phase(program, "frame").kernel).value == 0.5);
}

TEST_CASE("constants beside one activation in a concatenation are added into a padded gap", "[mapping][emit]") {
    NetworkBuilder net;
    const TensorId token = net.given("token", TensorData::of_floats({1, 1, 2}, {3.0F, 4.0F}));
    const isa::Program program = lowered(net.finish(
        {net.op(OpKind::concat, "tokens", {token, net.input("x", {1, 2, 2})}, {{"axis", std::int64_t{1}}})}));
    const isa::Phase& tokens = phase(program, "tokens");
    CHECK(std::get<isa::PadKernel>(tokens.kernel).begin == Ints{0, 1, 0});
    REQUIRE(tokens.epilogue.size() == 1);
    CHECK(program.constants.at(tokens.epilogue[0].constant.value()).values ==
          std::vector<float>{3.0F, 4.0F, 0.0F, 0.0F, 0.0F, 0.0F});
}

TEST_CASE("pools, reductions and normalisations have their kernels", "[mapping][emit]") {
    NetworkBuilder net;
    TensorId x = net.op(OpKind::max_pool, "max", {net.input("x", {1, 4, 9, 9})},
                        {{"kernel_shape", Ints{3, 3}}, {"strides", Ints{2, 2}}, {"pads", Ints{1, 1, 1, 1}}});
    x = net.op(OpKind::global_average_pool, "mean", {x});
    x = net.op(OpKind::reduce_mean, "squeeze", {x}, {{"axes", Ints{-1, 2}}, {"keepdims", std::int64_t{0}}});
    x = net.op(OpKind::softmax, "soft", {x});
    const isa::Program program = lowered(net.finish({x}));
    CHECK(std::get<isa::PoolKernel>(phase(program, "max").kernel).window.at(1).stride == 2);
    CHECK(std::get<isa::PoolKernel>(phase(program, "mean").kernel).window.at(0).size == 5);
    CHECK(std::get<isa::PoolKernel>(phase(program, "mean").kernel).kind == isa::PoolKind::average);
    CHECK(std::get<isa::ReduceKernel>(phase(program, "squeeze").kernel).axes == Ints{2, 3});
    CHECK_FALSE(std::get<isa::ReduceKernel>(phase(program, "squeeze").kernel).keep_axes);
    CHECK(std::get<isa::SoftmaxKernel>(phase(program, "soft").kernel).axis == 1);
}

TEST_CASE("layer normalisation scales and shifts in its epilogue", "[mapping][emit]") {
    NetworkBuilder net;
    const isa::Program program =
        lowered(net.finish({net.op(OpKind::layer_normalization, "norm",
                                   {net.input("x", {1, 3, 8}), net.random("g", {8}), net.random("b", {8})})}));
    const isa::Phase& norm = phase(program, "norm");
    CHECK(std::get<isa::LayerNormKernel>(norm.kernel).axis == 2);
    REQUIRE(norm.epilogue.size() == 2);
    CHECK(norm.epilogue[0].op == EpilogueOp::multiply);
    CHECK(norm.epilogue[1].op == EpilogueOp::add);
}

TEST_CASE("integer accumulators hold the products and their carries in whole bytes", "[mapping][emit]") {
    using numerics::FormatId;
    CHECK(emit::accumulator_bits(FormatId::int8, FormatId::int8, 1) == 16);
    CHECK(emit::accumulator_bits(FormatId::int8, FormatId::int8, 256) == 24);
    CHECK(emit::accumulator_bits(FormatId::int8, FormatId::int8, 257) == 32);
    CHECK(emit::accumulator_bits(FormatId::int4, FormatId::int4, 16) == 16);
    CHECK(emit::accumulator_bits(FormatId::int2, FormatId::int8, 64) == 16);
}

TEST_CASE("floating accumulators are as wide as an exact sum", "[mapping][emit]") {
    using numerics::FormatId;
    // E5M2: 2^-16 to 57344 is 32 bits; a product 64, a sign, 10 carries.
    CHECK(emit::accumulator_bits(FormatId::fp8_e5m2, FormatId::fp8_e5m2, 1024) == 80);
    CHECK(emit::accumulator_bits(FormatId::fp8_e4m3, FormatId::fp8_e4m3, 1024) <
          emit::accumulator_bits(FormatId::fp8_e5m2, FormatId::fp8_e5m2, 1024));
}

TEST_CASE("a tensor joined to itself is an input twice, one multiplied by itself once", "[mapping][emit]") {
    NetworkBuilder net;
    const TensorId x = net.input("x", {1, 4, 6, 6});
    const TensorId joined = net.op(OpKind::concat, "joined", {x, x}, {{"axis", std::int64_t{1}}});
    const isa::Program program = lowered(net.finish({joined, net.op(OpKind::mul, "square", {x, x})}));
    CHECK(phase(program, "joined").inputs.size() == 2);
    CHECK(phase(program, "square").inputs.size() == 1);
}

TEST_CASE("picked positions become a list, positions in a row a slice", "[mapping][emit]") {
    NetworkBuilder net;
    const TensorId x = net.input("x", {2, 8});
    const TensorId some = net.given("some", TensorData::vector_of({5, -1, 5}), graph::TensorRole::constant);
    const TensorId row = net.given("row", TensorData::vector_of({2, 3, 4}), graph::TensorRole::constant);
    const TensorId a = net.op(OpKind::gather, "some_of", {x, some}, {{"axis", std::int64_t{1}}});
    const TensorId b = net.op(OpKind::gather, "row_of", {x, row}, {{"axis", std::int64_t{1}}});
    const isa::Program program = lowered(net.finish({a, b}));
    CHECK(std::get<isa::PickKernel>(phase(program, "some_of").kernel).indices == Ints{5, 7, 5});
    CHECK(std::get<isa::SliceKernel>(phase(program, "row_of").kernel).starts == Ints{0, 2});
}

TEST_CASE("slopes of a PRelu are the operand of a step, one slope its number", "[mapping][emit]") {
    NetworkBuilder net;
    const TensorId x = net.op(OpKind::conv, "conv", {net.input("x", {1, 4, 3, 3}), net.random("w", {6, 4, 1, 1})});
    const TensorId y = net.op(OpKind::prelu, "slopes", {x, net.random("s", {6, 1, 1})});
    const isa::Program program = lowered(net.finish({net.op(OpKind::prelu, "slope", {y, net.random("t", {1})})}));
    const isa::Phase& conv = phase(program, "conv");
    REQUIRE(conv.epilogue.size() == 2);
    CHECK(conv.epilogue[0].op == EpilogueOp::prelu);
    CHECK(program.constants.at(conv.epilogue[0].constant.value()).shape == isa::Shape{6, 1, 1});
    CHECK(conv.epilogue[1].op == EpilogueOp::leaky_relu);
}

TEST_CASE("LogSoftmax and the approximate Gelu are kernels and steps of their own", "[mapping][emit]") {
    NetworkBuilder net;
    const TensorId x = net.op(OpKind::gelu, "gelu", {net.input("x", {1, 8})}, {{"approximate", std::string("tanh")}});
    const isa::Program program = lowered(net.finish({net.op(OpKind::log_softmax, "shares", {x})}));
    CHECK(phase(program, "gelu").epilogue.at(0).op == EpilogueOp::gelu_tanh);
    CHECK(std::get<isa::SoftmaxKernel>(phase(program, "shares").kernel).logarithm);
}
