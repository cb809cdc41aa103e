// SPDX-License-Identifier: Apache-2.0
// What holds of ranges and stored weights for every format and distribution.
#include "numerics/accumulate.hpp"
#include "numerics/precision.hpp"
#include "tests/support/network_builder.hpp"
#include "workloads/quantise/range.hpp"
#include "workloads/quantise/weights.hpp"

#include <catch2/catch.hpp>
#include <cmath>

using namespace lodestone;
using graph::OpKind;
using testing::NetworkBuilder;

namespace {

std::vector<numerics::FormatId> scaled_formats() {
    std::vector<numerics::FormatId> list;
    for (const std::string& name : numerics::precision_names()) {
        const auto id = numerics::parse_precision(name).weights;
        if (!numerics::format(id).block && id != numerics::FormatId::fp32) {
            list.push_back(id);
        }
    }
    return list;
}

std::vector<float> distribution(int which, std::size_t count, std::mt19937& random) {
    std::vector<float> values(count);
    std::normal_distribution<float> normal;
    std::uniform_real_distribution<float> uniform(-1.0F, 1.0F);
    std::student_t_distribution<float> heavy(2.0F);
    for (float& v : values) {
        v = which == 0   ? normal(random)
            : which == 1 ? uniform(random)
            : which == 2 ? heavy(random)
                         : 1e-30F * normal(random);
    }
    return values;
}

} // namespace

TEST_CASE("the least-squares scale is never worse than that of the largest magnitude", "[workloads][quantise]") {
    std::mt19937 random(11);
    for (const auto id : scaled_formats()) {
        const numerics::Format& format = numerics::format(id);
        for (int which = 0; which < 4; ++which) {
            for (const std::size_t count : {1U, 9U, 300U}) {
                const auto values = distribution(which, count, random);
                const double widest = quantise::choose_scale(format, values, quantise::RangeMethod::min_max);
                const double best = quantise::choose_scale(format, values, quantise::RangeMethod::mse);
                INFO(format.name << " distribution " << which << " count " << count);
                CHECK(best > 0.0);
                CHECK(quantise::squared_error(format, best, values) <= quantise::squared_error(format, widest, values));
            }
        }
    }
}

TEST_CASE("a histogram does not depend on how the values were cut", "[workloads][quantise]") {
    std::mt19937 random(5);
    const auto values = distribution(2, 5000, random);
    quantise::MagnitudeHistogram whole;
    whole.add(values);
    quantise::MagnitudeHistogram parts;
    const std::span<const float> all(values);
    for (std::size_t first = 0; first < values.size(); first += 100) {
        parts.add(all.subspan(first, 100));
    }
    std::uint64_t count = 0;
    for (const auto& bin : parts.occupied()) {
        count += bin.count;
    }
    CHECK(count == values.size());
    REQUIRE(parts.occupied().size() == whole.occupied().size());
    for (std::size_t i = 0; i < parts.occupied().size(); ++i) {
        CHECK(parts.occupied()[i].count == whole.occupied()[i].count);
    }
    CHECK(parts.largest() == whole.largest());
}

TEST_CASE("a stored weight is the nearest value of its format at its scale", "[workloads][quantise]") {
    NetworkBuilder net(3);
    const TensorId w = net.random("w", {8, 4, 3, 3});
    const graph::Graph network = net.finish({net.op(OpKind::conv, "conv", {net.input("x", {1, 4, 8, 8}), w})});
    const graph::Operator& op = network.operators.front();
    for (const auto id : scaled_formats()) {
        const numerics::Format& format = numerics::format(id);
        const auto stored = quantise::quantise_weights(network, op, {.format = id});
        REQUIRE(stored.scales.size() == 8);
        for (std::size_t i = 0; i < stored.codes.size(); ++i) {
            const double scale = stored.scales.at(i / 36);
            const double real = static_cast<double>(network.at(w).data->as_float(i));
            const double kept = numerics::decode(format, stored.codes[i]) * scale;
            INFO(format.name << " weight " << real << " kept as " << kept);
            CHECK(std::abs(kept) <= numerics::max_finite(format) * scale);
            CHECK(std::abs(kept - real) <=
                  std::abs(numerics::decode(format, numerics::encode(format, 0.999 * real / scale)) * scale - real) +
                      1e-12);
        }
    }
}

TEST_CASE("storing weights twice gives the same codes", "[workloads][quantise]") {
    NetworkBuilder net(4);
    const TensorId w = net.random("w", {6, 5});
    graph::Graph network = net.finish({net.op(OpKind::matmul, "mm", {net.input("x", {1, 6}), w})});
    for (const auto id : scaled_formats()) {
        const numerics::Format& format = numerics::format(id);
        const quantise::WeightRequest request{.format = id};
        const auto first = quantise::quantise_weights(network, network.operators.front(), request);
        graph::Graph again = network;
        std::vector<float> kept(first.codes.size());
        for (std::size_t i = 0; i < kept.size(); ++i) {
            kept[i] = static_cast<float>(numerics::decode(format, first.codes[i]) * first.scales.at(i % 5));
        }
        again.at(w).data = std::make_shared<graph::TensorData>(graph::TensorData::of_floats({6, 5}, kept));
        const auto second = quantise::quantise_weights(again, again.operators.front(), request);
        for (std::size_t i = 0; i < kept.size(); ++i) {
            const double value = numerics::decode(format, second.codes[i]) * second.scales.at(i % 5);
            CHECK(value == Approx(static_cast<double>(kept[i])).epsilon(1e-6));
        }
    }
}
