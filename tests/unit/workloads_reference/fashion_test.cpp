// SPDX-License-Identifier: Apache-2.0
// A trained network on real images: import and interpreter together reach the accuracy it was trained to.
#include "tests/support/places.hpp"
#include "workloads/import/idx.hpp"
#include "workloads/import/import.hpp"
#include "workloads/reference/interpreter.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <filesystem>
#include <iostream>

namespace {

using namespace lodestone;

const std::filesystem::path images_file = "/usr/share/datasets/fashion-mnist/t10k-images-idx3-ubyte.gz";
const std::filesystem::path labels_file = "/usr/share/datasets/fashion-mnist/t10k-labels-idx1-ubyte.gz";
constexpr std::size_t side = 28;
#ifdef NDEBUG
constexpr std::size_t image_count = 1000;
#else
constexpr std::size_t image_count = 100; // unoptimised builds take ten times as long for each
#endif

/// Pixels scaled from 0..255 to 0..1.
graph::TensorData image(const graph::TensorData& all, std::size_t index) {
    std::vector<float> pixels(side * side);
    for (std::size_t i = 0; i < pixels.size(); ++i) {
        pixels[i] = all.as_float(index * side * side + i) / 255.0F;
    }
    return graph::TensorData::of_floats({1, 1, side, side}, std::move(pixels));
}

TEST_CASE("the Fashion-MNIST network classifies more than 88 % of the test images in float", "[workloads][reference]") {
    if (!std::filesystem::exists(images_file)) {
        WARN("dataset-fashion-mnist is not installed: the accuracy was not measured");
        return;
    }
    const graph::Graph network =
        import::import_network(tests::source_folder() + "/configs/workloads/fashion_resnet.onnx");
    const graph::TensorData images = import::read_idx(images_file);
    const graph::TensorData labels = import::read_idx(labels_file);
    const reference::Interpreter interpreter(network);
    std::size_t right = 0;
    for (std::size_t i = 0; i < image_count; ++i) {
        const auto results = interpreter.run({{"image", image(images, i)}});
        const auto& logits = results.at("logits").values<float>();
        const auto best = std::max_element(logits.begin(), logits.end()) - logits.begin();
        right += best == labels.as_int(i) ? 1U : 0U;
    }
    std::cout << "Fashion-MNIST, binary32: " << right << " of " << image_count << " right\n";
    CHECK(right > image_count * 88 / 100);
}

} // namespace
