// SPDX-License-Identifier: Apache-2.0
// The quantisation section of run files.
#include "workloads/quantise/read_options.hpp"

#include <catch2/catch.hpp>

using namespace lodestone;

TEST_CASE("the section gives precisions, patterns and methods", "[workloads][quantise]") {
    Problems problems;
    const config::Node node = config::load_text("precision: w4a8\n"
                                                "last_layer: fp8_e4m3\n"
                                                "layers: [{match: 'layer3.*', precision: int4}]\n"
                                                "weights: {granularity: per_tensor, range: min_max}\n"
                                                "activations: {range: min_max}\n",
                                                "run.yaml", problems);
    const auto options = quantise::read_quantise_options(config::MapReader(node, problems));
    REQUIRE(problems.all().empty());
    CHECK(options.precision.weights == numerics::FormatId::int4);
    CHECK(options.precision.activations == numerics::FormatId::int8);
    CHECK_FALSE(options.first_layer.has_value());
    CHECK(options.last_layer->weights == numerics::FormatId::fp8_e4m3);
    REQUIRE(options.layers.size() == 1);
    CHECK(options.layers.front().match == "layer3.*");
    CHECK(options.layers.front().where.line == 3);
    CHECK(options.weight_granularity == quantise::Granularity::per_tensor);
    CHECK(options.weight_range == quantise::RangeMethod::min_max);
    CHECK(options.activation_range == quantise::RangeMethod::min_max);
}

TEST_CASE("an empty section means int8, per channel, least squares", "[workloads][quantise]") {
    Problems problems;
    const config::Node node = config::load_text("{}", "run.yaml", problems);
    const auto options = quantise::read_quantise_options(config::MapReader(node, problems));
    REQUIRE(problems.all().empty());
    CHECK(options.precision.name == "int8");
    CHECK(options.weight_granularity == quantise::Granularity::per_channel);
    CHECK(options.weight_range == quantise::RangeMethod::mse);
}
