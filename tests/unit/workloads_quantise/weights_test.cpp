// SPDX-License-Identifier: Apache-2.0
// Codes and scales of weights, for each way an operator lays them out.
#include "tests/support/network_builder.hpp"
#include "workloads/quantise/weights.hpp"

#include <catch2/catch.hpp>

using namespace lodestone;
using graph::OpKind;
using graph::TensorData;
using quantise::Granularity;
using quantise::RangeMethod;
using testing::NetworkBuilder;

namespace {

using Attributes = std::vector<std::pair<std::string, graph::Attribute>>;

graph::QuantisedWeights stored(OpKind kind, const graph::Shape& input, const TensorData& weights,
                               const Attributes& attributes = {}, Granularity granularity = Granularity::per_channel) {
    NetworkBuilder net;
    const TensorId y = net.op(kind, "op", {net.input("x", input), net.given("w", weights)}, attributes);
    const graph::Graph network = net.finish({y});
    return quantise::quantise_weights(network, network.operators.front(),
                                      {.granularity = granularity, .range = RangeMethod::min_max});
}

} // namespace

TEST_CASE("channels of a convolution are outermost", "[workloads][quantise]") {
    const auto w = stored(OpKind::conv, {1, 2, 1, 1}, TensorData::of_floats({2, 2, 1, 1}, {127, -64, 254, 2}));
    CHECK(w.scales == std::vector<double>{1.0, 2.0});
    CHECK(w.codes == std::vector<std::uint16_t>{127, 256 - 64, 127, 1});
}

TEST_CASE("channels of a matrix product are innermost", "[workloads][quantise]") {
    const auto w = stored(OpKind::matmul, {1, 2}, TensorData::of_floats({2, 2}, {127, -254, 1, 4}));
    CHECK(w.scales == std::vector<double>{1.0, 2.0});
    CHECK(w.codes == std::vector<std::uint16_t>{127, 256 - 127, 1, 2});
}

TEST_CASE("channels of a Gemm follow transB", "[workloads][quantise]") {
    const TensorData values = TensorData::of_floats({2, 2}, {127, 254, 127, 127});
    CHECK(stored(OpKind::gemm, {1, 2}, values).scales == std::vector<double>{1.0, 2.0});
    CHECK(stored(OpKind::gemm, {1, 2}, values, {{"transB", std::int64_t{1}}}).scales == std::vector<double>{2.0, 1.0});
}

TEST_CASE("channels of a grouped transposed convolution count group by group", "[workloads][quantise]") {
    const auto w = stored(OpKind::conv_transpose, {1, 2, 3}, TensorData::of_floats({2, 2, 1}, {127, 254, 381, 508}),
                          {{"group", std::int64_t{2}}});
    CHECK(w.scales == std::vector<double>{1.0, 2.0, 3.0, 4.0});
}

TEST_CASE("one scale per tensor is that of the largest weight", "[workloads][quantise]") {
    const auto w =
        stored(OpKind::matmul, {1, 2}, TensorData::of_floats({2, 2}, {127, -254, 1, 4}), {}, Granularity::per_tensor);
    CHECK(w.scales == std::vector<double>{2.0});
    CHECK(w.codes == std::vector<std::uint16_t>{64, 256 - 127, 0, 2}); // 63.5 and 0.5 are ties, to even
}

TEST_CASE("blocks of a microscaling format run along the summed axis", "[workloads][quantise]") {
    NetworkBuilder net;
    const TensorId w = net.random("w", {40, 3});
    const TensorId y = net.op(OpKind::matmul, "op", {net.input("x", {1, 40}), w});
    const graph::Graph network = net.finish({y});
    const auto stored_w =
        quantise::quantise_weights(network, network.operators.front(), {.format = numerics::FormatId::mxfp8});
    CHECK(stored_w.block_axis == 0);
    CHECK(stored_w.block_scales.size() == 2 * 3); // 32 and 8 rows of each column
    CHECK(stored_w.codes.size() == 120);
    CHECK(stored_w.scales == std::vector<double>{1.0});
}
