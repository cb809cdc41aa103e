// SPDX-License-Identifier: Apache-2.0
// The oracle of quantised networks on cases small enough to check by hand.
#include "numerics/functions.hpp"
#include "tests/support/network_builder.hpp"
#include "workloads/quantise/quantise.hpp"
#include "workloads/reference/quantised.hpp"

#include <catch2/catch.hpp>

using namespace lodestone;
using graph::OpKind;
using graph::TensorData;
using testing::NetworkBuilder;

namespace {

/// Ranges that give int8 tensors the scale `step`.
quantise::ObservedRange range_of(float step) {
    quantise::ObservedRange range;
    range.add(std::vector<float>{127.0F * step});
    return range;
}

quantise::QuantiseOptions int8_with(const std::vector<std::pair<std::string, float>>& steps) {
    quantise::QuantiseOptions options{.weight_range = quantise::RangeMethod::min_max,
                                      .activation_range = quantise::RangeMethod::min_max};
    for (const auto& [tensor, step] : steps) {
        options.ranges[tensor] = range_of(step);
    }
    return options;
}

} // namespace

TEST_CASE("a product is summed exactly, scaled, biased and stored", "[workloads][quantised]") {
    NetworkBuilder net;
    const TensorId w = net.given("w", TensorData::of_floats({2, 1}, {127.0F, -2.0F})); // scale 1
    const TensorId b = net.given("b", TensorData::of_floats({1}, {0.25F}));
    const TensorId y = net.op(OpKind::gemm, "fc", {net.input("x", {1, 2}), w, b});
    const TensorId z = net.op(OpKind::matmul, "next", {y, net.given("v", TensorData::of_floats({1, 1}, {127.0F}))});
    const auto model = quantise::quantise(net.finish({z}), int8_with({{"x", 0.5F}, {"fc.out", 4.0F}}));
    reference::QuantisedInterpreter oracle(model);
    std::map<std::string, std::vector<std::uint32_t>> codes;
    oracle.observe(
        [&](TensorId id, const reference::StoredTensor& tensor) { codes[model.graph.at(id).name] = tensor.codes; });
    const auto out = oracle.run({{"x", TensorData::of_floats({1, 2}, {1.6F, 10.0F})}});
    CHECK(codes.at("x") == std::vector<std::uint32_t>{3, 20});
    // 3 * 127 - 20 * 2 = 341; 341 * 0.5 + 0.25 = 170.75; 170.75 / 4 = 42.6875
    CHECK(codes.at("fc.out") == std::vector<std::uint32_t>{43});
    CHECK(out.at("next.out").as_float(0) == 43.0F * 4.0F * 127.0F);
}

TEST_CASE("an average is an exact sum times scale over count", "[workloads][quantised]") {
    NetworkBuilder net;
    const TensorId y = net.op(OpKind::average_pool, "pool", {net.input("x", {1, 1, 2, 2})},
                              {{"kernel_shape", std::vector<std::int64_t>{2, 2}},
                               {"pads", std::vector<std::int64_t>{1, 1, 0, 0}},
                               {"strides", std::vector<std::int64_t>{1, 1}}});
    const auto model = quantise::quantise(net.finish({y}), int8_with({{"x", 0.5F}}));
    const auto out = reference::run_quantised(model, {{"x", TensorData::of_floats({1, 1, 2, 2}, {1, 2, 3, 5})}});
    CHECK(out.at("pool.out").as_floats() == std::vector<float>{1.0F, 1.5F, 2.0F, 2.75F});
}

TEST_CASE("a gate and its product round once", "[workloads][quantised]") {
    NetworkBuilder net;
    const TensorId x = net.input("x", {1, 3});
    const TensorId y = net.op(OpKind::mul, "mul", {net.op(OpKind::sigmoid, "sigmoid", {x}), x});
    const auto model = quantise::quantise(net.finish({y}), int8_with({{"x", 0.25F}}));
    REQUIRE(model.layers.size() == 1);
    const auto out = reference::run_quantised(model, {{"x", TensorData::of_floats({1, 3}, {-1.0F, 0.5F, 3.0F})}});
    CHECK(out.at("mul.out").as_floats() ==
          std::vector<float>{numerics::silu(-1.0F), numerics::silu(0.5F), numerics::silu(3.0F)});
}

TEST_CASE("values that only move keep their codes", "[workloads][quantised]") {
    NetworkBuilder net;
    const TensorId t =
        net.op(OpKind::transpose, "turn", {net.input("x", {2, 3})}, {{"perm", std::vector<std::int64_t>{1, 0}}});
    const TensorId y = net.op(OpKind::matmul, "mm", {t, net.random("w", {2, 2})});
    const auto model = quantise::quantise(net.finish({y}), int8_with({{"turn.out", 0.1F}}));
    reference::QuantisedInterpreter oracle(model);
    std::map<std::string, std::vector<std::uint32_t>> codes;
    oracle.observe(
        [&](TensorId id, const reference::StoredTensor& tensor) { codes[model.graph.at(id).name] = tensor.codes; });
    (void)oracle.run({{"x", TensorData::of_floats({2, 3}, {0.1F, 0.2F, 0.3F, -0.4F, 12.7F, 99.0F})}});
    CHECK(codes.at("x") == std::vector<std::uint32_t>{1, 2, 3, 256 - 4, 127, 127});
    CHECK(codes.at("turn.out") == std::vector<std::uint32_t>{1, 256 - 4, 2, 127, 3, 127});
}

TEST_CASE("a block format finds its scales when a tensor is written", "[workloads][quantised]") {
    std::vector<float> values(40, 1.0F);
    values[35] = 6.0F;
    const auto stored = reference::store(TensorData::of_floats({1, 40}, values),
                                         {.format = numerics::FormatId::mxfp4, .block_axis = 1});
    REQUIRE(stored.block_scales.size() == 2);
    CHECK(numerics::decode(numerics::format(numerics::FormatId::mxfp4), stored.codes.at(35)) == 6.0);
    CHECK(stored.real().as_floats() == values);
}
