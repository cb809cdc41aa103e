// SPDX-License-Identifier: Apache-2.0
// Observed ranges of activations.
#include "workloads/quantise/calibrate.hpp"
#include "workloads/quantise/range.hpp"

#include <catch2/catch.hpp>
#include <limits>

using namespace lodestone;
using graph::TensorData;

TEST_CASE("a range remembers extremes and how many values were seen", "[workloads][quantise]") {
    quantise::ObservedRange range;
    range.add(std::vector<float>{0.5F, -2.0F});
    range.add(std::vector<float>{1.0F, std::numeric_limits<float>::quiet_NaN()});
    CHECK(range.min == -2.0F);
    CHECK(range.max == 1.0F);
    CHECK(range.values == 3);
    CHECK(range.magnitudes.largest() == 2.0);
}

TEST_CASE("inputs and everything computed are observed once per sample", "[workloads][quantise]") {
    const auto run = [](const quantise::Sample& inputs) {
        const float x = inputs.at("x").as_float(0);
        return quantise::Sample{{"x", inputs.at("x")}, {"y", TensorData::of_floats({1}, {2 * x})}};
    };
    const std::vector<quantise::Sample> samples{{{"x", TensorData::of_floats({1}, {1.0F})}},
                                                {{"x", TensorData::of_floats({1}, {-3.0F})}}};
    const auto ranges = quantise::collect_ranges(run, samples);
    REQUIRE(ranges.size() == 2);
    CHECK(ranges.at("x").values == 2);
    CHECK(ranges.at("y").min == -6.0F);
    CHECK(ranges.at("y").max == 2.0F);
}

TEST_CASE("the range of an activation puts its largest magnitude on the largest value", "[workloads][quantise]") {
    quantise::ObservedRange range;
    range.add(std::vector<float>{-254.0F, 1.0F});
    const auto& int8 = numerics::format(numerics::FormatId::int8);
    CHECK(quantise::choose_scale(int8, range.magnitudes, quantise::RangeMethod::min_max) == 2.0);
    const auto& fp8 = numerics::format(numerics::FormatId::fp8_e4m3);
    CHECK(quantise::choose_scale(fp8, range.magnitudes, quantise::RangeMethod::min_max) == 254.0 / 448.0);
}

TEST_CASE("least squares cuts a lone outlier off", "[workloads][quantise]") {
    quantise::ObservedRange range;
    std::vector<float> values(10000);
    for (std::size_t i = 0; i < values.size(); ++i) {
        values[i] = static_cast<float>(i % 100) * 0.01F;
    }
    values.push_back(10.0F);
    range.add(values);
    const auto& int4 = numerics::format(numerics::FormatId::int4);
    const double widest = quantise::choose_scale(int4, range.magnitudes, quantise::RangeMethod::min_max);
    const double best = quantise::choose_scale(int4, range.magnitudes, quantise::RangeMethod::mse);
    CHECK(best < 0.3 * widest);
}

TEST_CASE("a tensor of zeros has scale 1", "[workloads][quantise]") {
    quantise::ObservedRange range;
    range.add(std::vector<float>(5, 0.0F));
    const auto& int8 = numerics::format(numerics::FormatId::int8);
    CHECK(quantise::choose_scale(int8, range.magnitudes, quantise::RangeMethod::mse) == 1.0);
}
