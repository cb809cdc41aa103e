// SPDX-License-Identifier: Apache-2.0
// The fast products of the oracle are the literal ones, and 16-bit networks are close to floats.
#include "numerics/precision.hpp"
#include "tests/support/network_builder.hpp"
#include "workloads/quantise/quantise.hpp"
#include "workloads/reference/quantised.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>

using namespace lodestone;
using graph::OpKind;
using graph::TensorData;
using testing::NetworkBuilder;

namespace {

using Ints = std::vector<std::int64_t>;

/// One network with every shape of matrix operator: padding, stride, dilation, groups, depthwise, three ways of a
/// product.
graph::Graph products(NetworkBuilder& net) {
    const TensorId x = net.input("x", {2, 4, 7, 6});
    const TensorId a = net.op(OpKind::conv, "padded", {x, net.random("w1", {6, 4, 3, 3}), net.random("b1", {6})},
                              {{"pads", Ints{1, 0, 1, 2}}, {"strides", Ints{2, 1}}});
    const TensorId b = net.op(OpKind::conv, "grouped", {a, net.random("w2", {6, 3, 2, 1})},
                              {{"group", std::int64_t{2}}, {"dilations", Ints{2, 1}}});
    const TensorId c = net.op(OpKind::conv, "depthwise", {b, net.random("w3", {6, 1, 1, 3})},
                              {{"group", std::int64_t{6}}, {"pads", Ints{0, 1, 0, 1}}});
    const TensorId d = net.op(OpKind::conv_transpose, "up", {c, net.random("w4", {6, 2, 2, 2}), net.random("b4", {4})},
                              {{"group", std::int64_t{2}}, {"strides", Ints{2, 2}}});
    const TensorId flat = net.op(OpKind::flatten, "flat", {d});
    const auto features = static_cast<std::int64_t>(4 * 4 * 12);
    const TensorId e = net.op(OpKind::gemm, "gemm", {flat, net.random("w5", {8, features}), net.random("b5", {8})},
                              {{"transB", std::int64_t{1}}});
    const TensorId f = net.op(OpKind::matmul, "weights", {e, net.random("w6", {8, 6})});
    const TensorId stack = net.input("stack", {3, 6, 2});
    const TensorId g = net.op(OpKind::matmul, "activations", {f, stack});
    return net.finish({net.op(OpKind::softmax, "softmax", {g}, {{"axis", std::int64_t{-1}}})});
}

/// Every element-wise operator that can be fused, and the operators around them.
graph::Graph vectors(NetworkBuilder& net) {
    TensorId v = net.input("x", {1, 4, 6, 6});
    const TensorId skip = v;
    int number = 0;
    const auto next = [&](OpKind kind, std::vector<TensorId> inputs) {
        v = net.op(kind, graph::to_string(kind) + std::to_string(++number), inputs);
    };
    v = net.op(OpKind::conv, "conv", {v, net.random("w", {4, 4, 1, 1}, 0.3F)});
    next(OpKind::add, {v, skip});
    for (const OpKind kind : {OpKind::tanh, OpKind::sigmoid, OpKind::gelu, OpKind::leaky_relu, OpKind::erf, OpKind::exp,
                              OpKind::log, OpKind::hard_swish, OpKind::abs, OpKind::sqrt, OpKind::hard_sigmoid}) {
        next(kind, {v});
    }
    next(OpKind::mul, {v, net.random("m", {4, 1, 1})});
    next(OpKind::sub, {net.random("s", {4, 6, 6}), v});
    next(OpKind::max, {v, net.given("low", TensorData::scalar(-1.0F))});
    v = net.op(OpKind::conv, "conv2", {v, net.random("w2", {4, 4, 3, 3}, 0.3F)});
    next(OpKind::relu, {v});
    const TensorId pooled = net.op(OpKind::max_pool, "pool", {v}, {{"kernel_shape", Ints{2, 2}}});
    const TensorId average =
        net.op(OpKind::reduce_mean, "mean", {pooled}, {{"axes", Ints{3}}, {"keepdims", std::int64_t{0}}});
    const TensorId normal =
        net.op(OpKind::layer_normalization, "norm", {average, net.random("scale", {3}), net.random("shift", {3})});
    return net.finish({normal});
}

quantise::ActivationRanges ranges_of(const graph::Graph& network, const std::vector<quantise::Sample>& samples) {
    reference::Interpreter floats(network);
    quantise::Sample seen;
    floats.observe([&](const graph::Operator& op, const std::vector<TensorData>& outputs) {
        for (std::size_t i = 0; i < outputs.size(); ++i) {
            seen.insert_or_assign(network.at(op.outputs[i]).name, outputs[i]);
        }
    });
    return quantise::collect_ranges(
        [&](const quantise::Sample& inputs) {
            seen.clear();
            (void)floats.run(inputs);
            return seen;
        },
        samples);
}

quantise::Sample sample_of(NetworkBuilder& net, const graph::Graph& network) {
    quantise::Sample sample;
    for (const TensorId id : network.inputs) {
        sample.emplace(network.at(id).name, net.random_values(network.at(id).shape));
    }
    return sample;
}

} // namespace

TEST_CASE("fast and literal sums agree bit for bit in every format", "[workloads][quantised]") {
    NetworkBuilder net(21);
    const auto prepared = quantise::prepare(products(net));
    const std::vector<quantise::Sample> samples{sample_of(net, prepared.graph), sample_of(net, prepared.graph)};
    const auto ranges = ranges_of(prepared.graph, samples);
    for (const std::string& name : numerics::precision_names()) {
        if (name == "fp32") {
            continue; // weights have at most 16 bits
        }
        const quantise::QuantiseOptions options{.precision = numerics::parse_precision(name), .ranges = ranges};
        const auto model = quantise::quantise(prepared, options);
        std::vector<std::vector<std::uint32_t>> codes[2];
        std::vector<float> outputs[2];
        for (const auto how : {reference::Products::fast, reference::Products::literal}) {
            const std::size_t which = how == reference::Products::fast ? 0 : 1;
            reference::QuantisedInterpreter oracle(model, how);
            oracle.observe(
                [&](TensorId, const reference::StoredTensor& tensor) { codes[which].push_back(tensor.codes); });
            outputs[which] = oracle.run(samples.front()).begin()->second.as_floats();
        }
        INFO(name);
        CHECK(codes[0] == codes[1]);
        CHECK(outputs[0] == outputs[1]);
    }
}

TEST_CASE("a network of 16-bit codes is close to its floats", "[workloads][quantised]") {
    for (std::uint32_t seed = 1; seed <= 5; ++seed) {
        for (const auto& build : {products, vectors}) {
            NetworkBuilder net(seed);
            const auto prepared = quantise::prepare(build(net));
            std::vector<quantise::Sample> samples;
            for (int i = 0; i < 4; ++i) {
                samples.push_back(sample_of(net, prepared.graph));
            }
            quantise::QuantiseOptions options{.precision = numerics::parse_precision("int16"),
                                              .activation_range = quantise::RangeMethod::min_max,
                                              .ranges = ranges_of(prepared.graph, samples)};
            const auto model = quantise::quantise(prepared, options);
            const reference::Interpreter floats(prepared.graph);
            for (const quantise::Sample& sample : samples) {
                const auto exact = floats.run(sample).begin()->second.as_floats();
                const auto ours = reference::run_quantised(model, sample).begin()->second.as_floats();
                float largest = 0.0F;
                float error = 0.0F;
                for (std::size_t i = 0; i < exact.size(); ++i) {
                    largest = std::max(largest, std::abs(exact[i]));
                    error = std::max(error, std::abs(exact[i] - ours[i]));
                }
                INFO("seed " << seed << ": error " << error << " of " << largest);
                CHECK(error < 0.005F * largest);
            }
        }
    }
}
