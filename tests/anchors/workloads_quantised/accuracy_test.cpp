// SPDX-License-Identifier: Apache-2.0
// Accuracy of the trained network on 1,000 test images at each precision, printed next to that of floats.
#include "numerics/precision.hpp"
#include "tests/support/places.hpp"
#include "workloads/import/idx.hpp"
#include "workloads/import/import.hpp"
#include "workloads/quantise/quantise.hpp"
#include "workloads/reference/quantised.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <iomanip>
#include <iostream>

using namespace lodestone;
using graph::TensorData;

namespace {

const std::filesystem::path data_set = "/usr/share/datasets/fashion-mnist"; // Debian package dataset-fashion-mnist
constexpr std::size_t tested = 1000;
constexpr std::size_t calibration = 64;
constexpr std::int64_t side = 28;

class Images {
public:
    explicit Images(const std::string& set)
        : pixels_(import::read_idx(data_set / (set + "-images-idx3-ubyte.gz"))),
          labels_(import::read_idx(data_set / (set + "-labels-idx1-ubyte.gz"))) {}

    [[nodiscard]] TensorData image(std::size_t n) const {
        std::vector<float> values(static_cast<std::size_t>(side * side));
        for (std::size_t i = 0; i < values.size(); ++i) {
            values[i] = pixels_.as_float(n * values.size() + i) / 255.0F;
        }
        return TensorData::of_floats({1, 1, side, side}, std::move(values));
    }
    [[nodiscard]] std::int64_t label(std::size_t n) const { return labels_.as_int(n); }

private:
    TensorData pixels_;
    TensorData labels_;
};

/// Percent of the test images whose largest output is their label.
template <class Run>
double accuracy(const Images& images, Run run) {
    std::size_t right = 0;
    for (std::size_t n = 0; n < tested; ++n) {
        const std::vector<float> scores = run(images.image(n)).as_floats();
        if (std::max_element(scores.begin(), scores.end()) - scores.begin() == images.label(n)) {
            ++right;
        }
    }
    return 100.0 * static_cast<double>(right) / static_cast<double>(tested);
}

} // namespace

TEST_CASE("fashion_resnet keeps its accuracy at 8 bits", "[workloads][quantised]") {
    if (!std::filesystem::exists(data_set)) {
        WARN("package dataset-fashion-mnist is not installed; nothing was measured");
        return;
    }
    const auto prepared =
        quantise::prepare(import::import_network(tests::source_folder() + "/configs/workloads/fashion_resnet.onnx"));
    const graph::Graph& network = prepared.graph;
    const std::string input = network.at(network.inputs.front()).name;
    const std::string output = network.at(network.outputs.front()).name;
    reference::Interpreter floats(network);
    quantise::Sample seen;
    floats.observe([&](const graph::Operator& op, const std::vector<TensorData>& outputs) {
        seen.insert_or_assign(network.at(op.outputs.front()).name, outputs.front());
    });
    const Images training("train");
    std::vector<quantise::Sample> samples;
    for (std::size_t n = 0; n < calibration; ++n) {
        samples.push_back({{input, training.image(n)}});
    }
    const auto ranges = quantise::collect_ranges(
        [&](const quantise::Sample& inputs) {
            seen.clear();
            (void)floats.run(inputs);
            return seen;
        },
        samples);

    const Images images("t10k");
    const double at_floats = accuracy(images, [&](const TensorData& x) { return floats.run({{input, x}}).at(output); });
    std::cout << std::fixed << std::setprecision(1) << "accuracy of fashion_resnet over " << tested
              << " images: floats " << at_floats << " %";
    std::map<std::string, double> at;
    for (const char* name : {"int8", "fp8_e4m3", "fp8_e5m2", "int4", "int2", "mxfp8", "mxint8", "mxfp4"}) {
        const auto model =
            quantise::quantise(prepared, {.precision = numerics::parse_precision(name), .ranges = ranges});
        const reference::QuantisedInterpreter oracle(model);
        at[name] = accuracy(images, [&](const TensorData& x) { return oracle.run({{input, x}}).at(output); });
        std::cout << ", " << name << " " << at[name] << " %";
    }
    std::cout << std::endl;
    CHECK(at_floats > 90.0);
    CHECK(at["int8"] > at_floats - 1.5);
    CHECK(at["fp8_e4m3"] > at_floats - 1.5);
    CHECK(at["fp8_e5m2"] > at_floats - 4.0);
    CHECK(at["int4"] > at_floats - 5.0);
    CHECK(at["int2"] < at["int4"]);
    CHECK(at["mxfp8"] > at_floats - 1.5);
    CHECK(at["mxint8"] > at_floats - 1.5);
    CHECK(at["mxfp4"] > at_floats - 12.0); // 4 bits without calibration
}
