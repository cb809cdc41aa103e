// SPDX-License-Identifier: Apache-2.0
// The trained trinary network spike by spike on 1,000 test images of Fashion-MNIST, beside its integer oracle.
#include "arch/spiking_array/simulate.hpp"
#include "mapping/spiking/compile.hpp"
#include "mapping/spiking/network_file.hpp"
#include "mapping/spiking/oracle.hpp"
#include "tests/support/places.hpp"
#include "workloads/import/idx.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cstdio>
#include <set>
#include <span>

using namespace lodestone;
using namespace lodestone::spiking;

namespace {

#ifdef NDEBUG
constexpr std::size_t images = 1000;
#else
constexpr std::size_t images = 20;
#endif

NetworkFile trained_network() {
    Problems problems;
    const config::Node root =
        config::load_file(tests::source_folder() + "/configs/workloads/fashion_trinary.yaml", problems);
    config::MapReader reader(root, problems);
    NetworkFile file = read_network_file(reader);
    problems.throw_if_errors();
    return file;
}

std::vector<Frame> frames_of(const NetworkFile& file) {
    const graph::TensorData pixels = import::read_idx(file.data.inputs);
    const std::size_t size = pixels.size() / static_cast<std::size_t>(pixels.shape().front());
    std::vector<Frame> frames;
    for (std::size_t image = 0; image < images; ++image) {
        std::vector<float> values;
        for (std::size_t i = 0; i < size; ++i) {
            values.push_back(pixels.as_float(image * size + i) / 255.0F);
        }
        const auto encoded = encode_sample(file.encoding, values, image);
        REQUIRE(encoded.size() == 1);
        frames.push_back(encoded.front());
    }
    return frames;
}

/// Outputs that spike, by image.
std::vector<std::vector<std::uint32_t>> outputs_by_image(const CompiledNetwork& compiled,
                                                         const std::vector<spiking_array::OutputSpike>& spikes) {
    std::vector<std::vector<std::uint32_t>> outputs(images);
    for (const spiking_array::OutputSpike& spike : spikes) {
        if (spike.row >= compiled.latency && spike.row < compiled.latency + images) {
            outputs[spike.row - compiled.latency].push_back(spike.output);
        }
    }
    return outputs;
}

} // namespace

TEST_CASE("the trained trinary network decides 1,000 images on the array as its integer oracle does",
          "[anchors][spiking]") {
    const NetworkFile file = trained_network();
    const std::vector<Frame> frames = frames_of(file);
    const std::vector<std::int64_t> labels = import::read_idx(file.data.labels).as_ints();
    CompiledNetwork compiled = compile(file.network, {}, {.seed = 1, .moves_per_core = 100});
    compiled.program.inputs = encode(compiled, frames);
    const IntegerOracle oracle(file.network);
    for (const auto fidelity : {spiking_array::Fidelity::functional, spiking_array::Fidelity::event}) {
        const auto found =
            spiking_array::simulate(compiled.program, {}, {.fidelity = fidelity, .ticks = images + compiled.latency});
        const auto outputs = outputs_by_image(compiled, found.outputs);
        std::size_t same_class = 0;
        std::size_t same_outputs = 0;
        std::size_t right = 0;
        std::set<std::uint32_t> classes;
        for (std::size_t image = 0; image < images; ++image) {
            const Frame plain = oracle.evaluate(frames[image]);
            std::vector<std::uint32_t> wanted;
            for (std::uint32_t output = 0; output < plain.size(); ++output) {
                if (plain[output] != 0) {
                    wanted.push_back(output);
                }
            }
            const auto decision = decode(file.decoding, std::span(&outputs[image], 1));
            REQUIRE(decision);
            classes.insert(*decision);
            same_class += decision == decode(file.decoding, std::span(&wanted, 1)) ? 1U : 0U;
            same_outputs += outputs[image] == wanted ? 1U : 0U;
            right += std::int64_t{*decision} == labels[image] ? 1U : 0U;
        }
        std::printf("%zu images on %u cores, %s: accuracy %.1f %%, %zu decisions and %zu output sets as the oracle's\n",
                    images, compiled.cores(), found.timing ? "event" : "functional",
                    100.0 * static_cast<double>(right) / static_cast<double>(images), same_class, same_outputs);
        CHECK(same_class == images);
        CHECK(same_outputs == images);
        CHECK(right > images * 8 / 10);
        CHECK(classes.size() > 5);
    }
}
