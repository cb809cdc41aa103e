// SPDX-License-Identifier: Apache-2.0
// NIR networks on the array, spike by spike, beside NIR's own equations in floating point.
#include "arch/spiking_array/simulate.hpp"
#include "mapping/spiking/compile.hpp"
#include "mapping/spiking/nir_network.hpp"
#include "mapping/spiking/oracle.hpp"
#include "tests/support/command.hpp"
#include "tests/support/nir_writer.hpp"

#include <catch2/catch.hpp>

#include <random>

using namespace lodestone;
using namespace lodestone::spiking;
using namespace lodestone::tests;

namespace {

using Frames = std::vector<std::vector<std::uint8_t>>;

Frames draw_frames(std::size_t elements, std::size_t ticks, std::uint64_t seed) {
    std::mt19937_64 engine(seed);
    Frames frames(ticks, std::vector<std::uint8_t>(elements));
    for (auto& frame : frames) {
        for (std::uint8_t& value : frame) {
            value = static_cast<std::uint8_t>(engine() >> 63);
        }
    }
    return frames;
}

/// Output spikes of the array for a sample from rest.
Frames on_the_array(const TrinaryNetwork& network, const Frames& frames, spiking_array::Fidelity fidelity) {
    CompiledNetwork compiled = compile(network, {}, {.seed = 1, .moves_per_core = 10});
    compiled.program.inputs = encode(compiled, frames);
    const auto found = spiking_array::simulate(compiled.program, {},
                                               {.fidelity = fidelity, .ticks = frames.size() + compiled.latency});
    Frames outputs(frames.size(), std::vector<std::uint8_t>(network.maps().back().size()));
    for (const spiking_array::OutputSpike& spike : found.outputs) {
        if (spike.row >= compiled.latency && spike.row < compiled.latency + frames.size()) {
            outputs[spike.row - compiled.latency][spike.output] = 1;
        }
    }
    return outputs;
}

Frames by_oracle(const TrinaryNetwork& network, const Frames& frames) {
    std::vector<std::uint32_t> ticks;
    for (const LayerCores& layer : compile(network, {}, {.seed = 1, .moves_per_core = 0}).layers) {
        ticks.push_back(layer.ticks);
    }
    return IntegerOracle(network).run(frames, ticks, spec::SpikingArraySpec{}.threshold_range().min);
}

/// v += r W s; v > threshold: spike, v = reset; in double, straight from NIR's definition.
Frames by_definition(const std::vector<double>& weights, std::size_t outputs, double r, double threshold, double reset,
                     const Frames& frames) {
    std::vector<double> v(outputs);
    Frames all;
    for (const auto& frame : frames) {
        auto& spikes = all.emplace_back(outputs);
        for (std::size_t j = 0; j < outputs; ++j) {
            for (std::size_t i = 0; i < frame.size(); ++i) {
                v[j] += r * weights[j * frame.size() + i] * frame[i];
            }
            if (v[j] > threshold) {
                spikes[j] = 1;
                v[j] = reset;
            }
        }
    }
    return all;
}

std::size_t spikes_of(const Frames& frames) {
    std::size_t count = 0;
    for (const auto& frame : frames) {
        for (const std::uint8_t value : frame) {
            count += value;
        }
    }
    return count;
}

} // namespace

TEST_CASE("Linear and IF of a NIR file spike on the array as NIR defines them", "[system][spiking]") {
    const ScratchFolder scratch;
    const std::string file = (scratch.path() / "net.nir").string();
    constexpr std::size_t inputs = 20;
    constexpr std::size_t outputs = 12;
    std::mt19937_64 engine(3);
    std::vector<double> weights(inputs * outputs);
    for (double& weight : weights) {
        weight = 0.25 * (static_cast<double>(engine() >> 60) - 8); // -2 to 1.75 in quarters
    }
    write_nir(file, {{"in", "Input", {{"shape", {1}, {inputs}}}},
                     {"fc", "Linear", {{"weight", {outputs, inputs}, weights}}},
                     {"if",
                      "IF",
                      {{"r", {outputs}, std::vector<double>(outputs, 2.0)},
                       {"v_threshold", {outputs}, std::vector<double>(outputs, 1.5)},
                       {"v_reset", {outputs}, std::vector<double>(outputs, -0.5)}}},
                     {"out", "Output", {{"shape", {1}, {outputs}}}}});
    const NirNetwork network = from_nir(import::read_nir(file), file, {});
    CHECK(network.warnings.empty());
    const Frames frames = draw_frames(inputs, 40, 1);
    const Frames wanted = by_definition(weights, outputs, 2.0, 1.5, -0.5, frames);
    CHECK(spikes_of(wanted) > 20);
    CHECK(by_oracle(network.network, frames) == wanted);
    for (const auto fidelity : {spiking_array::Fidelity::functional, spiking_array::Fidelity::event}) {
        CHECK(on_the_array(network.network, frames, fidelity) == wanted);
    }
}

TEST_CASE("a threshold is passed, not reached", "[system][spiking]") {
    const ScratchFolder scratch;
    const std::string file = (scratch.path() / "net.nir").string();
    for (const auto& [threshold, first] : {std::pair<double, std::size_t>{2.0, 2}, {1.99, 1}}) {
        write_nir(file, {{"in", "Input", {{"shape", {1}, {1}}}},
                         {"fc", "Linear", {{"weight", {1, 1}, {1.0}}}},
                         {"if", "IF", {{"v_threshold", {1}, {threshold}}}},
                         {"out", "Output", {{"shape", {1}, {1}}}}});
        const NirNetwork network = from_nir(import::read_nir(file), file, {});
        const Frames outputs = on_the_array(network.network, Frames(4, {1}), spiking_array::Fidelity::functional);
        for (std::size_t tick = 0; tick <= first; ++tick) {
            CHECK(outputs[tick][0] == (tick == first ? 1 : 0));
        }
    }
}

TEST_CASE("convolutions, pools, biases and rounded weights run on the array as the integer oracle says",
          "[system][spiking]") {
    const ScratchFolder scratch;
    const std::string file = (scratch.path() / "net.nir").string();
    std::mt19937_64 engine(5);
    const auto draw = [&engine](std::size_t count) {
        std::vector<double> values(count);
        for (double& value : values) {
            value = static_cast<double>(engine() >> 11) / 0x1p53 - 0.4;
        }
        return values;
    };
    write_nir(
        file,
        {{"0", "Input", {{"shape", {3}, {2, 6, 5}}}},
         {"1",
          "Conv2d",
          {{"weight", {4, 2, 3, 3}, draw(72)}, {"bias", {4}, draw(4)}, {"padding", {2}, {1, 1}}, {"stride", {}, {1}}}},
         {"2", "IF", {{"r", {1}, {1.0}}, {"v_threshold", {4, 6, 5}, std::vector<double>(120, 1.1)}}},
         {"3", "SumPool2d", {{"kernel_size", {2}, {2, 2}}, {"stride", {2}, {2, 2}}}},
         {"4", "IF", {{"v_threshold", {1}, {1.0}}}},
         {"5", "Flatten", {{"start_dim", {}, {0}}}},
         {"6", "Affine", {{"weight", {5, 24}, draw(120)}, {"bias", {5}, draw(5)}}},
         {"7", "Scale", {{"scale", {1}, {0.5}}}},
         {"8", "IF", {{"v_threshold", {5}, std::vector<double>(5, 0.7)}}},
         {"9", "Output", {{"shape", {1}, {5}}}}});
    const NirNetwork network = from_nir(import::read_nir(file), file, {});
    CHECK_FALSE(network.warnings.empty());
    const Frames frames = draw_frames(60, 30, 2);
    const Frames wanted = by_oracle(network.network, frames);
    CHECK(spikes_of(wanted) > 10);
    CHECK(spikes_of(wanted) < 140);
    for (const auto fidelity : {spiking_array::Fidelity::functional, spiking_array::Fidelity::event}) {
        CHECK(on_the_array(network.network, frames, fidelity) == wanted);
    }
}
